/**
 * How fast the OCPP server is, beside a bare one and PyPI `ocpp`, in one run and under the same load:
 *   node scripts/bench/ocpp.ts [--seconds 4] [--rounds 5] [--connections 50]
 *   node scripts/bench/ocpp.ts --stations 1000 [--charging 100] [--interval 10] [--seconds 600]
 * OCPP_PYTHON names the interpreter of a venv with `ocpp` and `websockets`; without it that row is left out. With `taskset` the
 * servers get one core and the stations another.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connectStation, type LoadStation } from "./ocpp-load.ts";

interface Result {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Server's processor time per message, µs: the figure a busy machine spoils least. */
  readonly cpuUs: number | undefined;
  readonly rssMb: number | undefined;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    rounds: { type: "string", default: "5" },
    connections: { type: "string", default: "50" },
    stations: { type: "string" },
    charging: { type: "string", default: "100" },
    interval: { type: "string", default: "10" },
  },
});
/** A server runs for months: its hot paths are compiled before the clock starts. A slow one is warm sooner. */
const WARM_UP_MESSAGES = 80_000;
const WARM_UP_MS = 12_000;
const canPin = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

if (canPin) spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]);
console.log(canPin ? "server on core 0, stations on core 1" : "server and stations share the cores (no taskset)");
if (values.stations === undefined) await compare();
else await hold(Number(values.stations));

async function compare(): Promise<void> {
  const python = process.env.OCPP_PYTHON;
  const contenders = new Map<string, readonly string[]>([
    ["bare ws + JSON.parse", [process.execPath, here("ocpp-server.ts"), "bare"]],
    ["EVSE Bridge with driver", [process.execPath, here("ocpp-server.ts"), "bridge", values.connections]],
  ]);
  if (python === undefined || !existsSync(python)) console.log("PyPI ocpp left out: OCPP_PYTHON names no interpreter");
  else contenders.set("PyPI ocpp, as shipped", [python, here("ocpp-server.py")]);

  const results = new Map<string, Result[]>();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, command] of contenders) {
      const result = await withServer(command, (port, server) =>
        measure(port, server, Number(values.connections), Number(values.seconds ?? "4")),
      );
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  console.log("\nTransactionEvent Updated, 6 sampled values, one call in flight per connection; median of the rounds");
  console.log(
    `${"server".padEnd(26)}${"messages/s".padStart(12)}${"p50 ms".padStart(9)}${"p99 ms".padStart(9)}${"MB".padStart(7)}${"CPU µs/msg".padStart(12)}`,
  );
  for (const [name, rounds] of results) {
    const middle = rounds.toSorted((a, b) => a.rate - b.rate)[Math.floor(rounds.length / 2)];
    if (middle === undefined) continue;
    console.log(
      `${name.padEnd(26)}${middle.rate.toFixed(0).padStart(12)}${middle.p50.toFixed(2).padStart(9)}${middle.p99.toFixed(2).padStart(9)}${(middle.rssMb?.toFixed(0) ?? "?").padStart(7)}${(middle.cpuUs?.toFixed(1) ?? "?").padStart(12)}`,
    );
  }
  const [bare, ours, theirs] = [...results.values()];
  if (bare !== undefined && ours !== undefined) tellRatio("\nours / bare", ours, bare, 2, "floor 0.50");
  if (ours !== undefined && theirs !== undefined) tellRatio("ours / PyPI", ours, theirs, 1, "floor 25");
}

/** Rounds that followed each other are compared, so that a machine that is busy for a while spoils one of them and not the verdict. */
function tellRatio(
  what: string,
  ours: readonly Result[],
  theirs: readonly Result[],
  digits: number,
  note: string,
): void {
  const ratios = (figure: (result: Result) => number | undefined): readonly number[] =>
    ours
      .map((mine, round) => {
        const [a, b] = [figure(mine), theirs[round] && figure(theirs[round])];
        return a === undefined || b === undefined ? NaN : a / b;
      })
      .filter((ratio) => !Number.isNaN(ratio))
      .toSorted((a, b) => a - b);
  const median = (sorted: readonly number[]): string => (sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(digits);
  const byRate = ratios(({ rate }) => rate);
  const byCpu = ratios(({ cpuUs }) => (cpuUs === undefined ? undefined : 1 / cpuUs));
  const range = `${byRate.at(0)?.toFixed(digits) ?? "?"}-${byRate.at(-1)?.toFixed(digits) ?? "?"}`;
  console.log(
    `${what}: ${median(byRate)} by rate (${note}; rounds ${range}), ${median(byCpu)} by the server's processor time`,
  );
}

async function measure(port: number, server: ChildProcess, connections: number, seconds: number): Promise<Result> {
  const stations = await connectAll(port, connections);
  await pump(stations, WARM_UP_MS, WARM_UP_MESSAGES);
  const startedAt = performance.now();
  const cpuBeforeS = cpuSecondsOf(server);
  const times = await pump(stations, seconds * 1000);
  const tookS = (performance.now() - startedAt) / 1000;
  const rssMb = rssOf(server);
  const cpuAfterS = cpuSecondsOf(server);
  const cpuUs =
    cpuBeforeS === undefined || cpuAfterS === undefined ? undefined : ((cpuAfterS - cpuBeforeS) / times.length) * 1e6;
  for (const station of stations) station.close();
  return { rate: times.length / tookS, ...quantiles(times), rssMb, cpuUs };
}

async function pump(stations: readonly LoadStation[], ms: number, most = Infinity): Promise<number[]> {
  const endAt = performance.now() + ms;
  const times: number[] = [];
  let pumping = true;
  // The load never sleeps, where it has a core: waking it up would be charged to the server, and the more so the slower the server is.
  const spin = (): void => {
    if (pumping) setImmediate(spin);
  };
  if (canPin) spin();
  await Promise.all(
    stations.map(async (station) => {
      while (performance.now() < endAt && times.length < most) times.push(await station.event());
    }),
  );
  pumping = false;
  return times;
}

/** Many stations, few of them charging, for long: nobody may be dropped. */
async function hold(count: number): Promise<void> {
  const seconds = Number(values.seconds ?? "600");
  const intervalMs = Number(values.interval) * 1000;
  await withServer([process.execPath, here("ocpp-server.ts"), "bridge", String(count)], async (port, server) => {
    const stations = await connectAll(port, count);
    const charging = stations.slice(0, Number(values.charging));
    console.log(
      `${count} stations connected, ${charging.length} charging every ${values.interval} s, for ${seconds} s`,
    );
    const endAt = performance.now() + seconds * 1000;
    const times: number[] = [];
    await Promise.all(
      charging.map(async (station, index) => {
        await sleep((index / charging.length) * intervalMs);
        while (performance.now() < endAt && !station.dropped) {
          times.push(await station.event());
          await sleep(Math.min(intervalMs, Math.max(0, endAt - performance.now())));
        }
      }),
    );
    const { p50, p99 } = quantiles(times);
    const dropped = stations.filter((station) => station.dropped).length;
    console.log(
      `messages ${times.length}, dropped stations ${dropped}, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, server RSS ${rssOf(server)?.toFixed(0) ?? "?"} MB`,
    );
    for (const station of stations) station.close();
    if (dropped > 0) process.exitCode = 1;
  });
}

/** A few at a time: more unfinished handshakes from one address are refused. */
async function connectAll(port: number, count: number): Promise<LoadStation[]> {
  const stations: LoadStation[] = [];
  while (stations.length < count) {
    const batch = Math.min(5, count - stations.length);
    const first = stations.length;
    stations.push(...(await Promise.all(Array.from({ length: batch }, (_, i) => connectStation(port, first + i)))));
  }
  return stations;
}

async function withServer<T>(
  command: readonly string[],
  use: (port: number, server: ChildProcess) => Promise<T>,
): Promise<T> {
  const [program = "", ...rest] = canPin ? ["taskset", "-c", "0", ...command] : command;
  const server = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(server.stdout).once("line", resolve);
      server.once("exit", (code) => reject(new Error(`server ended with ${code ?? "a signal"}`)));
    });
    return await use(Number(line), server);
  } finally {
    server.stdin.end();
    server.kill();
  }
}

function quantiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Linux counts in hundredths of a second. */
function cpuSecondsOf(server: ChildProcess): number | undefined {
  const file = `/proc/${server.pid ?? 0}/stat`;
  if (!existsSync(file)) return undefined;
  const fields = readFileSync(file, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rssOf(server: ChildProcess): number | undefined {
  const file = `/proc/${server.pid ?? 0}/status`;
  if (!existsSync(file)) return undefined;
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1];
  return kb === undefined ? undefined : Number(kb) / 1024;
}
