/** `mobile_app`: a registration makes a device, its webhook makes and updates registry sensors. Answers as observed in Home Assistant 2026.11. */
import { randomBytes } from "node:crypto";
import { slugify } from "../../../shared/slug.ts";
import { newContext } from "./bus.ts";
import { readList, storeOf, type Core, type LiveEntity } from "./core.ts";
import { isRecord, plainText, record, text, type Json } from "./json.ts";
import type { EntityEntry } from "./registries.ts";
import { BINARY_CLASSES, isNumericClass, SENSOR_CLASSES } from "./device-classes.ts";

/** An answer with a status: `body` undefined = no body at all. */
export interface HookAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface MobileApp {
  register(message: unknown): HookAnswer;
  /** `undefined` as message: the body was no JSON. */
  webhook(webhookId: string, message: unknown): HookAnswer;
}

interface Sensor extends LiveEntity {
  readonly webhookId: string;
  /** As registered and last updated. */
  config: Json;
}

const DEFAULT_ICON = "mdi:cellphone";
const SENSOR_KEYS = new Set([
  "attributes",
  "device_class",
  "icon",
  "name",
  "type",
  "unique_id",
  "unit_of_measurement",
  "state",
  "state_class",
  "entity_category",
  "disabled",
]);
/** Home Assistant reloads a config entry this long after one of its entities was enabled. */
const RELOAD_DELAY_MS = 30_000;

export function startMobileApp(core: Core): MobileApp {
  const sensors = new Map<string, Sensor>();
  const stored = storeOf(core, "mobile_app.sensors", readList);
  const entryOf = (webhookId: string) =>
    core.registries.entries.find((entry) => entry.domain === "mobile_app" && entry.data["webhook_id"] === webhookId);
  const deviceOf = (entryId: string) =>
    core.registries.devices.find((device) => device.primary_config_entry === entryId);

  const addSensor = (webhookId: string, config: Json): Sensor | undefined => {
    const entry = entryOf(webhookId);
    const device = entry === undefined ? undefined : deviceOf(entry.entry_id);
    if (entry === undefined || device === undefined) return undefined;
    const kind = text(config["type"]) ?? "sensor";
    const name = text(config["name"]) ?? "";
    const deviceName = device.name_by_user ?? device.name;
    const deviceClass = text(config["device_class"]) ?? null;
    const stateClass = text(config["state_class"]);
    const registered = core.registries.ensureEntity(
      "mobile_app",
      `${webhookId}_${String(config["unique_id"])}`,
      `${kind}.${slugify(`${deviceName} ${name}`)}`,
      {
        config_entry_id: entry.entry_id,
        device_id: device.id,
        original_name: `${device.name} ${name}`,
        original_icon: text(config["icon"]) ?? null,
        original_device_class: deviceClass,
        device_class: deviceClass,
        entity_category: text(config["entity_category"]) ?? null,
        disabled_by: config["disabled"] === true ? "integration" : null,
        capabilities: stateClass === undefined ? null : { state_class: stateClass },
      },
      (entityId) => core.states.get(entityId) !== undefined,
    );
    const sensor: Sensor = {
      webhookId,
      config,
      entry: registered,
      friendlyName: () => `${text(entry.data["device_name"]) ?? ""} ${text(sensor.config["name"]) ?? ""}`,
      show: () => shown(kind, sensor.config),
    };
    sensors.set(registered.unique_id, sensor);
    core.show(sensor);
    return sensor;
  };
  const keep = (sensor: Sensor): void => {
    const at = stored.findIndex((item) => item["key"] === sensor.entry.unique_id);
    const item = { key: sensor.entry.unique_id, webhook_id: sensor.webhookId, config: sensor.config };
    if (at < 0) stored.push(item);
    else stored[at] = item;
  };
  const forget = (entry: EntityEntry): void => {
    if (entry.platform !== "mobile_app") return;
    sensors.delete(entry.unique_id);
    const at = stored.findIndex((item) => item["key"] === entry.unique_id);
    if (at >= 0) stored.splice(at, 1);
  };

  const registerSensor = (webhookId: string, data: unknown): HookAnswer => {
    if (!isRecord(data) || !validSensor(data)) return { status: 200, body: {} };
    const known = sensors.get(`${webhookId}_${String(data["unique_id"])}`);
    if (known !== undefined) {
      known.config = { ...data };
      known.entry.original_device_class = text(data["device_class"]) ?? null;
      known.entry.device_class = known.entry.original_device_class;
      keep(known);
      core.show(known);
    } else {
      const sensor = addSensor(webhookId, { ...data });
      if (sensor !== undefined) keep(sensor);
    }
    return { status: 201, body: { success: true } };
  };

  const updateSensors = (webhookId: string, data: unknown): HookAnswer => {
    if (!Array.isArray(data) || !data.every((item) => isRecord(item) && text(item["unique_id"]) !== undefined))
      return { status: 200, body: {} };
    const answer: Json = {};
    for (const item of data.filter(isRecord)) {
      const id = String(item["unique_id"]);
      const kind = String(item["type"]);
      const sensor = sensors.get(`${webhookId}_${id}`);
      if (sensor === undefined || sensor.config["type"] !== kind) {
        answer[id] = {
          success: false,
          error: { code: "not_registered", message: `${kind} ${id} is not registered` },
        };
        continue;
      }
      sensor.config = {
        ...sensor.config,
        state: item["state"],
        icon: "icon" in item ? item["icon"] : DEFAULT_ICON,
        attributes: record(item["attributes"]),
      };
      keep(sensor);
      const disabled = sensor.entry.disabled_by !== null;
      if (!disabled) core.show(sensor, newContext());
      answer[id] = disabled ? { success: true, is_disabled: true } : { success: true };
    }
    return { status: 200, body: answer };
  };

  const updateRegistration = (webhookId: string, data: unknown): HookAnswer => {
    const entry = entryOf(webhookId);
    if (!isRecord(data) || entry === undefined) return { status: 200, body: {} };
    for (const key of ["app_version", "device_name", "manufacturer", "model"])
      if (text(data[key]) === undefined) return { status: 200, body: {} };
    entry.data = { ...entry.data, ...data };
    const device = deviceOf(entry.entry_id);
    if (device !== undefined) {
      device.name = text(data["device_name"]) ?? device.name;
      device.manufacturer = text(data["manufacturer"]) ?? null;
      device.model = text(data["model"]) ?? null;
      device.sw_version = text(data["os_version"]) ?? null;
      core.registries.touched(device);
      core.bus.fire("device_registry_updated", { action: "update", device_id: device.id, changes: {} });
    }
    for (const sensor of sensors.values()) if (sensor.webhookId === webhookId) core.show(sensor);
    const { webhook_id: _webhook, user_id: _user, device_id: _device, os_name: _os, ...safe } = entry.data;
    return { status: 200, body: safe };
  };

  core.onRemoved(forget);
  core.onEnabled((entry) => {
    const sensor = entry.platform === "mobile_app" ? sensors.get(entry.unique_id) : undefined;
    if (sensor === undefined) return;
    const { attributes } = sensor.show() ?? { attributes: {} };
    core.states.set(entry.entity_id, "unavailable", { restored: true, ...attributes });
    core.atStop.push(core.clock.after(RELOAD_DELAY_MS, () => core.show(sensor)));
  });
  for (const item of [...stored]) {
    const sensor = addSensor(text(item["webhook_id"]) ?? "", record(item["config"]));
    if (sensor === undefined) stored.splice(stored.indexOf(item), 1);
  }

  return {
    register(message) {
      const data = record(message);
      for (const key of ["app_id", "app_name", "app_version", "device_name", "manufacturer", "model", "os_name"])
        if (text(data[key]) === undefined)
          return { status: 400, body: { message: `Message format incorrect: required key not provided at '${key}'` } };
      if (typeof data["supports_encryption"] !== "boolean")
        return {
          status: 400,
          body: { message: "Message format incorrect: required key not provided at 'supports_encryption'" },
        };
      const identity = text(data["device_id"]) ?? randomBytes(16).toString("hex");
      const old = core.registries.entries.find(
        (entry) =>
          entry.domain === "mobile_app" &&
          entry.data["app_id"] === data["app_id"] &&
          entry.data["device_id"] === identity,
      );
      if (old !== undefined) core.removeEntry(old.entry_id);
      const webhookId = randomBytes(32).toString("hex");
      const name = text(data["device_name"]) ?? "";
      const entry = core.registries.addEntry("mobile_app", name, "registration", {
        ...data,
        device_id: identity,
        webhook_id: webhookId,
        user_id: core.userId,
      });
      const device = core.registries.addDevice(
        {
          name,
          manufacturer: text(data["manufacturer"]) ?? null,
          model: text(data["model"]) ?? null,
          sw_version: text(data["os_version"]) ?? null,
        },
        entry.entry_id,
        ["mobile_app", identity],
      );
      const tracker = core.registries.ensureEntity(
        "mobile_app",
        identity,
        `device_tracker.${slugify(name)}`,
        { config_entry_id: entry.entry_id, device_id: device.id, original_name: name },
        (entityId) => core.states.get(entityId) !== undefined,
      );
      core.show({
        entry: tracker,
        friendlyName: () => text(entry.data["device_name"]) ?? name,
        show: () => ({ state: "unknown", attributes: { source_type: "gps" } }),
      });
      return {
        status: 201,
        body: { cloudhook_url: null, remote_ui_url: null, secret: null, webhook_id: webhookId },
      };
    },
    webhook(webhookId, message) {
      if (entryOf(webhookId) === undefined) return { status: 200, body: undefined };
      if (message === undefined) return { status: 400, body: {} };
      const { type, data } = record(message);
      if (type === "register_sensor") return registerSensor(webhookId, data);
      if (type === "update_sensor_states") return updateSensors(webhookId, data);
      if (type === "update_registration") return updateRegistration(webhookId, data);
      if (type === "get_config")
        return { status: 200, body: { location_name: "Home", time_zone: "UTC", version: "2026.11.0" } };
      return { status: 200, body: {} };
    },
  };
}

function validSensor(data: Json): boolean {
  if (Object.keys(data).some((key) => !SENSOR_KEYS.has(key))) return false;
  if (text(data["name"]) === undefined || text(data["unique_id"]) === undefined) return false;
  const classes = data["type"] === "sensor" ? SENSOR_CLASSES : data["type"] === "binary_sensor" ? BINARY_CLASSES : [];
  if (classes.length === 0) return false;
  const deviceClass = data["device_class"] ?? null;
  if (deviceClass !== null && !classes.some((name) => name === deviceClass)) return false;
  const stateClass = data["state_class"] ?? null;
  if (stateClass !== null && !["measurement", "total", "total_increasing"].some((name) => name === stateClass))
    return false;
  const category = data["entity_category"] ?? null;
  return category === null || category === "diagnostic" || category === "config";
}

/** What the entity shows; `undefined` where Home Assistant would fail to add it. */
function shown(kind: string, config: Json): { state: string; attributes: Json } | undefined {
  const raw = config["state"] ?? null;
  const unavailable = raw === "unavailable";
  const icon = "icon" in config ? config["icon"] : DEFAULT_ICON;
  const deviceClass = text(config["device_class"]);
  const attributes: Json = {
    ...(kind === "sensor" && has(config, "state_class") ? { state_class: config["state_class"] } : {}),
    ...(unavailable ? {} : record(config["attributes"])),
    ...(has(config, "unit_of_measurement") ? { unit_of_measurement: config["unit_of_measurement"] } : {}),
    ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
    ...(icon === null || icon === undefined ? {} : { icon }),
  };
  if (unavailable) return { state: "unavailable", attributes };
  if (raw === null || raw === "unknown") return { state: "unknown", attributes };
  if (kind === "binary_sensor") return { state: raw === true || raw === "on" ? "on" : "off", attributes };
  const numeric = isNumericClass(deviceClass) || has(config, "unit_of_measurement") || has(config, "state_class");
  if (numeric && !Number.isFinite(Number(raw))) return undefined;
  if (deviceClass === "timestamp") {
    const at = Date.parse(plainText(raw));
    return Number.isNaN(at)
      ? undefined
      : { state: new Date(at).toISOString().replace(/\.\d{3}Z$/, "+00:00"), attributes };
  }
  return { state: typeof raw === "boolean" ? (raw ? "True" : "False") : plainText(raw), attributes };
}

function has(config: Json, key: string): boolean {
  return config[key] !== undefined && config[key] !== null;
}
