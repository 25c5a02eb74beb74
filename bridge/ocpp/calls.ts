/** Our calls to one station: one in flight, the rest queued by priority, late answers remembered. */
import { randomUUID } from "node:crypto";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { StationCounters } from "./counters.ts";
import { OcppError } from "./errors.ts";
import { CallQueue } from "./queue.ts";
import type { CallOptions, CallPriority, JsonObject } from "./station.ts";

/** A timed-out call is remembered this long: slow boxes do answer, only later (Delta's own MessageTimeout is 30 s). */
const TOMBSTONE_MS = 120_000;
const MAX_TOMBSTONES = 64;
const TIMEOUTS_BEFORE_PROBE = 3;

interface Outgoing {
  readonly id: string;
  readonly action: string;
  readonly payload: JsonObject;
  readonly priority: CallPriority;
  readonly coalesceKey: string | undefined;
  readonly timeoutMs: number;
  readonly onLate: ((result: JsonObject) => void) | undefined;
  /** The caller was told already (aborted); an answer counts as late. */
  abandoned: boolean;
  resolve(result: JsonObject): void;
  reject(error: OcppError): void;
}

interface Tombstone {
  readonly action: string;
  readonly onLate: ((result: JsonObject) => void) | undefined;
  readonly untilMs: number;
}

export interface OutboundOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: StationCounters;
  transmit(id: string, action: string, payload: JsonObject): void;
  probe(): void;
}

export class OutboundCalls {
  readonly #options: OutboundOptions;
  readonly #queue = new CallQueue<Outgoing>();
  readonly #tombstones = new Map<string, Tombstone>();
  #inFlight: Outgoing | undefined;
  #cancelTimeout: Unsubscribe = () => undefined;
  #held = false;
  #ended: string | undefined;
  #timeoutsInARow = 0;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /** Until `release`, nothing is sent: single-threaded boxes do not answer while they wait for an answer themselves. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#pump();
  }

  call(
    action: string,
    payload: JsonObject,
    options: CallOptions & { readonly timeoutMs: number },
  ): Promise<JsonObject> {
    const { coalesceKey, signal } = options;
    if (this.#ended !== undefined) return Promise.reject(new OcppError("Disconnected", this.#ended));
    if (signal?.aborted === true) return Promise.reject(aborted(action, signal));
    if (options.dropIfQueued === true && coalesceKey !== undefined && this.#queue.has(coalesceKey))
      return Promise.reject(new OcppError("Superseded", `${action} is queued already`));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#abandon(item, aborted(action, signal));
      const settled = (): void => signal?.removeEventListener("abort", onAbort);
      const item: Outgoing = {
        id: randomUUID(),
        action,
        payload,
        priority: options.priority,
        coalesceKey,
        timeoutMs: options.timeoutMs,
        onLate: options.onLate,
        abandoned: false,
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(item)?.reject(new OcppError("Superseded", `a newer ${action} took its place`));
      this.#pump();
    });
  }

  /** An answer came. `read` makes the result of it, or throws the OcppError it means. */
  settle(id: string, read: (action: string) => JsonObject): void {
    const item = this.#inFlight;
    if (item?.id === id) {
      this.#timeoutsInARow = 0;
      this.#finish();
      if (item.abandoned) this.#late(item, read);
      else
        try {
          item.resolve(read(item.action));
        } catch (error) {
          item.reject(asOcppError(error, item.action));
        }
      this.#pump();
      return;
    }
    const tombstone = this.#tombstones.get(id);
    this.#tombstones.delete(id);
    if (tombstone !== undefined && tombstone.untilMs > this.#options.clock.monotonicMs()) this.#late(tombstone, read);
    else {
      this.#options.counters.strayResults++;
      this.#options.log.debug({ id: id.slice(0, 40) }, "answer to no call of ours");
    }
  }

  /** Fails the call in flight if `text` names its id; true when it did. */
  fail(text: string, error: OcppError): boolean {
    const item = this.#inFlight;
    if (item === undefined || !text.includes(item.id)) return false;
    this.#finish();
    if (!item.abandoned) item.reject(error);
    this.#pump();
    return true;
  }

  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    const item = this.#inFlight;
    this.#finish();
    // A box that restarts at once has obeyed, even if it never said so.
    if (item?.action === "Reset" && !item.abandoned) item.resolve({ status: "Accepted" });
    else if (item?.abandoned === false) item.reject(new OcppError("Disconnected", why));
    for (const waiting of this.#queue.drain()) waiting.reject(new OcppError("Disconnected", why));
    this.#tombstones.clear();
  }

  #pump(): void {
    if (this.#held || this.#ended !== undefined || this.#inFlight !== undefined) return;
    const item = this.#queue.next();
    if (item === undefined) return;
    this.#inFlight = item;
    this.#cancelTimeout = this.#options.clock.after(item.timeoutMs, () => this.#expire(item));
    this.#options.transmit(item.id, item.action, item.payload);
  }

  #expire(item: Outgoing): void {
    if (this.#inFlight !== item) return;
    const { clock, counters, log } = this.#options;
    this.#finish();
    counters.timeouts++;
    this.#bury(item, clock.monotonicMs());
    log.warn({ action: item.action, timeoutMs: item.timeoutMs }, "station did not answer in time");
    if (!item.abandoned)
      item.reject(new OcppError("Timeout", `no answer to ${item.action} within ${item.timeoutMs} ms`));
    if (++this.#timeoutsInARow >= TIMEOUTS_BEFORE_PROBE) {
      this.#timeoutsInARow = 0;
      this.#options.probe();
    }
    this.#pump();
  }

  #bury(item: Outgoing, nowMs: number): void {
    for (const [id, stone] of this.#tombstones)
      if (stone.untilMs <= nowMs || this.#tombstones.size >= MAX_TOMBSTONES) this.#tombstones.delete(id);
    this.#tombstones.set(item.id, { action: item.action, onLate: item.onLate, untilMs: nowMs + TOMBSTONE_MS });
  }

  /** The caller gave up. A call on the wire keeps its turn until it is answered, or the station would see two at once. */
  #abandon(item: Outgoing, error: OcppError): void {
    if (this.#inFlight === item) item.abandoned = true;
    else this.#queue.remove(item);
    item.reject(error);
  }

  #late(
    call: { readonly action: string; readonly onLate: Tombstone["onLate"] },
    read: (action: string) => JsonObject,
  ): void {
    const { counters, log } = this.#options;
    counters.lateResults++;
    try {
      const result = read(call.action);
      log.info({ action: call.action }, "late answer applied");
      call.onLate?.(result);
    } catch (error) {
      log.info({ err: error, action: call.action }, "late answer dropped");
    }
  }

  #finish(): void {
    this.#cancelTimeout();
    this.#cancelTimeout = () => undefined;
    this.#inFlight = undefined;
  }
}

function aborted(action: string, signal: AbortSignal | undefined): OcppError {
  return new OcppError("Aborted", `${action} was given up`, { cause: signal?.reason });
}

function asOcppError(error: unknown, action: string): OcppError {
  return error instanceof OcppError ? error : new OcppError("InvalidResult", action, { cause: error });
}
