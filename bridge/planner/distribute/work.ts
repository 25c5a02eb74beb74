/** The workbench of a distribution: loads in their order, the pools they draw from, and what each has been given. */
import { DUST_A, available, deduct, deductAvailable, type Mask, type Pool } from "../constraints.ts";
import type { EngineLoad, EngineMode, EngineSite } from "../problem.ts";

/** One load while shares are handed out. */
export interface Claim {
  readonly load: EngineLoad;
  /** Position in the list given. */
  readonly index: number;
  readonly mask: Mask;
  /** Every pool that limits it physically: the site's, then its circuits'. */
  readonly limits: readonly Pool[];
  allocatedA: number;
}

export interface Work {
  readonly site: EngineSite;
  readonly physical: Pool;
  readonly solar: Pool;
  readonly excess: Pool;
  /** Active loads, most urgent first. */
  readonly claims: readonly Claim[];
  /** SOC below its target: the sun belongs to the battery. */
  readonly batteryFirst: boolean;
  /** SOC at which Excess follows the whole surplus. */
  readonly batteryFull: boolean;
}

const URGENCY: Readonly<Record<EngineMode, number>> = {
  standard: 0,
  continuous: 0,
  eco: 1,
  solar: 2,
  excess: 3,
  off: 4,
};

/** Most urgent first: mode, then priority. Equals stay as they are. */
export function compareRank(left: EngineLoad, right: EngineLoad): number {
  return URGENCY[left.mode] - URGENCY[right.mode] || left.priority - right.priority;
}

/** The same, and equals by id, so that no result depends on the order of a list. */
export function compareLoads(left: EngineLoad, right: EngineLoad): number {
  return compareRank(left, right) || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}

/** Current per phase that breaker, cap and circuits leave for this load. */
export function room(claim: Claim): number {
  let most = Infinity;
  for (const pool of claim.limits) most = Math.min(most, available(pool, claim.mask));
  return most;
}

/**
 * The ceiling that a load's mode sets, A per phase, when `base` has already been taken out of the pools for it.
 * Not yet limited by its own maximum.
 */
export function sourceLimit(work: Work, load: EngineLoad, base: number): number {
  const { mask } = load;
  switch (load.mode) {
    case "standard":
    case "continuous":
      return load.maxA;
    case "eco":
      return work.batteryFirst ? load.minA : Math.max(load.minA, base + available(work.solar, mask));
    case "solar":
      return work.batteryFirst ? 0 : base + available(work.solar, mask);
    case "excess": {
      const over = available(work.excess, mask);
      const excess = over <= DUST_A && base === 0 ? 0 : Math.max(load.minA, base + over);
      return work.batteryFull ? Math.max(excess, base + available(work.solar, mask)) : excess;
    }
    case "off":
      return 0;
  }
}

/** Books `current` more for a load: every draw lowers the export, whatever its mode. */
export function give(work: Work, claim: Claim, current: number): void {
  claim.allocatedA += current;
  for (const pool of claim.limits) deduct(pool, current, claim.mask);
  deductAvailable(work.solar, current, claim.mask);
  deductAvailable(work.excess, current, claim.mask);
}

/** First pass of Priority and Shared: each gets its minimum while it lasts. Returns those that did. */
export function reserveMinima(work: Work): Claim[] {
  const served: Claim[] = [];
  for (const claim of work.claims) {
    const { minA } = claim.load;
    if (sourceLimit(work, claim.load, 0) < minA - DUST_A || room(claim) < minA - DUST_A) continue;
    give(work, claim, minA);
    served.push(claim);
  }
  return served;
}
