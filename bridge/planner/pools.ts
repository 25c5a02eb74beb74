/**
 * Where current can come from: the grid within breaker and cap, the inverter with battery, the surplus of the sun and its
 * excess. Each is a pool (constraints.ts) before any load has taken its share. Pure.
 */
import { ABC, COUNT, add, capTotal, emptyPool, fromPerPhase, fromTotal, normalise, type Pool } from "./constraints.ts";
import type { EngineOptions, EngineSite, Phases } from "./problem.ts";

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

type Three = [number, number, number];

/** From this charge on a battery has nothing to lose to a car: Excess follows the whole surplus. */
export const BATTERY_FULL_PCT = 98;
/** An import larger than this, A over all phases, shows that the battery gives all it can. */
const BATTERY_IDLE_IMPORT_A = 1;

const sum = (values: Phases): number => (values[0] ?? 0) + (values[1] ?? 0) + (values[2] ?? 0);
const zeros = (values: Phases): Three => [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];

/** Number of phases that exist, 1 if none does. */
export function phaseCount(site: EngineSite): number {
  return Math.max(1, site.consumptionA.filter((value) => value !== null).length);
}

/** The discharge that the battery could still add, A; `strict` asks for a charge above the target, not only above the least. */
function spareDischarge(site: EngineSite, compat: boolean): number {
  if (site.socPct === null || site.socPct < (site.socMinPct ?? 0)) return 0;
  if (!site.allowGridCharging && !(site.socPct > (site.socTargetPct ?? 0))) return 0;
  const most = Math.max(0, site.maxDischargeW ?? 0) / site.voltageV;
  if (most <= 0) return 0;
  if (compat && !site.solarIsDerived) return most;
  if (site.batteryW === null) return 0;
  return Math.max(0, most - Math.max(0, site.batteryW) / site.voltageV);
}

/**
 * Without the grid only what the battery may give counts: discharge that is not allowed (charge at or below the target, off
 * the grid below the least) is no supply, although it keeps the meter at 0. A.
 */
function forbiddenDischarge(site: EngineSite): number {
  if (site.batteryW === null || site.batteryW <= 0 || site.socPct === null) return 0;
  const allowed =
    site.socPct >= (site.socMinPct ?? 0) && (site.allowGridCharging || site.socPct > (site.socTargetPct ?? 0));
  return allowed ? 0 : site.batteryW / site.voltageV;
}

/** Battery power that charging hides from the meter, A. */
function chargeBack(site: EngineSite): number {
  return site.batteryW !== null && site.batteryW < 0 ? -site.batteryW / site.voltageV : 0;
}

function perPhaseCap(site: EngineSite): number {
  const most = site.inverterMaxPerPhaseW ?? 0;
  return most > 0 ? most / site.voltageV : Infinity;
}

function householdPerPhase(site: EngineSite): Three {
  if (site.householdA !== null) return zeros(site.householdA);
  if (site.householdW !== null) {
    const each = site.householdW / site.voltageV / phaseCount(site);
    return mapPhases(site, () => each);
  }
  return zeros(site.consumptionA);
}

function mapPhases(site: EngineSite, value: (phase: number) => number): Three {
  const one = (phase: 0 | 1 | 2): number => (site.consumptionA[phase] === null ? 0 : value(phase));
  return [one(0), one(1), one(2)];
}

/** A total of `total` ampere as this inverter can place it. */
function shape(site: EngineSite, total: number): Pool {
  const cap = perPhaseCap(site);
  if (site.inverterAsymmetric) {
    const house = householdPerPhase(site);
    const each = mapPhases(site, (phase) => Math.min(total, Math.max(0, cap - (house[phase] ?? 0))));
    return fromTotal(...each, total);
  }
  const even = total / phaseCount(site);
  return fromPerPhase(...mapPhases(site, () => Math.min(even, cap)));
}

/** The battery's flexible part, A over all phases: what it would give up or add if our loads drew more. */
export function flexibleSupply(site: EngineSite): number {
  if (site.meterless || site.socPct === null) return 0;
  // A battery that regulates the house brings the grid to 0 whenever it can: an import says that it cannot.
  if (site.importNowA !== undefined && site.importNowA > BATTERY_IDLE_IMPORT_A) return 0;
  let discharge = spareDischarge(site, false);
  const inverter = site.inverterMaxW ?? 0;
  if (inverter > 0 && discharge > 0) {
    const present = presentOutput(site);
    discharge = Math.min(discharge, Math.max(0, inverter / site.voltageV - present));
  }
  const cap = perPhaseCap(site);
  let total = discharge + chargeBack(site);
  if (Number.isFinite(cap)) {
    const exported = zeros(site.exportA);
    const room = mapPhases(site, (phase) => Math.max(0, cap - (exported[phase] ?? 0)));
    for (const [phase, value] of room.entries())
      if (site.consumptionA[phase] !== null) total = Math.min(total, value * phaseCount(site));
  }
  return total;
}

/** What the inverter gives now, A: PV and discharge as far as the sensors tell. */
function presentOutput(site: EngineSite): number {
  const discharging = Math.max(0, site.batteryW ?? 0) / site.voltageV;
  if (!site.solarIsDerived || site.householdW !== null) return site.solarW / site.voltageV + discharging;
  return sum(site.exportA) + chargeBack(site) + sum(site.consumptionA) + discharging;
}

/**
 * Breaker, import cap and grid permission as limits for our loads. Battery power counts as evenly spread over the phases,
 * and `flexible` is how much of it may be counted on.
 */
export function physicalPool(site: EngineSite, flexible: number): Pool {
  const n = phaseCount(site);
  const each = flexible / n;
  const used = zeros(site.consumptionA);
  const exported = zeros(site.exportA);
  const netTotal = sum(site.consumptionA) - sum(site.exportA);
  const free = mapPhases(site, (phase) => {
    const net = (used[phase] ?? 0) - (exported[phase] ?? 0);
    return net > site.breakerA ? 0 : site.breakerA - net + each;
  });
  const pool = fromPerPhase(...free);
  if (site.maxImportW !== null) {
    const cap = site.maxImportW / site.voltageV;
    const head = cap - (site.netMeteringAcrossPhases ? netTotal : sum(site.consumptionA));
    // The house alone above its cap: nothing of ours on top.
    if (head + flexible < 0) capEvery(pool, 0);
    else if (site.netMeteringAcrossPhases) capEvery(pool, head + flexible);
    else limitSubsets(pool, exported, head, each);
  }
  const gridFree = site.offGrid || (!site.allowGridCharging && site.socPct !== null);
  if (gridFree) {
    const drain = forbiddenDischarge(site);
    if (site.inverterAsymmetric) capEvery(pool, Math.max(0, -netTotal - drain) + flexible);
    else limitSubsets(pool, exported, 0, each - drain / n);
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

/** The physical pool as the scenario data pins it: grid headroom plus whatever the inverter could place. */
function pinnedPhysical(site: EngineSite): Pool {
  const gridFree = site.offGrid || (!site.allowGridCharging && site.socPct !== null);
  const used = zeros(site.consumptionA);
  const exported = zeros(site.exportA);
  const grid = gridFree
    ? emptyPool()
    : fromPerPhase(...mapPhases(site, (phase) => Math.max(0, site.breakerA - (used[phase] ?? 0))));
  if (site.maxImportW !== null && !gridFree)
    capTotal(grid, Math.max(0, site.maxImportW / site.voltageV - sum(site.consumptionA)));
  const discharge = spareDischarge(site, true) - (gridFree ? forbiddenDischarge(site) : 0);
  let inverter: Pool;
  if (site.inverterAsymmetric) {
    // Only what the house leaves of the sun is free to move.
    const solar = site.solarIsDerived ? site.solarW : Math.max(0, site.solarW - (site.householdW ?? 0));
    inverter = shape(site, Math.max(0, solar / site.voltageV + discharge));
  } else {
    const n = phaseCount(site);
    const cap = perPhaseCap(site);
    const each = (chargeBack(site) + discharge) / n;
    inverter = fromPerPhase(...mapPhases(site, (phase) => Math.max(0, Math.min((exported[phase] ?? 0) + each, cap))));
  }
  const most = site.inverterMaxW ?? 0;
  if (most > 0) capTotal(inverter, most / site.voltageV);
  return add(grid, inverter);
}

/** Surplus of the sun, and of the battery above its target, in A. */
function solarPool(site: EngineSite): Pool {
  if (site.meterless) return emptyPool();
  const { consumptionA, exportA } = site.surplusA ?? site;
  const exported = zeros(exportA);
  const total = exported[0] + exported[1] + exported[2];
  const back = chargeBack(site);
  const above = site.socPct !== null && site.socTargetPct !== null && site.socPct > site.socTargetPct;
  const most = site.inverterMaxW ?? 0;
  let adjust: number;
  if (above && site.batteryW !== null) {
    let discharge = Math.max(0, (site.maxDischargeW ?? 0) / site.voltageV - Math.max(0, site.batteryW) / site.voltageV);
    if (most > 0 && discharge > 0) {
      const solar = site.householdW !== null ? site.solarW / site.voltageV : total + back + sum(consumptionA);
      discharge = Math.min(discharge, Math.max(0, most / site.voltageV - solar));
    }
    adjust = back + discharge;
  } else {
    // At or below the target what the battery gives is not surplus: else a car once running would never stop.
    adjust = site.batteryW === null ? 0 : -site.batteryW / site.voltageV;
  }
  let pool: Pool;
  if (site.inverterAsymmetric) {
    pool = shape(site, Math.max(0, total + adjust));
  } else {
    const each = adjust / phaseCount(site);
    const cap = perPhaseCap(site);
    pool = fromPerPhase(...mapPhases(site, (phase) => Math.max(0, Math.min((exported[phase] ?? 0) + each, cap))));
    capTotal(pool, Math.max(0, total + adjust));
  }
  if (most > 0) {
    const house = householdPerPhase(site).reduce((all, value) => all + value, 0);
    capTotal(pool, Math.max(0, most / site.voltageV - house));
  }
  return pool;
}

/** Threshold in force: while the battery is below its target it may take its full charging power first. */
export function excessThreshold(site: EngineSite): number {
  const below = site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct;
  return site.excessThresholdW + (below ? Math.max(0, site.maxChargeW ?? 0) : 0);
}

function excessExportW(site: EngineSite): number {
  if (site.meterless) return 0;
  const exported = sum((site.surplusA ?? site).exportA) * site.voltageV;
  return Math.max(0, exported - Math.max(0, site.batteryW ?? 0));
}

export function buildPools(site: EngineSite, flexible: number, options: EngineOptions): Pools {
  const exportW = excessExportW(site);
  const excessThresholdW = excessThreshold(site);
  const over = (exportW - excessThresholdW) / site.voltageV;
  return {
    physical: options.compat === true ? pinnedPhysical(site) : physicalPool(site, flexible),
    solar: solarPool(site),
    excess: over > 0 ? shape(site, over) : emptyPool(),
    excessThresholdW,
    exportW,
  };
}

/** Highest total of a pool, A. */
export function poolTotal(pool: Pool): number {
  return pool[ABC] ?? 0;
}
