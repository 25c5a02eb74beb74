/**
 * The pools as the scenario data pins them (docs/planner.md): grid headroom plus whatever the inverter could place, an excess
 * that ignores the battery. Used by `plan --compat` alone. Pure.
 */
import { chargeBack, forbiddenDischarge, isGridFree } from "./battery.ts";
import { add, capTotal, emptyPool, fromPerPhase, type Pool } from "./constraints.ts";
import type { IdleHouse } from "./idle-house.ts";
import { solarPool, type Pools } from "./pools.ts";
import type { EngineSite } from "./problem.ts";
import { mapPhases, perPhaseCap, phaseCount, shape, sum, zeros } from "./shape.ts";

export function buildPinnedPools({ physical, surplus }: IdleHouse): Pools {
  const exportW = surplus.meterless ? 0 : sum(surplus.exportA) * surplus.voltageV;
  const over = (exportW - surplus.excessThresholdW) / surplus.voltageV;
  return {
    physical: pinnedPhysical(physical),
    solar: solarPool(surplus),
    excess: over > 0 ? shape(surplus, over) : emptyPool(),
    excessThresholdW: surplus.excessThresholdW,
    exportW,
  };
}

function pinnedPhysical(site: EngineSite): Pool {
  const gridFree = isGridFree(site);
  const used = zeros(site.consumptionA);
  const exported = zeros(site.exportA);
  const grid = gridFree
    ? emptyPool()
    : fromPerPhase(...mapPhases(site, (phase) => Math.max(0, site.breakerA - used[phase])));
  if (site.maxImportW !== null && !gridFree)
    capTotal(grid, Math.max(0, site.maxImportW / site.voltageV - sum(site.consumptionA)));
  const discharge = spareDischarge(site) - (gridFree ? forbiddenDischarge(site) : 0);
  let inverter: Pool;
  if (site.inverterAsymmetric) {
    // Only what the house leaves of the sun is free to move.
    const solar = site.solarIsDerived ? site.solarW : Math.max(0, site.solarW - (site.householdW ?? 0));
    inverter = shape(site, Math.max(0, solar / site.voltageV + discharge));
  } else {
    const cap = perPhaseCap(site);
    const each = (chargeBack(site) + discharge) / phaseCount(site);
    inverter = fromPerPhase(...mapPhases(site, (phase) => Math.max(0, Math.min(exported[phase] + each, cap))));
  }
  const most = site.inverterMaxW ?? 0;
  if (most > 0) capTotal(inverter, most / site.voltageV);
  return add(grid, inverter);
}

/** The discharge that the battery could still add, A. */
function spareDischarge(site: EngineSite): number {
  if (site.socPct === null || site.socPct < (site.socMinPct ?? 0)) return 0;
  if (!site.allowGridCharging && !(site.socPct > (site.socTargetPct ?? 0))) return 0;
  const most = Math.max(0, site.maxDischargeW ?? 0) / site.voltageV;
  if (most <= 0) return 0;
  if (!site.solarIsDerived) return most;
  if (site.batteryW === null) return 0;
  return Math.max(0, most - Math.max(0, site.batteryW) / site.voltageV);
}
