/**
 * The door of the switchboard: OCPP-J as frames and rules, with no idea of chargers. `OcppServer` (server.ts) admits stations and
 * serialises their calls; whoever owns a station implements `StationHandler`.
 */
import type { Unsubscribe } from "../clock.ts";

export type OcppVersion = "1.6" | "2.0.1" | "2.1";
export const SUBPROTOCOLS: Readonly<Record<OcppVersion, string>> = {
  "1.6": "ocpp1.6",
  "2.0.1": "ocpp2.0.1",
  "2.1": "ocpp2.1",
};

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Who may connect as which station. */
export interface StationPolicy {
  /** Last path segment of the charger's URL; compared exactly. */
  readonly identity: string;
  /** Basic-auth passwords that are valid now (old and new during a rotation); empty = none asked. Text or hex of bytes. */
  readonly passwords: () => readonly string[];
  /** The station logged in with this one of `passwords`: after a rotation, the sign that the old one can go. */
  readonly onPasswordUsed?: (password: string) => void;
  readonly version: "auto" | OcppVersion;
  /** May connect with an empty path. */
  readonly anonymous: boolean;
  /** Reject what lenient validation would repair; for tests. */
  readonly strict: boolean;
  /** Profile 3: other common names that count as this identity (the serial number). */
  readonly certificateNames: readonly string[];
  /** Per call, ms. */
  readonly callTimeoutMs: number;
}

/** 1 safety (lower limit, pause, stop), 2 other limits and start, 3 user commands, 4 setup, 5 polls. */
export type CallPriority = 1 | 2 | 3 | 4 | 5;

export interface CallOptions {
  readonly priority: CallPriority;
  /** A queued call with the same key is replaced by this one (limits) or, with `dropIfQueued`, this one is dropped. */
  readonly coalesceKey?: string;
  readonly dropIfQueued?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A result that came after the timeout (up to 120 s): still applied by who cares. */
  readonly onLate?: (result: JsonObject) => void;
}

/** One live connection of one station. Dead for good once closed; a reconnect brings a new link. */
export interface StationLink {
  readonly identity: string;
  readonly version: OcppVersion;
  readonly remoteAddress: string;
  readonly openedAtMs: number;
  /** Validated strictly, queued by priority, one in flight. @throws OcppError (code = OCPP-J error code, or `Disconnected`, `Timeout`, `Superseded`, `InvalidResult`) */
  call(action: string, payload: JsonObject, options: CallOptions): Promise<JsonObject>;
  /** 2.1 SEND: never answered. */
  send(action: string, payload: JsonObject): void;
  close(code: number, reason: string): void;
}

export interface InboundMeta {
  readonly receivedAtMs: number;
  /** What lenient validation had to repair, empty when clean. */
  readonly violations: readonly string[];
}

export interface StationHandler {
  onLink(link: StationLink): void;
  /** Only for the newest link; never for one that was replaced. */
  onUnlink(link: StationLink, why: string): void;
  /** One CALL, in arrival order; returns the CALLRESULT's payload at once (follow-up calls go to the queue). Throwing OcppError answers CALLERROR. */
  onCall(action: string, payload: JsonObject, meta: InboundMeta, link: StationLink): JsonObject;
  /** 2.1 SEND. */
  onSend?(action: string, payload: JsonObject, meta: InboundMeta, link: StationLink): void;
}

/** A station at the door that is not let in, and why: shown on the status page. */
export interface WaitingStation {
  /** Identity from the path, or the address when there is none. */
  readonly identity: string;
  readonly remoteAddress: string;
  readonly path: string;
  readonly why:
    | "unknown_station"
    | "wrong_password"
    | "no_password"
    | "throttled"
    | "wrong_subprotocol"
    | "bad_path"
    | "tls"
    | "certificate"
    | "plain_on_tls"
    | "duplicate";
  /** English, with the remedy. */
  readonly detail: string;
  readonly tries: number;
  readonly lastAtMs: number;
}

export interface OcppServer {
  /** Ports in use after start; undefined when that listener is off. */
  readonly ports: { readonly plain: number | undefined; readonly tls: number | undefined };
  start(): Promise<void>;
  close(): Promise<void>;
  /** Registers a station; unregister closes its link. */
  register(policy: StationPolicy, handler: StationHandler): Unsubscribe;
  /** Newest first, at most 50. */
  waiting(): readonly WaitingStation[];
  /** Masked frames of a station, oldest first, at most 500. */
  wireLog(
    identity: string,
  ): readonly { readonly atMs: number; readonly direction: "in" | "out"; readonly text: string }[];
}
