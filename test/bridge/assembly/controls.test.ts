import { describe, expect, it } from "vitest";
import {
  ceilingOf,
  chargerHelpers,
  chargerTruth,
  commandOf,
  siteHelpers,
  siteTruth,
} from "../../../bridge/assembly/controls.ts";
import { initialState, reduce } from "../../../bridge/site/state.ts";
import { DEFAULT_PACE } from "../../../shared/site.ts";
import {
  chargerConfig,
  chargerSettings,
  chargerState,
  FACTS,
  siteConfig,
  siteSettings,
  snapshot,
} from "../../fakes/site.ts";

const can = {
  pace: DEFAULT_PACE,
  session: { start: async () => undefined, stop: async () => undefined, stopEnds: true },
};
const site = (over = {}) =>
  reduce(initialState(siteConfig(over), siteSettings()), { kind: "charger", state: chargerState() });
const keys = (specs: readonly { key: string }[]) => specs.map((spec) => spec.key);

describe("controls as helpers", () => {
  it("offer only what the charger can", () => {
    expect(keys(chargerHelpers(chargerState(), can))).not.toContain("unlock");
    expect(
      keys(chargerHelpers(chargerState(), { ...can, unlock: async () => undefined, reset: async () => undefined })),
    ).toEqual(expect.arrayContaining(["unlock", "reset"]));
  });

  it("end the slider where configuration and box both allow", () => {
    const weak = chargerState({
      config: chargerConfig({ maxA: 32 }),
      snapshot: snapshot({ facts: { ...FACTS, maxA: 20 } }),
    });
    expect(ceilingOf(weak)).toBe(20);
    expect(chargerHelpers(weak, can).find((spec) => spec.key === "limit")).toMatchObject({ min: 0, max: 20, step: 1 });
    expect(ceilingOf(chargerState({ snapshot: snapshot({ facts: { ...FACTS, maxA: undefined } }) }))).toBe(16);
  });

  it("give a plug no ampere slider and its own modes", () => {
    const plug = chargerState({
      config: chargerConfig({ kind: "plug" }),
      settings: chargerSettings({ mode: "continuous" }),
    });
    const specs = chargerHelpers(plug, can);
    expect(keys(specs)).not.toContain("limit");
    expect(specs.find((spec) => spec.key === "mode")?.options).toEqual(["Continuous", "Solar", "Excess", "Off"]);
  });

  it("show battery helpers only with a battery, and no cap helper where an entity gives the cap", () => {
    expect(keys(siteHelpers(site()))).toEqual([
      "mode",
      "distribution",
      "max_import_power",
      "excess_threshold",
      "power_buffer",
    ]);
    expect(keys(siteHelpers(site({ hasBattery: true, maxImportFromEntity: true })))).toEqual([
      "mode",
      "distribution",
      "excess_threshold",
      "power_buffer",
      "battery_soc_target",
      "battery_soc_min",
      "allow_grid_charging",
    ]);
  });

  it("are understood in every way they can be turned", () => {
    const state = site();
    const of = (owner: string, key: string, value?: string | number | boolean) =>
      commandOf({ owner, key, value }, state);
    expect(of("garage", "limit", 10)).toEqual({ kind: "set_max_current", charger: "garage", limitA: 10 });
    expect(of("garage", "enabled", false)).toEqual({ kind: "set_enabled", charger: "garage", on: false });
    expect(of("garage", "mode", "Solar")).toEqual({ kind: "set_mode", charger: "garage", mode: "solar" });
    expect(of("garage", "pause")).toEqual({ kind: "pause", charger: "garage" });
    expect(of("garage", "led_brightness", 30)).toEqual({
      kind: "set_setting",
      charger: "garage",
      key: "led_brightness",
      value: 30,
    });
    expect(of("site", "mode", "Eco")).toEqual({ kind: "set_site_mode", mode: "eco" });
    expect(of("site", "distribution", "Sequential - Strict")).toEqual({
      kind: "set_distribution",
      distribution: "sequential_strict",
    });
    expect(of("site", "power_buffer", 300)).toEqual({ kind: "set_site_number", key: "power_buffer", value: 300 });
  });

  it("mean nothing where they mean nothing: Mixed, a foreign word, a charger that is gone", () => {
    const state = site();
    expect(commandOf({ owner: "site", key: "mode", value: "Mixed" }, state)).toBeUndefined();
    expect(commandOf({ owner: "garage", key: "mode", value: "Turbo" }, state)).toBeUndefined();
    expect(commandOf({ owner: "nobody", key: "pause", value: undefined }, state)).toBeUndefined();
  });

  it("show the truth that a command for it would leave unchanged", () => {
    const state = site();
    for (const [key, value] of Object.entries(chargerTruth(state.chargers[0]!, can))) {
      const command = commandOf({ owner: "garage", key, value }, state)!;
      expect(reduce(state, { kind: "command", command, atMs: 1 }), key).toBe(state);
    }
    for (const [key, value] of Object.entries(siteTruth(state))) {
      const command = commandOf({ owner: "site", key, value }, state)!;
      expect(reduce(state, { kind: "command", command, atMs: 1 }), key).toBe(state);
    }
  });

  it("say Mixed while chargers differ", () => {
    const two = reduce(site(), {
      kind: "charger",
      state: chargerState({ config: chargerConfig({ id: "b" }), settings: chargerSettings({ mode: "eco" }) }),
    });
    expect(siteTruth(two)["mode"]).toBe("Mixed");
  });
});
