/**
 * Shared: everybody's minimum first, then all rise together; who meets a limit stays there while the others go on.
 * The fair share is exact (progressive filling): each round rises by the largest step that all limits allow.
 */
import { DUST_A, COUNT, available, deduct, deductAvailable, type Pool } from "../constraints.ts";
import { reserveMinima, room, sourceLimit, type Claim, type Work } from "./work.ts";

/** Which source pool limits a load, if any. */
function sourceOf(work: Work, claim: Claim): Pool | undefined {
  switch (claim.load.mode) {
    case "eco":
    case "solar":
      return work.solar;
    case "excess":
      // A full battery leaves the load the better of both.
      return work.batteryFull && available(work.solar, claim.mask) >= available(work.excess, claim.mask)
        ? work.solar
        : work.excess;
    default:
      return undefined;
  }
}

export function distributeShared(work: Work): void {
  let rising = reserveMinima(work);
  // Every round retires at least one load; the bound is a belt for float dust.
  for (let round = 0; round <= 2 * work.claims.length + 8; round++) {
    rising = rising.filter((claim) => {
      const ceiling = Math.min(sourceLimit(work, claim.load, claim.allocatedA), claim.load.maxA);
      return ceiling - claim.allocatedA > DUST_A && room(claim) > DUST_A;
    });
    if (rising.length === 0) return;
    const step = largestStep(work, rising);
    if (step <= 0) return;
    raise(work, rising, step);
  }
}

/** The largest equal step that every limit allows all rising loads to take. */
function largestStep(work: Work, rising: readonly Claim[]): number {
  let step = Infinity;
  const pools = new Map<Pool, Float64Array>();
  for (const claim of rising) {
    step = Math.min(step, claim.load.maxA - claim.allocatedA);
    for (const pool of claim.limits) countIn(pools, pool, claim.mask);
    const source = sourceOf(work, claim);
    if (source !== undefined) countIn(pools, source, claim.mask);
  }
  for (const [pool, demand] of pools) {
    for (let subset = 1; subset < 8; subset++) {
      const share = demand[subset] ?? 0;
      if (share > 0) step = Math.min(step, (pool[subset] ?? 0) / share);
    }
  }
  return step;
}

function countIn(pools: Map<Pool, Float64Array>, pool: Pool, mask: number): void {
  let demand = pools.get(pool);
  if (demand === undefined) {
    demand = new Float64Array(8);
    pools.set(pool, demand);
  }
  for (let subset = 1; subset < 8; subset++) demand[subset] = (demand[subset] ?? 0) + (COUNT[subset & mask] ?? 0);
}

/** Gives every rising load the same step, booking each pool once per kind of mask. */
function raise(work: Work, rising: readonly Claim[], step: number): void {
  const byPool = new Map<Pool, Float64Array>();
  const everyone = new Float64Array(8);
  for (const claim of rising) {
    claim.allocatedA += step;
    everyone[claim.mask] = (everyone[claim.mask] ?? 0) + step;
    for (const pool of claim.limits) {
      let taken = byPool.get(pool);
      if (taken === undefined) {
        taken = new Float64Array(8);
        byPool.set(pool, taken);
      }
      taken[claim.mask] = (taken[claim.mask] ?? 0) + step;
    }
  }
  for (const [pool, taken] of byPool)
    for (let mask = 1; mask < 8; mask++) {
      const amount = taken[mask] ?? 0;
      if (amount > 0) deduct(pool, amount, mask);
    }
  for (let mask = 1; mask < 8; mask++) {
    const amount = everyone[mask] ?? 0;
    if (amount <= 0) continue;
    deductAvailable(work.solar, amount, mask);
    deductAvailable(work.excess, amount, mask);
  }
}
