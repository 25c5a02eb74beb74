import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createOcppSource } from "../../../../bridge/chargers/ocpp/driver.ts";
import type { OcppServer, StationPolicy } from "../../../../bridge/ocpp/station.ts";
import { createOcppServer } from "../../../../bridge/ocpp/server.ts";
import { silentLog } from "../../../../bridge/log.ts";
import type { ChargerContext, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { fakeClock, type FakeClock } from "../../../fakes/fake-clock.ts";
import { drawerOf, OPTIONS, settled } from "./rig.ts";

const OLD = "old-password-1234";
const never = (): AbortSignal => new AbortController().signal;

let clock: FakeClock;
let secrets: Map<string, string>;
let store: Map<string, JsonValue>;
/** What the secret store says when something is to be kept. */
let refusal: Error | undefined;

beforeEach(() => {
  clock = fakeClock();
  secrets = new Map();
  store = new Map();
  refusal = undefined;
});

function context(): ChargerContext {
  return {
    clock,
    log: silentLog(),
    store: drawerOf(store),
    secrets: {
      get: (key) => secrets.get(key),
      set(key, value) {
        if (refusal !== undefined) return Promise.reject(refusal);
        secrets.set(key, value);
        return Promise.resolve();
      },
    },
    site: { voltageV: 230, phases: 3, timeZone: "UTC" },
    report: () => undefined,
  };
}

describe("a password that was rotated", () => {
  const sockets: WebSocket[] = [];
  const server = () =>
    createOcppServer({
      clock,
      log: silentLog(),
      listen: { host: "127.0.0.1", port: 0 },
      pingIntervalS: 20,
      callTimeoutMs: 30_000,
      trustedProxies: [],
      unknownStations: "reject",
    });
  let open: ReturnType<typeof server>;
  let source: ReturnType<typeof createOcppSource>;

  beforeEach(async () => {
    open = server();
    await open.start();
    source = createOcppSource({ ...OPTIONS, password: OLD }, open, context());
    await source.start();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await settled(clock, source.close());
    await settled(clock, open.close());
  });

  /** Whether the door opens to this password. The box grants whatever it is asked. */
  async function enters(password: string): Promise<boolean> {
    const url = `ws://127.0.0.1:${open.ports.plain}/CP-1`;
    const socket = new WebSocket(url, ["ocpp1.6"], { auth: `CP-1:${password}` });
    sockets.push(socket);
    socket.on("message", (data: Buffer) => {
      const [, id] = JSON.parse(data.toString()) as [number, string];
      socket.send(JSON.stringify([3, id, { status: "Accepted" }]));
    });
    let entered: boolean | undefined;
    socket.once("open", () => (entered = true));
    socket.once("error", () => (entered = false));
    while (entered === undefined) await clock.advance(500);
    return entered;
  }

  async function rotate(): Promise<string> {
    await clock.advance(3_000);
    const admin = source.chargers[0]?.can.admin?.["rotate-password"];
    let done = false;
    const work = admin?.([], never()).finally(() => (done = true));
    while (!done) await clock.advance(100);
    await work;
    const password = secrets.get("ocpp_password");
    if (password === undefined) throw new Error("no new password");
    return password;
  }

  it("opens the door until the new one has, and never again after", async () => {
    expect(await enters(OLD)).toBe(true);
    const next = await rotate();
    expect(await enters(OLD)).toBe(true);
    expect(await enters(next)).toBe(true);
    expect(await enters(OLD)).toBe(false);
    expect(await enters(next)).toBe(true);
    expect([...secrets.values()]).not.toContain(OLD);
  });

  it("goes at the next connection if it could not be forgotten at the first", async () => {
    expect(await enters(OLD)).toBe(true);
    const next = await rotate();
    refusal = new Error("disk full");
    expect(await enters(next)).toBe(true);
    expect(await enters(OLD)).toBe(true);
    refusal = undefined;
    expect(await enters(next)).toBe(true);
    expect(await enters(OLD)).toBe(false);
  });
});

describe("names that a certificate may carry", () => {
  function policyWith(serial: string | undefined): StationPolicy {
    let policy: StationPolicy | undefined;
    const server: OcppServer = {
      ports: { plain: undefined, tls: undefined },
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
      register(given) {
        policy = given;
        return () => undefined;
      },
      waiting: () => [],
      wireLog: () => [],
    };
    const source = createOcppSource({ ...OPTIONS, serial }, server, context());
    void source.start();
    if (policy === undefined) throw new Error("not registered");
    return policy;
  }

  it("are the configured serial number's, beside the identity", () => {
    expect(policyWith("SN-77").certificateNames).toEqual(["SN-77"]);
  });

  it("are never those that a box gave itself", () => {
    store.set("identity", { vendor: "Acme", model: "One", serial: "CP-2", firmware: "1", version: "1.6" });
    expect(policyWith(undefined).certificateNames).toEqual([]);
  });
});
