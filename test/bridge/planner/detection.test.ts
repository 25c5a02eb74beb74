import { describe, expect, it } from "vitest";
import { followInversion, followMapping, swapped, type MappingScores } from "../../../bridge/planner/detection.ts";
import { emptyMemory, freshCharger } from "../../../bridge/planner/memory.ts";
import { plan } from "../../../bridge/planner/plan.ts";
import { T0, charger, grid, siteState } from "./site-fixture.ts";

const FRESH = freshCharger("standard", true, 0).mapping;

/** Steps of our draw and of the meter, one a tick. */
function inverted(steps: readonly (readonly [draw: number, grid: number])[]): boolean {
  let memory = emptyMemory().inversion;
  let draw = 0;
  let meter = 5;
  let told = followInversion(memory, draw, meter).inverted;
  memory = followInversion(memory, draw, meter).memory;
  for (const [drawStep, gridStep] of steps) {
    draw += drawStep;
    meter += gridStep;
    const result = followInversion(memory, draw, meter);
    memory = result.memory;
    told = result.inverted;
  }
  return told;
}
const often = (count: number, step: readonly [number, number]): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? step : [-step[0], -step[1]]));

describe("a meter turned round", () => {
  it("is told after fifteen steps of which ten went against the draw", () => {
    expect(inverted(often(14, [6, -6]))).toBe(false);
    expect(inverted(often(15, [6, -6]))).toBe(true);
    expect(inverted([...often(5, [6, 6]), ...often(10, [6, -6])])).toBe(true);
    expect(inverted([...often(6, [6, 6]), ...often(9, [6, -6])])).toBe(false);
  });

  it("is not seen in steps below 1 A, nor in a meter that stands still", () => {
    expect(inverted(often(40, [0.9, -6]))).toBe(false);
    expect(inverted(often(40, [6, 0]))).toBe(false);
  });

  it("stays told until a restart", () => {
    expect(inverted([...often(15, [6, -6]), ...often(40, [6, 6])])).toBe(true);
  });

  it("comes as one notice of the plan", () => {
    let memory = emptyMemory();
    for (let step = 0; step <= 16; step++) {
      const draw = step % 2 === 0 ? 0 : 10;
      const state = siteState({
        readings: grid(20 - draw, 20 - draw, 20 - draw, T0 + step * 2000),
        chargers: [charger({ snapshot: { currentA: { l1: draw, l2: draw, l3: draw } } })],
      });
      const result = plan(state, memory, T0 + step * 2000);
      memory = result.memory;
      expect(result.plan.notices.map((notice) => notice.id)).toEqual(step < 15 ? [] : ["grid_inverted"]);
    }
  });
});

/** A charger whose one line (or two) move with the given phases, `count` steps of 10 A. */
function mapped(
  count: number,
  lines: readonly [number, number, number],
  phases: readonly [number, number, number],
  scores: MappingScores = FRESH,
  alone = true,
): ReturnType<typeof followMapping> {
  const configured = ["A", "B", "C"] as const;
  const at = (on: boolean): ReturnType<typeof followMapping> => {
    const k = on ? 1 : 0.2;
    const draws = [lines[0] * k, lines[1] * k, lines[2] * k] as const;
    const meter = [2 + phases[0] * k, 2 + phases[1] * k, 2 + phases[2] * k] as const;
    return followMapping(result.scores, draws, meter, configured, 3, true, alone);
  };
  let result: ReturnType<typeof followMapping> = { scores, mismatch: undefined };
  for (let step = 0; step <= count; step++) result = at(step % 2 === 1);
  return result;
}

describe("a charger on other phases than configured", () => {
  it("is found by its one line, first in doubt, then for sure", () => {
    expect(mapped(2, [12.5, 0, 0], [0, 12.5, 0]).mismatch).toBeUndefined();
    expect(mapped(3, [12.5, 0, 0], [0, 12.5, 0]).mismatch).toEqual({ line: 0, phase: "B", sure: false });
    expect(mapped(9, [12.5, 0, 0], [0, 12.5, 0]).mismatch).toEqual({ line: 0, phase: "B", sure: true });
  });

  it("is found by the phase that does not move while two lines draw", () => {
    expect(mapped(9, [12.5, 12.5, 0], [12.5, 0, 12.5]).mismatch).toMatchObject({ line: 2, phase: "B" });
  });

  it.each<[string, Parameters<typeof mapped>]>([
    ["as configured", [20, [12.5, 0, 0], [12.5, 0, 0]]],
    ["all three lines drawing", [20, [12.5, 12.5, 12.5], [12.5, 12.5, 12.5]]],
    ["another charger changing in the same tick", [20, [12.5, 0, 0], [0, 12.5, 0], FRESH, false]],
    ["a meter that moves on all phases alike", [20, [12.5, 0, 0], [12.5, 12.5, 12.5]]],
  ])("is not found with %s", (_, [count, lines, phases, scores, alone]) => {
    expect(mapped(count, lines, phases, scores, alone).mismatch).toBeUndefined();
  });

  it("changes places with the line that sat there", () => {
    expect(swapped(["A", "B", "C"], 0, "B")).toEqual(["B", "A", "C"]);
    expect(swapped(["B", "C", "A"], 2, "C")).toEqual(["B", "A", "C"]);
    expect(swapped(["A", "A", "A"], 0, "C")).toEqual(["C", "A", "A"]);
  });

  it.each([
    [true, ["A", "B", "C"]],
    ["apply", ["B", "A", "C"]],
  ] as const)("is told, and worked with only where that is allowed (%s)", (detectPhaseMapping, expected) => {
    let memory = emptyMemory();
    const notices = new Set<string>();
    for (let step = 0; step <= 12; step++) {
      const draw = step % 2 === 0 ? 2 : 12;
      const state = siteState({
        config: { detectPhaseMapping },
        readings: grid(2, 2 + draw, 2, T0 + step * 2000),
        chargers: [charger({ snapshot: { currentA: { l1: draw, l2: 0, l3: 0 } } })],
      });
      const result = plan(state, memory, T0 + step * 2000);
      memory = result.memory;
      for (const notice of result.plan.notices) notices.add(notice.id);
    }
    expect([...notices]).toContain("phase_map:garage");
    expect(memory.chargers["garage"]?.remap ?? ["A", "B", "C"]).toEqual(expected);
  });
});
