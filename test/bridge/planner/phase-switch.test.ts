import { describe, expect, it } from "vitest";
import { freshCharger } from "../../../bridge/planner/memory.ts";
import { followPhases, type PhaseSwitchInput, type PhaseSwitchMemory } from "../../../bridge/planner/phase-switch.ts";
import { closedLoop } from "./closed-loop.ts";

const STEADY = freshCharger("solar", true, 0).phase;
const INPUT: Omit<PhaseSwitchInput, "nowMs"> = {
  offered: true,
  charging: true,
  drawA: 18,
  minA: 6,
  maxA: 16,
  threeA: 6,
  oneA: 16,
  totalA: 18,
  enableDelayS: 60,
  disableDelayS: 300,
};

/** Follows the phases every 2 s and answers when it asked for which. */
function follow(
  untilS: number,
  input: (atS: number) => Partial<PhaseSwitchInput>,
  memory: PhaseSwitchMemory = STEADY,
): { readonly memory: PhaseSwitchMemory; readonly seen: readonly string[] } {
  const seen: string[] = [];
  for (let atS = 0; atS <= untilS; atS += 2) {
    const result = followPhases(memory, { ...INPUT, ...input(atS), nowMs: atS * 1000 });
    const word = `${result.memory.phases ?? "-"} ${result.memory.stage}${result.hold ? " hold" : ""}`;
    if (seen.at(-1)?.slice(seen.at(-1)!.indexOf(":") + 1) !== word) seen.push(`${atS}:${word}`);
    memory = result.memory;
  }
  return { memory, seen };
}

const scarce = { threeA: 3, oneA: 9, totalA: 9 };
const plenty = { threeA: 8, oneA: 24, totalA: 24 };

describe("switching between one and three phases", () => {
  it("waits for the delay, empties the line, switches, lets box and car settle, goes on", () => {
    const { seen } = follow(400, (atS) => ({ ...scarce, drawA: atS < 304 ? 18 : 0 }));
    expect(seen).toEqual(["0:3 steady", "300:3 draining hold", "304:1 settling hold", "364:1 steady"]);
  });

  it("does not wait for ever for a car that keeps drawing", () => {
    const { seen } = follow(320, () => ({ ...scarce, drawA: 18 }));
    expect(seen[2]).toBe("310:1 settling hold");
  });

  it("switches at once while nothing charges", () => {
    expect(follow(4, () => ({ ...scarce, charging: false, drawA: 0 })).seen[0]).toBe("0:3 draining hold");
  });

  it("goes back when one phase is full and three have their minimum, for the enable delay", () => {
    const { seen } = follow(200, (atS) => ({ ...plenty, drawA: atS < 62 ? 16 : 0 }), { ...STEADY, phases: 1 });
    expect(seen).toEqual(["0:1 steady", "60:1 draining hold", "62:3 settling hold", "122:3 steady"]);
  });

  it("stays in the gap between the most of one phase and the least of three", () => {
    const gap = { threeA: 5.6, oneA: 17, totalA: 17 };
    expect(follow(900, () => gap, { ...STEADY, phases: 1 }).seen).toEqual(["0:1 steady"]);
  });

  it("stays on three phases where one has no minimum either", () => {
    expect(follow(900, () => ({ threeA: 1, oneA: 3, totalA: 3 })).seen).toEqual(["0:3 steady"]);
  });

  it("starts the delay anew when the reason was gone in between", () => {
    expect(follow(500, (atS) => (atS === 200 ? {} : scarce)).seen).toEqual(["0:3 steady"]);
    expect(follow(502, (atS) => (atS === 200 ? {} : scarce)).seen[1]).toBe("502:3 draining hold");
  });

  it("switches no more than ten times an hour", () => {
    const switchedAtMs = Array.from({ length: 10 }, (_, index) => index * 1000);
    const busy = { ...STEADY, switchedAtMs };
    expect(follow(900, () => ({ ...scarce, charging: false, drawA: 0 }), busy).seen).toEqual(["0:3 steady"]);
  });

  it("holds nothing where the charger does not offer it", () => {
    expect(follow(10, () => ({ offered: false, ...scarce }), { ...STEADY, stage: "draining" }).seen).toEqual([
      "0:- steady",
    ]);
  });

  it("brings a car on three phases to one when the sun is short, and the plan says so", () => {
    const loop = closedLoop({
      // Phase by phase the sun would leave no minimum on any one of them.
      config: { inverterAsymmetric: true },
      model: { voltageV: 230, present: [true, true, true], battery: undefined, inverterMaxW: 0 },
      cars: [
        {
          change: { config: { phaseSwitching: "auto" }, settings: { mode: "solar" }, canSwitchPhases: true },
          lines: 3,
          ownMaxA: 16,
          reportS: 2,
          reactS: 1,
        },
      ],
      meterDelayS: 0,
    });
    const seen = new Set<string>();
    while (loop.timeS < 1500) {
      const { phases, reason } = loop.tick({ householdA: [1, 1, 1], solarW: loop.timeS < 400 ? 6500 : 3700 })
        .allocations[0]!;
      seen.add(`${phases ?? "-"} ${reason.code}`);
    }
    expect([...seen]).toContain("3 following_solar");
    expect([...seen].some((word) => word === "1 phase_switch" || word === "3 phase_switch")).toBe(true);
    expect(loop.plan.allocations[0]!.phases).toBe(1);
  });
});
