/** One evaluation of the engine, and one whole plan, with 4, 32 and 200 loads in each distribution, beside the reference's figures. */
import { DISTRIBUTIONS, type Distribution } from "../../shared/modes.ts";
import { allocate } from "../../bridge/planner/engine.ts";
import type { EngineLoad } from "../../bridge/planner/problem.ts";
import { emptyMemory } from "../../bridge/planner/memory.ts";
import { plan } from "../../bridge/planner/plan.ts";
import { engineSite } from "../../test/bridge/planner/engine-fixture.ts";
import { charger, grid, siteState } from "../../test/bridge/planner/site-fixture.ts";

/** ms for 4, 32, 200 loads: CPython 3.11 on a 2.1 GHz Xeon, mixed modes and masks, as published for the reference. */
const REFERENCE: Readonly<Record<Distribution, readonly [number, number, number]>> = {
  priority: [0.41, 2.6, 16],
  shared: [0.53, 12, 74],
  sequential_optimized: [0.38, 2.6, 15],
  sequential_strict: [0.28, 1.6, 9.9],
};
const COUNTS = [4, 32, 200] as const;
const MODES = ["standard", "eco", "solar", "excess"] as const;
const MEASURE_MS = 400;

function loads(count: number): EngineLoad[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `load${String(index).padStart(3, "0")}`,
    minA: 6,
    maxA: 16 + (index % 3) * 8,
    mask: [1, 2, 4, 7, 7, 3][index % 6] ?? 7,
    priority: 1 + (index % 10),
    mode: MODES[index % MODES.length] ?? "standard",
    active: index % 9 !== 8,
  }));
}

/** Median time of one call, ms. */
function timed(call: () => unknown): number {
  for (let warm = 0; warm < 200; warm++) call();
  const times: number[] = [];
  const end = performance.now() + MEASURE_MS;
  while (performance.now() < end) {
    const start = performance.now();
    call();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

const rows: Record<string, string | number>[] = [];
for (const distribution of DISTRIBUTIONS)
  for (const [place, count] of COUNTS.entries()) {
    // Room grows with the number of loads, so that there is something to share.
    const room = 25 * count;
    const site = engineSite({
      breakerA: room,
      consumptionA: [2, 2, 2],
      exportA: [0, 0, 0],
      surplusA: { consumptionA: [0, 0, 0], exportA: [room / 3, room / 4, room / 3] },
      solarW: room * 230,
      distribution,
    });
    const asked = loads(count);
    const engineMs = timed(() => allocate(site, asked));
    const state = siteState({
      config: { breakerA: room },
      settings: { distribution },
      readings: grid(2, 2, 2),
      chargers: asked.map((load) =>
        charger({
          config: { id: load.id, priority: load.priority, maxA: load.maxA },
          settings: { mode: load.mode === "continuous" ? "standard" : load.mode },
        }),
      ),
    });
    let memory = emptyMemory();
    let nowMs = state.readings.gridA?.atMs ?? 0;
    const planMs = timed(() => {
      nowMs += 1;
      memory = plan(state, memory, nowMs).memory;
    });
    rows.push({
      distribution,
      loads: count,
      "engine ms": Number(engineMs.toFixed(4)),
      "whole plan ms": Number(planMs.toFixed(4)),
      "reference ms": REFERENCE[distribution][place] ?? Number.NaN,
      "target ms": count === 4 ? 0.1 : count === 200 ? 5 : "",
    });
  }
console.table(rows);
