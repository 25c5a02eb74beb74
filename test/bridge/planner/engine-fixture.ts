/** Engine questions for tests: a one-phase site of 25 A with one 6-16 A load, unless said otherwise. */
import type { EngineLoad, EngineSite, Phases } from "../../../bridge/planner/problem.ts";

export function engineSite(change: Partial<EngineSite> = {}): EngineSite {
  const consumptionA: Phases = change.consumptionA ?? [0, null, null];
  return {
    voltageV: 230,
    breakerA: 25,
    exportA: [
      consumptionA[0] === null ? null : 0,
      consumptionA[1] === null ? null : 0,
      consumptionA[2] === null ? null : 0,
    ],
    solarW: 0,
    solarIsDerived: true,
    householdW: null,
    householdA: null,
    inverterA: null,
    socPct: null,
    socTargetPct: null,
    socMinPct: null,
    batteryW: null,
    maxChargeW: null,
    maxDischargeW: null,
    maxImportW: null,
    netMeteringAcrossPhases: false,
    inverterMaxW: null,
    inverterMaxPerPhaseW: null,
    inverterAsymmetric: false,
    allowGridCharging: true,
    offGrid: false,
    meterless: false,
    excessThresholdW: 13_000,
    distribution: "priority",
    ...change,
    consumptionA,
  };
}

export function engineLoad(change: Partial<EngineLoad> = {}): EngineLoad {
  return { id: "car", minA: 6, maxA: 16, mask: 1, priority: 1, mode: "standard", active: true, ...change };
}
