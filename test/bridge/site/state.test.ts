import { describe, expect, it } from "vitest";
import { initialState, reduce } from "../../../bridge/site/state.ts";
import type { Command } from "../../../shared/commands.ts";
import type { SiteState } from "../../../shared/site.ts";
import { chargerConfig, chargerSettings, chargerState, siteConfig, siteSettings, snapshot } from "../../fakes/site.ts";

const start = (over = {}): SiteState =>
  reduce(initialState(siteConfig(), siteSettings()), { kind: "charger", state: chargerState(over) });
const after = (state: SiteState, command: Command): SiteState =>
  reduce(state, { kind: "command", command, atMs: 1000 });
const settingsOf = (state: SiteState) => state.chargers[0]!.settings;

describe("the site's state", () => {
  it("answers the same object when a command changes nothing, so an echo dies here", () => {
    const state = start();
    expect(after(state, { kind: "set_mode", charger: "garage", mode: "standard" })).toBe(state);
    expect(after(state, { kind: "set_max_current", charger: "garage", limitA: 16 })).toBe(state);
    expect(after(state, { kind: "set_enabled", charger: "garage", on: true })).toBe(state);
    expect(after(state, { kind: "set_distribution", distribution: "priority" })).toBe(state);
  });

  it("puts a limit of 1 to 5 A back to 0, since a pilot cannot signal it", () => {
    for (const limitA of [1, 3, 5, 5.9])
      expect(settingsOf(after(start(), { kind: "set_max_current", charger: "garage", limitA })).limitA).toBe(0);
    expect(settingsOf(after(start(), { kind: "set_max_current", charger: "garage", limitA: 6 })).limitA).toBe(6);
  });

  it("never lets a wish pass the configured ceiling", () => {
    expect(settingsOf(after(start(), { kind: "set_max_current", charger: "garage", limitA: 63 })).limitA).toBe(16);
    expect(settingsOf(after(start(), { kind: "set_min_current", charger: "garage", limitA: 63 })).minA).toBe(16);
    expect(settingsOf(after(start(), { kind: "set_min_current", charger: "garage", limitA: 1 })).minA).toBe(6);
  });

  it("keeps the configured import cap as a lasting ceiling", () => {
    const capped = reduce(initialState(siteConfig({ maxImportW: 9000 }), siteSettings({ maxImportW: 9000 })), {
      kind: "charger",
      state: chargerState(),
    });
    expect(after(capped, { kind: "set_site_number", key: "max_import_power", value: 20000 }).settings.maxImportW).toBe(
      9000,
    );
    expect(after(capped, { kind: "set_site_number", key: "max_import_power", value: 4200 }).settings.maxImportW).toBe(
      4200,
    );
  });

  it("does not end a pause of the pause button by moving the slider", () => {
    const paused = after(start(), { kind: "pause", charger: "garage" });
    const moved = after(paused, { kind: "set_max_current", charger: "garage", limitA: 10 });
    expect(settingsOf(moved)).toMatchObject({ enabled: false, limitA: 10, pausedSinceMs: 1000 });
  });

  it("goes back to the former limit when the charging switch is turned on after the slider stood at 0", () => {
    const at10 = after(start(), { kind: "set_max_current", charger: "garage", limitA: 10 });
    const zero = after(at10, { kind: "set_max_current", charger: "garage", limitA: 0 });
    expect(settingsOf(after(zero, { kind: "set_enabled", charger: "garage", on: true })).limitA).toBe(10);
  });

  it("sets every charger by the site's mode, plugs in their own words", () => {
    const plug = chargerState({
      config: chargerConfig({ id: "boiler", kind: "plug" }),
      settings: chargerSettings({ mode: "solar" }),
    });
    const both = reduce(start(), { kind: "charger", state: plug });
    const modes = after(both, { kind: "set_site_mode", mode: "eco" }).chargers.map((charger) => charger.settings.mode);
    expect(modes).toEqual(["eco", "continuous"]);
  });

  it("ignores events for a charger that does not exist", () => {
    const state = start();
    expect(reduce(state, { kind: "snapshot", charger: "nobody", snapshot: snapshot() })).toBe(state);
  });

  it("never mutates the state it was given", () => {
    const state = start();
    const copy = structuredClone(state);
    after(state, { kind: "set_max_current", charger: "garage", limitA: 0 });
    reduce(state, {
      kind: "reading",
      key: "gridA",
      reading: { entityId: "sensor.a", value: 3, unit: "A", atMs: 1, aliveAtMs: 1 },
    });
    expect(state).toEqual(copy);
  });
});
