/** Reducers: the one writer of every field of the site's state. An event that changes nothing answers the same object, which is where echoes die. */
import type { ChargerId, ChargerSnapshot } from "../../shared/charger.ts";
import type { Command, CommandState } from "../../shared/commands.ts";
import { plugMode, wallboxMode } from "../../shared/modes.ts";
import type {
  ChargerSettings,
  ChargerState,
  Pace,
  Reading,
  SiteConfig,
  SiteReadingKey,
  SiteSettings,
  SiteState,
} from "../../shared/site.ts";
import { clamp, MIN_CURRENT_A } from "../../shared/units.ts";

export type SiteEvent =
  | { readonly kind: "snapshot"; readonly charger: ChargerId; readonly snapshot: ChargerSnapshot }
  /** `key` is a SiteReadingKey or a key of `SiteReadings.more`. */
  | { readonly kind: "reading"; readonly key: string; readonly reading: Reading | undefined }
  | { readonly kind: "command"; readonly command: Command; readonly atMs: number }
  | { readonly kind: "settings"; readonly charger: ChargerId; readonly settings: ChargerSettings }
  | { readonly kind: "command_state"; readonly charger: ChargerId; readonly state: CommandState }
  | { readonly kind: "charger"; readonly state: ChargerState }
  | { readonly kind: "manners"; readonly charger: ChargerId; readonly pace: Pace; readonly canSwitchPhases: boolean }
  /** The box told what it can, where the configuration gives no ceiling; A per phase. */
  | { readonly kind: "ceiling"; readonly charger: ChargerId; readonly maxA: number }
  | { readonly kind: "hass"; readonly up: boolean };

export const NO_COMMAND: CommandState = {
  state: "idle",
  commandId: undefined,
  name: undefined,
  value: undefined,
  detail: undefined,
  atMs: 0,
};

export function initialState(config: SiteConfig, settings: SiteSettings): SiteState {
  return Object.freeze({ config, settings, readings: {}, chargers: [], hassUp: false });
}

export function reduce(state: SiteState, event: SiteEvent): SiteState {
  switch (event.kind) {
    case "snapshot":
      return withCharger(state, event.charger, (charger) =>
        charger.snapshot === event.snapshot ? charger : { ...charger, snapshot: event.snapshot },
      );
    case "settings":
      return withCharger(state, event.charger, (charger) => changed(charger, "settings", event.settings));
    case "command_state":
      return withCharger(state, event.charger, (charger) => ({ ...charger, command: event.state }));
    case "manners":
      return withCharger(state, event.charger, (charger) =>
        charger.pace === event.pace && charger.canSwitchPhases === event.canSwitchPhases
          ? charger
          : { ...charger, pace: event.pace, canSwitchPhases: event.canSwitchPhases },
      );
    case "charger": {
      const known = state.chargers.some((one) => one.config.id === event.state.config.id);
      const chargers = known
        ? state.chargers.map((one) => (one.config.id === event.state.config.id ? event.state : one))
        : [...state.chargers, event.state];
      return Object.freeze({ ...state, chargers });
    }
    case "ceiling":
      return withCharger(state, event.charger, (charger) =>
        charger.config.maxA === event.maxA ? charger : { ...charger, config: { ...charger.config, maxA: event.maxA } },
      );
    case "hass":
      return state.hassUp === event.up ? state : Object.freeze({ ...state, hassUp: event.up });
    case "reading":
      return withReading(state, event.key, event.reading);
    case "command":
      return withCommand(state, event.command, event.atMs);
  }
}

export function chargerOf(state: SiteState, id: ChargerId): ChargerState | undefined {
  return state.chargers.find((charger) => charger.config.id === id);
}

function withCharger(state: SiteState, id: ChargerId, change: (charger: ChargerState) => ChargerState): SiteState {
  let touched = false;
  const chargers = state.chargers.map((charger) => {
    if (charger.config.id !== id) return charger;
    const next = change(charger);
    if (next !== charger) touched = true;
    return next;
  });
  return touched ? Object.freeze({ ...state, chargers }) : state;
}

function changed<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): T {
  return JSON.stringify(target[key]) === JSON.stringify(value) ? target : { ...target, [key]: value };
}

const SITE_KEYS: ReadonlySet<string> = new Set<SiteReadingKey>([
  "gridA",
  "gridB",
  "gridC",
  "solar",
  "batterySoc",
  "batteryPower",
  "inverterA",
  "inverterB",
  "inverterC",
  "maxImport",
  "price",
]);

function withReading(state: SiteState, key: string, reading: Reading | undefined): SiteState {
  const readings = SITE_KEYS.has(key)
    ? { ...state.readings, [key]: reading }
    : { ...state.readings, more: { ...state.readings.more, [key]: reading } };
  return Object.freeze({ ...state, readings });
}

function withCommand(state: SiteState, command: Command, atMs: number): SiteState {
  switch (command.kind) {
    case "set_site_mode":
      return state.chargers.reduce((next, { config }) => {
        const mode = config.kind === "plug" ? plugMode(command.mode) : wallboxMode(command.mode);
        return withSettings(next, config.id, (settings) => ({ ...settings, mode }));
      }, state);
    case "set_distribution":
      return withSite(state, { distribution: command.distribution });
    case "set_allow_grid_charging":
      return withSite(state, { allowGridCharging: command.on });
    case "set_site_number":
      switch (command.key) {
        case "max_import_power":
          // The configured cap is a ceiling for ever.
          return withSite(state, {
            maxImportW: Math.max(0, Math.min(command.value, state.config.maxImportW ?? Infinity)),
          });
        case "power_buffer":
          return withSite(state, { powerBufferW: Math.max(0, command.value) });
        case "excess_threshold":
          return withSite(state, { excessThresholdW: Math.max(0, command.value) });
        case "battery_soc_target":
          return withSite(state, { socTargetPct: clamp(command.value, 0, 100) });
        case "battery_soc_min":
          return withSite(state, { socMinPct: clamp(command.value, 0, 95) });
      }
      break;
    case "set_mode":
      return withSettings(state, command.charger, (settings) => ({ ...settings, mode: command.mode }));
    case "set_max_current":
      return withSettings(state, command.charger, (settings, charger) => withLimit(settings, charger, command.limitA));
    case "set_min_current":
      return withSettings(state, command.charger, (settings, { config }) => ({
        ...settings,
        minA: clamp(command.limitA, config.minA, config.maxA),
      }));
    case "set_dynamic_control":
      return withSettings(state, command.charger, (settings) => ({ ...settings, dynamicControl: command.on }));
    case "set_enabled":
      return withSettings(state, command.charger, (settings, charger) =>
        command.on ? resumed(settings, charger) : paused(settings, atMs),
      );
    case "start":
      return withSettings(state, command.charger, resumed);
    case "pause":
      return withSettings(state, command.charger, (settings) => paused(settings, atMs));
    case "stop":
    case "reset":
    case "reset_profiles":
    case "unlock":
    case "refresh":
    case "set_setting":
      return state;
  }
  return state;
}

/** 0 pauses; 1-5 A cannot be signalled (IEC 61851-1) and goes back to 0; 6 or more ends that pause. */
function withLimit(settings: ChargerSettings, { config }: ChargerState, wantedA: number): ChargerSettings {
  const floor = config.kind === "plug" ? config.minA : MIN_CURRENT_A;
  if (wantedA < floor)
    return { ...settings, limitA: 0, resumeA: settings.limitA > 0 ? settings.limitA : settings.resumeA };
  return { ...settings, limitA: Math.min(wantedA, config.maxA) };
}

function paused(settings: ChargerSettings, atMs: number): ChargerSettings {
  return settings.enabled ? { ...settings, enabled: false, pausedSinceMs: atMs } : settings;
}

function resumed(settings: ChargerSettings, { config }: ChargerState): ChargerSettings {
  const limitA = settings.limitA > 0 ? settings.limitA : (settings.resumeA ?? config.maxA);
  return { ...settings, enabled: true, pausedSinceMs: undefined, limitA };
}

function withSettings(
  state: SiteState,
  id: ChargerId,
  change: (settings: ChargerSettings, charger: ChargerState) => ChargerSettings,
): SiteState {
  return withCharger(state, id, (charger) => changed(charger, "settings", change(charger.settings, charger)));
}

function withSite(state: SiteState, change: Partial<SiteSettings>): SiteState {
  const settings = { ...state.settings, ...change };
  return JSON.stringify(settings) === JSON.stringify(state.settings) ? state : Object.freeze({ ...state, settings });
}
