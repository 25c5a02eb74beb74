/** Controls as Home Assistant's helpers: which ones a charger has, what turning one means, what each should show. */
import type { Capabilities } from "../chargers/charger.ts";
import type { Command } from "../../shared/commands.ts";
import { CHARGER_HELPERS, SITE_HELPERS, type HelperSpec } from "../../shared/entities.ts";
import {
  DISTRIBUTION_LABELS,
  DISTRIBUTIONS,
  MIXED_LABEL,
  MODE_LABELS,
  parseDistribution,
  parseMode,
  PLUG_MODES,
  WALLBOX_MODES,
  wallboxMode,
} from "../../shared/modes.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";
import { MIN_CURRENT_A } from "../../shared/units.ts";

export type HelperValue = string | number | boolean;

/** What a charger offers, by its capabilities. */
export function chargerHelpers(charger: ChargerState, can: Capabilities): readonly HelperSpec[] {
  const { config, settings } = charger;
  const plug = config.kind === "plug";
  const maxA = Math.floor(ceilingOf(charger));
  const minA = Math.ceil(config.minA);
  const specs: HelperSpec[] = [
    CHARGER_HELPERS.start,
    CHARGER_HELPERS.stop,
    CHARGER_HELPERS.pause,
    { ...CHARGER_HELPERS.enabled, initial: settings.enabled },
    { ...CHARGER_HELPERS.dynamic_control, initial: settings.dynamicControl },
    {
      ...CHARGER_HELPERS.mode,
      options: (plug ? PLUG_MODES : WALLBOX_MODES).map((mode) => MODE_LABELS[mode]),
      initial: MODE_LABELS[settings.mode],
    },
  ];
  if (!plug) {
    specs.push({ ...CHARGER_HELPERS.limit, max: maxA, initial: Math.min(settings.limitA, maxA) });
    if (maxA > minA) specs.push({ ...CHARGER_HELPERS.min_current, min: minA, max: maxA, initial: settings.minA });
  }
  if (can.reset !== undefined) specs.push(CHARGER_HELPERS.reset);
  if (can.resetProfiles !== undefined) specs.push(CHARGER_HELPERS.reset_profiles);
  if (can.unlock !== undefined) specs.push(CHARGER_HELPERS.unlock);
  if (can.refresh !== undefined) specs.push(CHARGER_HELPERS.refresh);
  return [...specs, ...(can.settings?.specs ?? [])];
}

/** The lasting ceiling and what the box itself allows, A per phase. */
export function ceilingOf({ config, snapshot }: ChargerState): number {
  return Math.max(MIN_CURRENT_A, Math.min(config.maxA, snapshot.facts.maxA ?? config.maxA));
}

export function siteHelpers({ config, settings }: SiteState): readonly HelperSpec[] {
  const ceilingW = Math.round((config.voltageV * config.breakerA * config.phases) / 100) * 100;
  const specs: HelperSpec[] = [
    { ...SITE_HELPERS.mode, options: [...WALLBOX_MODES.map((mode) => MODE_LABELS[mode]), MIXED_LABEL] },
    {
      ...SITE_HELPERS.distribution,
      options: DISTRIBUTIONS.map((id) => DISTRIBUTION_LABELS[id]),
      initial: DISTRIBUTION_LABELS[settings.distribution],
    },
  ];
  if (!config.maxImportFromEntity)
    specs.push({ ...SITE_HELPERS.max_import_power, initial: settings.maxImportW ?? ceilingW });
  specs.push(
    { ...SITE_HELPERS.excess_threshold, initial: settings.excessThresholdW },
    { ...SITE_HELPERS.power_buffer, initial: settings.powerBufferW },
  );
  if (config.hasBattery) {
    specs.push(
      { ...SITE_HELPERS.battery_soc_target, initial: settings.socTargetPct },
      { ...SITE_HELPERS.battery_soc_min, initial: settings.socMinPct },
      { ...SITE_HELPERS.allow_grid_charging, initial: settings.allowGridCharging },
    );
  }
  return specs;
}

/** What turning or pressing a helper means; undefined when it means nothing (Mixed, a text that is no mode). */
export function commandOf(
  event: { readonly owner: string; readonly key: string; readonly value: HelperValue | undefined },
  state: SiteState,
): Command | undefined {
  return event.owner === "site"
    ? siteCommandOf(event.key, event.value)
    : chargerCommandOf(event.owner, event.key, event.value, state);
}

function siteCommandOf(key: string, value: HelperValue | undefined): Command | undefined {
  switch (key) {
    case "mode": {
      const mode = parseMode(String(value));
      return mode === undefined ? undefined : { kind: "set_site_mode", mode };
    }
    case "distribution": {
      const distribution = parseDistribution(String(value));
      return distribution === undefined ? undefined : { kind: "set_distribution", distribution };
    }
    case "allow_grid_charging":
      return { kind: "set_allow_grid_charging", on: value === true };
    case "max_import_power":
    case "battery_soc_target":
    case "battery_soc_min":
    case "excess_threshold":
    case "power_buffer":
      return typeof value === "number" ? { kind: "set_site_number", key, value } : undefined;
    default:
      return undefined;
  }
}

function chargerCommandOf(
  charger: string,
  key: string,
  value: HelperValue | undefined,
  state: SiteState,
): Command | undefined {
  if (!state.chargers.some((one) => one.config.id === charger)) return undefined;
  switch (key) {
    case "start":
    case "stop":
    case "pause":
    case "reset":
    case "reset_profiles":
    case "unlock":
    case "refresh":
      return { kind: key, charger };
    case "enabled":
      return { kind: "set_enabled", charger, on: value === true };
    case "dynamic_control":
      return { kind: "set_dynamic_control", charger, on: value === true };
    case "limit":
      return typeof value === "number" ? { kind: "set_max_current", charger, limitA: value } : undefined;
    case "min_current":
      return typeof value === "number" ? { kind: "set_min_current", charger, limitA: value } : undefined;
    case "mode": {
      const mode = parseMode(String(value));
      return mode === undefined ? undefined : { kind: "set_mode", charger, mode };
    }
    default:
      return value === undefined ? undefined : { kind: "set_setting", charger, key, value };
  }
}

/** What each of a charger's helpers should show. */
export function chargerTruth(charger: ChargerState, can: Capabilities): Readonly<Record<string, HelperValue>> {
  const { settings, snapshot } = charger;
  const truth: Record<string, HelperValue> = {
    enabled: settings.enabled,
    dynamic_control: settings.dynamicControl,
    mode: MODE_LABELS[settings.mode],
    limit: Math.min(settings.limitA, Math.floor(ceilingOf(charger))),
    min_current: settings.minA,
  };
  for (const spec of can.settings?.specs ?? []) {
    const value = snapshot.settings[spec.key];
    if (value !== undefined) truth[spec.key] = value;
  }
  return truth;
}

export function siteTruth({ config, settings, chargers }: SiteState): Readonly<Record<string, HelperValue>> {
  const modes = new Set(chargers.map((charger) => wallboxMode(charger.settings.mode)));
  const [only] = [...modes];
  return {
    ...(only === undefined ? {} : { mode: modes.size > 1 ? MIXED_LABEL : MODE_LABELS[only] }),
    distribution: DISTRIBUTION_LABELS[settings.distribution],
    ...(settings.maxImportW === undefined || config.maxImportFromEntity
      ? {}
      : { max_import_power: settings.maxImportW }),
    excess_threshold: settings.excessThresholdW,
    power_buffer: settings.powerBufferW,
    ...(config.hasBattery
      ? {
          battery_soc_target: settings.socTargetPct,
          battery_soc_min: settings.socMinPct,
          allow_grid_charging: settings.allowGridCharging,
        }
      : {}),
  };
}
