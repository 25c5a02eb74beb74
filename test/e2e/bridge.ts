/** The bridge as a user runs it: a process of its own with a configuration file. */
import { appendFileSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, until } from "./hass.ts";

/** `E2E_LOG=FILE` keeps what the bridges printed. */
const LOG_FILE = process.env["E2E_LOG"];

export interface BridgeProcess {
  readonly ocppUrl: string;
  readonly httpUrl: string;
  readonly configFile: string;
  start(): Promise<void>;
  /** SIGTERM, waits for its end. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<unknown>;
  /** SIGSTOP: its sockets stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  readonly output: () => string;
  /** Stops it and removes its folder. */
  clean(): Promise<void>;
}

/** `rest` is YAML below `home_assistant` and `ocpp.listen`: site, chargers. */
export async function createBridge(
  hass: { readonly url: string; readonly token: string },
  rest: string,
  hassKeys = "",
  ocppKeys = "",
): Promise<BridgeProcess> {
  const folder = await mkdtemp(join(tmpdir(), "evse-e2e-"));
  const [ocppPort, httpPort] = [await freePort(), await freePort()];
  const tokenFile = join(folder, "token");
  const configFile = join(folder, "evse-bridge.yaml");
  await writeFile(tokenFile, hass.token, { mode: 0o600 });
  await writeFile(
    configFile,
    `home_assistant:
  url: ${JSON.stringify(hass.url)}
  token_file: ${JSON.stringify(tokenFile)}
${hassKeys}ocpp: { listen: "127.0.0.1:${ocppPort}", meter_interval: 5${ocppKeys} }
data_dir: ${JSON.stringify(join(folder, "data"))}
http: { listen: "127.0.0.1:${httpPort}" }
log: { level: debug, format: json }
${rest}`,
    { mode: 0o600 },
  );
  let output = "";
  let child: ChildProcess | undefined;
  const cli = fileURLToPath(new URL("../../bridge/cli.ts", import.meta.url));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const process_ = child;
    child = undefined;
    if (process_ === undefined || process_.exitCode !== null || process_.signalCode !== null) return null;
    const gone = new Promise<number | null>((resolve) => process_.once("exit", (code) => resolve(code)));
    process_.kill("SIGCONT");
    process_.kill(signal);
    const last = setTimeout(() => process_.kill("SIGKILL"), 30_000);
    const code = await gone;
    clearTimeout(last);
    return code;
  };
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  return {
    ocppUrl: `ws://127.0.0.1:${ocppPort}`,
    httpUrl,
    configFile,
    async start() {
      const process_ = spawn(process.execPath, [cli, "run", "--config", configFile], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = process_;
      const keep = (data: Buffer): void => {
        output += data.toString();
        if (LOG_FILE !== undefined) appendFileSync(LOG_FILE, data);
      };
      process_.stdout.on("data", keep);
      process_.stderr.on("data", keep);
      process_.on("exit", (code, signal) => (output += `\nended: ${String(code ?? signal)}\n`));
      await until(
        async () => {
          if (process_.exitCode !== null) throw new Error(`the bridge ended with ${process_.exitCode}`);
          // 503 while a wallbox is away: it listens, that is enough.
          return [200, 503].includes((await fetch(`${httpUrl}/health`)).status);
        },
        30_000,
        () => output,
      );
    },
    stop: () => end("SIGTERM"),
    kill: async () => await end("SIGKILL"),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    output: () => output,
    async clean() {
      await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
