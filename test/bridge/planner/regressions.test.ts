/** Ways in which a planner of this kind is known to trip a breaker or to waste the sun, each with its numbers. */
import { describe, expect, it } from "vitest";
import { allocate } from "../../../bridge/planner/engine.ts";
import type { EngineLoad } from "../../../bridge/planner/problem.ts";
import { runScenario } from "../../../bridge/simulate/scenario-run.ts";
import { readScenarios } from "../../../bridge/simulate/scenario.ts";
import { engineLoad, engineSite } from "./engine-fixture.ts";

function shares(site: Parameters<typeof engineSite>[0], loads: readonly EngineLoad[], compat = false): number[] {
  return allocate(engineSite(site), loads, [], { compat }).shares.map((share) => share.allocatedA);
}

describe("known defects stay repaired", () => {
  for (const compat of [false, true]) {
    const how = compat ? "with the pinned oddities" : "with the safe engine";
    it(`D1: the sun that the house already uses adds nothing to a 25 A breaker (${how})`, () => {
      // House 20 A, sun 20 A, dedicated sensor: the meter reads 0. Raw sun on top would give 32 A, all of it import.
      const site = {
        consumptionA: [0, null, null] as const,
        exportA: [0, null, null] as const,
        solarW: 4600,
        solarIsDerived: false,
        householdW: 4600,
      };
      expect(shares(site, [engineLoad({ maxA: 32 })], compat)).toEqual([25]);
    });

    it(`D2: export on B and C does not lift the limit of A (${how})`, () => {
      // A takes 10 A of 25 A, B and C export 10 A each: 21.7 A on A would be 31.7 A of import there.
      const site = { consumptionA: [10, 0, 0] as const, exportA: [0, 10, 10] as const, solarW: 4600 };
      expect(shares(site, [engineLoad({ maxA: 32 })], compat)).toEqual([15]);
    });

    it(`D3: without grid charging an export of 10 A is worth 10 A, not 20 A (${how})`, () => {
      const site = {
        consumptionA: [0, null, null] as const,
        exportA: [10, null, null] as const,
        solarW: 2300,
        socPct: 50,
        socTargetPct: 80,
        socMinPct: 20,
        batteryW: 0,
        maxDischargeW: 5000,
        allowGridCharging: false,
      };
      expect(shares(site, [engineLoad({ maxA: 32 })], compat)).toEqual([10]);
    });

    it(`D21: with the battery at its target no sun means no charging, also for a car that runs (${how})`, () => {
      const [scenario] = readScenarios({
        site: { phase_a_consumption: 3, solar_production: 0, battery_soc: 80, main_breaker_rating: 35 },
        chargers: [{ entity_id: "car", operating_mode: "Solar Only" }],
      });
      for (const start of ["zero", "max"] as const)
        expect(runScenario(scenario!, { start, cycles: 60, compat }).loads.get("car")?.allocatedA).toBe(0);
    });

    it(`D21: 7 A of surplus are 7 A from either start (${how})`, () => {
      const [scenario] = readScenarios({
        site: { phase_a_consumption: 3, solar_production: 2300, battery_soc: 80, main_breaker_rating: 35 },
        chargers: [{ entity_id: "car", operating_mode: "Solar Only" }],
      });
      for (const start of ["zero", "max"] as const)
        expect(runScenario(scenario!, { start, cycles: 60, compat }).loads.get("car")?.allocatedA).toBeCloseTo(7, 6);
    });

    it(`D4: Optimized gives nothing up for a neighbour that cannot start (11 A: ${how})`, () => {
      const loads = [1, 2, 3].map((priority) => engineLoad({ id: `l${priority}`, priority }));
      const site = { breakerA: 11, distribution: "sequential_optimized" as const };
      expect(shares(site, loads, compat)).toEqual([11, 0, 0]);
    });

    it(`D5: Shared raises a load on B while A is full (${how})`, () => {
      const site = { consumptionA: [19, 0, 0] as const, exportA: [0, 0, 0] as const, distribution: "shared" as const };
      const loads = [engineLoad({ id: "a", mask: 1, maxA: 32 }), engineLoad({ id: "b", mask: 2, maxA: 32 })];
      expect(shares(site, loads, compat)).toEqual([6, 25]);
    });

    it(`D6: a phase without sun leaves no phantom surplus on the others (${how})`, () => {
      // Export 16/2/16, an Eco load at 6 A on three phases: 10 A are left on A, not 14.
      const site = { consumptionA: [0, 0, 0] as const, exportA: [16, 2, 16] as const, solarW: 7820 };
      const loads = [
        engineLoad({ id: "eco", mask: 7, mode: "eco", maxA: 6 }),
        engineLoad({ id: "sun", mask: 1, mode: "solar", maxA: 32, priority: 2 }),
      ];
      expect(shares(site, loads, compat)).toEqual([6, 10]);
    });
  }

  it("D8: two Excess loads in Shared do not count the same excess twice", () => {
    // 20 A over the threshold: 10 A each.
    const site = {
      exportA: [30, null, null] as const,
      solarW: 6900,
      excessThresholdW: 2300,
      distribution: "shared" as const,
      breakerA: 63,
    };
    const loads = [
      engineLoad({ id: "a", mode: "excess", maxA: 32 }),
      engineLoad({ id: "b", mode: "excess", maxA: 32 }),
    ];
    expect(shares(site, loads)).toEqual([10, 10]);
  });

  it("D22: float dust in the sun's pool does not hold back loads that need no sun", () => {
    const site = (dust: number): Parameters<typeof engineSite>[0] => ({
      consumptionA: [0, 0, 0],
      exportA: [6 + dust, 6, 6 - dust],
      solarW: 4140,
      distribution: "shared",
      breakerA: 10,
    });
    const loads = [
      engineLoad({ id: "sun", mask: 7, mode: "solar" }),
      engineLoad({ id: "std", mask: 7, mode: "standard" }),
    ];
    const exact = shares(site(0), loads);
    // 16 A fit on each phase (10 from the grid, 6 from the sun): 6 A follow the sun, the other load takes the rest.
    expect(exact).toEqual([0, 16]);
    expect(shares(site(1e-15), loads)).toEqual(exact);
    expect(shares(site(1e-12), [loads[1]!])).toEqual([16]);
  });
});

describe("worked numbers", () => {
  const three = [1, 2, 3].map((priority) => engineLoad({ id: `l${priority}`, priority }));

  it.each([
    [32, "priority", [16, 10, 6]],
    [32, "shared", [10.6, 10.6, 10.6]],
    [32, "sequential_optimized", [16, 10, 6]],
    [32, "sequential_strict", [16, 16, 0]],
    [20, "priority", [8, 6, 6]],
    [20, "shared", [6.6, 6.6, 6.6]],
    [20, "sequential_optimized", [14, 6, 0]],
    [20, "sequential_strict", [16, 0, 0]],
    [13, "priority", [7, 6, 0]],
    [13, "shared", [6.5, 6.5, 0]],
    [13, "sequential_optimized", [7, 6, 0]],
    [13, "sequential_strict", [13, 0, 0]],
    [11, "priority", [11, 0, 0]],
    [11, "shared", [11, 0, 0]],
    [11, "sequential_strict", [11, 0, 0]],
  ] as const)("shares %i A by %s", (breakerA, distribution, expected) => {
    expect(shares({ breakerA, distribution }, three)).toEqual(expected);
  });

  it.each([
    ["priority", [16, 7, 7]],
    ["sequential_optimized", [16, 7, 7]],
    ["sequential_strict", [16, 7, 7]],
    ["shared", [11.5, 11.5, 11.5]],
  ] as const)("shares mixed phases by %s", (distribution, expected) => {
    const loads = [
      engineLoad({ id: "three", mask: 7 }),
      engineLoad({ id: "b", mask: 2, maxA: 32, priority: 2 }),
      engineLoad({ id: "c", mask: 4, maxA: 32, priority: 3 }),
    ];
    expect(shares({ consumptionA: [2, 2, 2], exportA: [0, 0, 0], distribution }, loads)).toEqual(expected);
  });

  it("gives a three-phase Solar load the weakest phase, or the average where the inverter shifts", () => {
    const load = [engineLoad({ mask: 7, mode: "solar" })];
    const site = { consumptionA: [0, 0, 0] as const, exportA: [12, 10, 10] as const, solarW: 7360 };
    expect(shares(site, load)).toEqual([10]);
    expect(shares({ ...site, inverterAsymmetric: true }, load)).toEqual([10.6]);
    expect(
      shares({ ...site, inverterAsymmetric: true, inverterMaxPerPhaseW: 3000 }, [
        engineLoad({ mask: 1, mode: "solar" }),
      ]),
    ).toEqual([13]);
  });

  it("adds charging power and unused discharge above the target", () => {
    const site = {
      socPct: 85,
      socTargetPct: 80,
      socMinPct: 20,
      batteryW: -2300,
      maxDischargeW: 5000,
      exportA: [0, null, null] as const,
      solarW: 2300,
      breakerA: 63,
    };
    const load = [engineLoad({ mode: "solar", maxA: 32 })];
    expect(shares(site, load)).toEqual([31.7]);
    expect(shares({ ...site, inverterMaxW: 5000 }, load)).toEqual([21.7]);
  });

  it("caps the total import, not each phase", () => {
    const site = { consumptionA: [5, 3, 2] as const, exportA: [0, 0, 0] as const, maxImportW: 11_000 };
    expect(shares(site, [engineLoad({ mask: 7 })])).toEqual([12.6]);
  });

  it("takes a threshold off for Excess and guarantees the minimum above it", () => {
    const loads = [engineLoad({ id: "eco", mode: "eco" }), engineLoad({ id: "ex", mode: "excess", priority: 2 })];
    const site = { exportA: [40, null, null] as const, solarW: 9200, excessThresholdW: 6900, breakerA: 63 };
    expect(shares(site, loads)).toEqual([16, 6]);
  });

  it("charges from the sun without the grid while an even battery takes the rest, though it imports on the fullest phase", () => {
    // House 8/3/3 A, 50 A of sun, battery limited to 18 A: at rest 2.7/7.7/7.7 A are exported, 6 A a phase are charged.
    const site = {
      consumptionA: [0, 0, 0] as const,
      exportA: [8 / 3, 23 / 3, 23 / 3] as const,
      solarW: 36 * 230,
      socPct: 80,
      socTargetPct: 80,
      socMinPct: 20,
      batteryW: -18 * 230,
      maxChargeW: 18 * 230,
      maxDischargeW: 18 * 230,
      allowGridCharging: false,
    };
    expect(shares(site, [engineLoad({ mask: 7, mode: "solar" })])).toEqual([8.6]);
    expect(shares(site, [engineLoad({ mask: 7, mode: "standard" })])).toEqual([8.6]);
  });
});
