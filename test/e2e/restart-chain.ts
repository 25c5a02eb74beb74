/** One wallbox with its bridge on a shared Home Assistant: three processes, each of which can be ended, killed, stopped or cut off. */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { until, type RealHass } from "./hass.ts";
import { startRelay, type Relay } from "./relay.ts";

const CLI = fileURLToPath(new URL("../../bridge/cli.ts", import.meta.url));

/** `evse-bridge simulate ocpp` as a process: a wallbox whose car arrives after 3 s. */
export interface BoxProcess {
  start(): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Newest limit that it took on the leased level, A; undefined before the first of this run. */
  readonly limitA: number | undefined;
  /** What it told since it was started first. */
  readonly output: () => string;
}

function createBox(url: string, id: string): BoxProcess {
  let child: ChildProcess | undefined;
  let output = "";
  let thisRun = 0;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const process_ = child;
    child = undefined;
    if (process_ === undefined || process_.exitCode !== null || process_.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => process_.once("exit", () => resolve()));
    process_.kill("SIGCONT");
    process_.kill(signal);
    await gone;
  };
  return {
    start() {
      thisRun = output.length;
      child = spawn(process.execPath, [CLI, "simulate", "ocpp", "--url", url, "--id", id], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr])
        stream?.on("data", (data: Buffer) => (output += data.toString()));
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    get limitA() {
      const all = [...output.slice(thisRun).matchAll(/limit ([\d.]+) A \(TxDefaultProfile, level 2,.*Accepted/g)];
      const last = all.at(-1)?.[1];
      return last === undefined ? undefined : Number(last);
    },
    output: () => output,
  };
}

export interface Chain {
  readonly prefix: string;
  readonly bridge: BridgeProcess;
  readonly box: BoxProcess;
  /** Between bridge and Home Assistant, between wallbox and bridge. */
  readonly hassLine: Relay;
  readonly boxLine: Relay;
  /** What a person last set, A: where helper and wallbox should be. */
  limitA: number;
  /** Where the helper is now. */
  limitHelper: string;
  energyKwh: number;
  /** A limit lower by 1 A than now, in the helper, and both buttons that would show: pause and reset. */
  turn(press: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** `name` is the wallbox's; every chain of one Home Assistant but the first has an `instance`. */
export async function startChain(hass: RealHass, name: string, instance: string | undefined): Promise<Chain> {
  const prefix = name.toLowerCase();
  const hassLine = await startRelay(Number(new URL(hass.url).port));
  const bridge = await createBridge(
    { url: `http://127.0.0.1:${hassLine.port}`, token: hass.token },
    `site: { id: ${prefix}_site, name: ${name} site }
chargers:
  - { id: ${prefix}, name: ${name}, driver: ocpp, station: ${prefix}, max_current: 16, phases: 3, command_interval: 5, enable_delay: 1, min_on: 5, min_off: 5 }
`,
    instance === undefined ? "" : `  instance: ${instance}\n`,
    // A wallbox is given up after two silent pings and 20 s.
    ", ping_interval: 5",
  );
  await bridge.start();
  const boxLine = await startRelay(Number(new URL(bridge.ocppUrl).port));
  const box = createBox(`ws://127.0.0.1:${boxLine.port}`, prefix);
  box.start();
  const chain: Chain = {
    prefix,
    bridge,
    box,
    hassLine,
    boxLine,
    limitA: 16,
    limitHelper: `input_number.${prefix}_current_limit`,
    energyKwh: 0,
    async turn(press) {
      // Downwards: a limit that rises is approached slowly.
      chain.limitA--;
      await hass.call("input_number", "set_value", { entity_id: chain.limitHelper, value: chain.limitA });
      if (!press) return;
      for (const button of ["pause", "reset"])
        await hass.call("input_button", "press", { entity_id: `input_button.${prefix}_${button}` });
    },
    async stop() {
      await box.stop();
      await bridge.clean();
      await hassLine.stop();
      await boxLine.stop();
    },
  };
  return chain;
}

/** Whether the bridge has both its links, asked at its own page. */
export async function healthy(chain: Chain): Promise<boolean> {
  return (await fetch(`${chain.bridge.httpUrl}/health`)).status === 200;
}

/** The wallbox charges at what a person last wished, the helper shows it, and a press from now on is carried out: nothing older can follow. */
export async function whole(hass: RealHass, chain: Chain, timeoutMs: number): Promise<void> {
  const { prefix, box } = chain;
  let seen = "";
  const context = (): string =>
    `${seen}\nbox ${prefix}: ${box.limitA ?? "?"} A\n${tail(box.output())}\n${tail(chain.bridge.output())}`;
  const state = async (id: string): Promise<string> => (await hass.state(id))?.state ?? "none";
  await until(() => healthy(chain), timeoutMs, context);
  await until(
    async () => {
      const [status, helper] = [await state(`sensor.${prefix}_status`), await state(chain.limitHelper)];
      seen = `${prefix}: status ${status}, helper ${helper}, wanted ${chain.limitA}`;
      return (
        status === "charging" && Number(helper) === chain.limitA && Math.abs((box.limitA ?? 0) - chain.limitA) < 0.5
      );
    },
    timeoutMs,
    context,
  );
  // Commands are carried out in their order: when this one is answered, all before it have been.
  const command = async (): Promise<Record<string, unknown>> =>
    (await hass.state(`sensor.${prefix}_command`))?.attributes ?? {};
  const before = (await command())["command_id"];
  await until(
    async () => {
      await hass.call("input_button", "press", { entity_id: `input_button.${prefix}_refresh` });
      await new Promise((resolve) => setTimeout(resolve, 400));
      const { name, command_id: id } = await command();
      return name === "refresh" && id !== before;
    },
    20_000,
    context,
  );
}

function tail(text: string): string {
  return text.split("\n").slice(-25).join("\n");
}
