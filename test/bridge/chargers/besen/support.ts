/** A charger, a simulated box and one of the three ways between them, under fake time. */
import { createRequire } from "node:module";
import type { ChargerContext, ChargerSource, JsonValue, Charger } from "../../../../bridge/chargers/charger.ts";
import { createBleTransport } from "../../../../bridge/chargers/besen/ble.ts";
import { createBesenSource } from "../../../../bridge/chargers/besen/driver.ts";
import type { NobleLike } from "../../../../bridge/chargers/besen/noble-like.ts";
import type { BesenChargerOptions } from "../../../../bridge/chargers/besen/options.ts";
import { radioOf } from "../../../../bridge/chargers/besen/radio.ts";
import type { BoxTransport } from "../../../../bridge/chargers/besen/transport.ts";
import { silentLog } from "../../../../bridge/log.ts";
import { NobleFace, type NobleFaceOptions } from "../../../../bridge/simulate/besen/noble-face.ts";
import {
  createSimulatedBs20,
  type SimulatedBs20,
  type SimulatedBs20Options,
} from "../../../../bridge/simulate/besen/simulated-bs20.ts";
import { openUdpFace } from "../../../../bridge/simulate/besen/udp-face.ts";
import { eventually } from "../../../contract/charger.contract.ts";
import { fakeClock, type FakeClock } from "../../../fakes/fake-clock.ts";

const require = createRequire(import.meta.url);

export type Way = "udp" | "noble" | "noble-next";

export interface Rig {
  readonly clock: FakeClock;
  readonly box: SimulatedBs20;
  readonly source: ChargerSource;
  readonly charger: Charger;
  readonly face: NobleFace | undefined;
  readonly store: Map<string, JsonValue>;
  readonly secrets: Map<string, string>;
  readonly reports: { readonly title: string; readonly detail: string }[];
  /** Another life of the bridge with the same store and box. */
  restart(): Promise<Rig>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly way?: Way;
  readonly box?: Partial<SimulatedBs20Options>;
  readonly options?: Partial<BesenChargerOptions>;
  readonly face?: NobleFaceOptions;
  /** Do not wait for the link. */
  readonly cold?: boolean;
}

export const never = (): AbortSignal => new AbortController().signal;

/** With either package, over bindings that are a simulated box. */
export function nobleWith(way: "noble" | "noble-next", face: NobleFace): NobleLike {
  const noble =
    way === "noble"
      ? require("@abandonware/noble/with-bindings")(face)
      : new (require("@stoprocent/noble/lib/noble"))(face);
  noble.removeAllListeners("warning");
  noble.on("warning", () => undefined);
  return noble as NobleLike;
}

export async function rig(setup: RigOptions = {}): Promise<Rig> {
  const way = setup.way ?? "noble-next";
  const clock = fakeClock();
  const box = createSimulatedBs20({ clock, zone: "Europe/Berlin", ...setup.box });
  const store = new Map<string, JsonValue>();
  const secrets = new Map<string, string>();
  const face = way === "udp" ? undefined : new NobleFace(box, setup.face);
  const udp = way === "udp" ? await openUdpFace(box, { port: 0 }) : undefined;
  const noble = face === undefined || way === "udp" ? undefined : radioOf(nobleWith(way, face), way);

  const live = async (): Promise<Rig> => {
    const reports: Rig["reports"] = [];
    const options: BesenChargerOptions = {
      id: "carport",
      name: "Carport",
      minA: 6,
      maxA: undefined,
      failSafeA: 6,
      phases: undefined,
      address: undefined,
      nameFilter: undefined,
      host: udp === undefined ? undefined : `127.0.0.1:${udp.port}`,
      pin: "123456",
      transport: way === "udp" ? "udp" : "ble",
      bleDriver: "auto",
      adapter: undefined,
      zone: "Europe/Berlin",
      keepRecordsForApp: true,
      rssi: false,
      ...setup.options,
    };
    const context: ChargerContext = {
      clock,
      log: silentLog(),
      store: {
        get: (key) => store.get(key),
        set: (key, value) => void store.set(key, structuredClone(value)),
        delete: (key) => void store.delete(key),
      },
      secrets: {
        get: (key) => secrets.get(key),
        set: async (key, value) => void secrets.set(key, value),
      },
      site: { voltageV: 230, phases: 3, timeZone: "Europe/Berlin" },
      report: (problem) => void reports.push(problem),
    };
    const transport: BoxTransport | undefined =
      noble === undefined
        ? undefined
        : createBleTransport({
            address: options.address,
            nameFilter: options.nameFilter,
            driver: "auto",
            adapter: undefined,
            clock,
            log: context.log,
            radio: noble,
          });
    const source = createBesenSource(options, context, {
      random: () => 0.5,
      ...(transport === undefined ? {} : { transport }),
    });
    const charger = source.chargers[0]!;
    let closed = false;
    const made: Rig = {
      clock,
      box,
      source,
      charger,
      face,
      store,
      secrets,
      reports,
      restart: async () => {
        await finish(clock, source.close());
        return await live();
      },
      close: async () => {
        if (closed) return;
        closed = true;
        await finish(clock, source.close());
        box.close();
        await udp?.close();
      },
    };
    await source.start();
    if (setup.cold !== true) await eventually(clock, () => charger.snapshot.link === "up");
    return made;
  };
  return await live();
}

/** Closing under fake time: it may wait for answers. */
export async function finish(clock: FakeClock, closing: Promise<void>): Promise<void> {
  let done = false;
  void closing.finally(() => (done = true));
  for (let i = 0; i < 400 && !done; i++) {
    for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    if (!done) await clock.advance(250);
  }
  await closing;
}

/** Resolves or rejects as the promise does, while fake time walks on. */
export async function walk<T>(clock: FakeClock, promise: Promise<T>, withinMs = 90_000): Promise<T> {
  let open = true;
  promise.then(
    () => (open = false),
    () => (open = false),
  );
  for (let walked = 0; open && walked <= withinMs; walked += 250) {
    for (let turn = 0; turn < 20 && open; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    if (open) await clock.advance(250);
  }
  if (open) throw new Error(`Still open after ${withinMs} ms`);
  return await promise;
}
