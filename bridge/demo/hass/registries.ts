/** Registries of Home Assistant: entities, devices, areas, labels, config entries. Plain records in HA's own shape, as they are sent; long because the shapes are. */
import type { Clock } from "../../clock.ts";
import { slugify } from "../../../shared/slug.ts";
import { newId, type Bus } from "./bus.ts";
import { isRecord, record, Refusal, text, texts, type Json } from "./json.ts";

export interface EntityEntry {
  readonly id: string;
  entity_id: string;
  readonly unique_id: string;
  readonly platform: string;
  device_id: string | null;
  config_entry_id: string | null;
  config_subentry_id: null;
  name: string | null;
  original_name: string | null;
  icon: string | null;
  original_icon: string | null;
  area_id: string | null;
  labels: string[];
  categories: Json;
  hidden_by: string | null;
  disabled_by: string | null;
  entity_category: string | null;
  options: Record<string, Json>;
  capabilities: Json | null;
  device_class: string | null;
  original_device_class: string | null;
  translation_key: null;
  created_at: number;
  modified_at: number;
}

export interface DeviceEntry {
  readonly id: string;
  name: string;
  name_by_user: string | null;
  manufacturer: string | null;
  model: string | null;
  model_id: null;
  sw_version: string | null;
  hw_version: null;
  serial_number: null;
  area_id: string | null;
  labels: string[];
  disabled_by: string | null;
  entry_type: null;
  configuration_url: null;
  via_device_id: null;
  connections: [];
  identifiers: [string, string][];
  config_entries: string[];
  primary_config_entry: string;
  created_at: number;
  modified_at: number;
}

export interface ConfigEntry {
  readonly entry_id: string;
  readonly domain: string;
  title: string;
  source: string;
  state: string;
  disabled_by: null;
  /** Never sent: what the integration keeps (webhook ids are secrets). */
  data: Json;
  created_at: number;
  modified_at: number;
}

export interface AreaEntry {
  readonly area_id: string;
  name: string;
  icon: string | null;
  labels: string[];
}

export interface LabelEntry {
  readonly label_id: string;
  name: string;
  icon: string | null;
  color: string | null;
  description: string | null;
}

export interface RegistryData {
  entities: EntityEntry[];
  devices: DeviceEntry[];
  entries: ConfigEntry[];
  areas: AreaEntry[];
  labels: LabelEntry[];
}

export interface Registries extends RegistryData {
  entity(entityId: string): EntityEntry | undefined;
  entityOf(platform: string, uniqueId: string): EntityEntry | undefined;
  device(id: string | null): DeviceEntry | undefined;
  /** Finds or creates. `suggestedId` gets `_2`, `_3`... where it is taken by an entry or a state. */
  ensureEntity(
    platform: string,
    uniqueId: string,
    suggestedId: string,
    rest: Partial<EntityEntry>,
    taken: (entityId: string) => boolean,
  ): EntityEntry;
  /** @throws Refusal */
  updateEntity(message: Json, taken: (entityId: string) => boolean): { entry: EntityEntry; oldId: string };
  removeEntity(entityId: string): void;
  addDevice(rest: Partial<DeviceEntry> & { name: string }, entryId: string, identifier: [string, string]): DeviceEntry;
  updateDevice(message: Json): DeviceEntry;
  addEntry(domain: string, title: string, source: string, data: Json): ConfigEntry;
  /** The entry with its devices and entities. */
  removeEntry(entryId: string): EntityEntry[];
  createArea(message: Json): AreaEntry;
  createLabel(message: Json): LabelEntry;
  removeLabel(labelId: string): void;
  touched(entry: EntityEntry | DeviceEntry | ConfigEntry): void;
}

/* eslint-disable max-lines -- Home Assistant's records are long; splitting their shapes from their rules would hide both. */
export function createRegistries(clock: Clock, bus: Bus, data: RegistryData): Registries {
  const nowS = (): number => clock.nowMs() / 1000;
  const find = (entityId: string): EntityEntry | undefined =>
    data.entities.find((entry) => entry.entity_id === entityId);
  const changed = (action: string, entityId: string, more: Json = {}): void =>
    void bus.fire("entity_registry_updated", { action, entity_id: entityId, ...more });
  /** Labels that do not exist are dropped without a word. */
  const known = (labels: unknown): string[] =>
    texts(labels).filter((id) => data.labels.some((label) => label.label_id === id));
  const free = (suggested: string, taken: (id: string) => boolean): string => {
    for (let n = 1; ; n++) {
      const id = n === 1 ? suggested : `${suggested}_${n}`;
      if (find(id) === undefined && !taken(id)) return id;
    }
  };
  return {
    ...data,
    entity: find,
    entityOf: (platform, uniqueId) =>
      data.entities.find((entry) => entry.platform === platform && entry.unique_id === uniqueId),
    device: (id) => data.devices.find((device) => device.id === id),
    ensureEntity(platform, uniqueId, suggestedId, rest, taken) {
      const domain = suggestedId.split(".")[0];
      const present = data.entities.find(
        (entry) =>
          entry.platform === platform && entry.unique_id === uniqueId && entry.entity_id.split(".")[0] === domain,
      );
      if (present !== undefined) {
        const { disabled_by: _disabled, options: _options, ...facts } = rest;
        Object.assign(present, facts);
        return present;
      }
      const entry: EntityEntry = {
        id: newId(),
        entity_id: free(suggestedId, taken),
        unique_id: uniqueId,
        platform,
        device_id: null,
        config_entry_id: null,
        config_subentry_id: null,
        name: null,
        original_name: null,
        icon: null,
        original_icon: null,
        area_id: null,
        labels: [],
        categories: {},
        hidden_by: null,
        disabled_by: null,
        entity_category: null,
        options: { conversation: { should_expose: false } },
        capabilities: null,
        device_class: null,
        original_device_class: null,
        translation_key: null,
        created_at: nowS(),
        modified_at: nowS(),
        ...rest,
      };
      data.entities.push(entry);
      changed("create", entry.entity_id);
      return entry;
    },
    updateEntity(message, taken) {
      const oldId = text(message["entity_id"]) ?? "";
      const entry = find(oldId);
      if (entry === undefined) throw new Refusal("not_found", "Entity not found");
      const before: Json = {};
      const wanted = text(message["new_entity_id"]);
      if (wanted !== undefined && wanted !== oldId) {
        if (find(wanted) !== undefined) throw new Refusal("invalid_info", "Entity with this ID is already registered");
        if (taken(wanted)) throw new Refusal("invalid_info", "Entity with this ID is already registered");
        if (wanted.split(".")[0] !== oldId.split(".")[0])
          throw new Refusal("invalid_info", "New entity ID should be same domain");
        if (!/^[a-z0-9_]+\.[a-z0-9]+(?:_[a-z0-9]+)*$/.test(wanted))
          throw new Refusal("invalid_info", "Invalid entity ID");
        before["entity_id"] = oldId;
        entry.entity_id = wanted;
      }
      for (const key of ["name", "icon", "area_id", "hidden_by", "disabled_by", "device_class"] as const)
        if (key in message) {
          before[key] = entry[key];
          entry[key] = text(message[key]) ?? null;
        }
      if ("labels" in message) {
        before["labels"] = entry.labels;
        entry.labels = known(message["labels"]);
      }
      if ("categories" in message)
        for (const [scope, category] of Object.entries(record(message["categories"])))
          if (category === null) entry.categories = omit(entry.categories, scope);
          else entry.categories = { ...entry.categories, [scope]: category };
      const domain = text(message["options_domain"]);
      if (domain !== undefined) {
        before["options"] = entry.options;
        const { [domain]: _old, ...others } = entry.options;
        const options = message["options"];
        entry.options = isRecord(options) ? { ...others, [domain]: options } : others;
      }
      entry.modified_at = nowS();
      changed("update", entry.entity_id, {
        changes: before,
        ...(entry.entity_id === oldId ? {} : { old_entity_id: oldId }),
      });
      return { entry, oldId };
    },
    removeEntity(entityId) {
      const at = data.entities.findIndex((entry) => entry.entity_id === entityId);
      if (at < 0) throw new Refusal("not_found", "Entity not found");
      data.entities.splice(at, 1);
      changed("remove", entityId);
    },
    addDevice(rest, entryId, identifier) {
      const device: DeviceEntry = {
        id: newId(),
        name_by_user: null,
        manufacturer: null,
        model: null,
        model_id: null,
        sw_version: null,
        hw_version: null,
        serial_number: null,
        area_id: null,
        labels: [],
        disabled_by: null,
        entry_type: null,
        configuration_url: null,
        via_device_id: null,
        connections: [],
        identifiers: [identifier],
        config_entries: [entryId],
        primary_config_entry: entryId,
        created_at: nowS(),
        modified_at: nowS(),
        ...rest,
      };
      data.devices.push(device);
      bus.fire("device_registry_updated", { action: "create", device_id: device.id });
      return device;
    },
    updateDevice(message) {
      const device = data.devices.find((entry) => entry.id === message["device_id"]);
      if (device === undefined) throw new Refusal("not_found", "Device not found");
      const before: Json = {};
      for (const key of ["area_id", "name_by_user", "disabled_by"] as const)
        if (key in message) {
          before[key] = device[key];
          device[key] = text(message[key]) ?? null;
        }
      if ("labels" in message) {
        before["labels"] = device.labels;
        device.labels = known(message["labels"]);
      }
      device.modified_at = nowS();
      bus.fire("device_registry_updated", { action: "update", device_id: device.id, changes: before });
      return device;
    },
    addEntry(domain, title, source, more) {
      const entry: ConfigEntry = {
        entry_id: newId().slice(0, 26).toUpperCase(),
        domain,
        title,
        source,
        state: "loaded",
        disabled_by: null,
        data: more,
        created_at: nowS(),
        modified_at: nowS(),
      };
      data.entries.push(entry);
      return entry;
    },
    removeEntry(entryId) {
      const at = data.entries.findIndex((entry) => entry.entry_id === entryId);
      if (at < 0) throw new Refusal("not_found", "Invalid entry specified");
      data.entries.splice(at, 1);
      const gone = data.entities.filter((entity) => entity.config_entry_id === entryId);
      for (const entity of gone) {
        data.entities.splice(data.entities.indexOf(entity), 1);
        changed("remove", entity.entity_id);
      }
      for (const device of data.devices.filter((one) => one.primary_config_entry === entryId)) {
        data.devices.splice(data.devices.indexOf(device), 1);
        bus.fire("device_registry_updated", { action: "remove", device_id: device.id });
      }
      return gone;
    },
    createArea(message) {
      const name = text(message["name"]) ?? "";
      const id = slugify(name);
      if (data.areas.some((area) => area.area_id === id))
        throw new Refusal("invalid_info", `The name ${name} (${id}) is already in use`);
      const area: AreaEntry = { area_id: id, name, icon: text(message["icon"]) ?? null, labels: [] };
      data.areas.push(area);
      bus.fire("area_registry_updated", { action: "create", area_id: id });
      return area;
    },
    createLabel(message) {
      const name = text(message["name"]) ?? "";
      const id = slugify(name);
      if (data.labels.some((label) => label.label_id === id))
        throw new Refusal(
          "invalid_info",
          `The name ${name} (${name.toLowerCase().replaceAll(" ", "")}) is already in use`,
        );
      const label: LabelEntry = {
        label_id: id,
        name,
        icon: text(message["icon"]) ?? null,
        color: text(message["color"]) ?? null,
        description: text(message["description"]) ?? null,
      };
      data.labels.push(label);
      bus.fire("label_registry_updated", { action: "create", label_id: id });
      return label;
    },
    removeLabel(labelId) {
      const at = data.labels.findIndex((label) => label.label_id === labelId);
      if (at < 0) throw new Refusal("not_found", "Label ID doesn't exist");
      data.labels.splice(at, 1);
      for (const entry of [...data.entities, ...data.devices])
        entry.labels = entry.labels.filter((label) => label !== labelId);
      bus.fire("label_registry_updated", { action: "remove", label_id: labelId });
    },
    touched: (entry) => void (entry.modified_at = nowS()),
  };
}

function omit(from: Json, key: string): Json {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));
}
