/** `evse-bridge simulate ocpp`: a wallbox with a car, to try a set-up without hardware. */
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { OcppVersion } from "../ocpp/station.ts";
import { createSimulatedChargePoint } from "../simulate/ocpp/charge-point.ts";
import { PRESETS } from "../simulate/ocpp/presets.ts";
import { readArguments, UsageError } from "./arguments.ts";

const PRESET_NAMES = Object.keys(PRESETS).join(", ");
/** The car arrives this long after the start. */
const CAR_COMES_MS = 3_000;
const TELL_EVERY_MS = 10_000;

/** Runs until it is interrupted. Exit codes: 0 stopped, 2 wrong arguments. */
export async function simulateOcppCommand(argv: string[]): Promise<number> {
  const { url, identity, version, phases, preset, password } = wantedOf(argv);
  const box = createSimulatedChargePoint({
    url,
    identity,
    version,
    phases,
    preset,
    ...(password === undefined ? {} : { password }),
    clock: systemClock,
    log: silentLog(),
  });
  const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
  box.onEvent(say);
  say(
    `simulated wallbox ${identity} (OCPP ${version}, ${phases === 1 ? "1 phase" : "3 phases"}, ${preset}) dials ${url}`,
  );
  box.start();
  const stopCar = systemClock.after(CAR_COMES_MS, () => box.plugIn());
  const stopTelling = systemClock.every(
    TELL_EVERY_MS,
    () => {
      const { status, offeredA, powerW, sessionWh, socPct } = box.state();
      const soc = socPct === undefined ? "" : `, car ${socPct.toFixed(0)} %`;
      say(
        `${status}: offers ${offeredA.toFixed(1)} A, ${Math.round(powerW)} W, ${(sessionWh / 1000).toFixed(3)} kWh${soc}`,
      );
    },
    (error) => say(`stumbled: ${error instanceof Error ? error.message : "unknown"}`),
  );
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
  stopCar();
  stopTelling();
  await box.close();
  say("stopped");
  return 0;
}

interface Wanted {
  readonly url: string;
  readonly identity: string;
  readonly version: OcppVersion;
  readonly phases: 1 | 3;
  readonly preset: string;
  readonly password: string | undefined;
}

/** @throws UsageError */
function wantedOf(argv: string[]): Wanted {
  const text = { type: "string" } as const;
  const { values } = readArguments({
    args: argv,
    options: { url: text, id: text, version: text, phases: text, preset: text, password: text },
  });
  const { url, id, phases = "3", preset = "standard" } = values;
  if (url === undefined || id === undefined) throw new UsageError("--url and --id are needed");
  if (!/^wss?:\/\//.test(url)) throw new UsageError("--url must begin with ws:// or wss://");
  const known = PRESETS[preset];
  if (known === undefined) throw new UsageError(`There is no preset ${preset}; there are ${PRESET_NAMES}`);
  const version = values.version ?? known.version ?? "1.6";
  if (version !== "1.6" && version !== "2.0.1" && version !== "2.1")
    throw new UsageError("--version is 1.6, 2.0.1 or 2.1");
  if (phases !== "1" && phases !== "3") throw new UsageError("--phases is 1 or 3");
  return {
    url,
    identity: id,
    version,
    phases: phases === "1" ? 1 : 3,
    preset,
    password: values.password ?? process.env["OCPP_PASSWORD"],
  };
}
