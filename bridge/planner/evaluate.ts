/** Puts the engine's question together from state, meter and sources, and asks it. */
import type { SiteState } from "../../shared/site.ts";
import { allocate } from "./engine.ts";
import type { PerSitePhase } from "./memory.ts";
import type { MeterView } from "./meter.ts";
import type { EngineCircuit, EngineLoad, EngineResult, EngineSite } from "./problem.ts";
import type { Three } from "./shape.ts";
import type { Sources } from "./sources.ts";
import { siteMask } from "./wiring.ts";

export interface Evaluation {
  readonly site: EngineSite;
  readonly result: EngineResult;
}

/** Everything a run of the engine is asked about, but for the doubt in the meter. */
export interface Scene {
  readonly state: SiteState;
  readonly meter: MeterView;
  readonly sources: Sources;
  /** Our own draw that has been taken out of the meter's reading, A per site phase. */
  readonly ownA: PerSitePhase<number>;
  readonly loads: readonly EngineLoad[];
  readonly circuits: readonly EngineCircuit[];
  readonly reserves: PerSitePhase<number>;
  readonly stale: boolean;
}

/** One run of the engine with the meter's current moved by `shift` (breaker, cap) and `surplusShift` (sun). */
export function evaluate(
  scene: Scene,
  shift: PerSitePhase<number>,
  surplusShift: PerSitePhase<number> = shift,
): Evaluation {
  const { state, meter, sources, ownA, loads, circuits, reserves, stale } = scene;
  const { config, settings } = state;
  const present = siteMask(config);
  const metered = !meter.meterless;
  // Off the grid nothing is metered at the connection: what the battery gives or takes stands for it.
  const net = (place: 0 | 1 | 2, base: number, move: number): number => {
    if (config.offGrid) return -ownA[place] + reserves[place];
    return (metered ? base + move : 0) + reserves[place];
  };
  const split = (value: (place: 0 | 1 | 2) => number): Pick<EngineSite, "consumptionA" | "exportA"> => {
    const each = (place: 0 | 1 | 2, sign: 1 | -1): number | null =>
      (present & (1 << place)) === 0 ? null : Math.max(0, sign * value(place));
    return { consumptionA: [each(0, 1), each(1, 1), each(2, 1)], exportA: [each(0, -1), each(1, -1), each(2, -1)] };
  };
  const physical = split((place) => net(place, meter.worstA[place], shift[place]));
  const surplusA = split((place) => net(place, meter.smoothA[place], surplusShift[place]));
  const exportW = surplusA.exportA.reduce<number>((sum, value) => sum + (value ?? 0), 0) * config.voltageV;
  const batteryW = sources.batteryW ?? null;
  const charging = batteryW !== null && batteryW < 0 ? -batteryW : 0;
  const measured = config.hasSolar ? sources.solarW : undefined;
  const known = measured !== undefined && measured > 0;
  const site: EngineSite = {
    voltageV: config.voltageV,
    breakerA: config.breakerA,
    ...physical,
    surplusA,
    importNowA: stale ? Infinity : config.offGrid ? 0 : (meter.importNowA ?? heldImport(meter, ownA)),
    solarW: measured ?? exportW + charging,
    solarIsDerived: measured === undefined,
    householdW: known ? Math.max(0, measured + (batteryW ?? 0) - exportW) : null,
    householdA: config.hasInverterSensors && config.topology === "series" ? houseInSeries(sources, meter, ownA) : null,
    inverterA: config.hasInverterSensors && config.topology === "parallel" ? outputs(sources) : null,
    socPct: sources.socPct ?? null,
    socTargetPct: sources.socPct === undefined ? null : sources.socTargetPct,
    socMinPct: sources.socPct === undefined ? null : sources.socMinPct,
    batteryW,
    maxChargeW: config.batteryMaxChargeW,
    maxDischargeW: config.batteryMaxDischargeW,
    maxImportW: sources.maxImportW ?? null,
    netMeteringAcrossPhases: config.netMeteringAcrossPhases,
    inverterMaxW: config.inverterMaxW,
    inverterMaxPerPhaseW: config.inverterMaxPerPhaseW,
    inverterAsymmetric: config.inverterAsymmetric,
    allowGridCharging: settings.allowGridCharging || (stale && sources.socPct === undefined),
    offGrid: config.offGrid,
    meterless: meter.meterless && !config.offGrid,
    excessThresholdW: sources.excessThresholdW,
    distribution: settings.distribution,
  };
  return { site, result: allocate(site, loads, circuits) };
}

/** In series the inverter feeds house and chargers: what is not ours is the house. */
function houseInSeries(sources: Sources, meter: MeterView, ownA: PerSitePhase<number>): Three {
  return triple((place) => Math.max(0, (sources.inverterA[place] ?? meter.smoothA[place] + ownA[place]) - ownA[place]));
}

function outputs(sources: Sources): Three {
  return triple((place) => sources.inverterA[place] ?? 0);
}

/** While a reading is missing, the house as it was and what our loads draw now. */
function heldImport(meter: MeterView, ownA: PerSitePhase<number>): number | undefined {
  if (meter.meterless || meter.initializing) return undefined;
  return [0, 1, 2].reduce((sum, place) => sum + (meter.smoothA[place] ?? 0) + (ownA[place] ?? 0), 0);
}

function triple(value: (phase: 0 | 1 | 2) => number): Three {
  return [value(0), value(1), value(2)];
}
