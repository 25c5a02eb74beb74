/** Values per phase of a site, and how its inverter can place a total on them. Pure. */
import { fromPerPhase, fromTotal, type Pool } from "./constraints.ts";
import type { EngineSite, Phases } from "./problem.ts";

export type Three = [number, number, number];

export const sum = (values: Phases): number => (values[0] ?? 0) + (values[1] ?? 0) + (values[2] ?? 0);
export const zeros = (values: Phases): Three => [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];

/** Number of phases that exist, 1 if none does. */
export function phaseCount(site: EngineSite): number {
  return Math.max(1, site.consumptionA.filter((value) => value !== null).length);
}

/** A value for each existing phase, 0 for the others. */
export function mapPhases(site: EngineSite, value: (phase: 0 | 1 | 2) => number): Three {
  const one = (phase: 0 | 1 | 2): number => (site.consumptionA[phase] === null ? 0 : value(phase));
  return [one(0), one(1), one(2)];
}

/** What one phase of the inverter can carry, A; Infinity = not limited. */
export function perPhaseCap(site: EngineSite): number {
  const most = site.inverterMaxPerPhaseW ?? 0;
  return most > 0 ? most / site.voltageV : Infinity;
}

/** The household's own current per phase, as well as it is known. */
export function householdPerPhase(site: EngineSite): Three {
  const { householdA, inverterA, householdW } = site;
  if (householdA !== null) return zeros(householdA);
  if (inverterA !== null)
    return mapPhases(site, (phase) =>
      Math.max(0, (site.consumptionA[phase] ?? 0) - (site.exportA[phase] ?? 0) + (inverterA[phase] ?? 0)),
    );
  if (householdW !== null) {
    const each = householdW / site.voltageV / phaseCount(site);
    return mapPhases(site, () => each);
  }
  return zeros(site.consumptionA);
}

/** A total of `total` ampere as this inverter can place it. */
export function shape(site: EngineSite, total: number): Pool {
  const cap = perPhaseCap(site);
  if (site.inverterAsymmetric) {
    const house = householdPerPhase(site);
    const each = mapPhases(site, (phase) => Math.min(total, Math.max(0, cap - (house[phase] ?? 0))));
    return fromTotal(...each, total);
  }
  const even = total / phaseCount(site);
  return fromPerPhase(...mapPhases(site, () => Math.min(even, cap)));
}
