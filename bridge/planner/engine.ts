/**
 * The engine: shares the house connection, the sun and the battery among loads at one instant. Pure, no history: the same
 * question has the same answer, and nothing given is changed. Source: docs/planner.md.
 */
import { floorTenth } from "../../shared/units.ts";
import { ABC, DUST_A, available, deduct, deductAvailable, fromPerPhase, normalise, type Pool } from "./constraints.ts";
import { distributePriority } from "./distribute/priority.ts";
import { distributeSequential } from "./distribute/sequential.ts";
import { distributeShared, distributeSharedPinned } from "./distribute/shared.ts";
import { compareLoads, sourceLimit, type Claim, type Work } from "./distribute/work.ts";
import { BATTERY_FULL_PCT, buildPools, flexibleSupply, phaseCount } from "./pools.ts";
import type { EngineCircuit, EngineLoad, EngineOptions, EngineResult, EngineShare, EngineSite } from "./problem.ts";

/** Rounds of matching the battery's part to what is really drawn before it is left out. */
const BATTERY_ROUNDS = 6;
const NO_CIRCUITS: readonly EngineCircuit[] = [];

export function allocate(
  site: EngineSite,
  loads: readonly EngineLoad[],
  circuits: readonly EngineCircuit[] = NO_CIRCUITS,
  options: EngineOptions = {},
): EngineResult {
  const ordered = loads.map((load, index) => ({ load, index })).sort((a, b) => compareLoads(a.load, b.load));
  if (options.compat === true) return attempt(site, ordered, circuits, 0, options);
  // A battery spreads evenly what it adds and adds no more than is drawn: count on no more than it then would give.
  let flexible = flexibleSupply(site);
  for (let round = 0; ; round++) {
    const result = attempt(site, ordered, circuits, flexible, options);
    if (flexible <= DUST_A || phaseCount(site) === 1) return result;
    const given = batteryResponse(site, loads, result.shares, flexible);
    if (given >= flexible - DUST_A || !exceeds(site, loads, result.shares, given)) return result;
    flexible = round < BATTERY_ROUNDS ? given : 0;
  }
}

interface Ordered {
  readonly load: EngineLoad;
  readonly index: number;
}

function attempt(
  site: EngineSite,
  ordered: readonly Ordered[],
  circuits: readonly EngineCircuit[],
  flexible: number,
  options: EngineOptions,
): EngineResult {
  const compat = options.compat === true;
  const pools = buildPools(site, flexible, options);
  const present = existingMask(site);
  const nodes = compat ? new Map<string, Pool>() : circuitPools(site, circuits);
  const work: Work = {
    site,
    physical: pools.physical.slice(),
    solar: pools.solar.slice(),
    excess: pools.excess.slice(),
    claims: [],
    batteryFirst: site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct,
    batteryFull: site.socPct !== null && site.socPct >= BATTERY_FULL_PCT,
  };
  const memberships = membershipOf(circuits, nodes);
  const claims: Claim[] = [];
  for (const { load, index } of ordered) {
    if (!load.active || load.mode === "off") continue;
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
      distributeSequential(full, true);
      break;
    case "sequential_strict":
      distributeSequential(full, false);
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
      .sort((x, y) => compareRank(x, y));
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

/** By urgency and priority alone: equals keep the order of the member list. */
function compareRank(left: Claim, right: Claim): number {
  const anonymous = (claim: Claim): EngineLoad => ({ ...claim.load, id: "" });
  return compareLoads(anonymous(left), anonymous(right));
}

/** Final shares, and per idle load what it could get beside them. */
function answer(
  work: Work,
  pools: ReturnType<typeof buildPools>,
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

type Three = [number, number, number];

function drawOf(loads: readonly EngineLoad[], shares: readonly EngineShare[]): Three {
  const draw: Three = [0, 0, 0];
  for (const [index, load] of loads.entries()) {
    const current = shares[index]?.allocatedA ?? 0;
    for (const phase of [0, 1, 2] as const) if ((load.mask & (1 << phase)) !== 0) draw[phase] += current;
  }
  return draw;
}

/** What a battery that brings the site's total to 0 would add for these shares, A, up to `flexible`. */
function batteryResponse(
  site: EngineSite,
  loads: readonly EngineLoad[],
  shares: readonly EngineShare[],
  flexible: number,
): number {
  let net = 0;
  for (const phase of [0, 1, 2] as const) net += (site.consumptionA[phase] ?? 0) - (site.exportA[phase] ?? 0);
  for (const current of drawOf(loads, shares)) net += current;
  return Math.min(flexible, Math.max(0, net));
}

/** Whether these shares would break a limit if the battery gave only `given`. */
function exceeds(
  site: EngineSite,
  loads: readonly EngineLoad[],
  shares: readonly EngineShare[],
  given: number,
): boolean {
  const draw = drawOf(loads, shares);
  const each = given / phaseCount(site);
  let before = 0;
  let imported = 0;
  let net = 0;
  for (const phase of [0, 1, 2] as const) {
    const used = site.consumptionA[phase];
    if (used === null || used === undefined) continue;
    const without = used - (site.exportA[phase] ?? 0);
    const after = without + draw[phase] - each;
    if (draw[phase] > 0 && after > site.breakerA + DUST_A) return true;
    before += Math.max(0, without);
    imported += Math.max(0, after);
    net += after;
  }
  const ours = draw[0] + draw[1] + draw[2];
  if (ours <= 0) return false;
  if (site.maxImportW !== null) {
    const cap = site.maxImportW / site.voltageV;
    const total = site.netMeteringAcrossPhases ? Math.max(0, net) : imported;
    if (total > Math.max(cap, 0) + DUST_A) return true;
  }
  const gridFree = site.offGrid || (!site.allowGridCharging && site.socPct !== null);
  if (!gridFree) return false;
  return site.inverterAsymmetric ? net > DUST_A : imported > before + DUST_A;
}
