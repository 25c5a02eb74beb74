import { describe, expect, it } from "vitest";
import type { ChargerSnapshot } from "../../../shared/charger.ts";
import { emptyMemory, type PlannerMemory } from "../../../bridge/planner/memory.ts";
import { plan } from "../../../bridge/planner/plan.ts";
import type { Allocation, Plan } from "../../../shared/plan.ts";
import { closedLoop } from "./closed-loop.ts";
import { T0, charger, grid, reading, siteState, type ChargerChange, type SiteChange } from "./site-fixture.ts";

const drawing = (current: number): Partial<ChargerSnapshot> => ({
  currentA: { l1: current, l2: current, l3: current },
});

function once(
  change: SiteChange,
  memory: PlannerMemory = emptyMemory(),
  nowMs = T0,
): { plan: Plan; memory: PlannerMemory; first: Allocation } {
  const result = plan(siteState(change), memory, nowMs);
  return { ...result, first: result.plan.allocations[0]! };
}

function one(change: ChargerChange, site: SiteChange = {}): Allocation {
  return once({ ...site, chargers: [charger(change)] }).first;
}

describe("who takes part", () => {
  it.each<[string, ChargerChange, string, "user" | undefined]>([
    ["mode Off", { settings: { mode: "off" } }, "mode_off", "user"],
    ["the switch", { settings: { enabled: false } }, "paused_by_user", "user"],
    ["the slider at 0", { settings: { limitA: 0 } }, "paused_by_user", "user"],
    ["a lost link", { snapshot: { link: "down" } }, "offline", undefined],
    ["a fault", { snapshot: { status: "faulted", faults: ["ground"] } }, "fault", undefined],
    [
      "the car's charge",
      { config: { vehicle: VEHICLE({ limitSocPct: 80 }) }, snapshot: { socPct: 80 } },
      "target_reached",
      undefined,
    ],
    [
      "the session's energy",
      { config: { vehicle: VEHICLE({ limitEnergyKwh: 5 }) }, snapshot: { session: SESSION(5000) } },
      "target_reached",
      undefined,
    ],
  ])("holds 0 A for %s", (_, change, code, hold) => {
    const allocation = one(change);
    expect(allocation).toMatchObject({ limitA: 0, allocatedA: 0, hold, reason: { code } });
  });

  it("tells a box without a car its minimum while that is free, and nothing when it is not", () => {
    const snapshot = { status: "available", carConnected: false } as const;
    expect(one({ snapshot })).toMatchObject({
      limitA: 6,
      allocatedA: 0,
      availableA: 25,
      reason: { code: "unplugged" },
    });
    expect(one({ snapshot }, { readings: grid(22, 0, 0) })).toMatchObject({ limitA: 0, availableA: 0 });
  });

  it("reserves the fail-safe current of a box out of reach that may be charging", () => {
    const chargers = [charger({ snapshot: { link: "down", status: "charging" } }), charger({ config: { id: "b" } })];
    expect(once({ chargers }).plan.allocations[1]?.allocatedA).toBe(19);
  });

  it("charges as Standard until the car has its least charge", () => {
    const config = { vehicle: VEHICLE({ minSocPct: 30 }) };
    expect(one({ config, settings: { mode: "solar" }, snapshot: { socPct: 20 } }).limitA).toBe(25);
    expect(one({ config, settings: { mode: "solar" }, snapshot: { socPct: 40 } }).limitA).toBe(0);
  });
});

describe("limits and reasons", () => {
  it("names the breaker and its phase, and what would bind next", () => {
    const allocation = one({ settings: { limitA: 20 } }, { readings: grid(2, 9, 3) });
    expect(allocation.limitA).toBe(16);
    expect(allocation.reason).toEqual({ code: "limited_by", source: "breaker", limitA: 16, phase: "L2" });
    expect(allocation.runnerUp).toEqual({ code: "limited_by", source: "user", limitA: 20 });
  });

  it("names the user's limit, the import cap, a circuit and the other chargers", () => {
    expect(one({ settings: { limitA: 10 } }).reason).toEqual({ code: "limited_by", source: "user", limitA: 10 });
    expect(one({}, { settings: { maxImportW: 6900 } }).reason).toMatchObject({
      code: "limited_by",
      source: "import",
      limitA: 10,
    });
    const circuits = [
      {
        id: "shed",
        name: "Shed",
        limitA: 9,
        powerW: undefined,
        members: ["garage"],
        parent: undefined,
        metered: false,
      },
    ];
    expect(one({}, { config: { circuits } }).reason).toMatchObject({ source: "circuit", circuit: "shed", limitA: 9 });
    const chargers = [
      charger({ config: { id: "a", maxA: 16 } }),
      charger({ config: { id: "b", priority: 2, maxA: 16 } }),
    ];
    const result = once({ chargers });
    expect(result.plan.allocations[1]).toMatchObject({ limitA: 9, reason: { code: "limited_by", source: "site" } });
  });

  it("works circuits inside circuits, with what others draw on them", () => {
    const circuits = [
      { id: "house", name: "House", limitA: 12, powerW: undefined, members: [], parent: undefined, metered: true },
      { id: "shed", name: "Shed", limitA: 20, powerW: undefined, members: ["garage"], parent: "house", metered: false },
    ];
    const readings = { ...grid(0, 0, 0), more: { "circuit:house:A": reading(3) } };
    expect(one({}, { config: { circuits }, readings }).limitA).toBe(9);
  });

  it("says what the sun is short of, and that the battery comes first", () => {
    const settings = { mode: "solar" } as const;
    expect(one({ settings }, { readings: grid(-4, -4, -4) }).reason).toEqual({
      code: "insufficient_solar",
      shortW: 1380,
      needW: 4140,
    });
    const battery = { ...grid(-10, -10, -10), batterySoc: reading(50, "%"), batteryPower: reading(0, "W") };
    expect(one({ settings }, { config: { hasBattery: true }, readings: battery }).reason).toEqual({
      code: "battery_priority",
      soc: 50,
      target: 80,
    });
    expect(one({ settings: { mode: "excess" } }, { readings: grid(-4, -4, -4) }).reason).toMatchObject({
      code: "no_excess",
      exportW: 2760,
      thresholdW: 13000,
    });
  });

  it("says how much is missing on which phase", () => {
    expect(one({}, { readings: grid(0, 0, 21) }).reason).toEqual({
      code: "insufficient_power",
      phase: "L3",
      shortA: 2,
    });
  });

  it("leaves Dynamic Control off within the breaker", () => {
    const settings = { mode: "solar", dynamicControl: false, limitA: 16 } as const;
    expect(one({ settings })).toMatchObject({ limitA: 16, reason: { code: "dynamic_control_off" } });
    expect(one({ settings }, { readings: grid(12, 0, 0) })).toMatchObject({
      limitA: 13,
      reason: { source: "breaker" },
    });
  });

  it("moves a mask of phases that the site lacks to those it has", () => {
    const config = { phases: 1, meteredPhases: ["A"] } as const;
    expect(one({}, { config }).limitA).toBe(25);
  });

  it("rounds down to the steps a box knows", () => {
    expect(one({ pace: { stepListA: [6, 8, 10, 13, 16] } }, { readings: grid(10.5, 0, 0) }).limitA).toBe(13);
  });
});

describe("the meter", () => {
  const tick = (change: SiteChange, memory: PlannerMemory, atS: number): ReturnType<typeof once> =>
    once(change, memory, T0 + atS * 1000);

  it("shares the breaker among the chargers' own limits without a meter, and follows no sun", () => {
    const chargers = [
      charger({ config: { id: "a", maxA: 16 } }),
      charger({ config: { id: "b", priority: 2 }, settings: { mode: "solar" } }),
    ];
    const result = once({ config: { meteredPhases: [] }, readings: {}, chargers });
    expect(result.plan.site.status).toBe("no_meter");
    expect(result.plan.allocations.map((allocation) => allocation.limitA)).toEqual([16, 0]);
  });

  it("gives nothing before the meter has been seen", () => {
    const result = once({ readings: {} });
    expect(result.plan.site.status).toBe("initializing");
    expect(result.first.limitA).toBe(0);
  });

  it("cuts within one evaluation of a step, urgently and unsmoothed", () => {
    let result = tick(
      { readings: grid(16, 16, 16), chargers: [charger({ settings: { limitA: 16 }, snapshot: drawing(16) })] },
      emptyMemory(),
      0,
    );
    expect(result.first.limitA).toBe(16);
    const chargers = [charger({ settings: { limitA: 16 }, snapshot: { ...drawing(16), wantedA: 16 } })];
    for (const atS of [10, 20, 30])
      result = tick({ readings: grid(16, 16, 16, T0 + atS * 1000), chargers }, result.memory, atS);
    result = tick({ readings: grid(31, 16, 16, T0 + 30_200), chargers }, result.memory, 30.2);
    expect(result.first).toMatchObject({ limitA: 10, urgent: true, keep: false });
  });

  it("goes to the minimum when the meter is silent, and to a pause where the last headroom does not hold it", () => {
    for (const [net, expected] of [
      [16, 6],
      [36, 0],
    ] as const) {
      const chargers = [charger({ settings: { limitA: 16 }, snapshot: drawing(16) })];
      const readings = grid(net, 16, 16, T0);
      const seen = tick({ readings, chargers }, emptyMemory(), 0);
      const held = tick({ readings, chargers }, seen.memory, 10);
      const stale = tick({ readings, chargers }, held.memory, 16);
      expect(stale.plan.site.status).toBe("meter_stale");
      expect(stale.first).toMatchObject({ limitA: expected, reason: { code: "meter_stale", sinceMs: T0 } });
    }
  });

  it("does not trust a reading from the future, as there is one after the machine's clock was set back", () => {
    const chargers = [charger({ settings: { limitA: 16 }, snapshot: drawing(16) })];
    const seen = tick({ readings: grid(16, 16, 16, T0 + 3_600_000), chargers }, emptyMemory(), 0);
    expect(seen.plan.site.status).toBe("meter_stale");
    const fresh = tick({ readings: grid(16, 16, 16, T0 + 2_000), chargers }, seen.memory, 2);
    expect(fresh.plan.site.status).toBe("ok");
  });

  it("stays stale when a silent meter then becomes unavailable", () => {
    const chargers = [charger({ settings: { limitA: 16 }, snapshot: drawing(16) })];
    const seen = tick({ readings: grid(16, 16, 16, T0), chargers }, emptyMemory(), 0);
    const stale = tick({ readings: grid(16, 16, 16, T0), chargers }, seen.memory, 16);
    expect(stale.plan.site.status).toBe("meter_stale");
    const gone = { ...reading(0), value: undefined, aliveAtMs: T0 + 18_000 };
    const after = tick({ readings: { gridA: gone, gridB: gone, gridC: gone }, chargers }, stale.memory, 18);
    expect(after.plan.site.status).toBe("meter_stale");
  });

  it("takes silence with a sign of life for what it is", () => {
    const alive = { ...reading(0), aliveAtMs: T0 + 60_000 };
    const result = tick({ readings: { gridA: alive, gridB: alive, gridC: alive } }, emptyMemory(), 60);
    expect(result.plan.site.status).toBe("ok");
  });

  it("survives being written down and read back", () => {
    const result = tick({}, emptyMemory(), 0);
    const again = JSON.parse(JSON.stringify(result.memory)) as PlannerMemory;
    expect(plan(siteState(), again, T0 + 2000).plan).toEqual(plan(siteState(), result.memory, T0 + 2000).plan);
  });
});

describe("time", () => {
  const house = { voltageV: 230, present: [true, true, true] as const, battery: undefined, inverterMaxW: 0 };

  it("waits for a minute of sun, starts at the minimum, survives a cloud, then rests", () => {
    const loop = closedLoop({
      model: house,
      cars: [{ change: { settings: { mode: "solar" } }, lines: 3, ownMaxA: 16, reportS: 5, reactS: 1 }],
      meterDelayS: 1,
    });
    const seen: string[] = [];
    const run = (untilS: number, solarW: number): void => {
      while (loop.timeS < untilS) {
        const { limitA, reason } = loop.tick({ householdA: [1, 1, 1], solarW }).allocations[0]!;
        const word = `${limitA > 0 ? "on" : "off"} ${reason.code}`;
        if (seen.at(-1) !== word) seen.push(word);
      }
    };
    run(300, 9000);
    expect(loop.limits[0]).toBeGreaterThan(11);
    run(420, 0);
    expect(loop.limits[0]).toBe(6);
    run(740, 0);
    run(1500, 9000);
    const order = [
      "off start_delay",
      "on following_solar",
      "on grace",
      "off insufficient_solar",
      "off cooldown",
      "on following_solar",
    ];
    expect(seen).toEqual(order);
    expect(loop.limits[0]).toBeGreaterThan(11);
  });

  it("learns the phases a car uses and gives its others away", () => {
    const loop = closedLoop({
      config: { breakerA: 20 },
      model: house,
      cars: [
        { change: { config: { id: "one" } }, lines: 1, ownMaxA: 20, reportS: 2, reactS: 1 },
        {
          change: { config: { id: "two", phaseMap: ["B", "C", "A"], phases: 2, priority: 2 } },
          lines: 2,
          ownMaxA: 16,
          reportS: 2,
          reactS: 1,
        },
      ],
      meterDelayS: 1,
    });
    for (let tick = 0; tick < 300; tick++) loop.tick({ householdA: [1, 1, 1], solarW: 0 });
    expect(loop.limits[0]).toBeGreaterThanOrEqual(18);
    expect(loop.limits[1]).toBeGreaterThanOrEqual(16);
  });

  it("counts limit changes of a day and then only lowers", () => {
    const config = { limitWritesPerDay: 2, commandIntervalS: 5 };
    let memory = emptyMemory();
    const at = (atS: number, net: number): { limit: number; notices: number } => {
      const result = once(
        { readings: grid(net, 0, 0, T0 + atS * 1000), chargers: [charger({ config, snapshot: drawing(0) })] },
        memory,
        T0 + atS * 1000,
      );
      memory = result.memory;
      return { limit: result.first.limitA, notices: result.plan.notices.length };
    };
    expect(at(0, 10)).toEqual({ limit: 15, notices: 0 });
    expect(at(30, 14)).toMatchObject({ limit: 11 });
    for (let atS = 60; atS <= 240; atS += 10) at(atS, 2);
    expect(at(250, 2)).toEqual({ limit: 11, notices: 1 });
    expect(at(300, 17).limit).toBe(8);
  });
});

function VEHICLE(change: object): never {
  return {
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
  } as never;
}

function SESSION(energyWh: number): never {
  return { id: "s", startedAtMs: T0, endedAtMs: undefined, energyWh, idTag: undefined, stopReason: undefined } as never;
}
