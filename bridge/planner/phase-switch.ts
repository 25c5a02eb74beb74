/**
 * Switching between one and three phases. Between the most of one phase (16 A x 1) and the least of three (6 A x 3) lies a
 * gap where nothing is switched. Sequence: nothing drawn, switch, wait for the box and the car, go on.
 */

export interface PhaseSwitchMemory {
  /** Phases in use by our own wish; undefined = never switched. */
  readonly phases: 1 | 3 | undefined;
  readonly stage: "steady" | "draining" | "settling";
  readonly stageSinceMs: number;
  /** Instants of the switches of the last hour. */
  readonly switchedAtMs: readonly number[];
  readonly upSinceMs: number | undefined;
  readonly downSinceMs: number | undefined;
}

export interface PhaseSwitchInput {
  readonly nowMs: number;
  /** The charger offers it, is configured for it and the site has three phases. */
  readonly offered: boolean;
  readonly charging: boolean;
  readonly drawA: number;
  readonly minA: number;
  readonly maxA: number;
  /** What three phases, and the first phase alone, could have each, A per phase, own share included. */
  readonly threeA: number;
  readonly oneA: number;
  /** The whole power in reach on one phase, A. */
  readonly totalA: number;
  readonly enableDelayS: number;
  readonly disableDelayS: number;
}

export interface PhaseSwitchResult {
  readonly memory: PhaseSwitchMemory;
  /** The charger must not draw now. */
  readonly hold: boolean;
}

/** Longest wait for the car to stop drawing, and for box and car after the switch, ms. */
const DRAIN_MS = 10_000;
const SETTLE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MOST_PER_HOUR = 10;
const STILL_A = 1;

export function followPhases(memory: PhaseSwitchMemory, input: PhaseSwitchInput): PhaseSwitchResult {
  const { nowMs } = input;
  if (!input.offered)
    return { memory: { ...memory, stage: "steady", upSinceMs: undefined, downSinceMs: undefined }, hold: false };
  if (memory.stage === "draining") {
    if (input.drawA >= STILL_A && nowMs - memory.stageSinceMs < DRAIN_MS) return { memory, hold: true };
    const phases = memory.phases === 1 ? 3 : 1;
    const switchedAtMs = [...memory.switchedAtMs.filter((at) => nowMs - at < HOUR_MS), nowMs];
    return { memory: { ...memory, phases, stage: "settling", stageSinceMs: nowMs, switchedAtMs }, hold: true };
  }
  if (memory.stage === "settling")
    return nowMs - memory.stageSinceMs < SETTLE_MS
      ? { memory, hold: true }
      : { memory: { ...memory, stage: "steady", upSinceMs: undefined, downSinceMs: undefined }, hold: false };
  const one = memory.phases === 1;
  const wantsDown = !one && input.threeA < input.minA && input.oneA >= input.minA;
  const wantsUp = one && input.totalA > input.maxA && input.threeA >= input.minA;
  const downSinceMs = wantsDown ? (memory.downSinceMs ?? nowMs) : undefined;
  const upSinceMs = wantsUp ? (memory.upSinceMs ?? nowMs) : undefined;
  const next: PhaseSwitchMemory = { ...memory, phases: memory.phases ?? 3, downSinceMs, upSinceMs };
  const recent = memory.switchedAtMs.filter((at) => nowMs - at < HOUR_MS).length;
  const due =
    (downSinceMs !== undefined && (!input.charging || nowMs - downSinceMs >= input.disableDelayS * 1000)) ||
    (upSinceMs !== undefined && nowMs - upSinceMs >= input.enableDelayS * 1000);
  if (!due || recent >= MOST_PER_HOUR) return { memory: next, hold: false };
  return { memory: { ...next, stage: "draining", stageSinceMs: nowMs }, hold: true };
}
