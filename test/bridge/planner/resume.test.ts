/** A user who pauses and starts again is answered at once, whatever the other chargers are in the middle of. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Allocation } from "../../../shared/plan.ts";
import type { ChargeMode } from "../../../shared/modes.ts";
import type { World } from "./closed-loop.ts";
import { closedLoop, type Loop } from "./closed-loop.ts";

const SUNNY: World = { householdA: [1.3, 1.3, 1.3], solarW: 7_920 };
const BATTERY = { maxChargeW: 3_000, maxDischargeW: 3_000, socMinPct: 10, socFullPct: 100, capacityWh: 9_600 };

/** Two cars on three phases; the second takes its time and draws 6 A of the 16 A that it is told. */
function home(mode: ChargeMode, commandIntervalS = 5): Loop {
  const config = { phases: 3 as const, maxA: 16, commandIntervalS };
  const car = { lines: 3 as const, reportS: 2, reactS: 0 };
  return closedLoop({
    config: { breakerA: 35, maxImportW: 17_000, hasSolar: true, hasBattery: true },
    settings: { maxImportW: 17_000, socTargetPct: 60 },
    model: { voltageV: 230, present: [true, true, true], inverterMaxW: 12_000, battery: BATTERY },
    startSocPct: 64,
    meterDelayS: 1,
    cars: [
      {
        ...car,
        ownMaxA: 16,
        change: { config: { ...config, id: "garage", priority: 1 }, settings: { mode, limitA: 16 } },
      },
      {
        ...car,
        ownMaxA: 6,
        change: {
          config: { ...config, id: "carport", priority: 2, phaseMap: ["B", "C", "A"] as const },
          settings: { limitA: 16 },
        },
      },
    ],
  });
}

function run(loop: Loop, seconds: number): void {
  for (let passed = 0; passed < seconds; passed += 2) loop.tick(SUNNY);
}

const garage = (loop: Loop): Allocation => {
  const [first] = loop.plan.allocations;
  if (first === undefined) throw new Error("no charger");
  return first;
};

/** Seconds from the start until it may charge; every reason on the way is kept. */
function resume(loop: Loop, within: number): { readonly afterS: number; readonly reasons: string[] } {
  loop.wish(0, { enabled: true });
  const reasons: string[] = [];
  for (let afterS = 2; afterS <= within; afterS += 2) {
    loop.tick(SUNNY);
    const { limitA, reason } = garage(loop);
    if (limitA >= 6) return { afterS, reasons };
    reasons.push(reason.code === "limited_by" ? `limited_by ${reason.source}` : reason.code);
  }
  return { afterS: Infinity, reasons };
}

describe("start after a pause", () => {
  it.each(["standard", "eco"] as const)("takes effect with the next plan in %s while a neighbour rises", (mode) => {
    for (const before of [4, 8, 12, 20, 60]) {
      const loop = home(mode);
      run(loop, before);
      loop.wish(0, { enabled: false });
      run(loop, 2);
      expect(garage(loop)).toMatchObject({ limitA: 0, reason: { code: "paused_by_user" } });
      expect(resume(loop, 90), `${before} s`).toEqual({ afterS: 2, reasons: [] });
    }
  });

  it("does not wait for the enable delay while there is sun", () => {
    const loop = home("solar");
    run(loop, 180);
    loop.wish(0, { enabled: false });
    run(loop, 2);
    expect(garage(loop).limitA).toBe(0);
    expect(resume(loop, 90)).toEqual({ afterS: 2, reasons: [] });
  });

  it("does not wait for the interval between raises", () => {
    const loop = home("standard", 60);
    run(loop, 20);
    loop.wish(0, { enabled: false });
    run(loop, 4);
    expect(resume(loop, 90).afterS).toBe(2);
  });

  it("never says that the user limits a charger at 0 A, and lifts no phase above the breaker", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ forS: fc.integer({ min: 1, max: 15 }), on: fc.boolean() }), {
          minLength: 2,
          maxLength: 8,
        }),
        fc.constantFrom("standard", "eco", "solar", "excess"),
        (acts, mode) => {
          const loop = home(mode);
          for (const { forS, on } of acts) {
            loop.wish(0, { enabled: on });
            for (let tick = 0; tick < forS; tick++) {
              loop.tick(SUNNY);
              const { limitA, reason } = garage(loop);
              if (limitA === 0) expect(reason.code).not.toBe("limited_by");
              expect(Math.max(...loop.netA)).toBeLessThanOrEqual(35);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
