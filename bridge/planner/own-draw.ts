/** What our own loads draw now: measured, at least, at most, and what is kept for those out of reach. A per site phase. */
import type { SiteState } from "../../shared/site.ts";
import type { MeterView } from "./meter.ts";
import type { Three } from "./shape.ts";
import type { Subject } from "./subject.ts";
import { addMask } from "./wiring.ts";

export interface OwnDraw {
  readonly measuredA: Three;
  readonly leastA: Three;
  readonly mostA: Three;
  /** What they draw by what they were told, A over all phases. */
  readonly expectedA: number;
}

/** A car follows a raised limit within this time, ms; until then its draw may already be higher than told. */
const FOLLOW_MS = 20_000;

export function ownDraw(subjects: readonly Subject[], state: SiteState, nowMs: number): OwnDraw {
  const measuredA: Three = [0, 0, 0];
  const leastA: Three = [0, 0, 0];
  const mostA: Three = [0, 0, 0];
  let expectedA = 0;
  for (const subject of subjects) {
    const range = drawRange(subject, state, nowMs);
    for (const phase of [0, 1, 2] as const) {
      measuredA[phase] += subject.drawA[phase];
      leastA[phase] += range.least[phase];
      mostA[phase] += range.most[phase];
    }
    expectedA += range.expected;
  }
  return { measuredA, leastA, mostA, expectedA };
}

/** Between what a load reports and what it was told lies what it may draw while a change is on its way. */
function drawRange(subject: Subject, state: SiteState, nowMs: number): { least: Three; most: Three; expected: number } {
  const { memory, drawA, mask, standing } = subject;
  const sum = drawA[0] + drawA[1] + drawA[2];
  if (standing.kind === "lost" || memory.sentA === undefined) return { least: drawA, most: drawA, expected: sum };
  const told: Three = [0, 0, 0];
  addMask(told, memory.sentA, mask);
  const fresh = memory.sentAtMs !== undefined && nowMs - memory.sentAtMs < FOLLOW_MS && !state.config.offGrid;
  const wants = standing.kind === "active";
  const range = (pick: (a: number, b: number) => number): Three => [
    pick(drawA[0], told[0]),
    pick(drawA[1], told[1]),
    pick(drawA[2], told[2]),
  ];
  const least = range((reported, limit) => Math.min(reported, limit));
  const most = fresh && wants ? range((reported, limit) => Math.max(reported, limit)) : drawA;
  const target = fresh && wants ? told : drawA;
  return {
    least,
    most,
    expected: Math.min(target[0], most[0]) + Math.min(target[1], most[1]) + Math.min(target[2], most[2]),
  };
}

/** Current held back for chargers that are out of reach and may be charging, A per site phase. */
export function reservations(subjects: readonly Subject[], meter: MeterView): Three {
  const out: Three = [0, 0, 0];
  for (const { standing, charger, mask, memory } of subjects) {
    if (standing.kind !== "lost" || !standing.mayDraw) continue;
    const { config, snapshot } = charger;
    const blind = meter.meterless || meter.staleSinceMs !== undefined;
    // Without a meter to see it, a box that was never seen to fall back by itself may still run at its last limit.
    const last = blind && snapshot.failSafe !== "proven" ? (memory.sentA ?? snapshot.wantedA ?? 0) : 0;
    addMask(out, Math.max(config.failSafeA, last), mask);
  }
  return out;
}
