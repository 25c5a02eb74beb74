/** The servers under test, each in a process of its own: `node ocpp-server.ts bridge|bare`. Tells its port to its parent. */
import { WebSocketServer } from "ws";
import { systemClock } from "../../bridge/clock.ts";
import { silentLog } from "../../bridge/log.ts";
import { createOcppServer } from "../../bridge/ocpp/server.ts";
import type { JsonObject, StationHandler } from "../../bridge/ocpp/station.ts";

const MAX_STATIONS = 2000;

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

/** The product's server, with the mapping of readings a driver does. */
async function bridge(): Promise<number> {
  const server = createOcppServer({
    clock: systemClock,
    log: silentLog(),
    listen: { host: "127.0.0.1", port: 0 },
    pingIntervalS: 20,
    callTimeoutMs: 30_000,
    trustedProxies: [],
    unknownStations: "reject",
  });
  for (let index = 0; index < MAX_STATIONS; index++)
    server.register(
      {
        identity: `bench-${index}`,
        passwords: () => [],
        version: "auto",
        anonymous: false,
        strict: false,
        certificateNames: [],
        callTimeoutMs: 30_000,
      },
      readingsHandler(),
    );
  await server.start();
  return server.ports.plain ?? 0;
}

/** Keeps order, and turns sampled values into readings in base units, one snapshot per event. */
function readingsHandler(): StationHandler & { snapshot: Readonly<Record<string, number>> } {
  let lastSeqNo = -1;
  const handler = {
    snapshot: {} as Readonly<Record<string, number>>,
    onLink: () => undefined,
    onUnlink: () => undefined,
    onCall(_action: string, payload: JsonObject): JsonObject {
      const { seqNo } = payload;
      if (typeof seqNo !== "number" || seqNo <= lastSeqNo) return {};
      lastSeqNo = seqNo;
      const next: Record<string, number> = { ...handler.snapshot };
      for (const meter of list(payload.meterValue))
        for (const sample of list(meter.sampledValue)) {
          const { value, measurand, phase, unitOfMeasure } = sample;
          const unit = object(unitOfMeasure).unit;
          const scale = typeof unit === "string" && unit.startsWith("k") ? 1000 : 1;
          if (typeof value === "number" && typeof measurand === "string")
            next[typeof phase === "string" ? `${measurand}.${phase}` : measurand] = value * scale;
        }
      handler.snapshot = Object.freeze(next);
      return {};
    },
  };
  return handler;
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

function object(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

const port = process.argv[2] === "bare" ? await bare() : await bridge();
process.stdout.write(`${port}\n`);
process.on("SIGINT", () => process.exit(0));
