/** WebSocket commands on registries, configuration and the user. */
import type { Core } from "./core.ts";
import { Refusal, text, type Json } from "./json.ts";
import type { ConfigEntry, EntityEntry } from "./registries.ts";
import type { Command } from "./socket-api.ts";
import { VERSION } from "./version.ts";

const COMPONENTS =
  "api config energy frontend history homeassistant http input_boolean input_button input_datetime input_number input_select input_text logbook lovelace persistent_notification recorder script template webhook websocket_api sensor binary_sensor switch number select button".split(
    " ",
  );

/** `GET /api/config` and `get_config`. */
export function configJson(core: Core, mobileAppLoaded: boolean): Json {
  return {
    components: mobileAppLoaded ? [...COMPONENTS, "mobile_app"] : COMPONENTS,
    config_dir: "/config",
    config_source: "storage",
    country: null,
    currency: "EUR",
    elevation: 0,
    external_url: null,
    internal_url: null,
    language: "en",
    latitude: 0,
    longitude: 0,
    location_name: "Home",
    radius: 100,
    recovery_mode: false,
    safe_mode: false,
    state: core.runState,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    unit_system: {
      length: "km",
      accumulated_precipitation: "mm",
      area: "m²",
      mass: "g",
      pressure: "Pa",
      temperature: "°C",
      volume: "L",
      wind_speed: "m/s",
    },
    version: VERSION,
  };
}

/** As `config/entity_registry/list` sends an entry. */
function listed(entry: EntityEntry): Json {
  const {
    capabilities: _capabilities,
    device_class: _class,
    original_device_class: _originalClass,
    original_icon: _icon,
    ...rest
  } = entry;
  return rest;
}

/** As `config/entity_registry/get` and `update` send it. */
function extended(entry: EntityEntry): Json {
  return { ...entry, aliases: [null] };
}

function entryJson(entry: ConfigEntry): Json {
  const { data: _secret, ...rest } = entry;
  return {
    ...rest,
    supports_options: false,
    supports_remove_device: false,
    supports_unload: true,
    supports_reconfigure: false,
    supported_subentry_types: {},
    pref_disable_new_entities: false,
    pref_disable_polling: false,
    reason: null,
    num_subentries: 0,
  };
}

export function registryCommands(core: Core, config: () => Json): Map<string, Command> {
  const { registries } = core;
  const entityId = (message: Json): string => text(message["entity_id"]) ?? "";
  const area = (message: Json) => {
    const found = registries.areas.find((one) => one.area_id === message["area_id"]);
    if (found === undefined) throw new Refusal("invalid_info", "Area ID doesn't exist");
    return found;
  };
  return new Map<string, Command>([
    ["get_config", () => config()],
    [
      "auth/current_user",
      () => ({
        id: core.userId,
        name: "Demo",
        is_owner: true,
        is_admin: true,
        credentials: [],
        mfa_modules: [],
      }),
    ],
    ["config/entity_registry/list", () => registries.entities.map(listed)],
    [
      "config/entity_registry/get",
      (message) => {
        const entry = registries.entity(entityId(message));
        if (entry === undefined) throw new Refusal("not_found", "Entity not found");
        return extended(entry);
      },
    ],
    [
      "config/entity_registry/update",
      (message) => {
        const disabled = registries.entity(entityId(message))?.disabled_by ?? null;
        const entry = core.updateEntity(message);
        const enabledNow = disabled !== null && entry.disabled_by === null && entry.config_entry_id !== null;
        return { entity_entry: extended(entry), ...(enabledNow ? { reload_delay: 30 } : {}) };
      },
    ],
    ["config/entity_registry/remove", (message) => core.removeEntity(entityId(message))],
    ["config/device_registry/list", () => registries.devices],
    ["config/device_registry/update", (message) => registries.updateDevice(message)],
    ["config/area_registry/list", () => registries.areas],
    ["config/area_registry/create", (message) => registries.createArea(message)],
    [
      "config/area_registry/delete",
      (message) => {
        registries.areas.splice(registries.areas.indexOf(area(message)), 1);
        core.bus.fire("area_registry_updated", { action: "remove", area_id: message["area_id"] });
      },
    ],
    ["config/label_registry/list", () => registries.labels],
    ["config/label_registry/create", (message) => registries.createLabel(message)],
    ["config/label_registry/delete", (message) => registries.removeLabel(text(message["label_id"]) ?? "")],
    [
      "config_entries/get",
      (message) =>
        registries.entries
          .filter((entry) => message["domain"] === undefined || entry.domain === message["domain"])
          .map(entryJson),
    ],
    [
      "config_entries/get_single",
      (message) => {
        const entry = registries.entries.find((one) => one.entry_id === message["entry_id"]);
        if (entry === undefined) throw new Refusal("not_found", "Config entry not found");
        return { config_entry: entryJson(entry) };
      },
    ],
  ]);
}
