/** All that the box has told, and what the bridge derives from it: pure functions from facts to `ChargerSnapshot` parts. */
import type { ChargerStatus, PerPhase } from "../../../shared/charger.ts";
import type { Reason } from "../../../shared/reasons.ts";
import type { BoxSession, BoxStatus, BoxVersion, LoginInfo, ScheduleSlot } from "./messages.ts";
import { truePowerW } from "./messages.ts";
import { boxStateWord, errorWord } from "./words.ts";

export const NOT_CONNECTED = 12;
export const READY = 13;
export const CHARGING = 14;
export const COMPLETED: readonly number[] = [15, 17];
export const RESERVED = 20;
const FAULTS: readonly number[] = [1, 2, 3];
const WAITING: readonly number[] = [10, 11];
/** Ends that the car has chosen, as far as the box can tell. After any other end the box waits for somebody to start it again. */
const BY_CAR: readonly string[] = ["full", "completed"];
/** A leg that carries more than this counts as active, A. */
const ACTIVE_A = 0.1;
const IN_USE_A = 1;

/** What the box has told so far. */
export interface Told {
  info: LoginInfo | undefined;
  serial: string | undefined;
  version: BoxVersion | undefined;
  status: BoxStatus | undefined;
  session: BoxSession | undefined;
  /** The stored current, A. */
  storedA: number | undefined;
  name: string | undefined;
  language: number | undefined;
  temperatureUnit: string | undefined;
  startMode: number | undefined;
  brightness: number | undefined;
  /** The box's clock as it was last told, wire format. */
  clockWire: number | undefined;
  schedule: readonly ScheduleSlot[] | undefined;
}

export interface Circumstances {
  /** We stopped it to pause. */
  readonly paused: boolean;
  /** A forced stop must last until then, ms since the epoch. */
  readonly restBeforeMs: number | undefined;
  /** The session of this visit is over, and this word says why; undefined: it is not over, or nobody knows. */
  readonly endedBy: string | undefined;
}

export function carConnected(status: BoxStatus): boolean | undefined {
  if (status.plugState === 1) return status.currentState === CHARGING;
  if (status.plugState === 2 || status.plugState === 4) return true;
  if (status.currentState === NOT_CONNECTED) return false;
  if ([READY, CHARGING, ...COMPLETED].includes(status.currentState)) return true;
  return undefined;
}

export function statusOf(
  status: BoxStatus,
  { paused, restBeforeMs, endedBy }: Circumstances,
): { readonly status: ChargerStatus | undefined; readonly reason: Reason | undefined } {
  const state = status.currentState;
  const resting: Reason | undefined =
    restBeforeMs === undefined ? undefined : { code: "pause_timer", untilMs: restBeforeMs };
  if (FAULTS.includes(state)) {
    const first = status.errors[0];
    return {
      status: "faulted",
      reason: { code: "fault", fault: first === undefined ? boxStateWord(state) : errorWord(first) },
    };
  }
  if (state === NOT_CONNECTED) return { status: "available", reason: { code: "unplugged" } };
  if (state === READY || COMPLETED.includes(state)) {
    if (paused) return { status: "suspended_evse", reason: resting };
    const waits = endedBy !== undefined && !BY_CAR.includes(endedBy);
    const reason: Reason | undefined = waits ? { code: "authorization" } : undefined;
    return state === READY
      ? { status: "preparing", reason }
      : { status: "finishing", reason: reason ?? { code: "ev_full" } };
  }
  if (WAITING.includes(state)) return { status: "preparing", reason: { code: "authorization" } };
  if (state === CHARGING)
    return status.outputState === 1
      ? { status: "charging", reason: undefined }
      : { status: "suspended_ev", reason: { code: "ev_not_ready" } };
  return { status: undefined, reason: undefined };
}

/** Legs with their voltage; 0 V = phase absent. */
export function legs(status: BoxStatus): {
  readonly currentA: PerPhase<number | undefined>;
  readonly voltageV: PerPhase<number | undefined>;
} {
  const present = (volts: number | undefined): number | undefined => (volts === 0 ? undefined : volts);
  const voltageV = { l1: present(status.l1V), l2: present(status.l2V), l3: present(status.l3V) };
  const amps = (volts: number | undefined, current: number | undefined): number | undefined =>
    volts === undefined ? undefined : current;
  return {
    voltageV,
    currentA: {
      l1: amps(voltageV.l1, status.l1A),
      l2: amps(voltageV.l2, status.l2A),
      l3: amps(voltageV.l3, status.l3A),
    },
  };
}

export interface Metered {
  readonly currentA: PerPhase<number | undefined>;
  readonly voltageV: PerPhase<number | undefined>;
  readonly headlineA: number | undefined;
  readonly headlineV: number | undefined;
  readonly powerW: number;
  readonly phasesUsed: number | undefined;
}

export function meter(status: BoxStatus): Metered {
  const { currentA, voltageV } = legs(status);
  const amps = [currentA.l1, currentA.l2, currentA.l3].filter((a) => a !== undefined);
  const active = amps.filter((a) => a > ACTIVE_A);
  const inUse = amps.filter((a) => a > IN_USE_A).length;
  const volts = [voltageV.l1, voltageV.l2, voltageV.l3].filter((v) => v !== undefined);
  return {
    currentA,
    voltageV,
    headlineA: active.length > 0 ? mean(active) : amps.length > 0 ? 0 : undefined,
    headlineV: volts.length > 0 ? mean(volts) : undefined,
    powerW: truePowerW(status),
    phasesUsed: inUse > 0 ? inUse : undefined,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Highest measured leg, A. */
export function measuredA(status: BoxStatus): number {
  return Math.max(status.l1A, status.l2A ?? 0, status.l3A ?? 0);
}

export function faultWords(status: BoxStatus): readonly string[] {
  return status.errors.map((bit) => errorWord(bit));
}
