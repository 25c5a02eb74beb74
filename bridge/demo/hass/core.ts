/** What every integration of the small Home Assistant stands on: clock, bus, states, registries, services, and what outlives a restart. */
import type { Clock } from "../../clock.ts";
import { createBus, newContext, newId, type Bus, type Context } from "./bus.ts";
import { isRecord, Refusal, type Json } from "./json.ts";
import { createRegistries, type EntityEntry, type Registries, type RegistryData } from "./registries.ts";
import { createStates, type States } from "./states.ts";

export interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  /** With the target's keys merged in, as Home Assistant does. */
  readonly data: Json;
  readonly context: Context;
}
/** An answer is the service's response. @throws Refusal */
export type ServiceHandler = (call: ServiceCall) => Promise<Json | void> | Json | void;

/** A registry entity that is alive: it shows itself under its present entity id. */
export interface LiveEntity {
  readonly entry: EntityEntry;
  /** `undefined`: nothing is shown (it failed to be added). */
  show(): { readonly state: string; readonly attributes: Json } | undefined;
  /** Without the user's own name. */
  friendlyName(): string;
}

/** Everything that is on disk in a real one. JSON through and through. */
export interface Disk {
  registries: RegistryData;
  /** Per integration. */
  stores: Record<string, unknown>;
  /** Last states, for entities that restore them. */
  restore: Record<string, { state: string; attributes: Json }>;
  userId: string;
  tokens: string[];
}

export interface Core {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly states: States;
  readonly registries: Registries;
  readonly disk: Disk;
  readonly userId: string;
  /** `NOT_RUNNING`, `STARTING`, `RUNNING`, `STOPPING`. */
  runState: string;
  register(domain: string, service: string, handler: ServiceHandler): void;
  unregister(domain: string, service: string): void;
  readonly services: ReadonlyMap<string, ReadonlyMap<string, ServiceHandler>>;
  call(domain: string, service: string, data: Json, context: Context): Promise<Json | void>;
  /** Shows it, and again at each call. Disabled ones are not shown. */
  show(entity: LiveEntity, context?: Context): void;
  /** Takes it off the states; the registry entry stays. */
  hide(entity: LiveEntity): void;
  live(entityId: string): LiveEntity | undefined;
  /** Applies a registry update to states: renames, disables. */
  updateEntity(message: Json): EntityEntry;
  removeEntity(entityId: string): void;
  /** Called for an entity that its owner enabled again. */
  onEnabled(listener: (entry: EntityEntry) => void): void;
  onRemoved(listener: (entry: EntityEntry) => void): void;
  removeEntry(entryId: string): void;
  /** Stops timers of integrations. */
  readonly atStop: (() => void)[];
  /** Writes what entities restore into `disk`. */
  save(): void;
}

export function emptyDisk(token: string): Disk {
  return {
    registries: { entities: [], devices: [], entries: [], areas: [], labels: [] },
    stores: {},
    restore: {},
    userId: newId(),
    tokens: [token],
  };
}

export function createCore(clock: Clock, disk: Disk): Core {
  const bus = createBus(clock);
  const states = createStates(clock, bus);
  const registries = createRegistries(clock, bus, disk.registries);
  const services = new Map<string, Map<string, ServiceHandler>>();
  const live = new Map<string, LiveEntity>();
  const enabled: ((entry: EntityEntry) => void)[] = [];
  const removed: ((entry: EntityEntry) => void)[] = [];
  const atStop: (() => void)[] = [];
  const taken = (entityId: string): boolean => states.get(entityId) !== undefined;

  const core: Core = {
    clock,
    bus,
    states,
    registries,
    disk,
    userId: disk.userId,
    runState: "NOT_RUNNING",
    services,
    atStop,
    register(domain, service, handler) {
      const known = services.get(domain) ?? new Map<string, ServiceHandler>();
      known.set(service, handler);
      services.set(domain, known);
    },
    unregister: (domain, service) => void services.get(domain)?.delete(service),
    async call(domain, service, data, context) {
      const handler = services.get(domain)?.get(service);
      if (handler === undefined) throw new Refusal("not_found", `Service ${domain}.${service} not found.`);
      bus.fire("call_service", { domain, service, service_data: data }, context);
      return handler({ domain, service, data, context });
    },
    show(entity, context = newContext()) {
      live.set(entity.entry.id, entity);
      if (entity.entry.disabled_by !== null) return;
      const shown = entity.show();
      if (shown === undefined) return;
      const name = entity.entry.name ?? entity.friendlyName();
      const icon = entity.entry.icon;
      states.set(
        entity.entry.entity_id,
        shown.state,
        { ...shown.attributes, ...(icon === null ? {} : { icon }), friendly_name: name },
        context,
      );
    },
    hide(entity) {
      live.delete(entity.entry.id);
      states.remove(entity.entry.entity_id);
    },
    live: (entityId) => {
      const entry = registries.entity(entityId);
      return entry === undefined ? undefined : live.get(entry.id);
    },
    updateEntity(message) {
      const before = registries.entity(String(message["entity_id"]))?.disabled_by ?? null;
      const { entry, oldId } = registries.updateEntity(message, taken);
      const entity = live.get(entry.id);
      if (entry.entity_id !== oldId || entry.disabled_by !== null) states.remove(oldId);
      if (entry.disabled_by === null && before !== null) for (const listener of enabled) listener(entry);
      else if (entity !== undefined) core.show(entity);
      return entry;
    },
    removeEntity(entityId) {
      const entry = registries.entity(entityId);
      registries.removeEntity(entityId);
      if (entry === undefined) return;
      live.delete(entry.id);
      states.remove(entityId);
      for (const listener of removed) listener(entry);
    },
    onEnabled: (listener) => void enabled.push(listener),
    onRemoved: (listener) => void removed.push(listener),
    removeEntry(entryId) {
      for (const entry of registries.removeEntry(entryId)) {
        live.delete(entry.id);
        states.remove(entry.entity_id);
        for (const listener of removed) listener(entry);
      }
    },
    save() {
      for (const entity of live.values()) {
        const state = states.get(entity.entry.entity_id);
        if (state !== undefined) disk.restore[entity.entry.id] = { state: state.state, attributes: state.attributes };
      }
    },
  };
  return core;
}

/** The part of `disk` that belongs to one integration, made on first use. */
export function storeOf<T>(core: Core, name: string, read: (value: unknown) => T): T {
  const store = read(core.disk.stores[name]);
  core.disk.stores[name] = store;
  return store;
}

/** Items of a stored list that are records. */
export function readList(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
