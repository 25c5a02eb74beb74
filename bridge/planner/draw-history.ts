/**
 * Our own draw over the last moments. Meter and wallbox report at different times, so shortly after a change nobody knows
 * how much of the meter's reading is ours. The spread between what it may be at least and at most in that time is the doubt:
 * nothing is raised on current that may be our own echo, and nothing is lowered (but for a real overload) for it either.
 */
import type { PerSitePhase } from "./memory.ts";

export interface DrawSample {
  readonly atMs: number;
  /** Least and most that our loads may draw, A per site phase. */
  readonly leastA: PerSitePhase<number>;
  readonly mostA: PerSitePhase<number>;
}

/** A change of our own that the meter has not confirmed yet. */
export interface OwnStep {
  readonly sinceMs: number;
  /** Expected draw and site supply (meter + battery) before it, A over all phases. */
  readonly drawA: number;
  readonly supplyA: number;
  readonly confirmedAtMs: number | undefined;
}

/** How long a reported draw may lag behind the meter, ms. */
const WINDOW_MS = 8_000;
/** After the meter has shown a step, its echo stays in smoothed values for this long, ms. */
const ECHO_MS = 10_000;
/** A step the meter never shows is given up after this, ms. */
const GIVE_UP_MS = 75_000;
/** Smaller changes are lost in the noise of a house, A. */
const STEP_A = 2;
/** Doubt below this is noise of measurement, A. */
export const LEAST_DOUBT_A = 0.5;
const MOST_SAMPLES = 120;

export interface History {
  readonly draws: readonly DrawSample[];
  readonly step: OwnStep | undefined;
  /** Doubt about our own part of the meter's reading, A per site phase. */
  readonly doubtA: PerSitePhase<number>;
  /** The least that our loads may have drawn in that time, A per site phase. */
  readonly leastA: PerSitePhase<number>;
  /** The doubt ends by then, ms, unless our loads change again. */
  readonly untilMs: number;
}

/** Takes in the present sample; `supplyA` is meter plus battery over all phases, undefined while unknown. */
export function remember(
  draws: readonly DrawSample[],
  step: OwnStep | undefined,
  sample: DrawSample,
  expectedA: number,
  supplyA: number | undefined,
  keepFromMs: number,
): History {
  const nowMs = sample.atMs;
  const nextStep = followStep(since(draws, nowMs - WINDOW_MS, nowMs), step, nowMs, expectedA, supplyA);
  const fromMs = Math.min(nowMs - WINDOW_MS, nextStep === undefined ? nowMs : nextStep.sinceMs - WINDOW_MS);
  const last = draws.at(-1);
  const stored = last !== undefined && same(last, sample) ? draws : [...draws, sample];
  const recent = since(stored, fromMs, nowMs);
  return {
    draws: since(stored, Math.min(fromMs, keepFromMs), nowMs).slice(-MOST_SAMPLES),
    step: nextStep,
    leastA: [leastOf(recent, sample, 0), leastOf(recent, sample, 1), leastOf(recent, sample, 2)],
    untilMs: endOf(nextStep, nowMs),
    doubtA: [spread(recent, sample, 0), spread(recent, sample, 1), spread(recent, sample, 2)],
  };
}

/** Samples that still held at `fromMs` or later; each holds until the next. */
function since(draws: readonly DrawSample[], fromMs: number, nowMs: number): readonly DrawSample[] {
  return draws.filter((_, index) => (draws[index + 1]?.atMs ?? nowMs) >= fromMs);
}

/** The least and most that our loads may have drawn in a past span; undefined = not known that far back. */
export function thenDrawn(
  draws: readonly DrawSample[],
  fromMs: number,
  toMs: number,
): Pick<DrawSample, "leastA" | "mostA"> | undefined {
  const held = draws.filter((sample, index) => sample.atMs <= toMs && (draws[index + 1]?.atMs ?? Infinity) >= fromMs);
  const first = held[0];
  if (first === undefined || first.atMs > fromMs) return undefined;
  const least = (phase: 0 | 1 | 2): number => Math.min(...held.map((sample) => sample.leastA[phase]));
  const most = (phase: 0 | 1 | 2): number => Math.max(...held.map((sample) => sample.mostA[phase]));
  return { leastA: [least(0), least(1), least(2)], mostA: [most(0), most(1), most(2)] };
}

function followStep(
  draws: readonly DrawSample[],
  step: OwnStep | undefined,
  nowMs: number,
  expectedA: number,
  supplyA: number | undefined,
): OwnStep | undefined {
  if (supplyA === undefined) return undefined;
  if (step === undefined) {
    const before = draws[0];
    if (before === undefined) return undefined;
    const was = (total(before.leastA) + total(before.mostA)) / 2;
    return Math.abs(expectedA - was) >= STEP_A
      ? { sinceMs: nowMs, drawA: was, supplyA, confirmedAtMs: undefined }
      : undefined;
  }
  if (step.confirmedAtMs !== undefined) return nowMs - step.confirmedAtMs > ECHO_MS ? undefined : step;
  const change = expectedA - step.drawA;
  if (nowMs - step.sinceMs > GIVE_UP_MS || Math.abs(change) < STEP_A / 2) return undefined;
  const shown = (supplyA - step.supplyA) / change;
  return shown >= 0.5 ? { ...step, confirmedAtMs: nowMs } : step;
}

function endOf(step: OwnStep | undefined, nowMs: number): number {
  if (step === undefined) return nowMs + WINDOW_MS;
  return step.confirmedAtMs === undefined ? step.sinceMs + GIVE_UP_MS : step.confirmedAtMs + ECHO_MS;
}

function leastOf(draws: readonly DrawSample[], now: DrawSample, phase: 0 | 1 | 2): number {
  return Math.min(now.leastA[phase], ...draws.map((sample) => sample.leastA[phase]));
}

function spread(draws: readonly DrawSample[], now: DrawSample, phase: 0 | 1 | 2): number {
  let least = now.leastA[phase];
  let most = now.mostA[phase];
  for (const sample of draws) {
    least = Math.min(least, sample.leastA[phase]);
    most = Math.max(most, sample.mostA[phase]);
  }
  return most - least < LEAST_DOUBT_A ? 0 : most - least;
}

function same(left: DrawSample, right: DrawSample): boolean {
  return ([0, 1, 2] as const).every(
    (phase) => left.leastA[phase] === right.leastA[phase] && left.mostA[phase] === right.mostA[phase],
  );
}

function total(values: PerSitePhase<number>): number {
  return values[0] + values[1] + values[2];
}
