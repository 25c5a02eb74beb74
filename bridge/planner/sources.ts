/** Sun, battery and import cap as the engine takes them: the last number holds while a sensor is silent. */
import type { SiteState } from "../../shared/site.ts";
import { ampsOf } from "./meter.ts";
import type { PerSitePhase, PlannerMemory } from "./memory.ts";

export interface Sources {
  readonly solarW: number | undefined;
  readonly batteryW: number | undefined;
  readonly socPct: number | undefined;
  /** Thresholds with hysteresis applied. */
  readonly socTargetPct: number;
  readonly socMinPct: number;
  /** Import cap in force, buffer taken off, W; undefined = none. */
  readonly maxImportW: number | undefined;
  readonly inverterA: PerSitePhase<number | undefined>;
  readonly excessThresholdW: number;
  readonly kept: Pick<
    PlannerMemory,
    "solarW" | "batteryW" | "socPct" | "maxImportW" | "aboveTarget" | "aboveMin" | "inverterA"
  >;
}

/** Excess keeps running down to this much under its threshold, W. */
const EXCESS_HYSTERESIS_W = 500;

export function readSources(state: SiteState, memory: PlannerMemory): Sources {
  const { config, settings, readings } = state;
  const watts = (value: number | undefined, unit: string | undefined): number | undefined =>
    value === undefined || !Number.isFinite(value) ? undefined : unit === "A" ? value * config.voltageV : value;
  const solarW = config.hasSolar ? (watts(readings.solar?.value, readings.solar?.unit) ?? memory.solarW) : undefined;
  const batteryW = config.hasBattery
    ? (watts(readings.batteryPower?.value, readings.batteryPower?.unit) ?? memory.batteryW)
    : undefined;
  const told = readings.batterySoc?.value;
  const socPct = config.hasBattery ? (told !== undefined && Number.isFinite(told) ? told : memory.socPct) : undefined;
  const width = config.socHysteresisPct;
  const aboveTarget = above(memory.aboveTarget, socPct, settings.socTargetPct, width);
  const aboveMin = above(memory.aboveMin, socPct, settings.socMinPct, width);
  const entityW = config.maxImportFromEntity
    ? (watts(readings.maxImport?.value, readings.maxImport?.unit) ?? memory.maxImportW)
    : undefined;
  const asked = config.maxImportFromEntity ? entityW : settings.maxImportW;
  const caps = [asked, config.maxImportW].filter((value) => value !== undefined);
  const cap = caps.length === 0 ? undefined : Math.min(...caps);
  const inverterA: PerSitePhase<number | undefined> = [
    hold(ampsOf(readings.inverterA, config.voltageV), memory.inverterA[0]),
    hold(ampsOf(readings.inverterB, config.voltageV), memory.inverterA[1]),
    hold(ampsOf(readings.inverterC, config.voltageV), memory.inverterA[2]),
  ];
  return {
    solarW,
    batteryW,
    socPct,
    socTargetPct: aboveTarget ? settings.socTargetPct - width : settings.socTargetPct,
    socMinPct: aboveMin ? settings.socMinPct - width : settings.socMinPct,
    maxImportW: cap === undefined ? undefined : Math.max(0, cap - settings.powerBufferW),
    inverterA,
    excessThresholdW: Math.max(0, settings.excessThresholdW - (memory.excessRunning ? EXCESS_HYSTERESIS_W : 0)),
    kept: { solarW, batteryW, socPct, maxImportW: entityW, aboveTarget, aboveMin, inverterA },
  };
}

function hold(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined ? before : Math.abs(now);
}

/** On at the threshold, off only below it by the width; a width of 0 has no memory. */
function above(was: boolean, socPct: number | undefined, threshold: number, width: number): boolean {
  if (socPct === undefined || width <= 0) return false;
  return was ? socPct >= threshold - width : socPct >= threshold;
}
