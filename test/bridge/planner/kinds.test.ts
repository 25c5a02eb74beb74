/** Plugs, vehicles, houses without a grid: what is not an ordinary wallbox on an ordinary connection. */
import { describe, expect, it } from "vitest";
import type { VehicleConfig } from "../../../shared/site.ts";
import { emptyMemory } from "../../../bridge/planner/memory.ts";
import { plan } from "../../../bridge/planner/plan.ts";
import type { Allocation } from "../../../shared/plan.ts";
import { T0, charger, grid, reading, siteState, type ChargerChange, type SiteChange } from "./site-fixture.ts";

/** The first charger's allocation after `times` evaluations of the same state. */
function settled(change: ChargerChange, site: SiteChange = {}, times = 1): Allocation {
  let memory = emptyMemory();
  let first: Allocation | undefined;
  for (let turn = 0; turn < times; turn++) {
    const atMs = T0 + turn * 2000;
    const readings = site.readings ?? grid(0, 0, 0, atMs);
    const result = plan(siteState({ ...site, readings, chargers: [charger(change)] }), memory, atMs);
    memory = result.memory;
    first = result.plan.allocations[0]!;
  }
  return first!;
}

const vehicle = (change: Partial<VehicleConfig>): VehicleConfig => ({
  name: undefined,
  tags: [],
  phases: undefined,
  minA: undefined,
  maxA: undefined,
  capacityKwh: undefined,
  limitSocPct: undefined,
  limitEnergyKwh: undefined,
  minSocPct: undefined,
  ...change,
});

const BOILER: ChargerChange = {
  config: { kind: "plug", powerW: 2300, phases: 1, phaseMap: ["A", "A", "A"] },
  settings: { mode: "continuous" },
  pace: { onOff: true },
  snapshot: { powerW: 0, status: "suspended_evse" },
};

describe("a plug", () => {
  it("has its rating or nothing", () => {
    expect(settled(BOILER).limitA).toBeCloseTo(10, 6);
    expect(settled(BOILER, { config: { breakerA: 9.9 } }).limitA).toBe(0);
  });

  it("takes the place that five readings of the running load show, not that of its label", () => {
    const running = { ...BOILER, snapshot: { powerW: 1840, status: "charging" as const } };
    const full = { config: { breakerA: 9 }, readings: grid(8, 0, 0) };
    expect(settled(running, full, 4).allocatedA).toBe(0);
    expect(settled(running, full, 20).allocatedA).toBeCloseTo(8, 6);
  });

  it("below 6 A is as good as any", () => {
    const lamp = { ...BOILER, config: { ...BOILER.config, powerW: 690 } };
    expect(settled(lamp).limitA).toBeCloseTo(3, 6);
  });
});

describe("a vehicle", () => {
  it("lowers the maximum and raises the minimum of its charger", () => {
    const slow = { config: { vehicle: vehicle({ maxA: 13, minA: 8 }) } };
    expect(settled(slow)).toMatchObject({ limitA: 13, reason: { code: "limited_by", source: "car" } });
    expect(settled(slow, { config: { breakerA: 7.5 } }).limitA).toBe(0);
    expect(settled({}, { config: { breakerA: 7.5 } }).limitA).toBe(7.5);
  });

  it("with one phase leaves the others to the house", () => {
    const onePhase = { config: { vehicle: vehicle({ phases: 1 }) } };
    expect(settled(onePhase, { readings: grid(0, 24, 24) }).limitA).toBe(25);
    expect(settled({}, { readings: grid(0, 24, 24) }).limitA).toBe(0);
  });

  it("is estimated from the energy since its charge was last told, and stops there", () => {
    const at = (energyWh: number): ChargerChange => ({
      config: { vehicle: vehicle({ capacityKwh: 50, limitSocPct: 80 }) },
      snapshot: {
        socPct: energyWh === 0 ? 70 : undefined,
        session: {
          id: "s",
          startedAtMs: T0,
          endedAtMs: undefined,
          energyWh,
          idTag: undefined,
          stopReason: undefined,
        },
      },
    });
    let memory = emptyMemory();
    const limits: number[] = [];
    // 10 % of 50 kWh, at an efficiency of 0.9: 5.56 kWh.
    for (const energyWh of [0, 5000, 5600]) {
      const atMs = T0 + limits.length * 2000;
      const state = siteState({ readings: grid(0, 0, 0, atMs), chargers: [charger(at(energyWh))] });
      const result = plan(state, memory, atMs);
      memory = result.memory;
      limits.push(result.plan.allocations[0]!.limitA);
    }
    expect(limits).toEqual([25, 25, 0]);
  });
});

describe("a house without a grid", () => {
  /** The house takes 3 kW, the sun gives the rest; the battery balances. */
  const island = (solarW: number, drawA: number): readonly [ChargerChange, SiteChange] => [
    { settings: { mode: "solar" }, snapshot: { currentA: { l1: drawA, l2: drawA, l3: drawA } } },
    {
      config: { offGrid: true, meteredPhases: [], hasBattery: true, hasSolar: true },
      readings: {
        solar: reading(solarW, "W"),
        batterySoc: reading(90, "%"),
        batteryPower: reading(3000 + drawA * 690 - solarW, "W"),
      },
    },
  ];

  it("has the sun that the house leaves and the discharge above the target", () => {
    // 8 kW of sun less 3 kW, and 5 kW of discharge: 10 kW on three phases.
    expect(settled(...island(8000, 0)).allocatedA).toBe(14.4);
    expect(settled(...island(8000, 10), 20).allocatedA).toBeCloseTo(14.4, 0);
  });

  it("has nothing at night below the target", () => {
    const [car, site] = island(0, 0);
    const readings = { ...site.readings, batterySoc: reading(50, "%") };
    expect(settled(car, { ...site, readings }).allocatedA).toBe(0);
    expect(settled({ ...car, settings: { mode: "standard" } }, { ...site, readings }).allocatedA).toBe(0);
  });
});

describe("figures that are none", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])("from a meter count as a missing reading: %s", (value) => {
    const result = plan(siteState({ readings: { ...grid(0, 0, 0), gridB: reading(value) } }), emptyMemory(), T0);
    expect(result.plan.site.status).toBe("initializing");
    expect(result.plan.allocations[0]!.limitA).toBe(0);
  });
});
