/** The charge point's end of the wire: OCPP-J over one WebSocket, one call in flight, dialling again after a loss. */
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Json, JsonObject, OcppVersion } from "../../ocpp/station.ts";
import { SUBPROTOCOLS } from "../../ocpp/station.ts";

export interface WireEvents {
  opened(): void;
  closed(why: string): void;
  /** Answer to a call of the server; undefined = none is given. Throwing `WireError` answers CALLERROR. */
  called(action: string, payload: JsonObject): JsonObject | string | undefined;
}

export class WireError extends Error {
  readonly code: string;
  constructor(code: string, message = "") {
    super(message);
    this.code = code;
  }
}

interface Queued {
  readonly id: string;
  readonly action: string;
  readonly payload: JsonObject;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: Error) => void;
}

export interface WireOptions {
  readonly url: string;
  readonly identity: string;
  readonly password: string | undefined;
  readonly version: OcppVersion;
  readonly clock: Clock;
  readonly events: WireEvents;
  /** Trusted for wss, PEM. */
  readonly ca?: string | undefined;
}

const REDIAL_MS = 3_000;
const ANSWER_MS = 30_000;

export class Wire {
  readonly #options: WireOptions;
  #socket: WebSocket | undefined;
  #queue: Queued[] = [];
  #pending: Queued | undefined;
  #timeout: Unsubscribe = () => undefined;
  #redial: Unsubscribe = () => undefined;
  #wanted = false;
  /** Answers nothing, sends nothing: a box that hangs. */
  silent = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  get open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  dial(): void {
    this.#wanted = true;
    const { url, identity, password, version, ca } = this.#options;
    const address = `${url.replace(/\/+$/, "")}/${encodeURIComponent(identity)}`;
    const authorization =
      password === undefined ? undefined : `Basic ${Buffer.from(`${identity}:${password}`).toString("base64")}`;
    const socket = new WebSocket(address, SUBPROTOCOLS[version], {
      perMessageDeflate: false,
      ...(authorization === undefined ? {} : { headers: { authorization } }),
      ...(ca === undefined ? {} : { ca }),
    });
    this.#socket = socket;
    let why = "closed";
    socket.on("open", () => {
      if (this.#socket === socket) this.#options.events.opened();
    });
    socket.on("message", (data, binary) => {
      if (this.#socket === socket && !binary) this.#receive(asText(data));
    });
    socket.on("error", (error) => (why = error.message));
    socket.on("close", (code) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#drop();
      this.#options.events.closed(code === 1006 ? why : `${code}`);
      if (this.#wanted) this.#redial = this.#options.clock.after(REDIAL_MS, () => this.dial());
    });
  }

  /** Hangs up and stays away until `dial`. */
  hangUp(): void {
    this.#wanted = false;
    this.#redial();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#drop();
    if (socket === undefined) return;
    socket.on("error", () => undefined);
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    else socket.terminate();
    this.#options.events.closed("hung up");
  }

  /** The line goes dead without a farewell. */
  cut(): void {
    this.#wanted = false;
    this.#redial();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#drop();
    socket?.on("error", () => undefined);
    socket?.terminate();
    this.#options.events.closed("cut");
  }

  call(action: string, payload: JsonObject): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      if (!this.open) {
        reject(new WireError("Offline", "not connected"));
        return;
      }
      this.#queue.push({ id: randomUUID(), action, payload, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#pending !== undefined || this.silent || !this.open) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#pending = next;
    this.#socket?.send(JSON.stringify([2, next.id, next.action, next.payload]));
    this.#timeout = this.#options.clock.after(ANSWER_MS, () => {
      this.#pending = undefined;
      next.reject(new WireError("Timeout", `${next.action} was not answered`));
      this.#next();
    });
  }

  #receive(raw: string): void {
    if (this.silent) return;
    let frame: Json;
    try {
      frame = JSON.parse(raw) as Json;
    } catch {
      return;
    }
    if (!Array.isArray(frame)) return;
    const [type, id, third, fourth] = frame;
    if (type === 2 && typeof id === "string" && typeof third === "string") {
      this.#answer(id, third, isObject(fourth) ? fourth : {});
      return;
    }
    const pending = this.#pending;
    if (pending === undefined || pending.id !== id) return;
    this.#pending = undefined;
    this.#timeout();
    if (type === 3 && isObject(third)) pending.resolve(third);
    else
      pending.reject(
        new WireError(typeof third === "string" ? third : "GenericError", typeof fourth === "string" ? fourth : ""),
      );
    this.#next();
  }

  #answer(id: string, action: string, payload: JsonObject): void {
    const socket = this.#socket;
    try {
      const result = this.#options.events.called(action, payload);
      if (result === undefined) return;
      socket?.send(typeof result === "string" ? result.replaceAll("$id", id) : JSON.stringify([3, id, result]));
    } catch (error) {
      const code = error instanceof WireError ? error.code : "InternalError";
      socket?.send(JSON.stringify([4, id, code, error instanceof Error ? error.message : "", {}]));
    }
  }

  #drop(): void {
    this.#timeout();
    const lost = [...(this.#pending === undefined ? [] : [this.#pending]), ...this.#queue];
    this.#pending = undefined;
    this.#queue = [];
    for (const call of lost) call.reject(new WireError("Offline", "the line went dead"));
  }
}

function asText(data: Buffer | ArrayBuffer | Buffer[] | string): string {
  if (typeof data === "string") return data;
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString("utf8");
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
