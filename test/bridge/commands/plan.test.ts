import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { planCommand } from "../../../bridge/commands/plan.ts";

const SCENARIOS = join(import.meta.dirname, "../../scenarios");
const CAR = { entity_id: "car", min_current: 6, max_current: 16 };
const HOUSE = { site: { main_breaker_rating: 20, phase_a_consumption: 8 }, chargers: [CAR] };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plan-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

interface Printed {
  readonly name: string;
  readonly chargers: Readonly<Record<string, { allocated: number; available: number; settled: boolean }>>;
}

/** Runs the command with a file of this content; answers what it wrote. */
async function plan(content: unknown, ...options: string[]): Promise<{ code: number; out: Printed[]; error: string }> {
  const file = join(folder, "house.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return await run(file, ...options);
}

async function run(...argv: string[]): Promise<{ code: number; out: Printed[]; error: string }> {
  const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const code = await planCommand(argv);
  const said = (spy: typeof out): string => spy.mock.calls.map(([line]) => String(line)).join("\n");
  const text = said(out);
  const result = { code, out: text === "" ? [] : (JSON.parse(text) as Printed[]), error: said(error) };
  vi.restoreAllMocks();
  return result;
}

describe("plan", () => {
  it("answers a single scenario with one result", async () => {
    expect(await plan({ name: "home", ...HOUSE })).toEqual({
      code: 0,
      out: [{ name: "home", chargers: { car: { allocated: 12, available: 12, settled: true } } }],
      error: "",
    });
  });

  it("answers a file and a list with one result for each scenario, in their order", async () => {
    const scenarios = [
      { name: "one", ...HOUSE },
      { name: "two", ...HOUSE },
    ];
    for (const content of [{ scenarios }, scenarios])
      expect((await plan(content)).out.map((entry) => entry.name)).toEqual(["one", "two"]);
  });

  it.each(["zero", "max"])("comes to the same answer from %s", async (start) => {
    const { out } = await plan(HOUSE, "--start", start);
    expect(out[0]?.chargers["car"]).toEqual({ allocated: 12, available: 12, settled: true });
  });

  it("tells that a house has not settled when it is given too few cycles", async () => {
    expect((await plan(HOUSE, "--cycles", "3")).out[0]?.chargers["car"]?.settled).toBe(false);
    expect((await plan(HOUSE, "--cycles", "40")).out[0]?.chargers["car"]?.settled).toBe(true);
  });

  it("reproduces the pinned oddities only when asked", async () => {
    const file = join(SCENARIOS, "features/test_circuit_groups.json");
    const group = (result: { out: Printed[] }): number[] =>
      Object.values(result.out.find((entry) => entry.name === "group-3ph-two-chargers-capped")!.chargers).map(
        (charger) => charger.allocated,
      );
    expect(group(await run(file, "--compat"))).toEqual([16, 0]);
    expect(group(await run(file))).toEqual([14, 6]);
  });

  it("tells an idle charger what it could have", async () => {
    const idle = { ...CAR, entity_id: "idle", active: false };
    const { out } = await plan({ ...HOUSE, chargers: [CAR, idle] });
    expect(out[0]?.chargers["idle"]).toEqual({ allocated: 0, available: 0, settled: true });
    const alone = await plan({ ...HOUSE, chargers: [idle] });
    expect(alone.out[0]?.chargers["idle"]?.available).toBe(12);
  });

  it("answers a house without chargers", async () => {
    expect((await plan({ name: "none", site: {}, chargers: [] })).out).toEqual([{ name: "none", chargers: {} }]);
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{", "(input): is not JSON"],
    ["nothing", "", "(input): is not JSON"],
    ["a number", 5, "(input): must be an object"],
    ["no site", { chargers: [] }, "site: is missing"],
    ["no chargers", { site: {} }, "chargers: is missing"],
    ["text for a number", { ...HOUSE, site: { voltage: "230" } }, "site.voltage: must be a number"],
    ["a bad charger", { site: {}, chargers: [null] }, "chargers[0]: must be an object"],
    [
      "a phase that does not exist",
      { site: {}, chargers: [{ l1_phase: "N" }] },
      "chargers[0].l1_phase: must be A, B or C",
    ],
    [
      "the second of two",
      { scenarios: [HOUSE, { ...HOUSE, chargers: [{ phases: 0 }] }] },
      "scenarios[1].chargers[0].phases: must be 1, 2 or 3",
    ],
  ])("names what is wrong with %s and ends with 2", async (_, content, error) => {
    const result = await plan(content);
    expect(result.code).toBe(2);
    expect(result.out).toEqual([]);
    expect(result.error).toContain(error);
  });

  it.each<[readonly string[], string]>([
    [["--start", "half"], "--start is zero or max"],
    [["--cycles", "0"], "--cycles is a whole number"],
    [["--cycles", "1.5"], "--cycles is a whole number"],
    [["--cycles", "many"], "--cycles is a whole number"],
    [["another.json"], "one FILE"],
    [["--unknown"], "--unknown"],
  ])("ends with 2 for %j", async (options, error) => {
    const result = await plan(HOUSE, ...options);
    expect(result.code).toBe(2);
    expect(result.error).toContain(error);
  });

  it("ends with 2 for a file that is not there", async () => {
    const result = await run(join(folder, "absent.json"));
    expect(result.code).toBe(2);
    expect(result.error).toContain("absent.json: cannot be read");
  });
});
