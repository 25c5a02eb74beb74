/** Runs the benchmarks one after the other, each in its own process: `npm run bench [NAME]`. Figures only; nothing fails by being slow. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const BENCHES = [
  { name: "planner", file: "scripts/bench/planner.ts", args: [] },
  { name: "ocpp", file: "scripts/bench/ocpp.ts", args: [] },
  { name: "stations", file: "scripts/bench/ocpp.ts", args: ["--stations", "1000"] },
  { name: "publish", file: "scripts/bench/publish.ts", args: [] },
  { name: "latency", file: "scripts/bench/latency.ts", args: [] },
  { name: "card", file: "scripts/bench/card.ts", args: [] },
] as const;

const [wanted] = process.argv.slice(2);
let failed = false;
for (const { name, file, args } of BENCHES) {
  if ((wanted !== undefined && wanted !== name) || !existsSync(file)) continue;
  console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`);
  const { status } = spawnSync(process.execPath, [file, ...args], { stdio: "inherit" });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
