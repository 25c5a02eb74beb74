/**
 * The house as it would be if none of our loads drew. A battery answers to what our loads draw: while they run it discharges,
 * or charges less, so the meter without our draw shows an export that is no surplus. Taking the battery's answer back first
 * makes the engine's result independent of what ran before: the same house has the same answer from any start. Pure.
 */
import type { EngineSite, Phases } from "./problem.ts";

export interface IdleHouse {
  /** As breaker, cap and circuits are judged. */
  readonly physical: EngineSite;
  /** As the surplus is judged: smoothed readings, where they are given. */
  readonly surplus: EngineSite;
  /** What the battery does now, A, + discharging. */
  readonly batteryNowA: number;
}

/** A sum at the meter beyond this, A over all phases, shows that the battery is at a limit of its own. */
export const BATTERY_IDLE_A = 1;
/** A self-consumption battery takes nothing more from this charge on, %. */
const BATTERY_TOP_PCT = 97;

export function idleHouse(site: EngineSite): IdleHouse {
  const physical = rest(site, site.consumptionA, site.exportA);
  const surplus =
    site.surplusA === undefined ? physical : rest(site, site.surplusA.consumptionA, site.surplusA.exportA);
  return { physical, surplus, batteryNowA: (site.batteryW ?? 0) / site.voltageV };
}

function rest(site: EngineSite, consumptionA: Phases, exportA: Phases): EngineSite {
  const asRead: EngineSite = { ...site, consumptionA, exportA, surplusA: undefined };
  const { batteryW, importNowA } = site;
  if (batteryW === null || site.socPct === null || site.meterless) return asRead;
  // Nothing of ours draws, or nothing is known about the present: the readings are the house.
  if (importNowA === undefined || !Number.isFinite(importNowA)) return asRead;
  const nowA = batteryW / site.voltageV;
  let houseA = nowA;
  for (const phase of [0, 1, 2] as const) houseA += (consumptionA[phase] ?? 0) - (exportA[phase] ?? 0);
  const restA = Math.min(nowA, answerOf(site, houseA, nowA, importNowA));
  const phases = Math.max(1, consumptionA.filter((value) => value !== null).length);
  const each = (nowA - restA) / phases;
  const moved = (sign: 1 | -1): Phases => {
    const one = (phase: 0 | 1 | 2): number | null => {
      const used = consumptionA[phase];
      return used === null ? null : Math.max(0, sign * clean(used - (exportA[phase] ?? 0) + each));
    };
    return [one(0), one(1), one(2)];
  };
  const consumption = moved(1);
  const exported = moved(-1);
  const exportW = exported.reduce<number>((sum, value) => sum + (value ?? 0), 0) * site.voltageV;
  const restW = Math.round(restA * site.voltageV * 1e5) / 1e5;
  return {
    ...asRead,
    consumptionA: consumption,
    exportA: exported,
    batteryW: restW,
    solarW: site.solarIsDerived ? exportW + Math.max(0, -restW) : site.solarW,
    householdW: site.householdW === null ? null : Math.max(0, site.solarW + restW - exportW),
  };
}

/**
 * What the battery would give (+) or take (-) for the house alone, A: `houseA` is the house less the sun. Discharge never
 * exceeds what it gives now, since our loads can only have raised it.
 */
function answerOf(site: EngineSite, houseA: number, nowA: number, importNowA: number): number {
  // A battery that charges although the house needs current does so for reasons of its own.
  if (houseA >= 0) return nowA < 0 ? nowA : Math.min(nowA, houseA);
  const surplusA = -houseA;
  const mostA = Math.max(0, site.maxChargeW ?? 0) / site.voltageV;
  // An export beside it says that it takes all it will.
  if (importNowA < -BATTERY_IDLE_A) return Math.min(nowA, 0);
  if (nowA < 0) return -Math.max(-nowA, Math.min(surplusA, mostA));
  return (site.socPct ?? 0) < BATTERY_TOP_PCT ? -Math.min(surplusA, mostA) : 0;
}

/** To a tenth of a microampere: taking away and adding leaves binary dust, which must not tell what ran before. */
function clean(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
