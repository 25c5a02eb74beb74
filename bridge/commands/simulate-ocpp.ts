/** `evse-bridge simulate ocpp`: a wallbox with a car, to try a set-up without hardware. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { OcppVersion } from "../ocpp/station.ts";
import { createSimulatedChargePoint } from "../simulate/ocpp/charge-point.ts";
import { PRESETS } from "../simulate/ocpp/presets.ts";
import { carryOut, help, stateLines } from "../simulate/ocpp/remote.ts";
import { readArguments, UsageError } from "./arguments.ts";

const PRESET_NAMES = Object.keys(PRESETS).join(", ");
/** The car arrives this long after the start. */
const CAR_COMES_MS = 3_000;
const TELL_EVERY_MS = 10_000;

/** Runs until it is interrupted. Exit codes: 0 stopped, 2 wrong arguments. */
export async function simulateOcppCommand(argv: string[]): Promise<number> {
  const { url, identity, version, phases, preset, password, outlets, car, ca } = wantedOf(argv);
  const box = createSimulatedChargePoint({
    url,
    identity,
    version,
    phases,
    preset,
    outlets,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    clock: systemClock,
    log: silentLog(),
  });
  const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
  const hint = explainer();
  box.onEvent((event) => {
    const line = hint(event);
    if (line !== undefined) say(line);
  });
  if (process.stdin.isTTY) say(`it does what is typed:\n${help()}`);
  say(
    `simulated wallbox ${identity} (OCPP ${version}, ${box.phases === 1 ? "1 phase" : "3 phases"}, ${preset}) dials ${url}`,
  );
  box.start();
  const stopCar = systemClock.after(CAR_COMES_MS, () => {
    if (car && box.outlet().car === undefined) box.plugIn();
  });
  let before = "";
  const stopTelling = systemClock.every(
    TELL_EVERY_MS,
    () => {
      const now = stateLines(box);
      // Nothing new is not said again.
      if (now !== before) say(now);
      before = now;
    },
    (error) => say(`stumbled: ${error instanceof Error ? error.message : "unknown"}`),
  );
  await new Promise<void>((resolve) => {
    const keys = createInterface({ input: process.stdin });
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      keys.close();
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    // Without a keyboard (a service, a container) the end of the input means nothing.
    keys.on("line", (line) => {
      if (/^\s*(quit|exit)\s*$/i.test(line)) {
        stop();
        return;
      }
      const reply = carryOut(box, line);
      if (reply !== undefined) say(reply);
    });
  });
  stopCar();
  stopTelling();
  await box.close();
  say("stopped");
  return 0;
}

/** The box's events in words of use; the same failure to connect is told once. */
function explainer(): (event: string) => string | undefined {
  let last = "";
  return (event) => {
    const failed = /^disconnected \((.*)\)$/.exec(event)?.[1];
    const repeated = failed !== undefined && event === last;
    last = event;
    if (repeated) return undefined;
    if (failed === undefined)
      return event === "registration Pending"
        ? "registration Pending: the bridge knows it from now on; add a charger with this identity as `station`"
        : event;
    const status = Number(/Unexpected server response: (\d+)/.exec(failed)?.[1] ?? Number.NaN);
    const why = WHY_REFUSED.get(status);
    return why === undefined ? event : `refused (${status}): ${why}; tried again`;
  };
}

const WHY_REFUSED: ReadonlyMap<number, string> = new Map([
  [400, "no version in common, or no identity in the address"],
  [401, "wrong or missing password: --password"],
  [403, "a certificate is asked for"],
  [404, "no charger has this identity as `station`"],
  [429, "too many wrong passwords: wait a minute"],
  [503, "the bridge has too many connections, or stops"],
]);

interface Wanted {
  readonly url: string;
  readonly identity: string;
  readonly version: OcppVersion;
  readonly phases: 1 | 3;
  readonly preset: string;
  readonly password: string | undefined;
  readonly outlets: number;
  /** A car comes by itself. */
  readonly car: boolean;
  /** PEM. */
  readonly ca: string | undefined;
}

/** @throws UsageError */
function wantedOf(argv: string[]): Wanted {
  const text = { type: "string" } as const;
  const { values } = readArguments({
    args: argv,
    options: {
      url: text,
      id: text,
      version: text,
      phases: text,
      preset: text,
      password: text,
      outlets: text,
      ca: text,
      "no-car": { type: "boolean" },
    },
  });
  const { url, id, phases = "3", preset = "standard" } = values;
  const outlets = Number(values.outlets ?? "1");
  if (url === undefined || id === undefined) throw new UsageError("--url and --id are needed");
  if (!/^wss?:\/\//.test(url)) throw new UsageError("--url must begin with ws:// or wss://");
  const known = PRESETS[preset];
  if (known === undefined) throw new UsageError(`There is no preset ${preset}; there are ${PRESET_NAMES}`);
  const version = values.version ?? known.version ?? "1.6";
  if (version !== "1.6" && version !== "2.0.1" && version !== "2.1")
    throw new UsageError("--version is 1.6, 2.0.1 or 2.1");
  if (phases !== "1" && phases !== "3") throw new UsageError("--phases is 1 or 3");
  if (!Number.isInteger(outlets) || outlets < 1 || outlets > 4) throw new UsageError("--outlets is 1 to 4");
  return {
    url,
    identity: id,
    version,
    phases: phases === "1" ? 1 : 3,
    preset,
    password: values.password ?? process.env["OCPP_PASSWORD"],
    outlets,
    car: values["no-car"] !== true,
    ca: values.ca === undefined ? undefined : pemOf(values.ca),
  };
}

/** @throws UsageError */
function pemOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--ca cannot be read: ${error instanceof Error ? error.message : "unknown"}`, {
      cause: error,
    });
  }
}
