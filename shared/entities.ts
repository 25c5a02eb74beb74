/** The contract with Home Assistant: entity keys, units, classes, helpers. Bridge and card both read it; interface.md of the docs shows it. */

export type SensorPlatform = "sensor" | "binary_sensor";
export type HelperDomain =
  "input_button" | "input_number" | "input_select" | "input_boolean" | "input_text" | "input_datetime";

/** One published entity. The entity id on a fresh Home Assistant is `<platform>.<prefix>_<suffix>`. */
export interface EntitySpec {
  /** Role: the key in `evse_entities`. */
  readonly key: string;
  readonly platform: SensorPlatform;
  /** English name on the device page, without the device's name. */
  readonly name: string;
  /** End of the entity id where it differs from the key. */
  readonly suffix?: string;
  /** Whole object id of an entity that does not carry its device's prefix: `evse_bridge`. */
  readonly objectId?: string;
  readonly deviceClass?: string;
  readonly unit?: string;
  readonly stateClass?: "measurement" | "total" | "total_increasing";
  readonly category?: "diagnostic" | "config";
  readonly icon?: string;
  /** Registered disabled in the entity registry when false. */
  readonly enabled?: boolean;
  /** Decimals published and displayed. */
  readonly precision?: number;
  /** Enum sensors. */
  readonly options?: readonly string[];
}

/** A control: an `input_*` helper. The entity id on a fresh Home Assistant is `<domain>.<prefix>_<suffix>`. */
export interface HelperSpec {
  readonly key: string;
  readonly domain: HelperDomain;
  readonly name: string;
  readonly suffix?: string;
  readonly icon?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly unit?: string;
  readonly mode?: "slider" | "box";
  readonly options?: readonly string[];
  /** input_text only: longest text. */
  readonly maxLength?: number;
  /** Written once, at creation. */
  readonly initial?: string | number | boolean;
}

export type EntityValue = string | number | boolean | undefined;

/** One entity with its present value. `value` undefined = Home Assistant's `unknown`; `unavailable` wins over both. */
export interface EntityState {
  readonly spec: EntitySpec;
  readonly value: EntityValue;
  readonly unavailable?: boolean;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A device (a charger or the site) with all its entities: the whole truth for that device. */
export interface DeviceState {
  /** Charger id, or `site` for the site's own device, or `bridge` for `sensor.evse_bridge`. */
  readonly id: string;
  /** User's name, e.g. "Garage wallbox". */
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly entities: readonly EntityState[];
}

export function suffixOf(spec: { readonly key: string; readonly suffix?: string }): string {
  return spec.suffix ?? spec.key;
}

const diagnostic = { category: "diagnostic" } as const;
const off = { enabled: false } as const;
const amps = { deviceClass: "current", unit: "A", stateClass: "measurement", precision: 1 } as const;
const volts = { deviceClass: "voltage", unit: "V", stateClass: "measurement", precision: 0 } as const;
const watts = { deviceClass: "power", unit: "W", stateClass: "measurement", precision: 0 } as const;
const kwh = { deviceClass: "energy", unit: "kWh", stateClass: "total_increasing", precision: 3 } as const;

const sensor = (key: string, name: string, rest: Omit<EntitySpec, "key" | "name" | "platform"> = {}): EntitySpec => ({
  key,
  platform: "sensor",
  name,
  ...rest,
});
const binary = (key: string, name: string, rest: Omit<EntitySpec, "key" | "name" | "platform"> = {}): EntitySpec => ({
  key,
  platform: "binary_sensor",
  name,
  ...rest,
});

/** Common to every driver; a reading is published only by a driver that has it. Drivers add their own through `Charger.entities`. */
export const CHARGER_ENTITIES = {
  status: sensor("status", "Status", { deviceClass: "enum", icon: "mdi:ev-station" }),
  reason: sensor("reason", "Reason", { icon: "mdi:information-outline" }),
  command: sensor("command", "Command", { ...diagnostic, icon: "mdi:message-reply-outline" }),
  power: sensor("power", "Power", watts),
  energy_total: sensor("energy_total", "Energy Total", kwh),
  energy_session: sensor("energy_session", "Energy Session", kwh),
  current: sensor("current", "Current", amps),
  current_l1: sensor("current_l1", "Current L1", { ...amps, ...off }),
  current_l2: sensor("current_l2", "Current L2", { ...amps, ...off }),
  current_l3: sensor("current_l3", "Current L3", { ...amps, ...off }),
  voltage: sensor("voltage", "Voltage", volts),
  voltage_l1: sensor("voltage_l1", "Voltage L1", { ...volts, ...off }),
  voltage_l2: sensor("voltage_l2", "Voltage L2", { ...volts, ...off }),
  voltage_l3: sensor("voltage_l3", "Voltage L3", { ...volts, ...off }),
  wanted_a: sensor("wanted_a", "Current Wanted", { ...amps, ...diagnostic }),
  accepted_a: sensor("accepted_a", "Current Accepted", { ...amps, ...diagnostic }),
  observed_a: sensor("observed_a", "Current Observed", { ...amps, ...diagnostic }),
  available_a: sensor("available_a", "Current Available", amps),
  allocated_a: sensor("allocated_a", "Current Allocated", amps),
  phases_used: sensor("phases_used", "Phases Used", { stateClass: "measurement", icon: "mdi:sine-wave", precision: 0 }),
  temperature: sensor("temperature", "Temperature", {
    deviceClass: "temperature",
    unit: "°C",
    stateClass: "measurement",
    precision: 1,
    ...off,
  }),
  soc: sensor("soc", "State of Charge", {
    deviceClass: "battery",
    unit: "%",
    stateClass: "measurement",
    precision: 0,
    ...off,
  }),
  session_id: sensor("session_id", "Session ID", { ...diagnostic, ...off }),
  session_start: sensor("session_start", "Session Start", { deviceClass: "timestamp" }),
  session_duration: sensor("session_duration", "Session Duration", {
    deviceClass: "duration",
    unit: "min",
    stateClass: "measurement",
    precision: 0,
  }),
  session_cost: sensor("session_cost", "Session Cost", { deviceClass: "monetary", precision: 2 }),
  session_solar: sensor("session_solar", "Session Solar", {
    unit: "%",
    stateClass: "measurement",
    icon: "mdi:white-balance-sunny",
    precision: 0,
  }),
  last_session_energy: sensor("last_session_energy", "Last Session Energy", {
    deviceClass: "energy",
    unit: "kWh",
    precision: 3,
  }),
  last_session_cost: sensor("last_session_cost", "Last Session Cost", { deviceClass: "monetary", precision: 2 }),
  last_session_duration: sensor("last_session_duration", "Last Session Duration", {
    deviceClass: "duration",
    unit: "min",
    precision: 0,
  }),
  last_session_end: sensor("last_session_end", "Last Session End", { deviceClass: "timestamp" }),
  month_energy: sensor("month_energy", "Month Energy", {
    deviceClass: "energy",
    unit: "kWh",
    stateClass: "total",
    precision: 3,
  }),
  month_cost: sensor("month_cost", "Month Cost", { deviceClass: "monetary", stateClass: "total", precision: 2 }),
  fail_safe: sensor("fail_safe", "Fail-Safe", { ...diagnostic, icon: "mdi:shield-check-outline" }),
  limit_writes: sensor("limit_writes", "Limit Writes", {
    ...diagnostic,
    stateClass: "total_increasing",
    icon: "mdi:counter",
    precision: 0,
    ...off,
  }),
  last_update: sensor("last_update", "Last Update", { ...diagnostic, deviceClass: "timestamp" }),
  online: binary("online", "Connected", { suffix: "connected", deviceClass: "connectivity", ...diagnostic }),
  charging: binary("charging", "Charging", { deviceClass: "battery_charging" }),
  car_connected: binary("car_connected", "Car Connected", { deviceClass: "plug" }),
  problem: binary("problem", "Problem", { deviceClass: "problem", ...diagnostic }),
} as const satisfies Record<string, EntitySpec>;
export type ChargerEntityKey = keyof typeof CHARGER_ENTITIES;

/** `min`/`max`/`initial` of the numbers are filled in per charger. */
export const CHARGER_HELPERS = {
  start: { key: "start", domain: "input_button", name: "Start", icon: "mdi:play" },
  stop: { key: "stop", domain: "input_button", name: "Stop", icon: "mdi:stop" },
  pause: { key: "pause", domain: "input_button", name: "Pause", icon: "mdi:pause" },
  reset: { key: "reset", domain: "input_button", name: "Reset", icon: "mdi:restart" },
  reset_profiles: {
    key: "reset_profiles",
    domain: "input_button",
    name: "Reset Profiles",
    icon: "mdi:playlist-remove",
  },
  unlock: { key: "unlock", domain: "input_button", name: "Unlock", icon: "mdi:lock-open-variant" },
  refresh: { key: "refresh", domain: "input_button", name: "Refresh", icon: "mdi:refresh" },
  enabled: { key: "enabled", suffix: "charging", domain: "input_boolean", name: "Charging", icon: "mdi:ev-station" },
  dynamic_control: {
    key: "dynamic_control",
    domain: "input_boolean",
    name: "Dynamic Control",
    icon: "mdi:scale-balance",
  },
  limit: {
    key: "limit",
    suffix: "current_limit",
    domain: "input_number",
    name: "Current Limit",
    icon: "mdi:speedometer",
    unit: "A",
    min: 0,
    step: 1,
    mode: "slider",
  },
  min_current: {
    key: "min_current",
    domain: "input_number",
    name: "Min Current",
    icon: "mdi:speedometer-slow",
    unit: "A",
    step: 1,
    mode: "slider",
  },
  mode: { key: "mode", domain: "input_select", name: "Mode", icon: "mdi:leaf" },
} as const satisfies Record<string, HelperSpec>;
export type ChargerHelperKey = keyof typeof CHARGER_HELPERS;

export const SITE_ENTITIES = {
  grid_power: sensor("grid_power", "Grid Power", watts),
  solar_power: sensor("solar_power", "Solar Power", watts),
  battery_power: sensor("battery_power", "Battery Power", watts),
  battery_soc: sensor("battery_soc", "Battery State of Charge", {
    suffix: "battery_soc",
    deviceClass: "battery",
    unit: "%",
    stateClass: "measurement",
    precision: 0,
  }),
  house_power: sensor("house_power", "House Power", watts),
  chargers_power: sensor("chargers_power", "Chargers Power", watts),
  current_l1: sensor("current_l1", "Current L1", amps),
  current_l2: sensor("current_l2", "Current L2", amps),
  current_l3: sensor("current_l3", "Current L3", amps),
  site_limit: sensor("site_limit", "Site Limit", watts),
  site_available: sensor("site_available", "Site Available", watts),
  available_current_l1: sensor("available_current_l1", "Available Current L1", amps),
  available_current_l2: sensor("available_current_l2", "Available Current L2", amps),
  available_current_l3: sensor("available_current_l3", "Available Current L3", amps),
  grid_available_power: sensor("grid_available_power", "Grid Available Power", watts),
  solar_available_power: sensor("solar_available_power", "Solar Available Power", watts),
  battery_available_power: sensor("battery_available_power", "Battery Available Power", watts),
  status: sensor("status", "Status", { ...diagnostic, icon: "mdi:home-lightning-bolt" }),
} as const satisfies Record<string, EntitySpec>;
export type SiteEntityKey = keyof typeof SITE_ENTITIES;

export const SITE_HELPERS = {
  mode: { key: "mode", domain: "input_select", name: "Mode", icon: "mdi:leaf" },
  distribution: { key: "distribution", domain: "input_select", name: "Distribution", icon: "mdi:call-split" },
  max_import_power: {
    key: "max_import_power",
    domain: "input_number",
    name: "Max Import Power",
    icon: "mdi:transmission-tower-import",
    unit: "W",
    min: 0,
    max: 50000,
    step: 100,
    mode: "box",
  },
  battery_soc_target: {
    key: "battery_soc_target",
    domain: "input_number",
    name: "Battery SOC Target",
    icon: "mdi:battery-80",
    unit: "%",
    min: 0,
    max: 100,
    step: 1,
    mode: "slider",
  },
  battery_soc_min: {
    key: "battery_soc_min",
    domain: "input_number",
    name: "Battery SOC Min",
    icon: "mdi:battery-20",
    unit: "%",
    min: 0,
    max: 95,
    step: 1,
    mode: "slider",
  },
  excess_threshold: {
    key: "excess_threshold",
    domain: "input_number",
    name: "Excess Threshold",
    icon: "mdi:transmission-tower-export",
    unit: "W",
    min: 0,
    max: 50000,
    step: 100,
    mode: "box",
  },
  power_buffer: {
    key: "power_buffer",
    domain: "input_number",
    name: "Power Buffer",
    icon: "mdi:arrow-collapse-down",
    unit: "W",
    min: 0,
    max: 5000,
    step: 100,
    mode: "box",
  },
  allow_grid_charging: {
    key: "allow_grid_charging",
    domain: "input_boolean",
    name: "Allow Grid Charging",
    icon: "mdi:transmission-tower",
  },
} as const satisfies Record<string, HelperSpec>;
export type SiteHelperKey = keyof typeof SITE_HELPERS;

/** Root entity: `sensor.evse_bridge`, or `sensor.evse_bridge_<instance>`. */
export const ROOT_ENTITY = "sensor.evse_bridge";
export const EVSE_SCHEMA = 1;
export const HEARTBEAT_S = 60;

export const CAPS = [
  "start_stop",
  "stop_ends",
  "pause",
  "limit",
  "on_off",
  "mode",
  "phases",
  "reset",
  "unlock",
  "refresh",
  "per_phase",
  "cost",
  "soc",
] as const;
export type Cap = (typeof CAPS)[number];

/** Attribute `evse` of `sensor.<charger>_status`. */
export interface EvseAttribute {
  readonly schema: 1;
  readonly id: string;
  readonly driver: string;
  readonly protocol: string | null;
  readonly phases: number | null;
  readonly min_a: number;
  readonly max_a: number;
  readonly caps: readonly Cap[];
  readonly command_timeout_s: number;
}
/** Attribute `evse_entities` of `sensor.<charger>_status`: role to entity id. */
export type EvseEntities = Readonly<Record<string, string>>;

/** Attributes of `sensor.evse_bridge`. */
export interface RootAttributes {
  readonly evse_schema: 1;
  readonly version: string;
  readonly heartbeat_s: number;
  readonly site: EvseEntities;
  readonly chargers: readonly { readonly id: string; readonly name: string; readonly status: string }[];
}
