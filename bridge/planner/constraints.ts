/**
 * How much current a set of phases may still give: seven limits, one per non-empty subset of the phases A, B, C.
 * A pool is an array of eight numbers indexed by a bit mask (A = 1, B = 2, C = 4); index 0 is unused. A subset of several
 * phases limits the sum of the currents on them, so one pool can say "25 A on each phase, 40 A altogether".
 * Source: docs/planner.md, "Constraints". A one-phase site has B = C = 0; nothing branches on the kind of site.
 */

/** Bit set of site phases: A = 1, B = 2, C = 4. */
export type Mask = number;
export type Pool = Float64Array;

export const A: Mask = 1;
export const B: Mask = 2;
export const C: Mask = 4;
export const ABC: Mask = 7;
/** Currents below this are dust of binary arithmetic, A. */
export const DUST_A = 1e-6;

/** Number of phases in each mask. */
export const COUNT: readonly number[] = [0, 1, 1, 2, 1, 2, 2, 3];

/** Number of phases in a mask. */
export function count(mask: Mask): number {
  return COUNT[mask & ABC] ?? 0;
}

export function emptyPool(): Pool {
  return new Float64Array(8);
}

function at(pool: Pool, mask: Mask): number {
  return pool[mask] ?? 0;
}

/** Limits per phase; a sum is limited by nothing but its parts. */
export function fromPerPhase(a: number, b: number, c: number): Pool {
  return Float64Array.of(0, a, b, a + b, c, a + c, b + c, a + b + c);
}

/** Limits per phase and one total that may flow through any of them. */
export function fromTotal(a: number, b: number, c: number, total: number): Pool {
  return Float64Array.of(0, a, b, total, c, total, total, total);
}

/** Element-wise sum of two pools. */
export function add(left: Pool, right: Pool): Pool {
  const out = emptyPool();
  for (let mask = 1; mask < 8; mask++) out[mask] = at(left, mask) + at(right, mask);
  return out;
}

/** Draws every limit down to what the others imply, and none below 0. In place. */
export function normalise(pool: Pool): Pool {
  let a = at(pool, 1);
  let b = at(pool, 2);
  let ab = at(pool, 3);
  let c = at(pool, 4);
  let ac = at(pool, 5);
  let bc = at(pool, 6);
  let abc = at(pool, 7);
  for (let round = 0; round < 2; round++) {
    ab = Math.min(ab, a + b, abc);
    ac = Math.min(ac, a + c, abc);
    bc = Math.min(bc, b + c, abc);
    abc = Math.min(abc, a + b + c, ab + c, ac + b, bc + a);
    a = Math.min(a, ab, ac, abc);
    b = Math.min(b, ab, bc, abc);
    c = Math.min(c, ac, bc, abc);
  }
  pool[1] = a > 0 ? a : 0;
  pool[2] = b > 0 ? b : 0;
  pool[3] = ab > 0 ? ab : 0;
  pool[4] = c > 0 ? c : 0;
  pool[5] = ac > 0 ? ac : 0;
  pool[6] = bc > 0 ? bc : 0;
  pool[7] = abc > 0 ? abc : 0;
  return pool;
}

/** Lowers the limit of one subset and everything it implies. In place. */
export function capTotal(pool: Pool, total: number): Pool {
  pool[ABC] = Math.min(at(pool, ABC), total);
  return normalise(pool);
}

/** The current per phase that a load on `mask` may take; 0 for the empty mask. */
export function available(pool: Pool, mask: Mask): number {
  switch (mask) {
    case 1:
      return Math.min(at(pool, 1), at(pool, 3), at(pool, 5), at(pool, 7));
    case 2:
      return Math.min(at(pool, 2), at(pool, 3), at(pool, 6), at(pool, 7));
    case 4:
      return Math.min(at(pool, 4), at(pool, 5), at(pool, 6), at(pool, 7));
    case 3:
      return Math.min(at(pool, 1), at(pool, 2), at(pool, 3) / 2, at(pool, 7) / 2);
    case 5:
      return Math.min(at(pool, 1), at(pool, 4), at(pool, 5) / 2, at(pool, 7) / 2);
    case 6:
      return Math.min(at(pool, 2), at(pool, 4), at(pool, 6) / 2, at(pool, 7) / 2);
    case 7:
      return Math.min(
        at(pool, 1),
        at(pool, 2),
        at(pool, 4),
        at(pool, 3) / 2,
        at(pool, 5) / 2,
        at(pool, 6) / 2,
        at(pool, 7) / 3,
      );
    default:
      return 0;
  }
}

/** Takes `current` on each phase of `mask` out of the pool. In place. */
export function deduct(pool: Pool, current: number, mask: Mask): void {
  for (let subset = 1; subset < 8; subset++) {
    const share = COUNT[subset & mask] ?? 0;
    if (share > 0) pool[subset] = at(pool, subset) - current * share;
  }
  normalise(pool);
}

/**
 * Takes from a source pool what a load really takes of it: on each phase no more than that phase still has, so an
 * exhausted phase leaves no phantom current on the others. In place.
 */
export function deductAvailable(pool: Pool, current: number, mask: Mask): void {
  if (current <= 0 || at(pool, ABC) <= 0) return;
  if (available(pool, mask) >= current) {
    deduct(pool, current, mask);
    return;
  }
  for (let phase = 1; phase < 8; phase <<= 1) {
    if ((mask & phase) === 0) continue;
    const taken = Math.min(current, available(pool, phase));
    if (taken > 0) deduct(pool, taken, phase);
  }
}

/**
 * The largest current on `mask` that still leaves `need` per phase for a load on `other`; `Infinity` when they do not
 * meet, negative when `need` is not there even without it.
 */
export function mostLeaving(pool: Pool, mask: Mask, other: Mask, need: number): number {
  let most = Infinity;
  for (let subset = 1; subset < 8; subset++) {
    const theirs = COUNT[subset & other] ?? 0;
    if (theirs === 0) continue;
    const ours = COUNT[subset & mask] ?? 0;
    const left = at(pool, subset) - need * theirs;
    if (left < -DUST_A) {
      if (ours === 0) return -1;
    }
    if (ours > 0) most = Math.min(most, left / ours);
  }
  return most;
}
