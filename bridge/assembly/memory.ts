/** What the user has set, over restarts: the helpers' last values while Home Assistant is away. */
import type { Drawer, Stored } from "../store/drawers.ts";
import type { ChargerSettings, SiteConfig, SiteSettings, SiteState } from "../../shared/site.ts";

export interface SettingsMemory {
  charger(id: string): ChargerSettings | undefined;
  site(initial: SiteSettings, config: SiteConfig): SiteSettings;
  /** Writes what has changed; called after every round. */
  keep(state: SiteState): void;
}

export function createSettingsMemory(drawer: Drawer): SettingsMemory {
  const kept = new Map<string, object>();
  const keep = (key: string, value: object): void => {
    if (kept.get(key) === value) return;
    kept.set(key, value);
    drawer.set(key, JSON.parse(JSON.stringify(value)) as Stored);
  };
  return {
    charger: (id) => drawer.get(`charger:${id}`) as ChargerSettings | undefined,
    site(initial, config) {
      const stored = { ...initial, ...(drawer.get("site") as Partial<SiteSettings> | undefined) };
      const cap = config.maxImportW;
      return { ...stored, maxImportW: cap === undefined ? stored.maxImportW : Math.min(stored.maxImportW ?? cap, cap) };
    },
    keep(state) {
      keep("site", state.settings);
      for (const { config, settings } of state.chargers) keep(`charger:${config.id}`, settings);
    },
  };
}
