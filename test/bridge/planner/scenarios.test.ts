import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../../bridge/simulate/scenario-run.ts";
import { readScenarios, ScenarioError } from "../../../bridge/simulate/scenario.ts";

const ROOT = join(import.meta.dirname, "../../scenarios");
const TOLERANCE_A = 0.1 + 1e-6;

interface Expectation {
  readonly allocated: number;
  readonly available?: number;
}
interface Case {
  readonly file: string;
  readonly name: string;
  readonly expected: Readonly<Record<string, Expectation>>;
  readonly scenario: ReturnType<typeof readScenarios>[number];
}

const CASES: readonly Case[] = globSync("*/*.json", { cwd: ROOT })
  .sort()
  .flatMap((file) => {
    const raw: unknown = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    const list = (raw as { scenarios: { name: string; expected: Record<string, Expectation> }[] }).scenarios;
    return readScenarios(raw).map((scenario, index) => ({
      file: `${basename(dirname(file))}/${basename(file)}`,
      name: scenario.name,
      expected: list[index]!.expected,
      scenario,
    }));
  });

/** Differences of a run from what the data expects, as words. */
function differences({ scenario, expected }: Case, start: "zero" | "max", compat: boolean): string[] {
  const outcome = runScenario(scenario, { start, cycles: start === "zero" ? 30 : 60, compat });
  const out: string[] = [];
  for (const [id, want] of Object.entries(expected)) {
    const load = outcome.loads.get(id);
    if (load === undefined) {
      out.push(`${id}: missing`);
      continue;
    }
    if (Math.abs(load.allocatedA - want.allocated) > TOLERANCE_A)
      out.push(`${id}: ${load.allocatedA} A, not ${want.allocated} A`);
    if (want.available !== undefined && Math.abs(load.availableA - want.available) > TOLERANCE_A)
      out.push(`${id}: ${load.availableA} A available, not ${want.available} A`);
    if (!load.settled) out.push(`${id}: not settled`);
  }
  return out;
}

/** Where the safe engine differs from the data, and why: the same table as docs/planner.md. */
const SAFE_DIFFERENCES: Readonly<Record<string, string>> = {
  "3ph-1c-standard-heavy-importing": "P4: an even inverter would put 1 A more than the breaker on phase A",
  "group-3ph-two-chargers-capped": "P6: what the circuit limit frees goes to its other member",
  "group-3ph-two-chargers-both-fit": "P6: Shared is fair inside the circuit",
  "group-1ph-same-phase-capped": "P6: what the circuit limit frees goes to its other member",
  "mixed-continuous-solar-only-shared": "P1: the sun limits only the load that follows it",
  "1ph-1c-standard-phases3-misconfigured": "P5: lines on phases that the site lacks are left out",
};

describe("scenario data", () => {
  it("is all there", () => {
    expect(CASES.length).toBe(85);
  });

  for (const start of ["zero", "max"] as const) {
    it.each(CASES)(`reaches the expected currents from ${start} with the pinned oddities: $file $name`, (entry) => {
      expect(differences(entry, start, true)).toEqual([]);
    });

    it(`differs with the safe engine from ${start} only where it must`, () => {
      const differing = CASES.filter((entry) => differences(entry, start, false).length > 0).map((entry) => entry.name);
      expect(differing.sort()).toEqual(Object.keys(SAFE_DIFFERENCES).sort());
    });
  }

  it("keeps every phase within the breaker with the safe engine, in the house's own physics", () => {
    for (const { scenario, name } of CASES) {
      // Three lines said to be on one phase: the data's physics draws the current three times there.
      if (name === "1ph-1c-standard-phases3-all-mapped-to-A") continue;
      const outcome = runScenario(scenario, { start: "max", cycles: 60, compat: false });
      for (const phase of [0, 1, 2] as const) {
        const household = scenario.site.householdA[phase];
        if (household === null || household > scenario.site.breakerA) continue;
        expect(outcome.netA[phase], `${name} phase ${phase}`).toBeLessThanOrEqual(scenario.site.breakerA + 0.1);
      }
    }
  });

  it("documents each difference in docs/planner.md", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/planner.md"), "utf8");
    for (const name of Object.keys(SAFE_DIFFERENCES)) expect(page).toContain(name);
  });
});

describe("reading scenarios", () => {
  const good = { site: { phase_a_consumption: 1 }, chargers: [{ entity_id: "a" }] };

  it.each([
    [{ ...good, site: { voltage: "230" } }, "site.voltage"],
    [{ ...good, site: { main_breaker_rating: -1 } }, "site.main_breaker_rating"],
    [{ ...good, chargers: [{ phases: 4 }] }, "chargers[0].phases"],
    [{ ...good, chargers: [{ l1_phase: "D" }] }, "chargers[0].l1_phase"],
    [{ ...good, chargers: [{ min_current: 20 }] }, "chargers[0].min_current"],
    [{ scenarios: [good, { site: {} }] }, "scenarios[1].chargers"],
    [{ ...good, site: { circuit_groups: [{ members: [] }] } }, "site.circuit_groups[0].current_limit"],
    [{ ...good, chargers: [{ entity_id: "a" }, { entity_id: "a" }] }, "chargers[1].entity_id"],
    ["text", "(input)"],
  ])("names the bad field of %j", (input, path) => {
    let caught: unknown;
    try {
      readScenarios(input);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ScenarioError);
    expect((caught as ScenarioError).path).toBe(path);
  });

  it("takes absent for its default and null for none", () => {
    const [scenario] = readScenarios({
      site: { battery_max_charge_power: null, phase_a_consumption: 0 },
      chargers: [{}],
    });
    expect(scenario?.site.maxChargeW).toBeNull();
    expect(scenario?.site.maxDischargeW).toBe(5000);
    expect(scenario?.site.householdA).toEqual([0, null, null]);
    expect(scenario?.loads[0]).toMatchObject({
      id: "charger_0",
      minA: 6,
      maxA: 16,
      phases: 1,
      priority: 0,
      mode: "standard",
    });
  });
});
