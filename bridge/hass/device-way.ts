/**
 * Publishing as real devices: one mobile_app registration per device, registry entities on it, states in batches over its webhook.
 * The webhook id is as good as write access: it stays in the memory and out of logs.
 * Longer than two screens: registering, naming, writing and mending share one memory of each device; forms are in device-forms.ts.
 */
import type { DeviceState, EntitySpec } from "../../shared/entities.ts";
import { suffixOf } from "../../shared/entities.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HassLink, HassMemory } from "./doors.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";
import { APP_ID, appDeviceId, deviceIdentifier, prefixOf } from "./identity.ts";
import type { RegistryEntry } from "./registry-forms.ts";
import type { Registry } from "./registry.ts";
import { refusalOf, type HassRest } from "./rest.ts";
import { parseMemory, registrationOf, resultOf, updateOf, type DeviceMemory } from "./device-forms.ts";
import type { Way, WriteResult } from "./way.ts";

const APPEAR_MS = 10_000;
/** 40 in a batch were measured at 4,600 states/s; larger ones block Home Assistant's loop longer. */
const BATCH = 40;

export interface DeviceWayOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly instance: string | undefined;
  /** Of the bridge, shown as the app's version. */
  readonly version: string;
}

export function createDeviceWay(options: DeviceWayOptions): Way {
  const { link, rest, registry, memory, log, instance } = options;
  const cache = new Map<string, DeviceMemory>();
  /** How often in a row the webhook answered nothing although its entry is loaded. */
  const silences = new Map<string, number>();

  const read = (id: string): DeviceMemory => {
    const cached = cache.get(id);
    if (cached !== undefined) return cached;
    const record = parseMemory(memory.get(`device:${id}`));
    // Which Home Assistant this is is known with the registry: until then nothing is decided, and nothing kept.
    if (!registry.ready) return record;
    const elsewhere = record.house !== undefined && registry.house !== undefined && record.house !== registry.house;
    // Made in another Home Assistant: nothing of it is here.
    const here: DeviceMemory = elsewhere ? { keys: {} } : record;
    cache.set(id, here);
    return here;
  };
  const write = (id: string): void => memory.set(`device:${id}`, structuredClone(read(id)));
  const identifier = (id: string): string => deviceIdentifier(instance, id);
  const entryOf = (id: string, key: string): RegistryEntry | undefined => {
    const { webhookId } = read(id);
    return webhookId === undefined ? undefined : registry.find("mobile_app", `${webhookId}_${key}`);
  };

  // What is seen being deleted was not lost.
  registry.onChange(() => {
    for (const [id, record] of cache) {
      const gone = Object.entries(record.keys).filter(
        ([key, { fresh }]) => fresh === true && registry.removed("mobile_app", `${record.webhookId ?? ""}_${key}`),
      );
      for (const [, key] of gone) delete key.fresh;
      if (gone.length > 0) write(id);
    }
  });

  /** @throws HassError; `offline` with word `webhook_gone` for the empty answer of an unknown webhook */
  async function hook(id: string, type: string, data: unknown): Promise<{ status: number; body: unknown }> {
    const { webhookId } = read(id);
    if (webhookId === undefined) throw gone();
    const answer = await rest.ask("POST", `/api/webhook/${webhookId}`, { type, data });
    if (answer.body === undefined) throw gone();
    return answer;
  }

  async function register(device: DeviceState): Promise<void> {
    const answer = await rest.ask("POST", "/api/mobile_app/registrations", {
      app_id: APP_ID,
      app_name: "EVSE Bridge",
      device_id: appDeviceId(instance, device.id),
      supports_encryption: false,
      os_name: "EVSE Bridge",
      ...headerOf(device),
    });
    if (answer.status === 404)
      throw new HassError(
        "unsupported",
        "Home Assistant's mobile_app integration is not loaded: add `default_config:` or `mobile_app:` to configuration.yaml",
      );
    const webhookId = isRecord(answer.body) ? answer.body["webhook_id"] : undefined;
    if (answer.status !== 201 || typeof webhookId !== "string")
      throw new HassError("rejected", `The device ${device.name} was refused: ${refusalOf(answer)}`);
    const record = read(device.id);
    record.webhookId = webhookId;
    if (registry.house !== undefined) record.house = registry.house;
    record.header = JSON.stringify(headerOf(device));
    for (const key of Object.values(record.keys)) {
      delete key.seen;
      delete key.hash;
    }
    write(device.id);
    log.info({ device: device.id }, "device registered");
  }

  const headerOf = (device: DeviceState): Record<string, unknown> => ({
    app_version: options.version,
    device_name: device.name,
    manufacturer: device.manufacturer,
    model: device.model,
    os_version: device.firmware,
    app_data: {},
  });

  /** Registers what is missing or has changed; answers the keys that are new. */
  async function registerEntities(device: DeviceState): Promise<Set<string>> {
    const record = read(device.id);
    const fresh: EntitySpec[] = [];
    // Registering again sets the state given with it: these want their value anew.
    const changed: string[] = [];
    const asks: Promise<void>[] = [];
    let touched = false;
    for (const { spec } of device.entities) {
      const key = (record.keys[spec.key] ??= {});
      const entry = entryOf(device.id, spec.key);
      if (entry === undefined && key.seen === true && key.deleted !== true) {
        touched = true;
        if (key.fresh === true) {
          // Not seen being deleted: killed before it had written its registry down.
          delete key.seen;
          log.debug({ device: device.id, role: spec.key }, "home assistant lost a new entity, making it again");
        } else {
          key.deleted = true;
          log.info({ device: device.id, role: spec.key }, "entity was deleted by the user and stays so");
        }
      }
      if (entry !== undefined && key.deleted === true) {
        delete key.deleted;
        touched = true;
      }
      if (key.deleted === true) continue;
      const body = registrationOf(device, spec);
      const hash = JSON.stringify(body);
      if (entry === undefined) {
        fresh.push(spec);
        asks.push(
          registerEntity(device.id, { ...body, disabled: spec.enabled === false }).then(() => void (key.hash = hash)),
        );
      } else if (key.hash !== hash) {
        touched = true;
        changed.push(spec.key);
        asks.push(registerEntity(device.id, body).then(() => void (key.hash = hash)));
      }
      // Off by default until the box has shown that it has it; what the user switched off stays off.
      if (entry?.disabledBy === "integration" && spec.enabled !== false)
        asks.push(registry.update(entry.entityId, { disabled_by: null }).then(() => undefined));
      if (entry !== undefined && (key.entityId !== entry.entityId || key.seen !== true)) {
        key.entityId = entry.entityId;
        key.seen = true;
        touched = true;
      }
    }
    await settle(asks);
    const settled = await Promise.all(fresh.map(async (spec) => (await nameEntity(device, spec)) && spec.key));
    if (touched || fresh.length > 0) write(device.id);
    return new Set([...changed, ...settled.filter((key) => key !== false)]);
  }

  async function registerEntity(id: string, data: Record<string, unknown>): Promise<void> {
    const answer = await hook(id, "register_sensor", data);
    // A payload that Home Assistant does not like is answered 200 `{}` and only logged there.
    if (answer.status !== 201 || !isRecord(answer.body) || answer.body["success"] !== true)
      log.error({ device: id, role: data["unique_id"] }, "entity refused by home assistant");
  }

  /** Gives a new entity its public id and precision. false: it did not appear. */
  async function nameEntity(device: DeviceState, spec: EntitySpec): Promise<boolean> {
    const record = read(device.id);
    const key = (record.keys[spec.key] ??= {});
    const entry = await registry.appear("mobile_app", `${record.webhookId ?? ""}_${spec.key}`, APPEAR_MS);
    if (entry === undefined) {
      log.error({ device: device.id, role: spec.key }, "entity did not appear in home assistant");
      return false;
    }
    const wanted =
      key.entityId ??
      `${spec.platform}.${spec.objectId ?? `${prefixOf(memory, device.id, device.name)}_${suffixOf(spec)}`}`;
    const precision =
      spec.platform === "sensor" && spec.precision !== undefined
        ? { options_domain: "sensor", options: { display_precision: spec.precision } }
        : {};
    let now = entry;
    try {
      if (entry.entityId !== wanted)
        now = await registry.update(entry.entityId, { new_entity_id: wanted, ...precision });
      else if (spec.precision !== undefined) now = await registry.update(entry.entityId, precision);
    } catch (error) {
      const reason = toHassError(error, `name ${wanted}`);
      if (reason.code !== "rejected") throw reason;
      log.warn({ entity: entry.entityId, wanted, err: reason }, "entity id is taken, keeping home assistant's");
    }
    key.entityId = now.entityId;
    key.seen = true;
    key.fresh = true;
    return true;
  }

  /** mobile_app adds a device tracker to every device; a wallbox stays where it is. */
  async function hideTracker(id: string): Promise<void> {
    const device = registry.device(identifier(id));
    if (device === undefined) return;
    for (const entry of [...registry.entries()])
      if (entry.deviceId === device.id && entry.entityId.startsWith("device_tracker.") && !entry.disabled)
        await registry.update(entry.entityId, { disabled_by: "user" });
  }

  /** The webhook answered nothing: find out whether it is gone, switched off by the user, or only being loaded. @throws HassError when it is to be tried later */
  async function mend(device: DeviceState): Promise<void> {
    const entryId = registry.device(identifier(device.id))?.configEntries[0];
    const all = await link.send<unknown>({ type: "config_entries/get", domain: "mobile_app" });
    const entry = Array.isArray(all)
      ? all.filter(isRecord).find((one) => entryId !== undefined && one["entry_id"] === entryId)
      : undefined;
    if (entry !== undefined) {
      if (typeof entry["disabled_by"] === "string")
        throw new HassError("rejected", `The device ${device.name} is switched off in Home Assistant`, {
          word: "disabled",
        });
      const silence = (silences.get(device.id) ?? 0) + 1;
      silences.set(device.id, silence);
      if (entry["state"] !== "loaded" || silence < 3)
        throw new HassError("offline", `The device ${device.name} is being loaded by Home Assistant`);
    }
    silences.delete(device.id);
    log.warn({ device: device.id }, "device is gone from home assistant, registering again");
    await register(device);
  }

  return {
    word: "device",
    async prepare(device) {
      const record = read(device.id);
      if (record.webhookId === undefined) await register(device);
      try {
        const known = Object.entries(record.keys).filter(([, key]) => key.seen === true && key.deleted !== true);
        // All gone at once is a removed device, not a user who deletes one by one.
        if (known.length > 0 && known.every(([key]) => entryOf(device.id, key) === undefined))
          await hook(device.id, "get_zones", {});
        const header = JSON.stringify(headerOf(device));
        if (record.header !== header) {
          await hook(device.id, "update_registration", headerOf(device));
          record.header = header;
          write(device.id);
        }
        const fresh = await registerEntities(device);
        await hideTracker(device.id);
        silences.delete(device.id);
        return fresh;
      } catch (error) {
        if (!isGone(error)) throw error;
        await mend(device);
        const fresh = await registerEntities(device);
        await hideTracker(device.id);
        return fresh;
      }
    },
    settle(id) {
      const record = read(id);
      const fresh = Object.values(record.keys).filter((key) => key.fresh === true);
      for (const key of fresh) delete key.fresh;
      if (fresh.length > 0) write(id);
    },
    present: (id) => registry.device(identifier(id)) !== undefined,
    writable(id, spec) {
      const entry = entryOf(id, spec.key);
      return entry !== undefined && !entry.disabled;
    },
    async write(device, items) {
      const results: WriteResult[] = [];
      for (let start = 0; start < items.length; start += BATCH) {
        const batch = items.slice(start, start + BATCH);
        const answer = await hook(device.id, "update_sensor_states", batch.map(updateOf));
        if (!isRecord(answer.body)) throw new HassError("protocol", `The states of ${device.name} were not understood`);
        for (const item of batch) results.push(resultOf(answer.body[item.spec.key]));
      }
      silences.delete(device.id);
      return results;
    },
    entityId(id, spec) {
      const entry = entryOf(id, spec.key);
      return entry === undefined || entry.disabled ? undefined : entry.entityId;
    },
    async retire(id) {
      const entryId = registry.device(identifier(id))?.configEntries[0];
      if (entryId !== undefined) {
        const answer = await rest.ask("DELETE", `/api/config/config_entries/entry/${entryId}`);
        if (answer.status >= 400 && answer.status !== 404)
          throw new HassError("rejected", `The device ${id} could not be removed: ${refusalOf(answer)}`);
      }
      cache.delete(id);
      memory.delete(`device:${id}`);
    },
  };
}

function gone(): HassError {
  return new HassError("offline", "Home Assistant does not know the device's webhook", { word: "webhook_gone" });
}

function isGone(error: unknown): boolean {
  return error instanceof HassError && error.word === "webhook_gone";
}

/** Waits for all, then throws the first failure: nothing is left running behind the caller's back. */
async function settle(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === "rejected") throw result.reason;
}
