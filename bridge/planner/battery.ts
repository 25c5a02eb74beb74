/**
 * What the home battery would do if our loads drew: it brings the site's total at the meter to 0 as far as its limits allow,
 * evenly spread over the phases. Asked of the house at rest (idle-house.ts). Pure.
 */
import { DUST_A } from "./constraints.ts";
import { BATTERY_IDLE_A, type IdleHouse } from "./idle-house.ts";
import type { EngineLoad, EngineShare, EngineSite } from "./problem.ts";
import { perPhaseCap, phaseCount, sum, type Three } from "./shape.ts";

/** Battery power that charging hides from the meter, A; only what the sun gives, not what is charged from the grid. */
export function chargeBack(site: EngineSite): number {
  if (site.batteryW === null || site.batteryW >= 0) return 0;
  const charging = -site.batteryW / site.voltageV;
  const houseA = sum(site.consumptionA) - sum(site.exportA) - charging;
  return Math.min(charging, Math.max(0, -houseA));
}

/** Whether discharge for our loads is allowed at this charge. Without the grid only a charge above the target is for them. */
export function mayDischarge(site: EngineSite): boolean {
  if (site.socPct === null || (site.maxDischargeW ?? 0) <= 0) return false;
  if (site.socPct < (site.socMinPct ?? 0)) return false;
  return site.allowGridCharging || site.socPct > (site.socTargetPct ?? 0);
}

/**
 * Without the grid only what the battery may give counts: discharge that is not allowed (charge at or below the target, off
 * the grid below the least) is no supply, although it keeps the meter at 0. A.
 */
export function forbiddenDischarge(site: EngineSite): number {
  if (site.batteryW === null || site.batteryW <= 0 || site.socPct === null || mayDischarge(site)) return 0;
  return site.batteryW / site.voltageV;
}

export interface Supply {
  /** What the battery would give up or add if our loads drew more, A over all phases. */
  readonly flexibleA: number;
  /** The part of it that nothing unknown can take away; the rest shows only once it is asked for. */
  readonly certainA: number;
}

/** The battery's flexible part. */
export function supplyOf({ physical: site, batteryNowA }: IdleHouse): Supply {
  if (site.meterless || site.socPct === null || site.batteryW === null) return { flexibleA: 0, certainA: 0 };
  const givenA = Math.max(0, site.batteryW) / site.voltageV;
  const certain = isLimitKnown(site);
  let most = usableDischarge(site);
  let back = chargeBack(site);
  // A battery that regulates the house brings the grid to 0 whenever it can: an import says that it gives all it has.
  if (site.importNowA !== undefined && site.importNowA > BATTERY_IDLE_A) {
    most = Math.min(most, Math.max(0, batteryNowA));
    if (batteryNowA < 0) back = 0;
  }
  const ceiling = placeable(site);
  const flexibleA = Math.min(ceiling, Math.max(0, most - givenA) + back);
  return { flexibleA, certainA: certain ? flexibleA : Math.min(ceiling, back) };
}

/** What the inverter's phases can still carry of it, A: spread evenly, or as far as each phase has room. */
export function placeable(site: EngineSite): number {
  const cap = perPhaseCap(site);
  if (!Number.isFinite(cap)) return Infinity;
  const room = ([0, 1, 2] as const)
    .filter((phase) => site.consumptionA[phase] !== null)
    .map((phase) => Math.max(0, cap - (site.exportA[phase] ?? 0)));
  return site.inverterAsymmetric ? room.reduce((all, value) => all + value, 0) : Math.min(...room) * room.length;
}

/**
 * The most it could discharge for our loads, A. Behind an inverter with a limit that is what the sun leaves of it; where
 * nothing tells how much sun there is, it is estimated, but not without the grid, where no import would tell the error. At its
 * least charge exactly a battery stops.
 */
export function usableDischarge(site: EngineSite): number {
  if (!mayDischarge(site) || (site.socPct ?? 0) <= (site.socMinPct ?? 0)) return 0;
  const most = Math.max(0, site.maxDischargeW ?? 0) / site.voltageV;
  const inverter = site.inverterMaxW ?? 0;
  if (inverter <= 0) return most;
  const sunA = knownSun(site) ?? (isGridFree(site) ? Infinity : estimatedSun(site));
  return Math.min(most, Math.max(0, inverter / site.voltageV - sunA));
}

/** Whether that limit is known and not estimated. */
function isLimitKnown(site: EngineSite): boolean {
  return (site.inverterMaxW ?? 0) <= 0 || knownSun(site) !== undefined;
}

/** The sun as the meter shows it, A over all phases; what the house uses of it itself is not seen. */
export function estimatedSun(site: EngineSite): number {
  return sum(site.exportA) + chargeBack(site) + sum(site.consumptionA);
}

/** The sun's own current as a sensor tells it, A over all phases. */
function knownSun(site: EngineSite): number | undefined {
  if (!site.solarIsDerived) return site.solarW / site.voltageV;
  return site.inverterA === null ? undefined : sum(site.inverterA);
}

/** Currents that these shares put on each site phase, A. */
export function drawOf(
  loads: readonly { readonly load: EngineLoad; readonly index: number }[],
  shares: readonly EngineShare[],
): Three {
  const draw: Three = [0, 0, 0];
  for (const { load, index } of loads) {
    const current = shares[index]?.allocatedA ?? 0;
    for (const phase of [0, 1, 2] as const) if ((load.mask & (1 << phase)) !== 0) draw[phase] += current;
  }
  return draw;
}

/** What the battery would add for this draw, A, up to `flexible`. */
export function responseTo(site: EngineSite, draw: Three, flexible: number): number {
  const net = sum(site.consumptionA) - sum(site.exportA) + draw[0] + draw[1] + draw[2];
  return Math.min(flexible, Math.max(0, net));
}

/** Whether this draw would break a limit if the battery gave only `given`. */
export function exceeds(site: EngineSite, draw: Three, given: number): boolean {
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
  if (draw[0] + draw[1] + draw[2] <= 0) return false;
  if (site.maxImportW !== null) {
    const cap = site.maxImportW / site.voltageV;
    const total = site.netMeteringAcrossPhases ? Math.max(0, net) : imported;
    if (total > Math.max(cap, 0) + DUST_A) return true;
  }
  if (!isGridFree(site)) return false;
  return site.inverterAsymmetric || regulatesSum(site) ? net > DUST_A : imported > before + DUST_A;
}

/** A battery above its least charge regulates the sum: what it charges evenly may import on one phase and export on another. */
export function regulatesSum(site: EngineSite): boolean {
  return !site.offGrid && site.socPct !== null && site.socPct > (site.socMinPct ?? 0);
}

/** Nothing may be drawn from the grid: off the grid, or a battery site with grid charging off. */
export function isGridFree(site: EngineSite): boolean {
  return site.offGrid || (!site.allowGridCharging && site.socPct !== null);
}
