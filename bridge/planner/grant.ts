/** From the engine's answers to what each charger is granted: doubt is shared out, nobody keeps what another was given. */
import { available, deduct } from "./constraints.ts";
import type { Evaluation } from "./evaluate.ts";
import type { EngineCircuit, EngineResult } from "./problem.ts";
import type { Subject } from "./subject.ts";

const EPS = 1e-6;

/**
 * What each charger is granted. Without doubt that is the engine's answer. With doubt nobody is raised above the cautious
 * answer nor lowered under the generous one; while anybody is held above the cautious answer, nobody else is raised.
 */
export function settleShares(
  subjects: readonly Subject[],
  upper: EngineResult,
  lower: EngineResult,
  doubtful: boolean,
): number[] {
  const most = upper.shares.map((share) => share.allocatedA);
  if (!doubtful) return most;
  const held = subjects.map((subject, index) => {
    const before = subject.changed ? 0 : subject.memory.allocatedA;
    const cautious = lower.shares[index]?.allocatedA ?? 0;
    return Math.min(most[index] ?? 0, Math.max(cautious, subject.load.active ? before : 0));
  });
  const strained = held.some((value, index) => value > (lower.shares[index]?.allocatedA ?? 0) + EPS);
  return held.map((value, index) => {
    const subject = subjects[index];
    const granted =
      strained && subject !== undefined && !subject.changed
        ? Math.min(value, Math.max(subject.memory.allocatedA, 0))
        : value;
    return granted < (subject?.bounds.minA ?? 0) - EPS ? 0 : granted;
  });
}

/**
 * Shares while a user waits for current: those who asked have what is surely there, and nobody else keeps more than fits
 * beside it. Where that would stop another charger, the doubt is sat out.
 */
export function hurryShares(
  subjects: readonly Subject[],
  settled: readonly number[],
  upper: EngineResult,
  sure: EngineResult,
): readonly number[] {
  const hurried = subjects.map((subject, index) => {
    const share = sure.shares[index]?.allocatedA ?? 0;
    return Math.min(share, subject.wished ? (upper.shares[index]?.allocatedA ?? 0) : (settled[index] ?? 0));
  });
  const gains = subjects.some(
    (subject, index) => subject.wished && (hurried[index] ?? 0) > (settled[index] ?? 0) + EPS,
  );
  const stops = subjects.some((_, index) => (hurried[index] ?? 0) <= 0 && (settled[index] ?? 0) > 0);
  return gains && !stops ? hurried : settled;
}

/**
 * Current per phase that breaker, cap and circuits hold for each charger: its share, and beyond it what it still has from
 * before (it may come down slowly) or needs to stay on. What one is left is not left to another.
 */
export function physicalRoom(
  subjects: readonly Subject[],
  shares: readonly number[],
  { result }: Evaluation,
  circuits: readonly EngineCircuit[],
): number[] {
  const site = result.left.physical.slice();
  const nodes = new Map([...result.left.circuits].map(([id, pool]) => [id, pool.slice()]));
  return subjects.map((subject, index) => {
    const { memory, load } = subject;
    const shareA = shares[index] ?? 0;
    if (!load.active) return shareA;
    const limits = [site];
    for (const circuit of circuits)
      if (circuit.members.includes(load.id))
        for (const id of [circuit.id, ...circuit.ancestors]) {
          const pool = nodes.get(id);
          if (pool !== undefined && !limits.includes(pool)) limits.push(pool);
        }
    // Where doubt granted less than the engine's answer, the difference is free as well.
    const base = Math.max(shareA, result.shares[index]?.allocatedA ?? 0);
    const need = Math.max(memory.sentA ?? 0, memory.outputA, memory.on ? load.minA : 0) - base;
    const extra = Math.max(0, Math.min(need, ...limits.map((pool) => available(pool, subject.mask))));
    if (extra > 0) for (const pool of limits) deduct(pool, extra, subject.mask);
    return base + extra;
  });
}

export function availableOf(subject: Subject, index: number, shareA: number, result: EngineResult): number {
  if (subject.standing.kind === "active") return shareA;
  if (subject.standing.kind === "stopped") return 0;
  return result.shares[index]?.availableA ?? 0;
}
