/** A charger as Home Assistant shows it (pure): which readings it has, their values, and what they are when the link is down. */
import { observedA, shownStatus, type ChargerSnapshot } from "../../shared/charger.ts";
import {
  CAPS,
  CHARGER_ENTITIES,
  EVSE_SCHEMA,
  type Cap,
  type ChargerEntityKey,
  type DeviceState,
  type EntitySpec,
  type EntityState,
  type EntityValue,
  type EvseAttribute,
  type EvseEntities,
} from "../../shared/entities.ts";
import type { Allocation } from "../../shared/plan.ts";
import { reasonParams, type Reason } from "../../shared/reasons.ts";
import type { ChargerState } from "../../shared/site.ts";
import { roundTo } from "../../shared/units.ts";
import { ALWAYS, BY_DRIVER, ON_WHEN_SEEN, WITHOUT_LINK, MONEY, OPTIONS } from "./charger-tables.ts";
import { reasonText } from "./reason-text.ts";

/** Figures that the session store knows. undefined = unknown, never 0. */
export interface ChargerFigures {
  /** Of the session going on. */
  readonly sessionCost?: number | undefined;
  readonly sessionSolarPct?: number | undefined;
  readonly lastSession?:
    | {
        readonly energyWh: number;
        readonly cost: number | undefined;
        readonly startedMs: number;
        readonly endedMs: number | undefined;
      }
    | undefined;
  readonly monthEnergyWh?: number | undefined;
  readonly monthCost?: number | undefined;
}

export interface ChargerMore {
  readonly nowMs: number;
  readonly caps: readonly Cap[];
  /** The driver's own (`Charger.entities`); values are `snapshot.extra`. */
  readonly entities: readonly EntitySpec[];
  /** Keys that had a value once: a reading is published only by a driver that has it, and stays from then on. */
  readonly known: ReadonlySet<string>;
  /** Readings and controls where they are in Home Assistant now. */
  readonly ids: EvseEntities;
  readonly figures?: ChargerFigures;
  /** ISO code; undefined = none configured. */
  readonly currency: string | undefined;
  readonly timeZone: string | undefined;
  /** A price is known: costs are published. */
  readonly priced: boolean;
  /** The site has sun: the solar share is published. */
  readonly solar: boolean;
}

/** P above this is charging. */
const CHARGING_W = 100;
/** A heartbeat of every second would be a recorder row of every second. */
const LAST_UPDATE_STEP_MS = 30_000;

export function chargerDevice(
  charger: ChargerState,
  allocation: Allocation | undefined,
  more: ChargerMore,
): DeviceState {
  const { config, snapshot } = charger;
  const { facts } = snapshot;
  const down = snapshot.link === "down";
  const values = valuesOf(charger, allocation, more);
  const attributes = attributesOf(charger, allocation, more, values);
  const always = new Set<string>([...ALWAYS, ...(BY_DRIVER[facts.driver] ?? [])]);
  if (more.priced) for (const key of MONEY) always.add(key);
  if (more.solar) always.add("session_solar");
  const entities: EntityState[] = [];
  for (const key of KEYS) {
    const value = values[key];
    const seen = value !== undefined || more.known.has(key);
    if (!always.has(key) && !seen) continue;
    entities.push({
      spec: specOf(key, seen, more.currency),
      value,
      ...(down && !WITHOUT_LINK.has(key) ? { unavailable: true } : {}),
      ...withAttributes(attributes[key], snapshot.attributes?.[key]),
    });
  }
  const own = new Set<string>(entities.map((entity) => entity.spec.key));
  for (const spec of more.entities)
    if (!own.has(spec.key))
      entities.push({
        spec,
        value: snapshot.extra[spec.key],
        ...(down ? { unavailable: true } : {}),
        ...withAttributes(undefined, snapshot.attributes?.[spec.key]),
      });
  return {
    id: config.id,
    name: config.name,
    manufacturer: facts.vendor ?? "EVSE Bridge",
    model: facts.model ?? (config.kind === "plug" ? "Smart plug" : "Wallbox"),
    firmware: facts.firmware ?? "",
    entities,
  };
}

/** Keys of a device's entities that have a value now: what `ChargerMore.known` is gathered from. */
export function keysWithValue(device: DeviceState): readonly string[] {
  return device.entities.filter((entity) => entity.value !== undefined).map((entity) => entity.spec.key);
}

const KEYS = keysOf(CHARGER_ENTITIES);

function keysOf<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}

function specOf(key: ChargerEntityKey, seen: boolean, currency: string | undefined): EntitySpec {
  const spec: EntitySpec = CHARGER_ENTITIES[key];
  const options = OPTIONS[key];
  return {
    ...spec,
    ...(options === undefined ? {} : { options, deviceClass: "enum" }),
    ...(MONEY.has(key) && currency !== undefined ? { unit: currency } : {}),
    ...(seen && ON_WHEN_SEEN.has(key) ? { enabled: true } : {}),
  };
}

type Values = Readonly<Record<ChargerEntityKey, EntityValue>>;

function valuesOf(
  { snapshot, command }: ChargerState,
  allocation: Allocation | undefined,
  { nowMs, figures }: ChargerMore,
): Values {
  const { session, currentA, voltageV } = snapshot;
  const last = figures?.lastSession;
  return {
    status: shownStatus(snapshot),
    reason: reasonOf(snapshot, allocation)?.code,
    command: command.state,
    power: snapshot.powerW,
    energy_total: kwh(snapshot.energyWh),
    energy_session: kwh(session?.energyWh),
    current: snapshot.headlineA,
    current_l1: currentA.l1,
    current_l2: currentA.l2,
    current_l3: currentA.l3,
    voltage: snapshot.headlineV,
    voltage_l1: voltageV.l1,
    voltage_l2: voltageV.l2,
    voltage_l3: voltageV.l3,
    wanted_a: snapshot.wantedA,
    accepted_a: snapshot.offeredA,
    observed_a: observedA(snapshot),
    available_a: allocation?.availableA,
    allocated_a: allocation?.allocatedA,
    phases_used: snapshot.phasesUsed,
    temperature: snapshot.temperatureC,
    soc: snapshot.socPct,
    session_id: session?.id,
    session_start: iso(session?.startedAtMs),
    session_duration: minutes(session?.startedAtMs, session?.endedAtMs ?? nowMs),
    session_cost: session === undefined ? undefined : (session.cost ?? figures?.sessionCost),
    session_solar: session === undefined ? undefined : figures?.sessionSolarPct,
    last_session_energy: kwh(last?.energyWh),
    last_session_cost: last?.cost,
    last_session_duration: minutes(last?.startedMs, last?.endedMs),
    last_session_end: iso(last?.endedMs),
    month_energy: kwh(figures?.monthEnergyWh),
    month_cost: figures?.monthCost,
    fail_safe: snapshot.failSafe,
    limit_writes: snapshot.limitWrites,
    last_update: iso(Math.floor(snapshot.atMs / LAST_UPDATE_STEP_MS) * LAST_UPDATE_STEP_MS),
    online: snapshot.link === "up",
    charging: chargingOf(snapshot),
    car_connected: snapshot.carConnected,
    problem: snapshot.problem !== undefined || snapshot.faults.length > 0,
  };
}

type Attributes = Readonly<Record<string, unknown>>;

/** The driver adds; it never replaces. */
function withAttributes(own: Attributes | undefined, more: Attributes | undefined): { attributes?: Attributes } {
  return own === undefined && more === undefined ? {} : { attributes: { ...more, ...own } };
}

function attributesOf(
  charger: ChargerState,
  allocation: Allocation | undefined,
  more: ChargerMore,
  values: Values,
): Partial<Record<ChargerEntityKey, Attributes>> {
  const { snapshot, command, config } = charger;
  const reason = reasonOf(snapshot, allocation);
  const runnerUp = snapshot.link === "down" ? undefined : allocation?.runnerUp;
  const [fault] = snapshot.faults;
  const text = {
    timeZone: more.timeZone,
    failSafeA: snapshot.failSafe === "proven" ? config.failSafeA : undefined,
  };
  return {
    status: {
      evse: evseAttribute(charger, more.caps),
      evse_entities: more.ids,
      ...(snapshot.link === "down" ? { last: lastOf(values) } : {}),
    },
    ...(reason === undefined
      ? {}
      : {
          reason: {
            params: reasonParams(reason),
            text: reasonText(reason, text),
            runner_up: runnerUp === undefined ? null : { code: runnerUp.code, params: reasonParams(runnerUp) },
          },
        }),
    command: {
      command_id: command.commandId ?? null,
      name: command.name ?? null,
      value: command.value ?? null,
      detail: command.detail ?? null,
    },
    problem:
      snapshot.problem !== undefined
        ? { ...snapshot.problem }
        : fault !== undefined
          ? { code: fault, text: snapshot.faults.join(", "), remedy: "Look at the wallbox, then restart it." }
          : { code: null, text: null, remedy: null },
  };
}

export function evseAttribute({ config, snapshot }: ChargerState, caps: readonly Cap[]): EvseAttribute {
  const { facts } = snapshot;
  return {
    schema: EVSE_SCHEMA,
    id: config.id,
    driver: facts.driver,
    protocol: facts.protocol ?? null,
    phases: config.phases ?? facts.phases ?? null,
    min_a: Math.max(config.minA, facts.minA ?? 0),
    max_a: Math.min(config.maxA, facts.maxA ?? Infinity),
    caps,
    command_timeout_s: facts.commandTimeoutS,
  };
}

/** What a charger's capabilities (chargers/charger.ts) are called in attribute `evse`. */
export function capsOf(can: {
  readonly session?: { readonly stopEnds: boolean };
  readonly phases?: unknown;
  readonly pace: { readonly onOff?: true };
  readonly reset?: unknown;
  readonly unlock?: unknown;
  readonly refresh?: unknown;
  readonly perPhase?: boolean;
  readonly cost?: boolean;
  readonly soc?: boolean;
}): readonly Cap[] {
  const has: Readonly<Record<Cap, boolean>> = {
    start_stop: can.session !== undefined,
    stop_ends: can.session?.stopEnds === true,
    pause: true,
    limit: can.pace.onOff !== true,
    on_off: can.pace.onOff === true,
    mode: true,
    phases: can.phases !== undefined,
    reset: can.reset !== undefined,
    unlock: can.unlock !== undefined,
    refresh: can.refresh !== undefined,
    per_phase: can.perPhase === true,
    cost: can.cost === true,
    soc: can.soc === true,
  };
  return CAPS.filter((cap) => has[cap]);
}

/**
 * What a lost wallbox said last, by role, as it would be published. Its readings are unavailable, and Home Assistant keeps no value and no
 * attribute of those: only the status can carry it.
 */
function lastOf(values: Values): Readonly<Record<string, number>> {
  const last: Record<string, number> = {};
  for (const key of ["power", "energy_session"] as const) {
    const value = values[key];
    if (typeof value === "number") last[key] = roundTo(value, CHARGER_ENTITIES[key].precision ?? 3);
  }
  return last;
}

/** Why it does or does not charge; the link comes first, then the plan, then what the box itself says. */
function reasonOf(snapshot: ChargerSnapshot, allocation: Allocation | undefined): Reason | undefined {
  if (snapshot.link === "down") return { code: "offline" };
  return allocation?.reason ?? snapshot.statusReason ?? { code: "bridge_starting" };
}

function chargingOf({ powerW, status }: ChargerSnapshot): boolean | undefined {
  if (powerW !== undefined) return powerW > CHARGING_W;
  return status === undefined ? undefined : status === "charging";
}

function kwh(energyWh: number | undefined): number | undefined {
  return energyWh === undefined ? undefined : energyWh / 1000;
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : new Date(ms).toISOString();
}

/** Whole minutes, so that a running session is written once a minute. */
function minutes(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  if (fromMs === undefined || toMs === undefined) return undefined;
  return Math.max(0, Math.floor((toMs - fromMs) / 60_000));
}
