/** A real server, a real driver and a simulated box over a real WebSocket, all under one fake clock. */
import type { Charger, ChargerContext, DriverStore, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { createOcppSource } from "../../../../bridge/chargers/ocpp/driver.ts";
import type { OcppChargerOptions } from "../../../../bridge/chargers/ocpp/options.ts";
import { silentLog, createLog, type Log } from "../../../../bridge/log.ts";
import { createOcppServer, type Switchboard } from "../../../../bridge/ocpp/server.ts";
import type { OcppVersion } from "../../../../bridge/ocpp/station.ts";
import {
  createSimulatedChargePoint,
  type SimulatedChargePoint,
  type SimulatedChargePointOptions,
} from "../../../../bridge/simulate/ocpp/charge-point.ts";
import { eventually, type ChargerHarness } from "../../../contract/charger.contract.ts";
import { fakeClock, type FakeClock } from "../../../fakes/fake-clock.ts";

export interface Rig {
  readonly clock: FakeClock;
  readonly server: Switchboard;
  readonly url: string;
  readonly store: Map<string, JsonValue>;
  readonly secrets: Map<string, string>;
  readonly log: Log;
  readonly problems: string[];
  driver(options?: Partial<OcppChargerOptions>): Promise<Driven>;
  box(options?: Partial<SimulatedChargePointOptions>): SimulatedChargePoint;
  until(condition: () => boolean, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Driven {
  readonly charger: Charger;
  readonly chargers: readonly Charger[];
  readonly first: Charger["snapshot"];
  close(): Promise<void>;
}

export const OPTIONS: OcppChargerOptions = {
  id: "garage",
  name: "Garage",
  minA: 6,
  maxA: 32,
  failSafeA: 6,
  phases: undefined,
  station: "CP-1",
  password: undefined,
  version: "auto",
  connector: undefined,
  anonymous: false,
  chargeRateUnit: "auto",
  layers: "auto",
  profileValidityMode: "auto",
  stackLevel: undefined,
  profileTimeoutS: 120,
  auth: "accept_all",
  idTag: undefined,
  autoStart: false,
  stop: undefined,
  allowReset: "failed_pause",
  strict: false,
  quirks: undefined,
  meterIntervalS: 10,
  callTimeoutMs: 30_000,
  authorization: [],
};

export function drawerOf(map: Map<string, JsonValue>): DriverStore {
  return {
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    delete: (key) => void map.delete(key),
  };
}

export async function rig(version: OcppVersion = "1.6"): Promise<Rig> {
  const clock = fakeClock();
  const log =
    process.env["RIG_LOG"] === undefined ? silentLog() : createLog({ level: process.env["RIG_LOG"], format: "json" });
  const server = createOcppServer({
    clock,
    log,
    listen: { host: "127.0.0.1", port: 0 },
    pingIntervalS: 20,
    callTimeoutMs: 30_000,
    trustedProxies: [],
    unknownStations: "reject",
  });
  await server.start();
  const store = new Map<string, JsonValue>();
  const secrets = new Map<string, string>();
  const problems: string[] = [];
  const open = new Set<{ close(): Promise<void> }>();
  const context: ChargerContext = {
    clock,
    log,
    store: drawerOf(store),
    secrets: {
      get: (key) => secrets.get(key),
      set: (key, value) => {
        secrets.set(key, value);
        return Promise.resolve();
      },
    },
    site: { voltageV: 230, phases: 3, timeZone: "Europe/Berlin" },
    report: (problem) => problems.push(problem.title),
  };
  const url = `ws://127.0.0.1:${server.ports.plain}`;
  const until = (condition: () => boolean, withinMs?: number): Promise<void> => eventually(clock, condition, withinMs);
  return {
    clock,
    server,
    url,
    store,
    secrets,
    log,
    problems,
    until,
    async driver(options = {}) {
      const source = createOcppSource({ ...OPTIONS, ...options }, server, context);
      const charger = source.chargers[0]!;
      const first = charger.snapshot;
      await source.start();
      open.add(source);
      return {
        charger,
        chargers: source.chargers,
        first,
        async close() {
          open.delete(source);
          await settled(clock, source.close());
        },
      };
    },
    box(options = {}) {
      const box = createSimulatedChargePoint({ url, identity: "CP-1", version, phases: 3, clock, log, ...options });
      open.add(box);
      box.start();
      return box;
    },
    async close() {
      for (const item of open) await settled(clock, item.close());
      await settled(clock, server.close());
    },
  };
}

/** Waits for real sockets while fake time goes on. */
export async function settled(clock: FakeClock, work: Promise<void>): Promise<void> {
  let done = false;
  let failure: Error | undefined;
  work.then(
    () => (done = true),
    (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      done = true;
    },
  );
  await eventually(clock, () => done, 30_000);
  if (failure !== undefined) throw failure;
}

/** The limits that reached the box as the wish, leaving out what stands beneath a lease. */
export function wishes(box: SimulatedChargePoint): readonly number[] {
  const taken = box.received.filter(({ accepted }) => accepted);
  const leased = taken.some(({ profile }) => profile.id > 100);
  return taken.filter(({ profile }) => !leased || profile.id > 100).map(({ limitA }) => Math.round(limitA * 10) / 10);
}

export async function ocppHarness(version: OcppVersion, preset = "standard"): Promise<ChargerHarness> {
  const bench = await rig(version);
  const driven = await bench.driver();
  const box = bench.box({ preset });
  await bench.until(() => driven.charger.snapshot.link === "up" && driven.charger.snapshot.status === "available");
  return {
    charger: driven.charger,
    firstSnapshot: driven.first,
    clock: bench.clock,
    async plugIn() {
      box.plugIn();
      await bench.until(
        () => driven.charger.snapshot.session?.endedAtMs === undefined && driven.charger.snapshot.session !== undefined,
      );
    },
    refuse() {
      box.behaviour.refuseProfiles = true;
    },
    fallSilent: () => box.fallSilent(),
    report(values) {
      box.reportMeter(values);
      return Promise.resolve();
    },
    receivedLimits: () => wishes(box),
    close: () => bench.close(),
  };
}
