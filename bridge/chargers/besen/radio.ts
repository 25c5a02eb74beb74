/**
 * The machine's radio: the library loaded only when a Bluetooth box is configured, one per driver and adapter, shared by all boxes.
 * Whatever is missing (library, native part, kernel, rights, adapter) becomes one clear `unavailable`, never a crash.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { NobleLike } from "./noble-like.ts";
import { abortReason, LinkError } from "./transport.ts";

const POWER_ON_MS = 10_000;
const REASON_LENGTH = 240;
const SYSTEM_BUS = "/run/dbus/system_bus_socket";

export type BleDriver = "auto" | "noble" | "noble-next";

/** One radio and the queue in front of it: scanning and connecting are done for one box at a time. */
export interface Radio {
  readonly noble: NobleLike;
  readonly driver: string;
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** A box begins to use it; the last one that lets go switches it off, where the library can. */
  use(): Unsubscribe;
}

export function radioOf(noble: NobleLike, driver: string): Radio {
  let tail: Promise<unknown> = Promise.resolve();
  let users = 0;
  return {
    noble,
    driver,
    exclusively(work) {
      const done = tail.then(work, work);
      tail = done.catch(() => undefined);
      return done;
    },
    use() {
      users++;
      let using = true;
      return () => {
        if (!using) return;
        using = false;
        users--;
        if (users > 0) return;
        for (const [key, radio] of radios) if (radio.noble === noble) radios.delete(key);
        noble.stop?.();
      };
    },
  };
}

const radios = new Map<string, Radio>();
/** `noble` loaded but its adapter never came up: `auto` goes on with the other library. */
let nobleFailed = false;

/** The adapter of an automatically chosen library does not come up: the next attempt takes the other one. */
export function giveUp(radio: Radio): void {
  if (radio.driver === "noble") nobleFailed = true;
}

/** @throws LinkError `unavailable` with every driver's reason */
export function loadRadio(driver: BleDriver, adapter: string | undefined, log: Log): Radio {
  const both = nobleFailed ? (["noble-next"] as const) : (["noble", "noble-next"] as const);
  const names = driver === "auto" ? both : ([driver] as const);
  const reasons: string[] = [];
  for (const name of names) {
    const key = `${name} ${adapter ?? ""}`;
    const known = radios.get(key);
    if (known !== undefined) return known;
    try {
      const radio = radioOf(
        startQuietly(() => instance(name, adapter), log),
        name,
      );
      // A radio that cannot work is not kept: the other driver may do better.
      const { state } = radio.noble;
      if (state === "unsupported" || state === "unauthorized") throw new Error(`state ${state}`);
      radios.set(key, radio);
      log.info({ driver: name }, "bluetooth driver loaded");
      return radio;
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").slice(0, REASON_LENGTH);
      reasons.push(`${name}: ${why}`);
    }
  }
  throw new LinkError("unavailable", `Bluetooth is not available (${reasons.join("; ")})`);
}

interface NobleNext {
  readonly withBindings: (kind: string, options: object) => NobleLike;
}

/** Loaded at run time only: neither library is there on a machine without Bluetooth. */
function instance(name: "noble" | "noble-next", adapter: string | undefined): NobleLike {
  const require = createRequire(import.meta.url);
  const number = /^hci(\d+)$/.exec(adapter ?? "")?.[1];
  const hci = number === undefined ? {} : { deviceId: Number(number) };
  if (name === "noble") {
    const make = require("@abandonware/noble/with-custom-binding") as (options: object) => NobleLike;
    return make(hci);
  }
  const { withBindings } = require("@stoprocent/noble") as NobleNext;
  const kind = process.env["NOBLE_BINDINGS"]?.toLowerCase() ?? "";
  // The system's daemon shares the adapter and needs no capabilities; raw access does not and does.
  if (kind === "dbus" || (kind === "" && process.platform === "linux" && existsSync(SYSTEM_BUS)))
    return withBindings("dbus", adapter === undefined ? {} : { adapterId: adapter });
  return withBindings(kind === "" ? "default" : kind, hci);
}

/** Starts the radio and takes back what the library hangs onto the process: its own Ctrl-C handler would end the bridge. */
function startQuietly(make: () => NobleLike, log: Log): NobleLike {
  const before = process.listeners("SIGINT");
  const noble = make();
  noble.removeAllListeners("warning");
  noble.on("warning", (message) => log.debug({ message }, "bluetooth library warns"));
  // Reading the state starts it here and now; by a listener it would start later, where nobody catches what it throws.
  log.debug({ state: noble.state }, "bluetooth starting");
  for (const listener of process.listeners("SIGINT"))
    if (!before.includes(listener)) process.removeListener("SIGINT", listener);
  return noble;
}

/** @throws LinkError `unavailable` when the adapter does not come up */
export async function poweredOn(noble: NobleLike, clock: Clock, signal: AbortSignal): Promise<void> {
  if (noble.state === "poweredOn") return;
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error): void => {
      cancel();
      noble.removeListener("stateChange", onState);
      signal.removeEventListener("abort", onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onState = (state: string): void => {
      if (state === "poweredOn") done();
      else if (state === "unsupported" || state === "unauthorized") done(notUp(state));
    };
    const onAbort = (): void => done(abortReason(signal));
    const cancel = clock.after(POWER_ON_MS, () => done(notUp(noble.state)));
    noble.on("stateChange", onState);
    signal.addEventListener("abort", onAbort, { once: true });
    onState(noble.state);
  });
}

function notUp(state: string): LinkError {
  const why: Readonly<Record<string, string>> = {
    unsupported: "no adapter, or no right to use it",
    unauthorized: "no right to use it",
    poweredOff: "it is switched off",
  };
  return new LinkError("unavailable", `The Bluetooth adapter is not ready: ${why[state] ?? `state ${state}`}`);
}
