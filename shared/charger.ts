/** A charger as every room sees it: one controllable outlet. Words follow OCPP 1.6 ChargePointStatus in Home Assistant's snake_case. */
import type { Reason } from "./reasons.ts";

/** Slug from the configuration; an outlet of a station with several is `<id>_<n>`. */
export type ChargerId = string;

export const CHARGER_STATUSES = [
  "available",
  "preparing",
  "charging",
  "suspended_ev",
  "suspended_evse",
  "finishing",
  "reserved",
  "out_of_service",
  "faulted",
  "offline",
] as const;
/** `offline` = no link. A status that nobody has reported yet is `undefined`, never a guess. */
export type ChargerStatus = (typeof CHARGER_STATUSES)[number];

/** One value per charger leg L1..L3, as the charger counts them (the site's phases are A, B, C: see `PhaseMap`). */
export interface PerPhase<T> {
  readonly l1: T;
  readonly l2: T;
  readonly l3: T;
}

export const FAIL_SAFE_WORDS = ["proven", "unproven", "single_level", "unsupported"] as const;
/**
 * What happens when the bridge dies. `proven`: the box was seen to fall back to the fail-safe current by itself.
 * `single_level`: it keeps the last limit. `unsupported`: nothing can be said or done.
 */
export type FailSafe = (typeof FAIL_SAFE_WORDS)[number];

/** The charging visit, plug in to plug out. A pause inside it stays the same session. */
export interface SessionSnapshot {
  /** The box's transaction id where it has one, else minted by the driver; unique per charger. */
  readonly id: string;
  readonly startedAtMs: number | undefined;
  /** Set once the session is over and until the next one starts. */
  readonly endedAtMs: number | undefined;
  readonly energyWh: number | undefined;
  readonly idTag: string | undefined;
  readonly stopReason: string | undefined;
  /** Cost as the operator's cloud tells it; the bridge computes its own otherwise. */
  readonly cost?: number | undefined;
  /** Signed meter values and the like, kept with the session. */
  readonly evidence?: Readonly<Record<string, string>> | undefined;
}

/** What kind of box it is. Known in part from the configuration, in part only after it has spoken. */
export interface ChargerFacts {
  readonly driver: "ocpp" | "besen" | "ampeco" | "hass" | "plug";
  /** "1.6", "2.0.1", "2.1", "ble", "udp", "app", "public"; undefined until known. */
  readonly protocol: string | undefined;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  readonly serial: string | undefined;
  readonly firmware: string | undefined;
  /** Hardware phases 1..3. */
  readonly phases: 1 | 2 | 3 | undefined;
  /** What the box itself allows, A per phase; undefined where it does not say. */
  readonly minA: number | undefined;
  readonly maxA: number | undefined;
  /** How long a command may take before it counts as timed out, s. */
  readonly commandTimeoutS: number;
}

/** A charger's picture at one instant: facts only, never what we hope for. Replaced as a whole, never mutated. */
export interface ChargerSnapshot {
  /** When the newest datum was true, ms since the epoch (receipt time). */
  readonly atMs: number;
  /** Transport, not charging. */
  readonly link: "up" | "down";
  readonly status: ChargerStatus | undefined;
  /** Why it is in this state, as far as the box itself knows (authorization, ev_not_ready, fault, ...). */
  readonly statusReason: Reason | undefined;
  readonly carConnected: boolean | undefined;
  /** Limit per phase last sent to the box, A; published as `wanted_a`. */
  readonly wantedA: number | undefined;
  /** Limit per phase that the box has confirmed, A; published as `accepted_a`. */
  readonly offeredA: number | undefined;
  readonly currentA: PerPhase<number | undefined>;
  readonly voltageV: PerPhase<number | undefined>;
  /** Headline figures by the metering rules of the driver. */
  readonly headlineA: number | undefined;
  readonly headlineV: number | undefined;
  readonly powerW: number | undefined;
  /** Lifetime register, monotone across register resets and restarts, Wh. */
  readonly energyWh: number | undefined;
  readonly temperatureC: number | undefined;
  readonly socPct: number | undefined;
  /** Phases carrying more than 1 A or as told by the box. */
  readonly phasesUsed: number | undefined;
  readonly session: SessionSnapshot | undefined;
  /** Short machine words, empty when all is well. */
  readonly faults: readonly string[];
  /** Something a person must look at; shown by binary_sensor.<charger>_problem. */
  readonly problem: ChargerProblem | undefined;
  readonly failSafe: FailSafe;
  /** Writes to flash-backed limits since the box was first seen. */
  readonly limitWrites: number;
  readonly facts: ChargerFacts;
  /** Values of the driver's own entities (`Charger.entities`), by key. Absent key = unknown. */
  readonly extra: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Further attributes of entities, the common ones' and the driver's own, by key. */
  readonly attributes?:
    Readonly<Record<string, Readonly<Record<string, string | number | boolean | null>>>> | undefined;
  /** Present values of the driver's own settings (`Capabilities.settings`), by key. */
  readonly settings: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** A problem with its remedy, in English, fit to be read by the owner. */
export interface ChargerProblem {
  readonly code: string;
  readonly text: string;
  readonly remedy: string;
}

export const NO_PHASES: PerPhase<undefined> = Object.freeze({ l1: undefined, l2: undefined, l3: undefined });

/** A picture with nothing known but the facts: what a driver starts from. */
export function blankSnapshot(facts: ChargerFacts, atMs: number): ChargerSnapshot {
  return {
    atMs,
    link: "down",
    status: undefined,
    statusReason: undefined,
    carConnected: undefined,
    wantedA: undefined,
    offeredA: undefined,
    currentA: NO_PHASES,
    voltageV: NO_PHASES,
    headlineA: undefined,
    headlineV: undefined,
    powerW: undefined,
    energyWh: undefined,
    temperatureC: undefined,
    socPct: undefined,
    phasesUsed: undefined,
    session: undefined,
    faults: [],
    problem: undefined,
    failSafe: "unproven",
    limitWrites: 0,
    facts,
    extra: {},
    settings: {},
  };
}

/** The word shown for a charger: no link shows as offline whatever was last reported. */
export function shownStatus(snapshot: ChargerSnapshot): ChargerStatus | undefined {
  return snapshot.link === "down" ? "offline" : snapshot.status;
}

/** Highest measured leg current, A; the third of the three facts (`observed_a`). */
export function observedA(snapshot: ChargerSnapshot): number | undefined {
  const legs = [snapshot.currentA.l1, snapshot.currentA.l2, snapshot.currentA.l3].filter((a) => a !== undefined);
  return legs.length > 0 ? Math.max(...legs) : snapshot.headlineA;
}
