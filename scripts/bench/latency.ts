/**
 * From a wallbox's message to the state in a real Home Assistant: two stations send MeterValues, each a little less often than once a second
 * (a state is written at most once a second), so two messages a second arrive, as in the reference. Prints p50, p95, p99.
 * `node scripts/bench/latency.ts [seconds]`
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { hassMissing, startHass, until } from "../../test/e2e/hass.ts";

const seconds = Number(process.argv[2] ?? 60);
const missing = hassMissing();
if (missing !== undefined) {
  console.log(`message → Home Assistant state: not measured, ${missing}`);
  process.exit(0);
}

const PERIOD_MS = 1050;
const OCPP_PORT = 9387;
const dir = mkdtempSync(join(tmpdir(), "evse-latency-"));
const hass = await startHass();
writeFileSync(
  join(dir, "config.yaml"),
  `home_assistant: { url: "${hass.url}", token: "${hass.token}", native_controls: false, services: false }
data_dir: ${join(dir, "data")}
ocpp: { listen: "127.0.0.1:${OCPP_PORT}" }
http: { listen: "127.0.0.1:0" }
log: { level: warn }
chargers:
  - { id: a, name: Bench A, driver: ocpp, station: A }
  - { id: b, name: Bench B, driver: ocpp, station: B }
`,
);
const bridge = spawn(process.execPath, ["bridge/cli.ts", "run", "--config", join(dir, "config.yaml")], {
  stdio: ["ignore", "inherit", "inherit"],
});

/** A bare charge point: answers every call with Accepted and sends what it is told. */
async function station(
  identity: string,
): Promise<{ send: (action: string, payload: object) => void; readonly transactionId: () => number }> {
  let socket: WebSocket | undefined;
  await until(
    () =>
      new Promise<boolean>((resolve) => {
        const attempt = new WebSocket(`ws://127.0.0.1:${OCPP_PORT}/${identity}`, "ocpp1.6");
        attempt.on("open", () => {
          socket = attempt;
          resolve(true);
        });
        attempt.on("error", () => resolve(false));
      }),
    20_000,
  );
  let next = 0;
  let transactionId = 0;
  socket?.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as [number, string, string] | [3, string, { transactionId?: number }];
    if (frame[0] === 2)
      socket?.send(JSON.stringify([3, frame[1], frame[2] === "GetConfiguration" ? {} : { status: "Accepted" }]));
    else if (typeof frame[2] === "object") transactionId = frame[2].transactionId ?? transactionId;
  });
  return {
    send: (action, payload) => socket?.send(JSON.stringify([2, `m${next++}`, action, payload])),
    transactionId: () => transactionId,
  };
}

const stations = [await station("A"), await station("B")];
for (const { send } of stations) {
  send("BootNotification", { chargePointVendor: "Bench", chargePointModel: "Bench" });
  send("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Charging" });
  send("StartTransaction", { connectorId: 1, idTag: "BENCH", meterStart: 0, timestamp: new Date().toISOString() });
}
await until(
  async () =>
    (await hass.state("sensor.bench_b_power")) !== undefined &&
    (await hass.state("sensor.bench_a_power")) !== undefined,
  30_000,
);
await new Promise((resolve) => setTimeout(resolve, 6000));

/** Power is the message's number: that is how an answer finds its question. */
const sentAt = new Map<string, number>();
const latencies: number[] = [];
const listener = new WebSocket(`${hass.url.replace("http", "ws")}/api/websocket`);
await new Promise<void>((resolve, reject) => {
  listener.on("error", reject);
  listener.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as {
      type: string;
      event?: { data: { entity_id: string; new_state: { state: string } | null } };
    };
    if (message.type === "auth_required") listener.send(JSON.stringify({ type: "auth", access_token: hass.token }));
    else if (message.type === "auth_ok")
      listener.send(JSON.stringify({ id: 1, type: "subscribe_events", event_type: "state_changed" }));
    else if (message.type === "result") resolve();
    else if (message.event !== undefined) {
      const { entity_id: id, new_state: state } = message.event.data;
      const key = `${id} ${state?.state ?? ""}`;
      const sent = sentAt.get(key);
      if (sent === undefined) return;
      sentAt.delete(key);
      latencies.push(performance.now() - sent);
    }
  });
});

const end = performance.now() + seconds * 1000;
let watts = 2000;
const tick = (index: number): void => {
  const power = ++watts;
  sentAt.set(`sensor.bench_${index === 0 ? "a" : "b"}_power ${power}`, performance.now());
  stations[index]?.send("MeterValues", {
    connectorId: 1,
    transactionId: stations[index].transactionId(),
    meterValue: [
      {
        timestamp: new Date().toISOString(),
        sampledValue: [{ value: String(power), measurand: "Power.Active.Import", unit: "W" }],
      },
    ],
  });
};
const timers = [0, 1].map((index) => setInterval(() => tick(index), PERIOD_MS + index));
await new Promise((resolve) => setTimeout(resolve, end - performance.now()));
for (const timer of timers) clearInterval(timer);
await new Promise((resolve) => setTimeout(resolve, 2000));

const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
console.log(
  `message → Home Assistant state, ${sorted.length} messages at 2/s: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms; ${sentAt.size} never seen`,
);
console.log("reference on such a machine: lbbrhzn/ocpp inside Home Assistant 13 ms p50, 20 ms p99");
listener.close();
bridge.kill("SIGTERM");
await new Promise((resolve) => bridge.once("close", resolve));
await hass.stop();
rmSync(dir, { recursive: true, force: true });
process.exit(0);
