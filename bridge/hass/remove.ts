/** `evse-bridge setup --remove`: Home Assistant as it was before. Found by marks in Home Assistant itself, so a lost memory is no hindrance. */
import { energyAdded, removeFromEnergyDashboard } from "./energy.ts";
import type { HassLink, HassMemory } from "./doors.ts";
import { isRecord, toHassError } from "./errors.ts";
import { SITE, idBehind, withInstance } from "./identity.ts";
import { labelNames, labelledOurs } from "./label.ts";
import type { Registry } from "./registry.ts";
import type { HassRest } from "./rest.ts";
import { COMMAND_EVENT, SERVICE_SCRIPTS, scriptId } from "./service-scripts.ts";

export interface RemoveOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly instance: string | undefined;
  /** Charger ids of the configuration; devices tell of others themselves. */
  readonly chargers: readonly string[];
}

/** What went, a line each, and what could not go and why. */
export interface Removal {
  readonly removed: readonly string[];
  readonly failed: readonly string[];
}

/** The bridge must not be running with this configuration. Needs `registry.ready`. Never throws. */
export async function removeEverything(options: RemoveOptions): Promise<Removal> {
  const { link, rest, registry, memory, instance } = options;
  const removed: string[] = [];
  const failed: string[] = [];
  const attempt = async (what: string, task: () => Promise<unknown>): Promise<void> => {
    try {
      await task();
      removed.push(what);
    } catch (error) {
      failed.push(`${what}: ${toHassError(error, what).message}`);
    }
  };
  const dropEntry = async (entryId: string): Promise<void> => {
    await rest.ask("DELETE", `/api/config/config_entries/entry/${entryId}`);
  };

  const devices = new Map<
    string,
    { readonly deviceId: string; readonly entries: readonly string[]; readonly name: string }
  >();
  for (const device of registry.devices())
    for (const identifier of device.identifiers) {
      const id = idBehind(identifier, instance);
      if (id !== undefined)
        devices.set(id, { deviceId: device.id, entries: device.configEntries, name: device.name ?? id });
    }
  const owners = new Set([SITE, ...options.chargers, ...devices.keys()]);
  const ours = new Set([...devices.values()].map((device) => device.deviceId));
  const entries = [...registry.entries()];
  const energy = entries.filter(({ platform, deviceId }) => platform === "mobile_app" && ours.has(deviceId ?? ""));
  await attempt("energy dashboard entries", () =>
    removeFromEnergyDashboard(link, new Set([...energy.map(({ entityId }) => entityId), ...energyAdded(memory)])),
  );

  const controls = new Set<string>();
  for (const owner of owners) {
    const native = memory.get(`native:${owner}`);
    const keys = isRecord(native) && isRecord(native["keys"]) ? Object.values(native["keys"]) : [];
    for (const control of keys)
      if (isRecord(control) && typeof control["entryId"] === "string") controls.add(control["entryId"]);
  }
  // A template entity's unique id is the id of the form it was made with.
  for (const { platform, uniqueId, deviceId, labels } of entries)
    if (platform === "template" && ours.has(deviceId ?? "") && labelledOurs(labels, instance)) controls.add(uniqueId);
  for (const entryId of controls) {
    const entry = entries.find(({ platform, uniqueId }) => platform === "template" && uniqueId === entryId);
    await attempt(entry?.entityId ?? "a control that is gone", () => dropEntry(entryId));
  }
  for (const { entityId, platform, uniqueId, labels } of entries)
    if (platform.startsWith("input_") && labelledOurs(labels, instance))
      await attempt(entityId, () => link.send({ type: `${platform}/delete`, [`${platform}_id`]: uniqueId }));

  for (const { service } of SERVICE_SCRIPTS) {
    const id = scriptId(service, instance);
    const path = `/api/config/script/config/${id}`;
    try {
      const there = await rest.ask("GET", path);
      // A script of the same name that the user wrote is not ours.
      if (there.status !== 200 || !JSON.stringify(there.body).includes(COMMAND_EVENT)) continue;
    } catch (error) {
      failed.push(`script.${id}: ${toHassError(error, id).message}`);
      continue;
    }
    await attempt(`script.${id}`, async () => {
      await rest.ask("DELETE", path);
      await link.send({ type: "config/entity_registry/remove", entity_id: `script.${id}` }).catch((error: unknown) => {
        if (toHassError(error, "remove").code !== "rejected") throw error;
      });
    });
  }
  for (const { name, entries: entryIds } of devices.values())
    for (const entryId of entryIds) await attempt(`device ${name}`, () => dropEntry(entryId));

  await attempt("plain states", () => dropStates(rest, owners));
  await attempt("notifications", () => dropNotifications(link, instance));
  await attempt("labels", () => dropLabels(link, instance));
  for (const owner of owners)
    for (const kind of ["device", "helper", "native", "prefix", "states"]) memory.delete(`${kind}:${owner}`);
  memory.delete("services");
  memory.delete("energy");
  return { removed, failed };
}

/** What `states` publishing left behind: states of ours without a registry entry. */
async function dropStates(rest: HassRest, owners: ReadonlySet<string>): Promise<void> {
  const { body } = await rest.ask("GET", "/api/states");
  for (const state of Array.isArray(body) ? body.filter(isRecord) : []) {
    const attributes = isRecord(state["attributes"]) ? state["attributes"] : {};
    const owner = attributes["evse_id"];
    if (typeof owner === "string" && owners.has(owner) && typeof state["entity_id"] === "string")
      await rest.ask("DELETE", `/api/states/${state["entity_id"]}`);
  }
}

async function dropNotifications(link: HassLink, instance: string | undefined): Promise<void> {
  const all = await link.send<unknown>({ type: "persistent_notification/get" });
  const prefix = `${withInstance("evse_bridge", instance)}_`;
  for (const notification of Array.isArray(all) ? all.filter(isRecord) : []) {
    const id = notification["notification_id"];
    if (typeof id === "string" && id.startsWith(prefix))
      await link.send({
        type: "call_service",
        domain: "persistent_notification",
        service: "dismiss",
        service_data: { notification_id: id },
      });
  }
}

/** A label that anything else still carries stays. */
async function dropLabels(link: HassLink, instance: string | undefined): Promise<void> {
  const [labels, entities] = await Promise.all([
    link.send<unknown>({ type: "config/label_registry/list" }),
    link.send<unknown>({ type: "config/entity_registry/list" }),
  ]);
  const used = new Set<unknown>();
  for (const entry of Array.isArray(entities) ? entities.filter(isRecord) : [])
    if (Array.isArray(entry["labels"])) for (const label of entry["labels"]) used.add(label);
  const names = new Set<unknown>(labelNames(instance));
  for (const label of Array.isArray(labels) ? labels.filter(isRecord) : [])
    if (names.has(label["name"]) && !used.has(label["label_id"]))
      await link.send({ type: "config/label_registry/delete", label_id: label["label_id"] });
}
