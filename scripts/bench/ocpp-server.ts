/** The servers under test, each in a process of its own: `node ocpp-server.ts bridge|bare [STATIONS]`. Tells its port to its parent. */
import { WebSocketServer } from "ws";
import { systemClock } from "../../bridge/clock.ts";
import { silentLog } from "../../bridge/log.ts";
import { createOcppServer } from "../../bridge/ocpp/server.ts";
import type { ChargerContext, JsonValue } from "../../bridge/chargers/charger.ts";
import { createOcppSource } from "../../bridge/chargers/ocpp/driver.ts";
import type { OcppChargerOptions } from "../../bridge/chargers/ocpp/options.ts";

/** No validation, no limits: as fast as Node answers JSON over a WebSocket. */
async function bare(): Promise<number> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as [number, string];
      socket.send(JSON.stringify([3, message[1], {}]));
    }),
  );
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as { port: number }).port;
}

/** The product's server and the product's driver behind it, one charger per station. */
async function bridge(stations: number): Promise<number> {
  const server = createOcppServer({
    clock: systemClock,
    log: silentLog(),
    listen: { host: "127.0.0.1", port: 0 },
    pingIntervalS: 20,
    callTimeoutMs: 30_000,
    trustedProxies: [],
    unknownStations: "reject",
  });
  for (let index = 0; index < stations; index++) {
    const source = createOcppSource(optionsOf(index), server, contextOf());
    for (const charger of source.chargers) charger.onSnapshot(() => snapshots++);
    await source.start();
  }
  await server.start();
  return server.ports.plain ?? 0;
}

/** Someone listens, as the site's loop does. */
let snapshots = 0;

function optionsOf(index: number): OcppChargerOptions {
  return {
    id: `bench_${index}`,
    name: `Bench ${index}`,
    station: `bench-${index}`,
    password: undefined,
    version: "auto",
    connector: undefined,
    anonymous: false,
    minA: 6,
    maxA: 32,
    phases: 3,
    failSafeA: 6,
    chargeRateUnit: "auto",
    layers: "auto",
    profileValidityMode: "auto",
    stackLevel: undefined,
    profileTimeoutS: 120,
    auth: "accept_all",
    idTag: undefined,
    autoStart: false,
    stop: undefined,
    allowReset: "never",
    strict: false,
    quirks: undefined,
    meterIntervalS: 10,
    callTimeoutMs: 30_000,
    authorization: [],
  };
}

function contextOf(): ChargerContext {
  const store = new Map<string, JsonValue>();
  return {
    clock: systemClock,
    log: silentLog(),
    store: {
      get: (key) => store.get(key),
      set: (key, value) => void store.set(key, value),
      delete: (key) => void store.delete(key),
    },
    secrets: { get: () => undefined, set: () => Promise.resolve() },
    site: { voltageV: 230, phases: 3, timeZone: "UTC" },
    report: () => undefined,
  };
}

const [, , mode = "bridge", stations = "50"] = process.argv;
const port = mode === "bare" ? await bare() : await bridge(Number(stations));
process.stdout.write(`${port}\n`);
process.on("SIGINT", () => process.exit(0));
