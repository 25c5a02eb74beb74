/** From what the cloud tells to the charger's picture. Pure. */
import type { Reason } from "../../../shared/reasons.ts";
import {
  NO_PHASES,
  type ChargerFacts,
  type ChargerProblem,
  type ChargerSnapshot,
  type ChargerStatus,
} from "../../../shared/charger.ts";
import { ampsFromWatts } from "../../../shared/units.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import type { PollInfo } from "./polling.ts";
import { normal, type ChargePointReading, type EvseReading } from "./reading.ts";
import { carConnected, statusOf } from "./status.ts";
import { registerWh, snapshotOf, type Register, type Visit } from "./visit.ts";

/** All that a charger knows; replaced piece by piece, shown as one snapshot. */
export interface Knowledge {
  readonly atMs: number;
  readonly flavour: "app" | "public";
  readonly chargePoint: ChargePointReading;
  /** undefined when the cloud does not list it any more. */
  readonly evse: EvseReading | undefined;
  /** Nothing has been read since the start. */
  readonly unread: boolean;
  readonly linkUp: boolean;
  readonly visit: Visit | undefined;
  readonly register: Register | undefined;
  readonly wantedA: number | undefined;
  readonly offeredA: number | undefined;
  readonly tokenRefused: boolean;
  readonly gone: boolean;
  /** The ordered limit lies under the box's own current, which nobody can lower. */
  readonly ratingAbove: number | undefined;
  readonly lastError: string | undefined;
  readonly poll: PollInfo;
  readonly limitWrites: number;
}

export interface Place {
  readonly options: AmpecoChargerOptions;
  readonly site: { readonly voltageV: number; readonly phases: 1 | 2 | 3 };
  /** On and off only. */
  readonly onOff: boolean;
}

const COMMAND_TIMEOUT_S = 35;
const DEFAULT_RATING_A = 16;

/** What an on/off box draws at most, A per phase: nobody but its owner's app can change it. */
export function ratingA(
  chargePoint: ChargePointReading,
  evse: EvseReading | undefined,
  given: number | undefined,
): number {
  return chargePoint.maxA ?? evse?.maxA ?? given ?? DEFAULT_RATING_A;
}

export function factsOf(know: Knowledge, { options, onOff }: Place): ChargerFacts {
  const { chargePoint, evse, flavour } = know;
  const rating = ratingA(chargePoint, evse, options.maxA);
  return {
    driver: "ampeco",
    protocol: flavour,
    vendor: "AMPECO",
    model: evse?.connector,
    serial: undefined,
    firmware: chargePoint.firmware,
    phases: options.phases ?? evse?.phases,
    minA: onOff ? rating : (chargePoint.minA ?? options.minA),
    maxA: onOff ? rating : (evse?.maxA ?? chargePoint.maxA),
    commandTimeoutS: COMMAND_TIMEOUT_S,
  };
}

/** The word shown: a pause of ours is a stopped session in the cloud, and `preparing` or `finishing` there. */
export function shownStatusOf(know: Knowledge): ChargerStatus | undefined {
  const raw = statusOf(know.evse);
  const paused = know.visit?.paused === true && know.visit.endedAtMs === undefined;
  return paused && (raw === "preparing" || raw === "finishing") ? "suspended_evse" : raw;
}

export function snapshotFrom(know: Knowledge, place: Place): ChargerSnapshot {
  const { evse } = know;
  const facts = factsOf(know, place);
  const status = know.unread ? undefined : shownStatusOf(know);
  const session = evse?.session?.active === true ? evse.session : undefined;
  // Without a session the cloud says that nothing flows; with one and no figure it is not known.
  const idle = session === undefined && status !== undefined && status !== "charging";
  const powerW = know.unread ? undefined : session !== undefined ? session.powerW : idle ? 0 : undefined;
  const phases = facts.phases ?? place.site.phases;
  const currentA = powerW === undefined ? undefined : ampsFromWatts(powerW, place.site.voltageV, phases);
  return {
    atMs: know.atMs,
    link: know.linkUp ? "up" : "down",
    status,
    statusReason: reasonOf(status, know),
    carConnected: know.unread ? undefined : carConnected(status),
    wantedA: know.wantedA,
    offeredA: know.offeredA,
    currentA: NO_PHASES,
    voltageV: NO_PHASES,
    headlineA: currentA,
    headlineV: undefined,
    powerW,
    energyWh: registerWh(know.register),
    temperatureC: undefined,
    socPct: session?.socPct,
    phasesUsed: undefined,
    session: snapshotOf(know.visit),
    faults: status === "faulted" ? [normal(evse?.status)] : [],
    problem: problemOf(know),
    failSafe: know.flavour === "public" ? "single_level" : "unsupported",
    limitWrites: know.limitWrites,
    facts,
    extra: know.unread ? {} : extraOf(know),
    attributes: know.unread ? {} : attributesOf(know),
    settings: {},
  };
}

function extraOf(know: Knowledge): ChargerSnapshot["extra"] {
  const { chargePoint, evse } = know;
  return {
    charger_status: chargePoint.status,
    evse_status: evse?.status,
    polling_interval: know.poll.intervalS,
    max_current: numeric(chargePoint.more["max_current_a"]) ?? evse?.maxA,
    last_month_energy: numeric(chargePoint.more["last_month_energy_kwh"]),
    token_problem: know.tokenRefused,
    platform_smart_charging: chargePoint.smartCharging,
    last_error: know.lastError,
  };
}

function attributesOf(know: Knowledge): NonNullable<ChargerSnapshot["attributes"]> {
  const { chargePoint, evse, visit } = know;
  const { more } = chargePoint;
  const session = evse?.session;
  const started = session?.startedAtMs === undefined ? null : new Date(session.startedAtMs).toISOString();
  const raw = {
    started_at: started,
    status: session?.status ?? null,
    evse_status: evse?.status ?? null,
    charging_state: session?.chargingState ?? null,
  };
  return {
    charger_status: {
      max_current_a: more["max_current_a"] ?? null,
      allowed_max_power_kw: more["allowed_max_power_kw"] ?? null,
      firmware_version: more["firmware_version"] ?? null,
      plug_and_charge: more["plug_and_charge"] ?? null,
      is_rebooting: more["is_rebooting"] ?? null,
      smart_charging_enabled: more["smart_charging_enabled"] ?? null,
      allowed_min_current_a: more["allowed_min_current_a"] ?? null,
      allowed_solar_min_power_kw: more["allowed_solar_min_power_kw"] ?? null,
    },
    power: {
      session_id: visit?.id ?? null,
      ...raw,
      duration: session?.durationS ?? null,
      energy: session?.energyWh ?? null,
      amount: session?.cost ?? null,
      total_duration: session?.totalDurationS ?? null,
      total_amount: session?.totalCost ?? null,
    },
    session_id: raw,
    session_cost: { currency: session?.currency ?? null },
    current: { estimated: true },
    polling_interval: {
      is_charging: session?.active === true,
      retry_count: know.poll.failures,
      last_retry: know.poll.lastFailureMs === undefined ? null : new Date(know.poll.lastFailureMs).toISOString(),
    },
    max_current: {
      allowed_min_current: more["allowed_min_current_a"] ?? null,
      allowed_max_current: more["allowed_max_current_a"] ?? null,
    },
    last_month_energy: {
      electricity_cost: more["last_month_electricity_cost"] ?? null,
      tax_name: more["electricity_cost_tax_name"] ?? null,
      tax_percent: more["electricity_cost_tax_percent"] ?? null,
    },
  };
}

function reasonOf(status: ChargerStatus | undefined, know: Knowledge): Reason | undefined {
  if (know.chargePoint.more["is_rebooting"] === true) return { code: "rebooting" };
  switch (status) {
    case "out_of_service":
      return { code: "disabled" };
    case "faulted":
      return { code: "fault", fault: normal(know.evse?.status) };
    case "preparing":
      return { code: "authorization" };
    case "suspended_ev":
      return { code: "ev_not_ready" };
    default:
      return undefined;
  }
}

function problemOf(know: Knowledge): ChargerProblem | undefined {
  if (know.tokenRefused)
    return {
      code: "token_invalid",
      text: "The AMPECO cloud refuses the token; this charger is neither read nor controlled.",
      remedy: "Enter a new token in the configuration (docs/ampeco.md tells how to get one).",
    };
  if (know.gone)
    return {
      code: "charger_gone",
      text: "The AMPECO cloud does not know this charger any more.",
      remedy: "Look in the operator's app whether it still belongs to you.",
    };
  if (know.ratingAbove !== undefined)
    return {
      code: "rating_above_limit",
      text: `The box charges with ${know.ratingAbove} A and cannot be told less, so it stays off while less is available.`,
      remedy: "Lower the box's current in the operator's app, or raise max_current where the installation allows it.",
    };
  if (know.chargePoint.smartCharging === true)
    return {
      code: "platform_smart_charging",
      text: "The platform's own smart charging is on; it works against the bridge's planner.",
      remedy: "Switch smart charging off in the operator's app.",
    };
  return undefined;
}

function numeric(value: string | number | boolean | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
