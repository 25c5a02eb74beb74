/**
 * How far the meter may be off about the house while our own draw changes, as shifts of its reading for the engine. A prompt
 * meter is doubted for the last moments only; of a late one (lag.ts) it is known which of our draws its reading holds.
 */
import type { SiteState } from "../../shared/site.ts";
import { LEAST_DOUBT_A, thenDrawn, type DrawSample, type History, type OwnStep } from "./draw-history.ts";
import { LATE_MS, type LagMemory } from "./lag.ts";
import type { MeterMemory, PerSitePhase } from "./memory.ts";
import type { Echo, MeterView } from "./meter.ts";
import type { OwnDraw } from "./own-draw.ts";
import type { Three } from "./shape.ts";
import type { Sources } from "./sources.ts";

/** Shifts of the meter's reading less our own draw, A per site phase. */
export interface Doubt {
  readonly any: boolean;
  /** If the reading holds as much of ours as it may. */
  readonly generous: PerSitePhase<number>;
  readonly generousSun: PerSitePhase<number>;
  /** If it holds as little as it may. */
  readonly cautious: PerSitePhase<number>;
  /** What is there even if ours drew their least. */
  readonly sure: PerSitePhase<number>;
}

/** Until a lowered limit shows at meter and box, ms: at most, and beyond what is known of a prompt one. */
const REACTION_MS = 8_000;
const REACTION_SLACK_MS = 2_000;
/** A late meter's delay is known to about this, ms. */
const LAG_SLACK_MS = 6_000;
const NONE = [0, 0, 0] as const;

/** Whether the meter is known to be late. */
function isLate(lag: LagMemory): boolean {
  return lag.lagMs !== undefined && lag.lagMs >= LATE_MS;
}

/** What of ours the meter's reading holds: with a prompt meter, what is measured now. */
export function echoOf(draws: readonly DrawSample[], lag: LagMemory, own: OwnDraw, nowMs: number): Echo {
  const now = { leastA: own.measuredA, mostA: own.measuredA };
  if (lag.lagMs === undefined || lag.lagMs < LATE_MS) return now;
  const takenMs = nowMs - lag.lagMs;
  return thenDrawn(draws, takenMs - LAG_SLACK_MS, takenMs + LAG_SLACK_MS) ?? now;
}

/** From when on samples of our draw are still needed, ms. */
export function neededFrom(lag: LagMemory, nowMs: number): number {
  return nowMs - (lag.lagMs ?? 0) - 2 * LAG_SLACK_MS;
}

export function doubtOf(
  lag: LagMemory,
  meter: MeterView,
  own: OwnDraw,
  history: History,
  over: readonly [boolean, boolean, boolean],
  memory: MeterMemory,
  supplyA: number | undefined,
  nowMs: number,
): Doubt {
  if (isLate(lag)) {
    const { belowA, aboveA } = meter;
    const less = each((phase) => -belowA[phase]);
    const any = [0, 1, 2].some((phase) => (belowA[phase] ?? 0) + (aboveA[phase] ?? 0) > LEAST_DOUBT_A);
    return { any, generous: less, generousSun: less, cautious: aboveA, sure: aboveA };
  }
  const { doubtA } = history;
  const knownMs = lag.lagMs ?? lag.lastMs;
  const less = each((phase) => -doubtA[phase]);
  const reactionMs = Math.min(REACTION_MS, (knownMs ?? REACTION_MS) + REACTION_SLACK_MS);
  const reacting = memory.loweredAtMs !== undefined && nowMs - memory.loweredAtMs < reactionMs;
  // Only a meter that has been seen to be late has an excuse.
  const unseen = (knownMs ?? 0) >= LATE_MS && cutUnseen(history.step, own, supplyA);
  return {
    any: doubtA.some((value) => value > 0),
    // Against an overload counts what the loads draw at least, once a cut had time to show.
    generous: each((phase) => {
      if (!over[phase] || unseen) return less[phase];
      return reacting ? 0 : own.measuredA[phase] - own.leastA[phase];
    }),
    generousSun: less,
    cautious: doubtA,
    sure: each((phase) => Math.max(0, own.measuredA[phase] - history.leastA[phase])),
  };
}

export const NO_DOUBT: Doubt = { any: false, generous: NONE, generousSun: NONE, cautious: NONE, sure: NONE };

/**
 * The loads have been cut and say so, yet the meter shows exactly what it showed before: it lags, and cutting once more for
 * the same overload would help nobody. Any rise at the meter ends this.
 */
function cutUnseen(step: OwnStep | undefined, own: OwnDraw, supplyA: number | undefined): boolean {
  if (step === undefined || step.confirmedAtMs !== undefined || supplyA === undefined) return false;
  const { expectedA, measuredA } = own;
  const drawn = measuredA[0] + measuredA[1] + measuredA[2];
  return expectedA < step.drawA - 1 && drawn <= expectedA + 1 && supplyA <= step.supplyA + 1;
}

/** Which phases are above the breaker now, or all while the site is above its import cap. */
export function overloaded(state: SiteState, meter: MeterView, sources: Sources): readonly [boolean, boolean, boolean] {
  const raw = meter.rawA;
  const { config } = state;
  const imported = raw.reduce<number>(
    (sum, current) => sum + (config.netMeteringAcrossPhases ? (current ?? 0) : Math.max(0, current ?? 0)),
    0,
  );
  const cap = sources.maxImportW !== undefined && imported * config.voltageV > sources.maxImportW;
  const one = (place: 0 | 1 | 2): boolean => cap || (raw[place] ?? 0) > config.breakerA;
  return [one(0), one(1), one(2)];
}

function each(value: (phase: 0 | 1 | 2) => number): Three {
  return [value(0), value(1), value(2)];
}
