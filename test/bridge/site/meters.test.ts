import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEnergyMeter } from "../../../bridge/site/meters.ts";
import type { Drawer, Stored } from "../../../bridge/store/drawers.ts";

function memoryDrawer(): Drawer {
  const map = new Map<string, Stored>();
  return {
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    delete: (key) => void map.delete(key),
    keys: () => [...map.keys()],
  };
}

describe("lifetime energy", () => {
  it("follows a register that grows", () => {
    const meter = createEnergyMeter(memoryDrawer());
    expect([1000, 1500, 1500, 2000].map((wh) => meter.total("garage", wh))).toEqual([1000, 1500, 1500, 2000]);
  });

  it("goes on from where it was when the register is reset", () => {
    const meter = createEnergyMeter(memoryDrawer());
    meter.total("garage", 5000);
    expect(meter.total("garage", 0)).toBe(5000);
    expect(meter.total("garage", 700)).toBe(5700);
  });

  it("is the same after a restart of the bridge, also when the box was reset meanwhile", () => {
    const drawer = memoryDrawer();
    const before = createEnergyMeter(drawer);
    before.total("garage", 5000);
    before.total("garage", 5050);
    before.flush();
    expect(createEnergyMeter(drawer).total("garage", 5060)).toBe(5060);
    expect(createEnergyMeter(drawer).total("garage", 10)).toBe(5070);
  });

  it("does not fall behind what was shown when the bridge is killed, also before the box has spoken again", () => {
    const drawer = memoryDrawer();
    let shownWh = 0;
    for (const wh of [5000, 5000.4, 5037.2, 5037.9, 5136.6]) {
      shownWh = Math.round(createEnergyMeter(drawer).total("garage", wh) ?? NaN);
      // Nothing was flushed: a new meter is all that a kill leaves.
      expect(Math.round(createEnergyMeter(drawer).total("garage", undefined) ?? NaN)).toBe(shownWh);
    }
    expect(createEnergyMeter(drawer).total("garage", 1000)).toBeGreaterThan(shownWh);
  });

  it("is unknown, not 0, while nothing has been read, and keeps its value when the register goes away", () => {
    const meter = createEnergyMeter(memoryDrawer());
    expect(meter.total("garage", undefined)).toBeUndefined();
    meter.total("garage", 800);
    expect(meter.total("garage", undefined)).toBe(800);
    expect(meter.total("garage", NaN)).toBe(800);
    expect(meter.total("garage", -5)).toBe(800);
  });

  it("drops a leap of more than 1 MWh twice and believes it the third time", () => {
    const meter = createEnergyMeter(memoryDrawer());
    meter.total("garage", 1000);
    expect([5e9, 5e9, 5e9].map((wh) => meter.total("garage", wh))).toEqual([1000, 1000, 5e9]);
  });

  it("never falls, whatever the box says and whenever the bridge restarts", () => {
    const step = fc.oneof(
      fc.double({ min: -10, max: 1e7, noNaN: false }),
      fc.constant(undefined),
      fc.constant("restart" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const drawer = memoryDrawer();
        let meter = createEnergyMeter(drawer);
        let last = 0;
        for (const one of steps) {
          if (one === "restart") {
            meter.flush();
            meter = createEnergyMeter(drawer);
            continue;
          }
          const total = meter.total("garage", one);
          if (total === undefined) continue;
          expect(total).toBeGreaterThanOrEqual(last);
          last = total;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
