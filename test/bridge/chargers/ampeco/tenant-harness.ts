/** A real driver against a simulated tenant over real HTTP, under fake time. */
import type { Log } from "../../../../bridge/log.ts";
import { silentLog } from "../../../../bridge/log.ts";
import type { Charger, ChargerContext, ChargerSource, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { createAmpecoSource, type AmpecoChargerOptions } from "../../../../bridge/chargers/ampeco/driver.ts";
import {
  createSimulatedAmpeco,
  type SimulatedAmpeco,
  type SimulatedAmpecoOptions,
} from "../../../../bridge/simulate/ampeco/simulated-ampeco.ts";
import { eventually, settleWithin } from "../../../contract/charger.contract.ts";
import { fakeClock, type FakeClock } from "../../../fakes/fake-clock.ts";

export interface Drawers {
  readonly store: Map<string, JsonValue>;
  readonly secrets: Map<string, string>;
  readonly reports: { readonly title: string; readonly detail: string }[];
}

export function drawers(): Drawers {
  return { store: new Map(), secrets: new Map(), reports: [] };
}

export function contextOf(clock: FakeClock, kept: Drawers, log: Log = silentLog()): ChargerContext {
  return {
    clock,
    log,
    store: {
      get: (key) => kept.store.get(key),
      set: (key, value) => void kept.store.set(key, value),
      delete: (key) => void kept.store.delete(key),
    },
    secrets: {
      get: (key) => kept.secrets.get(key),
      set: async (key, value) => void kept.secrets.set(key, value),
    },
    site: { voltageV: 230, phases: 3, timeZone: "Europe/Vienna" },
    report: (problem) => void kept.reports.push(problem),
  };
}

export function optionsFor(tenant: SimulatedAmpeco, more: Partial<AmpecoChargerOptions> = {}): AmpecoChargerOptions {
  return {
    id: "office",
    name: "Office",
    minA: 6,
    maxA: undefined,
    failSafeA: 6,
    phases: 3,
    host: tenant.url,
    token: tenant.token,
    api: "auto",
    chargePoint: undefined,
    powerUnit: "W",
    energyUnit: "Wh",
    appMaxCurrent: false,
    headers: {},
    pollActiveS: 30,
    pollIdleS: 300,
    oauth: undefined,
    ...more,
  };
}

export interface Scene {
  readonly clock: FakeClock;
  readonly tenant: SimulatedAmpeco;
  readonly kept: Drawers;
  readonly source: ChargerSource;
  /** The first charger. */
  readonly charger: Charger;
  /** Steps of a second, so that real sockets keep up. */
  walk(seconds: number): Promise<void>;
  until(condition: () => boolean, withinS?: number): Promise<void>;
  /** Carries a command out; throws what it throws. */
  run(task: (signal: AbortSignal) => Promise<void>, withinS?: number): Promise<void>;
  /** A car, and a session that the tenant shows. */
  plugIn(session?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Jitter-free. */
const middle = (): number => 0.5;

export async function walk(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await clock.advance(1000);
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

export async function scene(
  flavour: "app" | "public",
  more: Partial<AmpecoChargerOptions> = {},
  simulated: SimulatedAmpecoOptions = {},
  kept: Drawers = drawers(),
): Promise<Scene> {
  const clock = fakeClock();
  const tenant = createSimulatedAmpeco({ clock, apis: [flavour], ...simulated });
  await tenant.start();
  return await open(clock, tenant, kept, more);
}

export async function open(
  clock: FakeClock,
  tenant: SimulatedAmpeco,
  kept: Drawers,
  more: Partial<AmpecoChargerOptions> = {},
  log: Log = silentLog(),
): Promise<Scene> {
  const source = createAmpecoSource(optionsFor(tenant, more), contextOf(clock, kept, log), middle);
  await source.start();
  await eventually(clock, () => source.chargers[0]?.snapshot.link === "up");
  const first = source.chargers[0]!;
  const [chargePoint] = tenant.world.chargePoints;
  const made: Scene = {
    clock,
    tenant,
    kept,
    source,
    charger: first,
    walk: (seconds) => walk(clock, seconds),
    until: (condition, withinS = 60) => eventually(clock, condition, withinS * 1000),
    async run(task, withinS = 120) {
      const outcome = await settleWithin(clock, task(new AbortController().signal), withinS * 1000);
      if (outcome === "open") throw new Error("never answered");
      if ("error" in outcome) throw outcome.error;
    },
    async plugIn(session = true) {
      const evse = chargePoint!.evses[0]!;
      tenant.world.plugIn(evse, { maxA: 32 });
      if (session) tenant.world.start(chargePoint!, evse, undefined);
      await made.run((signal) => first.can.refresh!(signal));
      if (session) await made.until(() => first.snapshot.session !== undefined);
    },
    async close() {
      const closing = source.close();
      await settleWithin(clock, closing, 30_000);
      await tenant.close();
    },
  };
  return made;
}
