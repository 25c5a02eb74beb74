/** The interpreter's doors: what the rest of the bridge may ask of Home Assistant. main.ts wires them; no other room imports hass/. */
import type { Unsubscribe } from "../clock.ts";
import type { DeviceState, EvseEntities, HelperSpec } from "../../shared/entities.ts";

/** The connection: survives refusal, wrong token, restart and silence for ever, with jittered back-off. */
export interface HassLink {
  /** Connected, authenticated and Home Assistant RUNNING. */
  readonly up: boolean;
  readonly status: HassLinkStatus;
  onStatus(listener: (status: HassLinkStatus) => void): Unsubscribe;
  /** One WebSocket message. @throws HassError */
  send<T>(message: { readonly type: string; readonly [key: string]: unknown }, signal?: AbortSignal): Promise<T>;
  /** Subscribes and keeps the subscription across reconnects; a refused subscription is logged once and retried after the next reconnect. */
  subscribe(
    message: { readonly type: string; readonly [key: string]: unknown },
    listener: (event: unknown) => void,
  ): Unsubscribe;
  start(): void;
  close(): Promise<void>;
}

export interface HassLinkStatus {
  readonly state: "connecting" | "starting" | "up" | "down" | "refused";
  /** English, with the remedy where there is one ("The token was refused: ..."). */
  readonly detail: string;
  readonly sinceMs: number;
  readonly version: string | undefined;
  readonly timeZone: string | undefined;
  readonly currency: string | undefined;
  readonly isAdmin: boolean | undefined;
  /** Round trip of the last ping, ms. */
  readonly pingMs: number | undefined;
}

/** Entities as ids: what the store keeps so that nothing is ever minted twice. JSON, never secrets in logs (webhook ids are secrets). */
export interface HassMemory {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}

/** Whole truth for the devices it is given: diffed, at most one write per second and entity, newest wins, survives Home Assistant restarts. */
export interface Publisher {
  /** Never throws, returns at once. A device missing from a later call stays as it is (see `retire`). */
  publish(devices: readonly DeviceState[]): void;
  /** Entity id in Home Assistant now (follows renames): role to id, only for what exists. `deviceId` as in DeviceState.id. */
  entitiesOf(deviceId: string): EvseEntities;
  /** The ids changed (first registration, rename): status maps are to be published anew. */
  onEntities(listener: () => void): Unsubscribe;
  /** Charger removed from the configuration: its entities and device go. */
  retire(deviceId: string): Promise<void>;
  /** In force now; `states` after a fallback, with the reason. */
  readonly mode: { readonly way: "device" | "states"; readonly why: string | undefined };
  /** Readings unavailable, statuses offline; waits at most 5 s. */
  close(): Promise<void>;
}

export interface HelperOwner {
  /** Charger id or `site`. */
  readonly id: string;
  /** Prefix of entity ids: slug of the name at first publication. */
  readonly name: string;
}

/** The user turned or pressed a helper. Echoes of our own writes never arrive here. */
export interface HelperEvent {
  readonly owner: string;
  readonly key: string;
  /** undefined for a button press. */
  readonly value: string | number | boolean | undefined;
  readonly userId: string | undefined;
}

export interface Helpers {
  /** Creates what is missing, finds again what was renamed, updates limits and options, leaves deleted ones deleted. Idempotent; called anew when specs change. */
  ensure(owner: HelperOwner, specs: readonly HelperSpec[]): void;
  onEvent(listener: (event: HelperEvent) => void): Unsubscribe;
  /** Writes the truth into a helper when it differs from what the helper shows. Never echoes back as an event. */
  reflect(owner: string, key: string, value: string | number | boolean): void;
  /** Role to entity id for what exists. */
  entitiesOf(owner: string): EvseEntities;
  onEntities(listener: () => void): Unsubscribe;
  /** Charger removed: its helpers go. */
  retire(owner: string): Promise<void>;
  close(): Promise<void>;
}

/** Answers of `script.evse_*`: always `{ok: true, ...}` or `{ok: false, error}`. */
export type ServiceHandler = (
  service: string,
  fields: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;
