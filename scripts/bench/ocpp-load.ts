/** Stations that cost next to nothing, so that the server is what gets measured: WebSocket frames patched in place on a bare socket. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const ID_DIGITS = 12;
const ID_MARK = "#".repeat(ID_DIGITS);
/** The digits of the message types. */
const CALL = 0x32;
const RESULT = 0x33;
/** Replaced by the present time: what is older than five minutes counts as history. */
const TIME_MARK = "2026-01-01T12:00:00.000Z";
const MILLIS_AT = TIME_MARK.indexOf("000Z");
const SEQ_START = 100_000_000;

export interface LoadStation {
  /** Sends one TransactionEvent; resolves with its round trip in ms. One at a time. */
  event(): Promise<number>;
  close(): void;
  readonly dropped: boolean;
}

/** An Updated event with six sampled values, as a three-phase box sends it every few seconds. */
export function transactionEvent(station: number): string {
  const sampled = [
    { value: 11040, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W" } },
    { value: 1234567.8, measurand: "Energy.Active.Import.Register", unitOfMeasure: { unit: "Wh" } },
    { value: 16, measurand: "Current.Import", phase: "L1", unitOfMeasure: { unit: "A" } },
    { value: 15.9, measurand: "Current.Import", phase: "L2", unitOfMeasure: { unit: "A" } },
    { value: 16.1, measurand: "Current.Import", phase: "L3", unitOfMeasure: { unit: "A" } },
    { value: 230.4, measurand: "Voltage", phase: "L1", unitOfMeasure: { unit: "V" } },
  ].map((value) => ({ ...value, context: "Sample.Periodic", location: "Outlet" }));
  const payload = {
    eventType: "Updated",
    timestamp: TIME_MARK,
    triggerReason: "MeterValuePeriodic",
    seqNo: SEQ_START,
    transactionInfo: { transactionId: `bench-${station}`, chargingState: "Charging" },
    evse: { id: 1, connectorId: 1 },
    meterValue: [{ timestamp: TIME_MARK, sampledValue: sampled }],
  };
  return JSON.stringify([2, ID_MARK, "TransactionEvent", payload]);
}

export async function connectStation(port: number, index: number): Promise<LoadStation> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await handshake(socket, `bench-${index}`);
  const frame = clientFrame(Buffer.from(transactionEvent(index)));
  const idAt = frame.indexOf(ID_MARK);
  const seqAt = frame.indexOf(String(SEQ_START));
  const timesAt = [frame.indexOf(TIME_MARK), frame.lastIndexOf(TIME_MARK)];
  let sent = 0;
  let startedAt = 0;
  let answered: ((ms: number) => void) | undefined;
  let dropped = false;
  let closing = false;
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const header = serverHeader(rest);
      if (header === undefined || rest.length < header.start + header.length) return;
      const body = rest.subarray(header.start, header.start + header.length);
      rest = rest.subarray(header.start + header.length);
      if (header.opcode === 9) socket.write(pong(body));
      else if (header.opcode === 1) {
        const kind = body[1];
        if (kind === CALL) {
          socket.write(refusal(body));
          continue;
        }
        if (kind !== RESULT) throw new Error(`unexpected answer ${body.toString().slice(0, 200)}`);
        const done = answered;
        answered = undefined;
        done?.(performance.now() - startedAt);
      }
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => (dropped = !closing));
  return {
    get dropped() {
      return dropped;
    },
    event() {
      sent++;
      frame.write(String(sent).padStart(ID_DIGITS, "0"), idAt, "latin1");
      frame.write(String(SEQ_START + sent), seqAt, "latin1");
      const time = timeText();
      // No two messages tell the same time, as no two boxes do.
      const millis = String((sent * 7 + index) % 1000).padStart(3, "0");
      for (const at of timesAt) {
        frame.write(time, at, "latin1");
        frame.write(millis, at + MILLIS_AT, "latin1");
      }
      startedAt = performance.now();
      return new Promise((resolve) => {
        answered = resolve;
        socket.write(frame);
      });
    },
    close() {
      closing = true;
      socket.destroy();
    },
  };
}

let writtenAtMs = 0;
let written = "";

/** To the second; making a text of it for each message would cost the load more than the rest. */
function timeText(): string {
  const nowMs = Date.now();
  if (nowMs - writtenAtMs >= 1000) {
    writtenAtMs = nowMs;
    written = new Date(nowMs).toISOString();
  }
  return written;
}

async function handshake(socket: Socket, identity: string): Promise<void> {
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET /${identity} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    let head = "";
    const onData = (chunk: Buffer): void => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      if (head.startsWith("HTTP/1.1 101")) resolve();
      else reject(new Error(`handshake refused: ${head.split("\r\n", 1)[0]}`));
    };
    socket.on("data", onData);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed during the handshake")));
  });
}

/** A masked text frame whose mask is zero, so its bytes can be patched as they are. */
function clientFrame(body: Buffer): Buffer {
  const long = body.length > 125;
  const header = Buffer.alloc(long ? 8 : 6);
  header[0] = 0x81;
  header[1] = 0x80 | (long ? 126 : body.length);
  if (long) header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}

/** A station that does nothing but report refuses every command. */
function refusal(call: Buffer): Buffer {
  const [, id] = JSON.parse(call.toString()) as [number, string];
  return clientFrame(Buffer.from(JSON.stringify([4, id, "NotSupported", "a station of the bench only reports", {}])));
}

function pong(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x8a, 0x80 | body.length, 0, 0, 0, 0]), body]);
}

function serverHeader(bytes: Buffer): { opcode: number; start: number; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const opcode = (bytes[0] ?? 0) & 0x0f;
  const short = (bytes[1] ?? 0) & 0x7f;
  if (short < 126) return { opcode, start: 2, length: short };
  if (short === 127) throw new Error("frame longer than any answer");
  return bytes.length < 4 ? undefined : { opcode, start: 4, length: bytes.readUInt16BE(2) };
}
