/** `plan`: what the planner would do in a house described by a scenario. No Home Assistant, no network. */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { readScenarios, ScenarioError } from "../simulate/scenario.ts";
import { runScenario, type ScenarioOutcome } from "../simulate/scenario-run.ts";
import { readArguments, UsageError } from "./arguments.ts";

/** Cycles of 15 s until a house is steady; a start from full current has further to go. */
const DEFAULT_CYCLES = { zero: 30, max: 60 } as const;
const MOST_CYCLES = 100_000;

/** Prints a JSON array with one result per scenario. Exit code 0, or 2 with the path of the bad field on stderr. */
export async function planCommand(argv: string[]): Promise<number> {
  try {
    return await run(argv);
  } catch (error) {
    if (!(error instanceof ScenarioError) && !(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

async function run(argv: string[]): Promise<number> {
  const { values, positionals } = readArguments({
    args: argv,
    allowPositionals: true,
    options: { start: { type: "string", default: "zero" }, cycles: { type: "string" }, compat: { type: "boolean" } },
  });
  const start = values.start;
  if (start !== "zero" && start !== "max") throw new UsageError("--start is zero or max");
  if (positionals.length > 1) throw new UsageError("plan takes one FILE, or none to read standard input");
  const cycles = cyclesOf(values.cycles, DEFAULT_CYCLES[start]);
  const scenarios = readScenarios(parse(await source(positionals[0])));
  const compat = values.compat === true;
  const results = scenarios.map((scenario) => shown(runScenario(scenario, { start, cycles, compat })));
  console.log(JSON.stringify(results, null, 2));
  return 0;
}

function cyclesOf(option: string | undefined, fallback: number): number {
  if (option === undefined) return fallback;
  const cycles = Number(option);
  if (!Number.isInteger(cycles) || cycles < 1 || cycles > MOST_CYCLES)
    throw new UsageError(`--cycles is a whole number from 1 to ${MOST_CYCLES}`);
  return cycles;
}

async function source(file: string | undefined): Promise<string> {
  if (file === undefined || file === "-") return await text(process.stdin);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ScenarioError(file, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ScenarioError("(input)", `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function shown(outcome: ScenarioOutcome): unknown {
  const chargers: Record<string, unknown> = {};
  for (const [id, load] of outcome.loads)
    chargers[id] = { allocated: round(load.allocatedA), available: round(load.availableA), settled: load.settled };
  return { name: outcome.name, chargers };
}

/** Binary dust off, nothing else. */
function round(current: number): number {
  return Math.round(current * 1e6) / 1e6;
}
