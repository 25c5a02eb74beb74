/**
 * Runs the whole check and counts it: `node scripts/test.ts` for everything that needs no Home Assistant, `node scripts/test.ts ha [FILTER]` for the
 * real one. Each step's output is shown as it comes; the last line is `N passed, N failed` over all of them. Exit 1 when anything failed.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { hassMissing } from "../test/e2e/hass.ts";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** How many tests ran, from the output or from a report; undefined = the step itself is one. */
  readonly count?: (output: string) => Count;
}

const REPORTS = ".tmp/reports";

function vitest(name: string, config: string, filter: readonly string[]): Step {
  const report = join(REPORTS, `${name}.json`);
  return {
    name,
    command: [
      "vitest",
      "run",
      "--config",
      config,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...filter,
    ],
    count: () => {
      const told = JSON.parse(readFileSync(report, "utf8")) as {
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numFailedTestSuites: number;
        testResults: { status: string; assertionResults: { status: string }[] }[];
      };
      // A file that fails to load, or whose preparation fails, has no failed test: it still counts as one failure.
      const broken = told.testResults.filter(
        (file) => file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
      ).length;
      return { passed: told.numPassedTests, failed: told.numFailedTests + broken, skipped: told.numPendingTests };
    },
  };
}

/** web-test-runner's summary: `Chromium: |███| 12/12 test files | 340 passed, 0 failed`. */
function countBrowser(output: string): Count {
  const plain = stripVTControlCharacters(output);
  const last = [...plain.matchAll(/(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/g)].at(-1);
  return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0), skipped: Number(last?.[3] ?? 0) };
}

const STEPS: readonly Step[] = [
  { name: "lint", command: ["eslint", ".", "--max-warnings", "60"] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "types", command: ["tsc", "--noEmit", "-p", "tsconfig.json"] },
  { name: "card types", command: ["tsc", "--noEmit", "-p", "card/tsconfig.json"] },
  vitest("unit", "vitest.config.ts", []),
  { name: "build card", command: ["rollup", "-c", "--silent"] },
  { name: "build bridge", command: ["tsc", "-p", "tsconfig.build.json"] },
  { name: "card", command: ["web-test-runner"], count: countBrowser },
  { name: "package", command: ["node", "scripts/package-check.ts"] },
  { name: "hacs", command: ["node", "scripts/hacs-check.ts"] },
];

async function run(step: Step): Promise<Count> {
  console.log(`\n── ${step.name} ${"─".repeat(Math.max(0, 60 - step.name.length))}`);
  const [file, ...args] = step.command;
  let output = "";
  const code = await new Promise<number>((resolve) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, FORCE_COLOR: "0" } });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (step.count === undefined)
    return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  try {
    const counted = step.count(output);
    const nothing = code === 0 && counted.passed === 0 && counted.skipped === 0;
    return (code !== 0 && counted.failed === 0) || nothing ? { ...counted, failed: counted.failed + 1 } : counted;
  } catch (error) {
    console.error(`${step.name}: its report cannot be read: ${String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const [what, ...filter] = process.argv.slice(2);
const missing = what === "ha" ? hassMissing() : undefined;
if (missing !== undefined) {
  console.log(`Tests on a real Home Assistant are skipped: ${missing}\n\n0 passed, 0 failed`);
  process.exit(0);
}
const steps =
  what === "ha"
    ? [vitest("ha", "vitest.e2e.config.ts", filter)]
    : STEPS.filter((step) => what === undefined || step.name === what);
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
let total: Count = { passed: 0, failed: 0, skipped: 0 };
const table: string[] = [];
for (const step of steps) {
  const startedMs = performance.now();
  const count = await run(step);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  table.push(
    `${step.name.padEnd(14)} ${String(count.passed).padStart(6)} passed ${String(count.failed).padStart(4)} failed ${String(count.skipped).padStart(4)} skipped ${seconds.padStart(7)} s`,
  );
  total = {
    passed: total.passed + count.passed,
    failed: total.failed + count.failed,
    skipped: total.skipped + count.skipped,
  };
}
console.log(
  `\n${table.join("\n")}\n\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
