/** `simulate besen`: a BS20 on the LAN (UDP) with a car, to try a setup without hardware. */
import { systemClock } from "../clock.ts";
import { PROBE_PORT } from "../chargers/besen/udp.ts";
import { isZone } from "../chargers/besen/time.ts";
import { createSimulatedBs20 } from "../simulate/besen/simulated-bs20.ts";
import { openUdpFace } from "../simulate/besen/udp-face.ts";
import { readArguments, UsageError } from "./arguments.ts";

const MINUTE_MS = 60_000;

/** Runs until interrupted. Exit codes: 0 stopped, 2 wrong arguments. */
export async function simulateBesenCommand(argv: string[]): Promise<number> {
  const settings = parse(argv);
  const box = createSimulatedBs20({ clock: systemClock, ...settings.box });
  const face = await openUdpFace(box, { port: settings.port, address: settings.address });
  console.log(`BS20 ${box.serial} (${box.advertisedName}) on UDP ${settings.address}:${face.port}, PIN ${box.pin}`);
  console.log(`Put this into evse-bridge.yaml:
  - { id: carport, name: Carport, driver: besen, transport: udp, host: "${settings.address}:${face.port}", pin: "${box.pin}" }`);
  if (settings.car) box.plugIn({ maxA: settings.carCurrentA });
  let shown = "";
  const line = (): string => {
    const { wallbox } = box;
    const state = box.registered ? "connected" : "waiting for a client";
    return `${state}, state ${wallbox.shownState}, ${wallbox.currentA} A, ${wallbox.powerW} W, ${wallbox.totalKwh.toFixed(2)} kWh`;
  };
  const stopShowing = systemClock.every(
    1000,
    () => {
      const now = line().replace(/, [\d.]+ kWh$/, "");
      if (now !== shown) console.log(line());
      shown = now;
    },
    () => undefined,
  );
  const stopSilence =
    settings.silentEveryMs === undefined
      ? (): void => undefined
      : systemClock.every(
          settings.silentEveryMs,
          () => {
            box.faults.silent = !box.faults.silent;
            console.log(box.faults.silent ? "falls silent" : "speaks again");
          },
          () => undefined,
        );
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  stopShowing();
  stopSilence();
  box.close();
  await face.close();
  return 0;
}

interface Settings {
  readonly port: number;
  readonly address: string;
  readonly car: boolean;
  readonly carCurrentA: number;
  readonly silentEveryMs: number | undefined;
  readonly box: Omit<Parameters<typeof createSimulatedBs20>[0], "clock">;
}

/** @throws UsageError */
function parse(argv: string[]): Settings {
  const { values } = readArguments({
    args: argv,
    options: {
      port: { type: "string", default: String(PROBE_PORT) },
      address: { type: "string", default: "127.0.0.1" },
      serial: { type: "string", default: "2026010203040506" },
      pin: { type: "string", default: "123456" },
      phases: { type: "string", default: "1" },
      "max-current": { type: "string", default: "32" },
      name: { type: "string", default: "Simulated" },
      zone: { type: "string", default: Intl.DateTimeFormat().resolvedOptions().timeZone },
      car: { type: "boolean", default: false },
      "car-current": { type: "string", default: "16" },
      "reject-pin": { type: "boolean", default: false },
      "next-start": { type: "boolean", default: false },
      "refuse-start": { type: "string", default: "0" },
      "refuse-stop": { type: "string", default: "0" },
      "silent-every": { type: "string" },
    },
  });
  if (!/^[0-9A-Fa-f]{16}$/.test(values.serial)) throw new UsageError("--serial is 16 hex digits");
  if (!/^\d{6}$/.test(values.pin)) throw new UsageError("--pin is six digits");
  if (!isZone(values.zone)) throw new UsageError("--zone is an IANA time zone");
  const silent = values["silent-every"];
  return {
    port: within(values.port, "--port", 0, 65_535),
    address: values.address,
    car: values.car,
    carCurrentA: within(values["car-current"], "--car-current", 6, 32),
    silentEveryMs: silent === undefined ? undefined : within(silent, "--silent-every", 1, 1440) * MINUTE_MS,
    box: {
      serial: values.serial,
      pin: values.pin,
      phases: within(values.phases, "--phases", 1, 3) === 3 ? 3 : 1,
      maxAmps: within(values["max-current"], "--max-current", 6, 32),
      name: values.name.slice(0, 11),
      zone: values.zone,
      faults: {
        rejectPin: values["reject-pin"],
        nextStartOnly: values["next-start"],
        refuseStart: within(values["refuse-start"], "--refuse-start", 0, 255),
        refuseStop: within(values["refuse-stop"], "--refuse-stop", 0, 255),
      },
    },
  };
}

function within(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max) throw new UsageError(`${name} is ${min} to ${max}`);
  return value;
}
