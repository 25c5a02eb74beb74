/**
 * Home Assistant's entity and device registries, as far as they can be ours: read once per connection, then kept by events.
 * Foreign entities are dropped at the door, so a large house costs one message per connection.
 */
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HassLink } from "./doors.ts";
import { isRecord, toHassError } from "./errors.ts";
import { ownerOf, parseDevice, parseEntry, type RegistryDevice, type RegistryEntry } from "./registry-forms.ts";

export interface Registry {
  /** Read since the present connection came up. */
  readonly ready: boolean;
  find(platform: string, uniqueId: string): RegistryEntry | undefined;
  at(entityId: string): RegistryEntry | undefined;
  entries(): Iterable<RegistryEntry>;
  /** Seen being removed on the present connection; what was missing from its start may as well have been lost. */
  removed(platform: string, uniqueId: string): boolean;
  /** By `mobile_app:<device id>`. */
  device(identifier: string): RegistryDevice | undefined;
  deviceById(id: string): RegistryDevice | undefined;
  devices(): Iterable<RegistryDevice>;
  /** Called after the first reading and after each change of an entry or device of ours. */
  onChange(listener: () => void): Unsubscribe;
  /** Called when the registry has been read after each connect. */
  onReady(listener: () => void): Unsubscribe;
  /** Identity of this Home Assistant; what is remembered of another one is void. undefined until `ready`. */
  readonly house: string | undefined;
  /** Waits until the entry exists; undefined when it did not appear in time. */
  appear(platform: string, uniqueId: string, ms: number): Promise<RegistryEntry | undefined>;
  /** @throws HassError */
  update(entityId: string, changes: Readonly<Record<string, unknown>>): Promise<RegistryEntry>;
  /** @throws HassError */
  updateDevice(id: string, changes: Readonly<Record<string, unknown>>): Promise<void>;
  start(): void;
  close(): void;
}

const OURS = new Set([
  "mobile_app",
  "template",
  "input_button",
  "input_number",
  "input_select",
  "input_boolean",
  "input_text",
  "input_datetime",
]);
const OUR_DOMAINS = new Set([
  ...OURS,
  "sensor",
  "binary_sensor",
  "device_tracker",
  "switch",
  "number",
  "select",
  "button",
]);
/** Entries that another integration adds come in crowds; one question answers for all. */
const GATHER_MS = 50;
const RETRY_MS = 5_000;

export interface RegistryOptions {
  readonly link: HassLink;
  readonly clock: Clock;
  readonly log: Log;
}

export function createRegistry({ link, clock, log: parent }: RegistryOptions): Registry {
  const log = parent.child({ room: "hass", part: "registry" });
  const byKey = new Map<string, RegistryEntry>();
  const byId = new Map<string, RegistryEntry>();
  const devices = new Map<string, RegistryDevice>();
  const removed = new Set<string>();
  const changed = new Set<() => void>();
  const readied = new Set<() => void>();
  const stops: Unsubscribe[] = [];
  let ready = false;
  let house: string | undefined;
  let round = 0;
  let asked = new Set<string>();
  let cancelGather: Unsubscribe | undefined;
  let gatherDevices: Unsubscribe | undefined;
  let cancelRetry: Unsubscribe | undefined;

  const keyOf = (platform: string, uniqueId: string): string => `${platform}\n${uniqueId}`;
  const tell = (listeners: Set<() => void>): void => {
    for (const listener of [...listeners]) {
      try {
        listener();
      } catch (error) {
        log.error({ err: error }, "listener failed");
      }
    }
  };
  const forget = (entityId: string): boolean => {
    const entry = byId.get(entityId);
    if (entry === undefined) return false;
    byId.delete(entityId);
    if (byKey.get(keyOf(entry.platform, entry.uniqueId)) === entry) byKey.delete(keyOf(entry.platform, entry.uniqueId));
    return true;
  };
  const keep = (raw: unknown): RegistryEntry | undefined => {
    const entry = parseEntry(raw);
    if (entry === undefined || !OURS.has(entry.platform)) return undefined;
    const old = byKey.get(keyOf(entry.platform, entry.uniqueId));
    if (old !== undefined) byId.delete(old.entityId);
    byKey.set(keyOf(entry.platform, entry.uniqueId), entry);
    removed.delete(keyOf(entry.platform, entry.uniqueId));
    byId.set(entry.entityId, entry);
    return entry;
  };

  async function load(): Promise<void> {
    const mine = ++round;
    try {
      const [entities, all, users] = await Promise.all([
        link.send<unknown>({ type: "config/entity_registry/list" }),
        link.send<unknown>({ type: "config/device_registry/list" }),
        link.send<unknown>({ type: "config/auth/list" }),
      ]);
      if (mine !== round || !link.up) return;
      byKey.clear();
      byId.clear();
      removed.clear();
      if (Array.isArray(entities)) for (const raw of entities) keep(raw);
      keepDevices(all);
      house = ownerOf(users) ?? house;
      ready = true;
      tell(readied);
      tell(changed);
    } catch (error) {
      const reason = toHassError(error, "read the registries");
      if (reason.code !== "offline") log.warn({ err: reason }, "registries not read");
      cancelRetry?.();
      cancelRetry = clock.after(RETRY_MS, () => {
        if (link.up && !ready) void load();
      });
    }
  }

  function keepDevices(all: unknown): void {
    devices.clear();
    if (!Array.isArray(all)) return;
    for (const raw of all) {
      const device = parseDevice(raw);
      if (device?.identifiers.some((identifier) => identifier.startsWith("mobile_app:")) === true)
        devices.set(device.id, device);
    }
  }

  const onEntityEvent = (event: unknown): void => {
    const data = isRecord(event) && isRecord(event["data"]) ? event["data"] : undefined;
    const entityId = data?.["entity_id"];
    if (data === undefined || typeof entityId !== "string") return;
    const old = typeof data["old_entity_id"] === "string" ? data["old_entity_id"] : entityId;
    if (data["action"] === "remove") {
      const entry = byId.get(entityId);
      if (entry !== undefined) removed.add(keyOf(entry.platform, entry.uniqueId));
      if (forget(entityId)) tell(changed);
      return;
    }
    const known = byId.has(old);
    if (!known && (data["action"] !== "create" || !OUR_DOMAINS.has(entityId.slice(0, entityId.indexOf("."))))) return;
    // A renamed entry stays under its old id until the new one has been read: it is not gone in between.
    asked.add(entityId);
    cancelGather ??= clock.after(GATHER_MS, () => {
      cancelGather = undefined;
      const ids = [...asked];
      asked = new Set();
      void refresh(ids);
    });
  };

  async function refresh(ids: readonly string[]): Promise<void> {
    try {
      const answer = await link.send<unknown>({ type: "config/entity_registry/get_entries", entity_ids: ids });
      let any = false;
      if (isRecord(answer)) for (const raw of Object.values(answer)) any = keep(raw) !== undefined || any;
      if (any) tell(changed);
    } catch (error) {
      // Lost with the connection: the next one reads everything anew.
      log.debug({ err: toHassError(error, "read registry entries") }, "registry entries not read");
    }
  }

  /** Foreign devices change in crowds at Home Assistant's start: only ours and new ones are looked at, once for all. */
  const onDeviceEvent = (event: unknown): void => {
    const data = isRecord(event) && isRecord(event["data"]) ? event["data"] : undefined;
    const id = data?.["device_id"];
    if (data?.["action"] !== "create" && (typeof id !== "string" || !devices.has(id))) return;
    gatherDevices ??= clock.after(GATHER_MS, () => {
      gatherDevices = undefined;
      link.send<unknown>({ type: "config/device_registry/list" }).then(
        (all) => {
          keepDevices(all);
          tell(changed);
        },
        (error: unknown) => log.debug({ err: toHassError(error, "read devices") }, "devices not read"),
      );
    });
  };

  return {
    get ready() {
      return ready && link.up;
    },
    get house() {
      return house;
    },
    find: (platform, uniqueId) => byKey.get(keyOf(platform, uniqueId)),
    at: (entityId) => byId.get(entityId),
    removed: (platform, uniqueId) => removed.has(keyOf(platform, uniqueId)),
    entries: () => byId.values(),
    device(identifier) {
      for (const device of devices.values()) if (device.identifiers.includes(identifier)) return device;
      return undefined;
    },
    deviceById: (id) => devices.get(id),
    devices: () => devices.values(),
    onChange(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    onReady(listener) {
      readied.add(listener);
      return () => readied.delete(listener);
    },
    appear(platform, uniqueId, ms) {
      const now = byKey.get(keyOf(platform, uniqueId));
      if (now !== undefined) return Promise.resolve(now);
      return new Promise((resolve) => {
        const finish = (entry: RegistryEntry | undefined): void => {
          cancel();
          changed.delete(look);
          resolve(entry);
        };
        const look = (): void => {
          const entry = byKey.get(keyOf(platform, uniqueId));
          if (entry !== undefined) finish(entry);
        };
        const cancel = clock.after(ms, () => finish(undefined));
        changed.add(look);
      });
    },
    async update(entityId, changes) {
      const answer = await link.send<unknown>({
        type: "config/entity_registry/update",
        entity_id: entityId,
        ...changes,
      });
      const entry = keep(isRecord(answer) ? answer["entity_entry"] : undefined);
      if (entry === undefined) throw toHassError(answer, `change ${entityId} in the registry`);
      if (entry.entityId !== entityId) byId.delete(entityId);
      return entry;
    },
    async updateDevice(id, changes) {
      await link.send({ type: "config/device_registry/update", device_id: id, ...changes });
    },
    start() {
      stops.push(
        link.subscribe({ type: "subscribe_events", event_type: "entity_registry_updated" }, onEntityEvent),
        link.subscribe({ type: "subscribe_events", event_type: "device_registry_updated" }, onDeviceEvent),
        link.onStatus((status) => {
          if (status.state === "up") {
            ready = false;
            void load();
          } else if (!link.up) ready = false;
        }),
      );
      if (link.up) void load();
    },
    close() {
      round++;
      for (const stop of stops) stop();
      cancelGather?.();
      gatherDevices?.();
      cancelRetry?.();
    },
  };
}
