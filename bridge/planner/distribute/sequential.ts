/**
 * Sequential: one after the other, no reservations. Strict takes all it can; Optimized steps back a little when that
 * alone lets a later load start.
 */
import { floorTenth } from "../../../shared/units.ts";
import { DUST_A, available, mostLeaving, type Pool } from "../constraints.ts";
import { give, room, sourceLimit, type Claim, type Work } from "./work.ts";

/**
 * `lookAhead`: to how many later loads one steps back; 0 = Strict. `topUp`: what a load stepped back for in vain, because
 * another one came between, is given to those that run.
 */
export function distributeSequential(work: Work, lookAhead: number, topUp: boolean): void {
  for (const [position, claim] of work.claims.entries()) {
    const ceiling = Math.min(claim.load.maxA, sourceLimit(work, claim.load, 0));
    let wanted = Math.min(ceiling, room(claim));
    if (wanted < claim.load.minA - DUST_A) continue;
    if (lookAhead > 0) wanted = stepBack(work, position, claim, wanted, lookAhead);
    // A plug's rating is no multiple of 0.1 A: at its maximum nothing is rounded away.
    const given = wanted >= claim.load.maxA ? claim.load.maxA : Math.max(claim.load.minA, floorTenth(wanted));
    if (given > 0) give(work, claim, given);
  }
  if (!topUp) return;
  for (const claim of work.claims) {
    if (claim.allocatedA <= 0) continue;
    const ceiling = Math.min(claim.load.maxA, sourceLimit(work, claim.load, claim.allocatedA));
    const more = Math.min(ceiling - claim.allocatedA, room(claim));
    if (more > DUST_A) give(work, claim, more);
  }
  inOrder(work.claims);
}

/** A load that stepped back for a third one may be overtaken by its equal in between: the two then change shares. */
function inOrder(claims: readonly Claim[]): void {
  for (const [place, first] of claims.entries())
    for (const later of claims.slice(place + 1))
      if (later.allocatedA > first.allocatedA && areEqual(first, later)) {
        const share = first.allocatedA;
        first.allocatedA = later.allocatedA;
        later.allocatedA = share;
      }
}

function areEqual(one: Claim, other: Claim): boolean {
  return (
    one.mask === other.mask &&
    one.load.mode === other.load.mode &&
    one.load.minA === other.load.minA &&
    one.load.maxA === other.load.maxA &&
    one.limits.length === other.limits.length &&
    one.limits.every((pool) => other.limits.includes(pool))
  );
}

/** The first later load that could start at all decides: `wanted` shrinks by what it lacks, if it then really starts. */
function stepBack(work: Work, position: number, claim: Claim, wanted: number, lookAhead: number): number {
  const last = Math.min(work.claims.length, position + 1 + lookAhead);
  for (let next = position + 1; next < last; next++) {
    const other = work.claims[next];
    if (other === undefined) return wanted;
    const need = other.load.minA;
    if (sourceLimit(work, other.load, 0) < need - DUST_A || room(other) < need - DUST_A) continue;
    let most = Infinity;
    for (const pool of other.limits)
      if (claim.limits.includes(pool)) most = Math.min(most, mostLeaving(pool, claim.mask, other.mask, need));
    const source = sourcePool(work, other);
    if (source !== undefined) most = Math.min(most, mostLeaving(source, claim.mask, other.mask, need));
    if (most >= wanted - DUST_A) return wanted;
    if (most >= claim.load.minA - DUST_A) return Math.max(claim.load.minA, most);
  }
  return wanted;
}

/** The source that must keep the other load's minimum; none where its minimum is guaranteed (Eco, Excess with any left). */
function sourcePool(work: Work, claim: Claim): Pool | undefined {
  if (claim.load.mode === "solar" || (claim.load.mode === "excess" && work.batteryFull)) return work.solar;
  if (claim.load.mode === "excess" && available(work.excess, claim.mask) >= claim.load.minA) return work.excess;
  return undefined;
}
