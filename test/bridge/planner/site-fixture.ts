/** Sites as the planner is asked about them: on the plain ones of test/fakes/site.ts, with chargers of 32 A and fresh meters. */
import type { ChargerSnapshot } from "../../../shared/charger.ts";
import {
  DEFAULT_PACE,
  type ChargerConfig,
  type ChargerSettings,
  type ChargerState,
  type Reading,
  type SiteConfig,
  type SiteReadings,
  type SiteSettings,
  type SiteState,
} from "../../../shared/site.ts";
import { chargerConfig, chargerSettings, chargerState, siteConfig, siteSettings, snapshot } from "../../fakes/site.ts";

export const T0 = Date.UTC(2026, 5, 1, 12);

export interface ChargerChange {
  readonly config?: Partial<ChargerConfig>;
  readonly settings?: Partial<ChargerSettings>;
  readonly snapshot?: Partial<ChargerSnapshot>;
  readonly pace?: Partial<ChargerState["pace"]>;
  readonly canSwitchPhases?: boolean;
}

export function charger(change: ChargerChange = {}): ChargerState {
  return chargerState({
    config: chargerConfig({ maxA: 32, ...change.config }),
    settings: chargerSettings({ limitA: 32, ...change.settings }),
    snapshot: snapshot({ atMs: T0, ...change.snapshot }),
    pace: { ...DEFAULT_PACE, ...change.pace },
    canSwitchPhases: change.canSwitchPhases ?? false,
  });
}

export function reading(value: number | undefined, unit: Reading["unit"] = "A", atMs = T0): Reading {
  return { entityId: "sensor.test", value, unit, atMs, aliveAtMs: atMs };
}

/** Grid currents per phase, all fresh at `atMs`. */
export function grid(a: number, b: number, c: number, atMs = T0): SiteReadings {
  return { gridA: reading(a, "A", atMs), gridB: reading(b, "A", atMs), gridC: reading(c, "A", atMs) };
}

export interface SiteChange {
  readonly config?: Partial<SiteConfig>;
  readonly settings?: Partial<SiteSettings>;
  readonly readings?: SiteReadings;
  readonly chargers?: readonly ChargerState[];
}

export function siteState(change: SiteChange = {}): SiteState {
  return {
    config: siteConfig(change.config),
    settings: siteSettings(change.settings),
    readings: change.readings ?? grid(0, 0, 0),
    chargers: change.chargers ?? [charger()],
    hassUp: true,
  };
}
