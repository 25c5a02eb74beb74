/** One live WebSocket of one station: frames in, frames out, and the signs of life in between. */
import { isUtf8 } from "node:buffer";
import type { WebSocket } from "ws";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { StationCounters } from "./counters.ts";
import type { FrameLog } from "./frame-log.ts";
import { maskFrame } from "./masking.ts";
import type { ReplayCache } from "./replay.ts";
import { Rpc } from "./rpc.ts";
import type { CallOptions, JsonObject, OcppVersion, StationHandler, StationLink } from "./station.ts";
import type { Speaker, Turn } from "./turn.ts";

const UNSUPPORTED_DATA = 1003;
const TEXT = { binary: false } as const;
/** A station that sends and never reads would fill our memory with answers. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
/** Longer frames are traced in part. */
const MAX_TRACED_CHARS = 16_384;
const PROBE_MS = 5000;
const CLOSE_GRACE_MS = 1000;

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly identity: string;
  readonly version: OcppVersion;
  readonly remoteAddress: string;
  readonly strict: boolean;
  readonly callTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all connections. */
  readonly turn: Turn;
  readonly frames: FrameLog;
  readonly replay: ReplayCache;
  readonly counters: StationCounters;
  readonly handler: StationHandler;
  onClose(connection: Connection, why: string): void;
}

export class Connection implements StationLink, Speaker {
  readonly identity: string;
  readonly version: OcppVersion;
  readonly remoteAddress: string;
  readonly openedAtMs: number;
  /** Whose station this is; changes when a station at the door is adopted. */
  handler: StationHandler;
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #rpc: Rpc;
  readonly #traced: boolean;
  /** Said in this turn. */
  readonly #unsent: Buffer[] = [];
  #lastSeenMs: number;
  #cancelTick: Unsubscribe = () => undefined;
  #cancelProbe: Unsubscribe | undefined;
  #cancelTermination: Unsubscribe = () => undefined;
  #leaving = false;
  #ended = false;

  constructor(options: ConnectionOptions) {
    const { clock } = options;
    this.identity = options.identity;
    this.version = options.version;
    this.remoteAddress = options.remoteAddress;
    this.openedAtMs = clock.nowMs();
    this.handler = options.handler;
    this.#options = options;
    this.#socket = options.socket;
    this.#lastSeenMs = clock.monotonicMs();
    this.#traced = options.log.isLevelEnabled("trace");
    this.#rpc = new Rpc({
      version: options.version,
      strict: options.strict,
      callTimeoutMs: options.callTimeoutMs,
      clock,
      log: options.log,
      replay: options.replay,
      counters: options.counters,
      wire: {
        send: (text) => this.#transmit(text),
        close: (code, reason) => this.close(code, reason),
        probe: () => this.#probe(),
      },
      onCall: (action, payload, meta) => this.handler.onCall(action, payload, meta, this),
      onSend: (action, payload, meta) => this.handler.onSend?.(action, payload, meta, this),
    });
  }

  /** Starts listening; the handler has been told of the link before. */
  open(): void {
    const socket = this.#socket;
    socket.on("message", (data, isBinary) => this.#arrived(toBuffer(data), isBinary));
    socket.on("pong", () => this.#seen());
    socket.on("ping", () => this.#seen());
    socket.on("error", (error) => this.#options.log.debug({ err: error }, "socket error"));
    socket.on("close", (code, reason) => {
      this.#options.turn.run(); // its last words came before
      this.#closed(`closed with ${code} ${reason.toString().slice(0, 120)}`.trim());
    });
    this.#tick();
  }

  call(action: string, payload: JsonObject, options: CallOptions): Promise<JsonObject> {
    return this.#rpc.call(action, payload, options);
  }

  send(action: string, payload: JsonObject): void {
    this.#rpc.send(action, payload);
  }

  /** Asks the station to go; after a second the socket is cut. Pending calls fail at once. */
  close(code: number, reason: string): void {
    this.#options.turn.run();
    if (this.#ended) return;
    this.#options.log.info({ code, reason }, "closing connection");
    this.#leaving = true;
    this.#rpc.end(reason);
    this.flush();
    this.#cancelTermination();
    this.#cancelTermination = this.#options.clock.after(CLOSE_GRACE_MS, () => this.#socket.terminate());
    this.#socket.close(code, reason);
  }

  terminate(why: string): void {
    this.#socket.terminate();
    this.#closed(why);
  }

  #arrived(data: Buffer, isBinary: boolean): void {
    if (this.#ended || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#seen();
    this.#options.turn.arrive(this, data, isBinary);
  }

  /** One frame that has arrived; for the turn. */
  handle(data: Buffer, isBinary: boolean): void {
    if (this.#ended || this.#leaving) return;
    const { clock, counters, frames, log } = this.#options;
    counters.framesIn++;
    if (isBinary && data.length > 0) {
      counters.binaryFrames++;
      if (!isUtf8(data) || !isJson(data.toString())) {
        this.close(UNSUPPORTED_DATA, "only text frames, please");
        return;
      }
    }
    const text = data.toString();
    const arrival = frames.add(clock.nowMs(), "in", data);
    if (this.#traced) log.trace({ direction: "in", frame: maskFrame(text.slice(0, MAX_TRACED_CHARS)) }, "frame");
    this.#rpc.receive(text, arrival);
  }

  #transmit(text: string): void {
    const { clock, counters, frames, log, turn } = this.#options;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    counters.framesOut++;
    const bytes = Buffer.from(text);
    frames.add(clock.nowMs(), "out", bytes);
    if (this.#traced) log.trace({ direction: "out", frame: maskFrame(text.slice(0, MAX_TRACED_CHARS)) }, "frame");
    if (!turn.running) this.#send(bytes);
    else if (this.#unsent.push(bytes) === 1) turn.speak(this);
  }

  /** Sends what was said in this turn; for the turn. */
  flush(): void {
    for (const frame of this.#unsent) this.#send(frame);
    this.#unsent.length = 0;
  }

  #send(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame, TEXT);
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) this.terminate("station does not read its answers");
  }

  #seen(): void {
    this.#lastSeenMs = this.#options.clock.monotonicMs();
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
  }

  /** Pings every interval; a station silent for two of them and 20 s more is gone. */
  #tick(): void {
    const { clock, pingIntervalMs } = this.#options;
    const silenceMs = clock.monotonicMs() - this.#lastSeenMs;
    const patienceMs = 2 * pingIntervalMs + 20_000;
    if (silenceMs >= patienceMs) {
      this.terminate("no sign of life");
      return;
    }
    this.#cancelTick = clock.after(Math.min(pingIntervalMs, patienceMs - silenceMs), () => {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
      this.#tick();
    });
  }

  #probe(): void {
    this.#cancelProbe?.();
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
    this.#cancelProbe = this.#options.clock.after(PROBE_MS, () => this.terminate("no answer to calls and pings"));
  }

  #closed(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTick();
    this.#cancelProbe?.();
    this.#cancelTermination();
    this.#rpc.end(why);
    this.#options.onClose(this, why);
  }
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
