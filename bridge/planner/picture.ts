/** What the planner saw of the site, as the site's sensors show it. Unknown stays unknown. */
import type { CircuitUse, SitePicture } from "../../shared/plan.ts";
import type { SiteState } from "../../shared/site.ts";
import type { MeterView } from "./meter.ts";
import type { Sources } from "./sources.ts";
import { siteMask } from "./wiring.ts";

export interface PictureInput {
  readonly state: SiteState;
  readonly meter: MeterView;
  readonly sources: Sources;
  readonly ownA: readonly [number, number, number];
  /** Some charger does not tell what it draws. */
  readonly ownUnknown: boolean;
  readonly circuits: readonly CircuitUse[];
  readonly warnings: readonly string[];
}

export function picture(input: PictureInput): SitePicture {
  const { state, meter, sources, ownA } = input;
  const { config } = state;
  const volts = config.voltageV;
  const places = ([0, 1, 2] as const).filter((phase) => (siteMask(config) & (1 << phase)) !== 0);
  const raw = meter.rawA;
  const known = places.every((phase) => raw[phase] !== undefined);
  const gridA = known ? places.reduce<number>((sum, phase) => sum + (raw[phase] ?? 0), 0) : undefined;
  const gridW = gridA === undefined ? undefined : gridA * volts;
  const chargersW = input.ownUnknown ? undefined : (ownA[0] + ownA[1] + ownA[2]) * volts;
  const solarW = sources.solarW ?? derivedSolar(input, known);
  const houseW = house(
    gridW,
    chargersW,
    config.hasSolar ? sources.solarW : 0,
    config.hasBattery ? sources.batteryW : 0,
  );
  const free = (phase: 0 | 1 | 2): number | undefined => {
    if (!places.includes(phase)) return undefined;
    const current = raw[phase];
    return current === undefined ? undefined : Math.max(0, config.breakerA - current);
  };
  const sum = (value: (phase: 0 | 1 | 2) => number): number | undefined =>
    known ? places.reduce<number>((total, phase) => total + value(phase), 0) * volts : undefined;
  const imported = sum((phase) => Math.max(0, raw[phase] ?? 0));
  const capLeft =
    sources.maxImportW === undefined || imported === undefined ? Infinity : Math.max(0, sources.maxImportW - imported);
  const cap = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.min(value, capLeft);
  return {
    status: meter.meterless
      ? "no_meter"
      : meter.staleSinceMs !== undefined
        ? "meter_stale"
        : meter.initializing
          ? "initializing"
          : "ok",
    warnings: input.warnings,
    gridW,
    solarW,
    batteryW: sources.batteryW,
    batterySocPct: sources.socPct,
    houseW,
    chargersW,
    currentA: { A: raw[0], B: raw[1], C: raw[2] },
    siteLimitW: sources.maxImportW,
    siteAvailableW: cap(sum((phase) => Math.max(0, config.breakerA - (raw[phase] ?? 0)))),
    availableA: { A: free(0), B: free(1), C: free(2) },
    gridAvailableW: cap(sum((phase) => Math.max(0, config.breakerA - Math.max(0, raw[phase] ?? 0)))),
    solarAvailableW: solarW === undefined ? undefined : Math.max(0, solarW - Math.max(0, houseW ?? 0)),
    batteryAvailableW:
      sources.socPct === undefined ? undefined : sources.socPct >= sources.socMinPct ? config.batteryMaxDischargeW : 0,
    circuits: input.circuits,
  };
}

/** Without a sensor of its own the sun is what leaves the house and what the battery takes. */
function derivedSolar({ state, meter, sources }: PictureInput, known: boolean): number | undefined {
  if (!known || (!state.config.hasSolar && !state.config.hasBattery)) return undefined;
  const exported = meter.smoothA.reduce((sum, current) => sum + Math.max(0, -current), 0) * state.config.voltageV;
  return exported + Math.max(0, -(sources.batteryW ?? 0));
}

/** Energy balance: what comes in and is not ours. */
function house(
  gridW: number | undefined,
  chargersW: number | undefined,
  solarW: number | undefined,
  batteryW: number | undefined,
): number | undefined {
  if (gridW === undefined || chargersW === undefined || solarW === undefined || batteryW === undefined)
    return undefined;
  return Math.max(0, gridW + solarW + batteryW - chargersW);
}
