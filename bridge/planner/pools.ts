/**
 * Where current can come from: breaker and cap with what the battery would add, the surplus of the sun and its excess. Each is
 * a pool (constraints.ts) before any load has taken its share, asked of the house at rest (idle-house.ts). Pure.
 */
import {
  chargeBack,
  estimatedSun,
  forbiddenDischarge,
  isGridFree,
  placeable,
  usableDischarge,
  regulatesSum,
} from "./battery.ts";
import { COUNT, capTotal, emptyPool, fromPerPhase, normalise, type Pool } from "./constraints.ts";
import type { IdleHouse } from "./idle-house.ts";
import type { EngineSite } from "./problem.ts";
import { householdPerPhase, mapPhases, perPhaseCap, phaseCount, shape, sum, zeros } from "./shape.ts";

export interface Pools {
  /** What breaker, cap and sources hold, whatever the mode. */
  readonly physical: Pool;
  readonly solar: Pool;
  readonly excess: Pool;
  /** Threshold in force, W. */
  readonly excessThresholdW: number;
  /** Export that counts against it, W. */
  readonly exportW: number;
}

/** What the battery adds to our loads, A over all phases. */
export interface BatteryPart {
  /** The most it would give. */
  readonly supplyA: number;
  /** What phases may count on: no more than it gives to what is drawn. */
  readonly countedA: number;
}

/**
 * Breaker, import cap and grid permission as limits for our loads. The sum may count on all that the battery would give, a phase
 * only on its even part of what is really drawn (`counted`).
 */
function physicalPool(site: EngineSite, { supplyA, countedA }: BatteryPart): Pool {
  const n = phaseCount(site);
  const each = countedA / n;
  const used = zeros(site.consumptionA);
  const exported = zeros(site.exportA);
  const netTotal = sum(site.consumptionA) - sum(site.exportA);
  const free = mapPhases(site, (phase) => {
    const net = used[phase] - exported[phase];
    return net > site.breakerA ? 0 : site.breakerA - net + each;
  });
  const pool = fromPerPhase(...free);
  if (site.maxImportW !== null) {
    const cap = site.maxImportW / site.voltageV;
    const head = cap - (site.netMeteringAcrossPhases ? netTotal : sum(site.consumptionA));
    if (site.netMeteringAcrossPhases) capEvery(pool, Math.max(0, head + supplyA));
    // The house alone above its cap: nothing of ours on top, the battery answers to the sum and not to the cap.
    else if (head < 0) capEvery(pool, 0);
    else limitSubsets(pool, exported, head, each);
  }
  if (isGridFree(site)) {
    const drain = forbiddenDischarge(site);
    if (site.inverterAsymmetric || regulatesSum(site)) capEvery(pool, Math.max(0, -netTotal - drain) + supplyA);
    if (!site.inverterAsymmetric) limitSubsets(pool, exported, 0, each - drain / n);
  }
  const inverter = site.inverterMaxW ?? 0;
  if (site.offGrid && inverter > 0) {
    const house = householdPerPhase(site).reduce((total, value) => total + value, 0);
    capEvery(pool, Math.max(0, inverter / site.voltageV - house));
  }
  return normalise(pool);
}

/** Each subset may take `head` beyond what it exports, and the battery's share of its phases. */
function limitSubsets(pool: Pool, exported: readonly number[], head: number, each: number): void {
  for (let subset = 1; subset < 8; subset++) {
    let limit = head + each * (COUNT[subset] ?? 0);
    for (let phase = 0; phase < 3; phase++) if ((subset & (1 << phase)) !== 0) limit += exported[phase] ?? 0;
    pool[subset] = Math.min(pool[subset] ?? 0, limit);
  }
}

function capEvery(pool: Pool, total: number): void {
  for (let subset = 1; subset < 8; subset++) pool[subset] = Math.min(pool[subset] ?? 0, total);
}

/**
 * Surplus of the sun, and of the battery above its target, in A. Phase by phase, since each phase is metered by itself; but a
 * battery sees the sum alone, and would discharge for a load on an exporting phase while another imports.
 */
function surplusPool(site: EngineSite): Pool {
  const pool = solarPool(site);
  if (site.batteryW === null || site.socPct === null || site.socPct <= (site.socMinPct ?? 0)) return pool;
  const spare = isAboveTarget(site) ? Math.max(0, usableDischarge(site) - discharging(site)) : -discharging(site);
  const net = sum(site.consumptionA) - sum(site.exportA);
  return capTotal(pool, Math.max(0, Math.min(placeable(site), spare + chargeBack(site)) - net));
}

/** The surplus without regard to what a battery makes of it. */
export function solarPool(site: EngineSite): Pool {
  if (site.meterless) return emptyPool();
  const exported = zeros(site.exportA);
  const total = exported[0] + exported[1] + exported[2];
  const back = chargeBack(site);
  const most = site.inverterMaxW ?? 0;
  const adjust = back + (isAboveTarget(site) ? unusedDischarge(site) : -discharging(site));
  let pool: Pool;
  if (site.inverterAsymmetric) {
    pool = shape(site, Math.max(0, total + adjust));
  } else {
    const each = adjust / phaseCount(site);
    const cap = perPhaseCap(site);
    pool = fromPerPhase(...mapPhases(site, (phase) => Math.max(0, Math.min(exported[phase] + each, cap))));
  }
  if (most > 0) {
    const house = householdPerPhase(site).reduce((all, value) => all + value, 0);
    capTotal(pool, Math.max(0, most / site.voltageV - house));
  }
  return pool;
}

function isAboveTarget(site: EngineSite): boolean {
  return (
    site.batteryW !== null && site.socPct !== null && site.socTargetPct !== null && site.socPct > site.socTargetPct
  );
}

/** At or below the target what the battery gives is not surplus: else a car once running would never stop. A. */
function discharging(site: EngineSite): number {
  return Math.max(0, site.batteryW ?? 0) / site.voltageV;
}

/** Above the target what the battery could still give is surplus too, A. */
function unusedDischarge(site: EngineSite): number {
  const unused = Math.max(0, Math.max(0, site.maxDischargeW ?? 0) / site.voltageV - discharging(site));
  const most = site.inverterMaxW ?? 0;
  if (most <= 0 || unused <= 0) return unused;
  const solar = site.householdW !== null ? site.solarW / site.voltageV : estimatedSun(site);
  return Math.min(unused, Math.max(0, most / site.voltageV - solar));
}

/** Threshold in force: while the battery is below its target it may take its full charging power first. */
function excessThreshold(site: EngineSite): number {
  const below = site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct;
  return site.excessThresholdW + (below ? Math.max(0, site.maxChargeW ?? 0) : 0);
}

function excessExportW(site: EngineSite): number {
  if (site.meterless) return 0;
  return Math.max(0, sum(site.exportA) * site.voltageV - Math.max(0, site.batteryW ?? 0));
}

export function buildPools({ physical, surplus }: IdleHouse, battery: BatteryPart): Pools {
  const exportW = excessExportW(surplus);
  const excessThresholdW = excessThreshold(surplus);
  const over = (exportW - excessThresholdW) / surplus.voltageV;
  return {
    physical: physicalPool(physical, battery),
    solar: surplusPool(surplus),
    excess: over > 0 ? shape(surplus, over) : emptyPool(),
    excessThresholdW,
    exportW,
  };
}
