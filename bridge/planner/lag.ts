/**
 * How late the meter is. A command that starts or stops a charger makes a step that the meter shows sooner or later; the time
 * between is learnt, once two steps in a row say the same.
 * With it the meter's reading is compared with what our loads drew when it was taken, not with what they draw now: an
 * overload that has been met already is not cut again, and current that is our own echo is not given away.
 */

export interface LagMemory {
  /** Learnt delay from a command to the meter, ms; undefined = not known. */
  readonly lagMs: number | undefined;
  /** What the last step said, ms. */
  readonly lastMs: number | undefined;
  /** Mean move of the site's supply between two looks while our loads keep still, A over all phases. */
  readonly noiseA: number;
  readonly expectedA: number | undefined;
  readonly supplyA: number | undefined;
  readonly step: LagStep | undefined;
}

interface LagStep {
  readonly sinceMs: number;
  /** The site's supply and our draw before it, and what we draw since, A over all phases. */
  readonly supplyA: number;
  readonly drawA: number;
  readonly targetA: number;
  /** When the meter first showed it whole, ms; it must last. */
  readonly shownMs: number | undefined;
  readonly looks: number;
}

export const NO_LAG: LagMemory = {
  lagMs: undefined,
  lastMs: undefined,
  noiseA: 0,
  expectedA: undefined,
  supplyA: undefined,
  step: undefined,
};

/** From this delay on the meter counts as late; below it, the doubt of the last moments covers it, ms. */
export const LATE_MS = 10_000;
/** A step that the meter has not shown by then tells nothing, ms. */
const GIVE_UP_MS = 90_000;
/** A step must stand out, A over all phases, and from the noise by this factor. */
const CLEAR_A = 6;
const CLEAR_OF_NOISE = 4;
/** Looks in a row that must show the step. */
const LOOKS = 3;
/** Share of a step up to which it counts as not shown, and between which as shown. */
const HIDDEN = 0.3;
const SHOWN = [0.7, 1.3] as const;
const NOISE_ALPHA = 0.05;
/** Two steps that differ by no more say the same, ms. */
const AGREE_MS = 4_000;

/**
 * One look. `expectedA` is what our loads draw by what they were told, `supplyA` meter plus battery, both over all phases.
 * `commanded`: a limit was sent since the last look. A car that starts by itself shows at the meter before its box reports it,
 * so nothing can be learnt from that.
 */
export function followLag(
  memory: LagMemory,
  nowMs: number,
  expectedA: number,
  supplyA: number | undefined,
  commanded: boolean,
): LagMemory {
  if (supplyA === undefined) return { ...memory, step: undefined };
  const before = memory.expectedA ?? expectedA;
  const jump = expectedA - before;
  const next = { ...memory, expectedA, supplyA };
  if (memory.step !== undefined) return { ...next, ...judged(memory, memory.step, nowMs, expectedA, supplyA) };
  if (Math.abs(jump) < Math.max(CLEAR_A, CLEAR_OF_NOISE * memory.noiseA)) {
    const moved = Math.abs(supplyA - (memory.supplyA ?? supplyA));
    return { ...next, noiseA: memory.noiseA + NOISE_ALPHA * (moved - memory.noiseA) };
  }
  if (!commanded) return next;
  const step = {
    sinceMs: nowMs,
    supplyA: memory.supplyA ?? supplyA,
    drawA: before,
    targetA: expectedA,
    shownMs: undefined,
    looks: 0,
  };
  return { ...next, step };
}

function judged(
  memory: LagMemory,
  step: LagStep,
  nowMs: number,
  expectedA: number,
  supplyA: number,
): Partial<LagMemory> {
  const jump = step.targetA - step.drawA;
  const unclear = { step: undefined };
  // Our loads moved on: what the meter shows is no longer this step.
  if (nowMs - step.sinceMs > GIVE_UP_MS || Math.abs(expectedA - step.targetA) > Math.abs(jump) / 4) return unclear;
  const shown = (supplyA - step.supplyA) / jump;
  if (step.shownMs === undefined && shown < HIDDEN) return { step };
  if (shown < SHOWN[0] || shown > SHOWN[1])
    // A look on the way up is no answer yet; one that falls back was something else in the house.
    return step.shownMs === undefined && shown < SHOWN[0] && step.looks < LOOKS
      ? { step: { ...step, looks: step.looks + 1 } }
      : unclear;
  const shownMs = step.shownMs ?? nowMs;
  const looks = step.shownMs === undefined ? 1 : step.looks + 1;
  if (looks < LOOKS) return { step: { ...step, shownMs, looks } };
  const measuredMs = shownMs - step.sinceMs;
  const agrees =
    memory.lastMs !== undefined && Math.abs(measuredMs - memory.lastMs) <= Math.max(AGREE_MS, measuredMs / 8);
  return { lagMs: agrees ? measuredMs : undefined, lastMs: measuredMs, step: undefined };
}
