/** A `ws` socket that has passed Home Assistant's authentication, in the form home-assistant-js-websocket wants. */
import WebSocket from "ws";
import type { HaWebSocket } from "home-assistant-js-websocket";
import type { Clock } from "../clock.ts";
import { HassError, deepestMessage, isRecord, toHassError } from "./errors.ts";

const OPEN_TIMEOUT_MS = 10_000;
/** A house with some thousand entities answers a registry list of a few MB. */
const LARGEST_MESSAGE = 64 * 1024 * 1024;

export interface SocketOptions {
  /** Base URL: `http://homeassistant.local:8123`, or the Supervisor's `http://supervisor/core`. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** An unreadable message, a listener that threw, or a standstill of this process: the socket is closed after it. */
  readonly onFault: (error: Error) => void;
}

/** How often the process shows itself that it runs, and how long it may not have: what waited on the line meanwhile is old news. */
const BEAT_MS = 2_000;
const STANDSTILL_MS = 20_000;

export interface OpenSocket {
  readonly socket: HaWebSocket;
  readonly version: string;
  /** Ends the connection without a farewell: for a peer that does not answer. */
  terminate(): void;
}

/** `http://host:8123` → `ws://host:8123/api/websocket`; the Supervisor's proxy has it at `/core/websocket`. */
export function webSocketUrl(url: string): string {
  const base = url.replace(/\/+$/, "").replace(/^http/, "ws");
  return /^wss?:\/\/supervisor\/core$/.test(base) ? `${base}/websocket` : `${base}/api/websocket`;
}

/** @throws HassError `auth` for a refused token, `offline` or `timeout` otherwise */
export async function openSocket(options: SocketOptions): Promise<OpenSocket> {
  const { url, token, clock, signal, onFault } = options;
  const target = webSocketUrl(url);
  const raw = new WebSocket(target, { maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  raw.binaryType = "nodebuffer";
  // Without a listener an "error" after the handshake would end the process; "close" always follows it.
  raw.on("error", () => undefined);
  const settled = new AbortController();
  const deadline = clock.deadline(OPEN_TIMEOUT_MS, AbortSignal.any([signal, settled.signal]));
  const version = await new Promise<string>((resolve, reject) => {
    const fail = (error: HassError): void => {
      if (settled.signal.aborted) return;
      raw.terminate();
      reject(error);
    };
    deadline.addEventListener("abort", () => fail(toHassError(deadline.reason, `connect to ${target}`)), {
      once: true,
    });
    raw.on("error", (error) => fail(new HassError("offline", deepestMessage(error), { cause: error })));
    raw.on("close", () => fail(new HassError("offline", "The connection was closed before it was open")));
    raw.on("message", function greet(data) {
      const message = parse(data);
      switch (message?.["type"]) {
        case "auth_required":
          raw.send(JSON.stringify({ type: "auth", access_token: token }));
          return;
        case "auth_invalid":
          fail(new HassError("auth", typeof message["message"] === "string" ? message["message"] : "auth_invalid"));
          return;
        case "auth_ok":
          raw.off("message", greet);
          settled.abort();
          resolve(typeof message["ha_version"] === "string" ? message["ha_version"] : "");
          return;
        default:
          fail(new HassError("protocol", `${target} does not speak Home Assistant's protocol`));
      }
    });
  }).finally(() => settled.abort());
  // Several events in one frame: fewer wake-ups. The library expects id 1 to be free for it.
  raw.send(JSON.stringify({ type: "supported_features", id: 1, features: { coalesce_messages: 1 } }));
  const stoodStill = watchStandstill(clock, raw, onFault);
  return { socket: guarded(raw, version, onFault, stoodStill), version, terminate: () => raw.terminate() };
}

/**
 * Whether this process stood still (suspended, stopped, starved): a press that waited in the socket meanwhile must not be carried out
 * minutes later. The socket is then ended, and what has changed is read anew on the next one. Asked before each message, because after
 * a standstill messages are delivered before timers.
 */
function watchStandstill(clock: Clock, raw: WebSocket, onFault: (error: Error) => void): () => boolean {
  let beat = { mono: clock.monotonicMs(), wall: clock.nowMs() };
  const look = (): boolean => {
    const now = { mono: clock.monotonicMs(), wall: clock.nowMs() };
    // A suspended machine may stop its monotonic clock; a wall clock that is set costs a reconnect at worst.
    const gapMs = Math.max(now.mono - beat.mono, now.wall - beat.wall);
    if (gapMs <= STANDSTILL_MS) return false;
    onFault(new HassError("offline", `The bridge stood still for ${Math.round(gapMs / 1000)} s`));
    raw.terminate();
    return true;
  };
  const stop = clock.every(
    BEAT_MS,
    () => {
      if (!look()) beat = { mono: clock.monotonicMs(), wall: clock.nowMs() };
    },
    () => undefined,
  );
  raw.once("close", stop);
  return look;
}

type Listener = (event: { readonly data: string }) => unknown;

/**
 * The library parses and calls listeners without a catch; under `ws` such a throw would end the process.
 * Only what it uses is there: send, close, readyState, OPEN, haVersion and the listeners.
 */
function guarded(
  raw: WebSocket,
  haVersion: string,
  onFault: (error: Error) => void,
  stoodStill: () => boolean,
): HaWebSocket {
  const wrapped = new Map<unknown, (data?: WebSocket.RawData) => void>();
  const face = {
    haVersion,
    OPEN: WebSocket.OPEN,
    get readyState() {
      return raw.readyState;
    },
    send: (data: string) => raw.send(data),
    close: () => raw.close(),
    addEventListener(type: string, listener: Listener) {
      const call = (event: { readonly data: string }): void => {
        try {
          const result = listener(event);
          if (result instanceof Promise) result.catch((error: unknown) => onFault(asError(error)));
        } catch (error) {
          onFault(asError(error));
          raw.terminate();
        }
      };
      const handler =
        type === "message"
          ? (data?: WebSocket.RawData) => {
              if (!stoodStill()) call({ data: data === undefined ? "" : textOf(data) });
            }
          : () => call({ data: "" });
      wrapped.set(listener, handler);
      raw.on(type, handler);
    },
    removeEventListener(type: string, listener: Listener) {
      const handler = wrapped.get(listener);
      if (handler !== undefined) raw.off(type, handler);
    },
  };
  // The library's type is the browser's WebSocket; it touches no more of it than `face` has.
  return face as unknown as HaWebSocket;
}

function parse(data: WebSocket.RawData): Record<string, unknown> | undefined {
  try {
    const message: unknown = JSON.parse(textOf(data));
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined; // not JSON: the caller says what it means
  }
}

function textOf(data: WebSocket.RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)).toString(
    "utf8",
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : toHassError(error, "message");
}
