/**
 * The engine: shares the house connection, the sun and the battery among loads at one instant. Pure, no history: the same
 * question has the same answer, and nothing given is changed. Source: docs/planner.md.
 */
import { floorTenth } from "../../shared/units.ts";
import { ABC, DUST_A, available, deduct, deductAvailable, fromPerPhase, normalise, type Pool } from "./constraints.ts";
import { distributePriority } from "./distribute/priority.ts";
import { distributeSequential } from "./distribute/sequential.ts";
import { distributeSharedPinned } from "./distribute/shared-pinned.ts";
import { distributeShared } from "./distribute/shared.ts";
import { compareLoads, compareRank, sourceLimit, type Claim, type Work } from "./distribute/work.ts";
import { drawOf, exceeds, responseTo, supplyOf } from "./battery.ts";
import { idleHouse, type IdleHouse } from "./idle-house.ts";
import { buildPinnedPools } from "./pools-pinned.ts";
import { buildPools, type Pools } from "./pools.ts";
import type { EngineCircuit, EngineLoad, EngineOptions, EngineResult, EngineShare, EngineSite } from "./problem.ts";

/** From this charge on a battery has nothing to lose to a car: Excess follows the whole surplus. */
const BATTERY_FULL_PCT = 98;
/** Rounds of matching the battery's part to what is really drawn before it is left out. */
const BATTERY_ROUNDS = 48;
/** How many later loads Optimized looks at before it gives up stepping back. */
const LOOK_AHEAD = 8;
const NO_CIRCUITS: readonly EngineCircuit[] = [];

export function allocate(
  site: EngineSite,
  loads: readonly EngineLoad[],
  circuits: readonly EngineCircuit[] = NO_CIRCUITS,
  options: EngineOptions = {},
): EngineResult {
  const compare = options.compat === true ? compareRank : compareLoads;
  const ordered = loads.map((load, index) => ({ load, index, mayStart: true })).sort((a, b) => compare(a.load, b.load));
  const house = idleHouse(site);
  if (options.compat === true) return attempt(house, buildPinnedPools(house), ordered, circuits, true);
  const supply = supplyOf(house);
  const certain = matched(house, ordered, circuits, supply.certainA);
  if (supply.flexibleA <= supply.certainA + DUST_A) return certain;
  // What only may be there raises those that start without it: else a load would start, find it missing, and start again.
  const started = ordered.map(({ load, index }) => ({
    load,
    index,
    mayStart: (certain.shares[index]?.allocatedA ?? 0) > 0,
  }));
  return matched(house, started, circuits, supply.flexibleA);
}

/** A battery spreads evenly what it adds and adds no more than is drawn: counts on no more than it then would give. */
function matched(
  house: IdleHouse,
  ordered: readonly Ordered[],
  circuits: readonly EngineCircuit[],
  supplyA: number,
): EngineResult {
  let countedA = supplyA;
  for (let round = 0; ; round++) {
    const result = attempt(house, buildPools(house, { supplyA, countedA }), ordered, circuits, false);
    if (countedA <= DUST_A) return result;
    const draw = drawOf(ordered, result.shares);
    const given = responseTo(house.physical, draw, supplyA);
    if (given >= countedA - DUST_A || !exceeds(house.physical, draw, given)) return result;
    countedA = round < BATTERY_ROUNDS ? given : 0;
  }
}

interface Ordered {
  readonly load: EngineLoad;
  readonly index: number;
  readonly mayStart: boolean;
}

function attempt(
  house: IdleHouse,
  pools: Pools,
  ordered: readonly Ordered[],
  circuits: readonly EngineCircuit[],
  compat: boolean,
): EngineResult {
  const site = house.physical;
  const present = existingMask(site);
  const nodes = compat ? new Map<string, Pool>() : circuitPools(site, circuits);
  const work: Work = {
    site,
    physical: pools.physical.slice(),
    solar: pools.solar.slice(),
    excess: pools.excess.slice(),
    claims: [],
    batteryFirst: site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct,
    batteryFull: !compat && site.socPct !== null && site.socPct >= BATTERY_FULL_PCT,
  };
  const memberships = membershipOf(circuits, nodes);
  const claims: Claim[] = [];
  for (const { load, index, mayStart } of ordered) {
    if (!mayStart || !load.active || load.mode === "off") continue;
    // A phase that the site lacks gives nothing; the site reader has clamped masks before.
    if ((load.mask & ~present) !== 0 || load.mask === 0) continue;
    const own = memberships.get(load.id);
    const limits = own === undefined ? [work.physical] : [work.physical, ...own];
    claims.push({ load, index, mask: load.mask, limits, allocatedA: 0 });
  }
  const full: Work = { ...work, claims };
  switch (site.distribution) {
    case "priority":
      distributePriority(full);
      break;
    case "shared":
      if (compat) distributeSharedPinned(full);
      else distributeShared(full);
      break;
    case "sequential_optimized":
      distributeSequential(full, compat ? 1 : LOOK_AHEAD, !compat);
      break;
    case "sequential_strict":
      distributeSequential(full, 0, false);
      break;
  }
  for (const claim of claims) claim.allocatedA = settle(claim);
  if (compat) capGroups(site, claims, circuits);
  return answer(full, pools, nodes, ordered, memberships, compat);
}

/** Rounds down to 0.1 A, never under the minimum it was given and never for a plug that has its whole rating. */
function settle(claim: Claim): number {
  const { minA, maxA } = claim.load;
  const given = claim.allocatedA;
  if (given < minA - DUST_A) return 0;
  if (given >= maxA - DUST_A) return maxA;
  return Math.max(minA, floorTenth(given));
}

function existingMask(site: EngineSite): number {
  let mask = 0;
  for (let phase = 0; phase < 3; phase++) if (site.consumptionA[phase] !== null) mask |= 1 << phase;
  return mask;
}

/** Pools of the circuits, less what others draw on them. */
function circuitPools(site: EngineSite, circuits: readonly EngineCircuit[]): Map<string, Pool> {
  const out = new Map<string, Pool>();
  for (const circuit of circuits) {
    const each = circuit.limitA ?? Infinity;
    const [a, b, c] = circuit.otherA;
    const limit = (phase: 0 | 1 | 2, other: number): number =>
      site.consumptionA[phase] === null ? 0 : Math.max(0, each - other);
    const pool = fromPerPhase(limit(0, a), limit(1, b), limit(2, c));
    if (circuit.totalA !== undefined) pool[ABC] = Math.min(pool[ABC] ?? 0, Math.max(0, circuit.totalA - a - b - c));
    out.set(circuit.id, normalise(pool));
  }
  return out;
}

/** Per load the pools of all circuits above it, each once. */
function membershipOf(circuits: readonly EngineCircuit[], nodes: ReadonlyMap<string, Pool>): Map<string, Pool[]> {
  const out = new Map<string, Pool[]>();
  for (const circuit of circuits) {
    const pools: Pool[] = [];
    for (const id of [circuit.id, ...circuit.ancestors]) {
      const pool = nodes.get(id);
      if (pool !== undefined) pools.push(pool);
    }
    if (pools.length === 0) continue;
    for (const member of circuit.members) {
      const known = out.get(member);
      if (known === undefined) out.set(member, [...pools]);
      else for (const pool of pools) if (!known.includes(pool)) known.push(pool);
    }
  }
  return out;
}

/** Circuit groups as pinned (P6): shares are cut afterwards and what they free goes to nobody. */
function capGroups(site: EngineSite, claims: readonly Claim[], circuits: readonly EngineCircuit[]): void {
  const byId = new Map(claims.map((claim) => [claim.load.id, claim]));
  for (const circuit of circuits) {
    const limit = circuit.limitA ?? Infinity;
    const each = (phase: 0 | 1 | 2): number => (site.consumptionA[phase] === null ? 0 : limit);
    const pool = fromPerPhase(each(0), each(1), each(2));
    const members = circuit.members
      .map((id) => byId.get(id))
      .filter((claim) => claim !== undefined)
      .sort((x, y) => compareRank(x.load, y.load));
    for (const claim of members) {
      if (claim.allocatedA <= 0) continue;
      const cap = Math.min(claim.allocatedA, available(pool, claim.mask));
      claim.allocatedA = cap < claim.load.minA - DUST_A ? 0 : Math.min(claim.allocatedA, floorOr(cap, claim));
      if (claim.allocatedA > 0) deduct(pool, claim.allocatedA, claim.mask);
    }
  }
}

function floorOr(cap: number, claim: Claim): number {
  return cap >= claim.load.maxA ? cap : Math.max(claim.load.minA, floorTenth(cap));
}

/** Final shares, and per idle load what it could get beside them. */
function answer(
  work: Work,
  pools: Pools,
  nodes: ReadonlyMap<string, Pool>,
  ordered: readonly Ordered[],
  memberships: ReadonlyMap<string, readonly Pool[]>,
  compat: boolean,
): EngineResult {
  const physical = pools.physical.slice();
  const solar = pools.solar.slice();
  const excess = pools.excess.slice();
  const given = new Map<string, number>();
  for (const claim of work.claims) {
    given.set(claim.load.id, claim.allocatedA);
    if (claim.allocatedA <= 0) continue;
    deduct(physical, claim.allocatedA, claim.mask);
    deductAvailable(solar, claim.allocatedA, claim.mask);
    deductAvailable(excess, claim.allocatedA, claim.mask);
  }
  const rest: Work = { ...work, physical, solar, excess };
  const present = existingMask(work.site);
  const shares: EngineShare[] = new Array<EngineShare>(ordered.length);
  for (const { load, index } of ordered) {
    const allocatedA = given.get(load.id) ?? 0;
    let availableA = allocatedA;
    if (!load.active && load.mode !== "off" && (load.mask & ~present) === 0) {
      let could = Math.min(load.maxA, sourceLimit(rest, load, 0), available(physical, load.mask));
      if (!compat)
        for (const pool of memberships.get(load.id) ?? []) could = Math.min(could, available(pool, load.mask));
      availableA =
        could < load.minA - DUST_A ? 0 : could >= load.maxA ? load.maxA : Math.max(load.minA, floorTenth(could));
    }
    shares[index] = { id: load.id, allocatedA, availableA };
  }
  return {
    shares,
    left: {
      physical,
      solar,
      excess,
      physicalBefore: pools.physical,
      solarBefore: pools.solar,
      excessBefore: pools.excess,
      circuits: nodes,
      excessThresholdW: pools.excessThresholdW,
      exportW: pools.exportW,
    },
  };
}
