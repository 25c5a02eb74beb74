/** Home Assistant's event bus. */
import { randomBytes } from "node:crypto";
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Json } from "./json.ts";

export interface Context {
  readonly id: string;
  readonly parent_id: string | null;
  readonly user_id: string | null;
}

export interface BusEvent {
  readonly event_type: string;
  readonly data: Json;
  readonly origin: "LOCAL";
  readonly time_fired: string;
  readonly context: Context;
}

export interface Bus {
  fire(type: string, data: Json, context?: Context): Context;
  /** `undefined` as type listens to all. */
  on(type: string | undefined, listener: (event: BusEvent) => void): Unsubscribe;
}

export function newContext(userId: string | null = null, parentId: string | null = null): Context {
  return { id: randomBytes(13).toString("hex").toUpperCase(), parent_id: parentId, user_id: userId };
}

export function newId(): string {
  return randomBytes(16).toString("hex");
}

/** As Home Assistant writes times: UTC with an offset, microseconds filled up. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000+00:00");
}

export function createBus(clock: Clock): Bus {
  const listeners = new Set<{ type: string | undefined; listener: (event: BusEvent) => void }>();
  return {
    fire(type, data, context = newContext()) {
      const event: BusEvent = {
        event_type: type,
        data,
        origin: "LOCAL",
        time_fired: isoTime(clock.nowMs()),
        context,
      };
      for (const entry of [...listeners]) if (entry.type === undefined || entry.type === type) entry.listener(event);
      return context;
    },
    on(type, listener) {
      const entry = { type, listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}
