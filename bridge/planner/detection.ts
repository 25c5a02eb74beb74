/**
 * Notices wrong wiring while running: a meter whose sign is turned round, a charger whose lines sit on other phases than
 * configured. Both come from comparing changes of our own draw with changes at the meter. Only tells, unless allowed.
 */
import type { PhaseMap, SitePhase } from "../../shared/site.ts";
import type { InversionMemory, PerSitePhase } from "./memory.ts";
import { PHASES } from "./wiring.ts";

/** Scores of one charger's phase mapping. Index 0-2 = site phase A-C. */
export interface MappingScores {
  readonly totalA: number | undefined;
  readonly gridA: PerSitePhase<number> | undefined;
  /** While one line draws: which phase moves with it. */
  readonly single: PerSitePhase<number>;
  /** While two of three draw: which phase does not move. */
  readonly pair: PerSitePhase<number>;
  readonly idleLine: number | undefined;
  readonly toldSingle: boolean;
  readonly toldPair: boolean;
}

const INVERSION_STEP_A = 1;
const INVERSION_WINDOW = 15;
const INVERSION_VOTES = 10;

/** One tick of the sign check. */
export function followInversion(
  memory: InversionMemory,
  totalDrawA: number,
  totalGridA: number | undefined,
): { readonly memory: InversionMemory; readonly inverted: boolean } {
  if (totalGridA === undefined) return { memory, inverted: false };
  const next = { ...memory, totalDrawA, totalGridA };
  if (memory.totalDrawA === undefined || memory.totalGridA === undefined)
    return { memory: next, inverted: memory.told };
  const draw = totalDrawA - memory.totalDrawA;
  const grid = totalGridA - memory.totalGridA;
  if (Math.abs(draw) < INVERSION_STEP_A) return { memory: next, inverted: memory.told };
  const votes = [...memory.votes, draw * grid < 0 ? 1 : -1].slice(-INVERSION_WINDOW);
  const against = votes.filter((vote) => vote > 0).length;
  const told = memory.told || (votes.length === INVERSION_WINDOW && against >= INVERSION_VOTES);
  return { memory: { ...next, votes, told }, inverted: told };
}

const LINE_A = 1;
const CHANGE_A = 0.5;
const FULL_WEIGHT_A = 15;
const ENOUGH = 6;
const UNCLEAR = 10;
const SURE_SHARE = 0.7;
const REMAP_SCORE = 15;

export interface MappingResult {
  readonly scores: MappingScores;
  /** The line that sits on another phase than configured, and where. */
  readonly mismatch: { readonly line: 0 | 1 | 2; readonly phase: SitePhase; readonly sure: boolean } | undefined;
}

/** One tick of the phase check. `alone` = no other charger changed in this tick; else nothing is scored. */
export function followMapping(
  scores: MappingScores,
  lines: readonly [number, number, number],
  gridA: PerSitePhase<number>,
  map: PhaseMap,
  hardware: number,
  eligible: boolean,
  alone: boolean,
): MappingResult {
  const totalA = lines[0] + lines[1] + lines[2];
  const snapshot = { ...scores, totalA, gridA };
  if (scores.totalA === undefined || scores.gridA === undefined) return { scores: snapshot, mismatch: undefined };
  const change = totalA - scores.totalA;
  if (!eligible || !alone || Math.abs(change) < CHANGE_A) return { scores: snapshot, mismatch: undefined };
  const weight = Math.min(Math.abs(change), FULL_WEIGHT_A) / 5;
  const before = scores.gridA;
  const moved = ([0, 1, 2] as const).map((phase) => gridA[phase] - before[phase]);
  const active = ([0, 1, 2] as const).filter((line) => lines[line] > LINE_A);
  if (active.length === 1) {
    const single = scores.single.map((score, phase) => {
      const step = moved[phase] ?? 0;
      return Math.abs(step) >= CHANGE_A && step * change > 0 ? score + weight : score;
    });
    const line = active[0];
    return line === undefined
      ? { scores: snapshot, mismatch: undefined }
      : decide(snapshot, triple(single), "single", line, map);
  }
  if (active.length === 2 && hardware >= 3) {
    const idle = ([0, 1, 2] as const).find((line) => !active.includes(line));
    if (idle === undefined) return { scores: snapshot, mismatch: undefined };
    const base = scores.idleLine === idle ? scores.pair : ([0, 0, 0] as const);
    const least = moved.reduce((best, step, phase) => (Math.abs(step) < Math.abs(moved[best] ?? 0) ? phase : best), 0);
    const pair = base.map((score, phase) => (phase === least ? score + weight : score));
    return decide({ ...snapshot, idleLine: idle }, triple(pair), "pair", idle, map);
  }
  return { scores: snapshot, mismatch: undefined };
}

function decide(
  scores: MappingScores,
  votes: PerSitePhase<number>,
  kind: "single" | "pair",
  line: 0 | 1 | 2,
  map: PhaseMap,
): MappingResult {
  const told = kind === "single" ? "toldSingle" : "toldPair";
  const total = votes[0] + votes[1] + votes[2];
  const next = { ...scores, [kind]: votes };
  if (total < ENOUGH) return { scores: next, mismatch: undefined };
  const best = votes.indexOf(Math.max(...votes));
  const score = votes[best] ?? 0;
  if (score / total < SURE_SHARE) {
    if (total < UNCLEAR) return { scores: next, mismatch: undefined };
    return { scores: { ...next, [kind]: triple(votes.map((vote) => vote / 2)), [told]: false }, mismatch: undefined };
  }
  const phase = PHASES[best];
  if (phase === undefined || phase === map[line]) return { scores: next, mismatch: undefined };
  return { scores: { ...next, [told]: true }, mismatch: { line, phase, sure: score >= REMAP_SCORE } };
}

/** The map with `line` on `phase`; the line that sat there takes its place. */
export function swapped(map: PhaseMap, line: 0 | 1 | 2, phase: SitePhase): PhaseMap {
  const other = map.indexOf(phase);
  const was = map[line];
  const at = (place: 0 | 1 | 2): SitePhase => (place === line ? phase : place === other ? was : map[place]);
  return [at(0), at(1), at(2)];
}

function triple(values: readonly number[]): PerSitePhase<number> {
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
}
