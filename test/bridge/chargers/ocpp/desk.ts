/** A driver with a link in memory: single messages in, what the driver asks out. For meaning, not for wires. */
import type { Charger, ChargerContext, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { createOcppSource } from "../../../../bridge/chargers/ocpp/driver.ts";
import type { OcppChargerOptions } from "../../../../bridge/chargers/ocpp/options.ts";
import { silentLog } from "../../../../bridge/log.ts";
import { OcppError } from "../../../../bridge/ocpp/errors.ts";
import type {
  JsonObject,
  OcppServer,
  OcppVersion,
  StationHandler,
  StationLink,
} from "../../../../bridge/ocpp/station.ts";
import { fakeClock, type FakeClock } from "../../../fakes/fake-clock.ts";
import { drawerOf, OPTIONS } from "./rig.ts";

export interface Desk {
  readonly clock: FakeClock;
  charger: Charger;
  chargers: readonly Charger[];
  readonly calls: { action: string; payload: JsonObject; priority: number }[];
  readonly secrets: Map<string, string>;
  /** Answers of the box by action; default Accepted. */
  readonly answers: Map<string, JsonObject | (() => JsonObject) | OcppError>;
  say(action: string, payload: JsonObject): JsonObject;
  boot(): void;
  /** Charger's clock ahead of ours, ms. */
  at(offsetMs?: number): string;
  unlink(): void;
  link(): void;
  /** The bridge ends and starts again with what it has written down. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function desk(version: OcppVersion, options: Partial<OcppChargerOptions> = {}): Promise<Desk> {
  const clock = fakeClock();
  const calls: Desk["calls"] = [];
  const answers: Desk["answers"] = new Map();
  const secrets = new Map<string, string>();
  let handler: StationHandler | undefined;
  const server: OcppServer = {
    ports: { plain: undefined, tls: undefined },
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    register(_policy, given) {
      handler = given;
      return () => (handler = undefined);
    },
    waiting: () => [],
    wireLog: () => [],
  };
  const link: StationLink = {
    identity: "CP-1",
    version,
    remoteAddress: "127.0.0.1",
    openedAtMs: clock.nowMs(),
    call(action, payload, { priority }) {
      calls.push({ action, payload, priority });
      const answer = answers.get(action) ?? { status: "Accepted" };
      if (answer instanceof OcppError) return Promise.reject(answer);
      return Promise.resolve(typeof answer === "function" ? answer() : answer);
    },
    send: () => undefined,
    close: () => undefined,
  };
  const store = drawerOf(new Map<string, JsonValue>());
  const context: ChargerContext = {
    clock,
    log: silentLog(),
    store,
    secrets: {
      get: (key) => secrets.get(key),
      set: (key, value) => {
        secrets.set(key, value);
        return Promise.resolve();
      },
    },
    site: { voltageV: 230, phases: 3, timeZone: "UTC" },
    report: () => undefined,
  };
  let source = createOcppSource({ ...OPTIONS, ...options }, server, context);
  await source.start();
  answers.set("GetConfiguration", { configurationKey: [] });
  answers.set("GetVariables", { getVariableResult: [] });
  answers.set("GetCompositeSchedule", { status: "Rejected" });
  answers.set("GetTransactionStatus", { messagesInQueue: false, ongoingIndicator: false });
  handler!.onLink(link);
  const close = async (): Promise<void> => {
    const closing = source.close();
    await clock.advance(6_000);
    await closing;
  };
  const table: Desk = {
    clock,
    charger: source.chargers[0]!,
    chargers: source.chargers,
    calls,
    secrets,
    answers,
    say: (action, payload) => handler!.onCall(action, payload, { receivedAtMs: clock.nowMs(), violations: [] }, link),
    boot() {
      handler!.onCall(
        "BootNotification",
        version === "1.6"
          ? { chargePointVendor: "Acme", chargePointModel: "One" }
          : { reason: "PowerUp", chargingStation: { vendorName: "Acme", model: "One" } },
        { receivedAtMs: clock.nowMs(), violations: [] },
        link,
      );
    },
    at: (offsetMs = 0) => new Date(clock.nowMs() + offsetMs).toISOString(),
    unlink: () => handler!.onUnlink(link, "gone"),
    link: () => handler!.onLink(link),
    async restart() {
      await close();
      source = createOcppSource({ ...OPTIONS, ...options }, server, context);
      await source.start();
      table.charger = source.chargers[0]!;
      table.chargers = source.chargers;
      handler!.onLink(link);
    },
    close,
  };
  return table;
}
