/** The OCPP driver's own entities, beyond those common to all chargers: values are `snapshot.extra[key]`. */
import type { EntitySpec, HelperSpec } from "../../../shared/entities.ts";

const diagnostic = { category: "diagnostic" } as const;
const off = { enabled: false } as const;
const sensor = (key: string, name: string, rest: Omit<EntitySpec, "key" | "name" | "platform"> = {}): EntitySpec => ({
  key,
  platform: "sensor",
  name,
  ...rest,
});
const watts = { deviceClass: "power", unit: "W", stateClass: "measurement", precision: 0, ...off } as const;
const reactive = {
  deviceClass: "reactive_power",
  unit: "var",
  stateClass: "measurement",
  precision: 0,
  ...off,
} as const;
const amperes = { deviceClass: "current", unit: "A", stateClass: "measurement", precision: 1, ...off } as const;
const LEGS = ["l1", "l2", "l3"] as const;
const register = { stateClass: "total_increasing", precision: 3, ...off } as const;

export const OCPP_ENTITIES: readonly EntitySpec[] = [
  sensor("charging_state", "Charging State", {
    icon: "mdi:battery-charging-outline",
    deviceClass: "enum",
    options: ["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"],
  }),
  sensor("connector_status", "Connector Status", {
    icon: "mdi:ev-plug-type2",
    deviceClass: "enum",
    options: [
      "Available",
      "Occupied",
      "Preparing",
      "Charging",
      "SuspendedEV",
      "SuspendedEVSE",
      "Finishing",
      "Reserved",
      "Unavailable",
      "Faulted",
    ],
  }),
  sensor("transaction_id", "Transaction ID", { icon: "mdi:receipt-text-outline" }),
  sensor("stopped_reason", "Stopped Reason", { icon: "mdi:stop-circle-outline" }),
  sensor("event_type", "Event Type", {
    ...diagnostic,
    icon: "mdi:calendar-arrow-right",
    deviceClass: "enum",
    options: ["Started", "Updated", "Ended"],
  }),
  sensor("trigger_reason", "Trigger Reason", { ...diagnostic, icon: "mdi:ray-start-arrow" }),
  sensor("id_token", "ID Token", { ...diagnostic, icon: "mdi:card-account-details-outline" }),
  sensor("id_token_name", "ID Token Name", { ...diagnostic, ...off }),
  sensor("id_token_type", "ID Token Type", { ...diagnostic, ...off }),
  sensor("unknown_tag", "Unknown Tag", { ...diagnostic, ...off }),
  sensor("sequence_number", "Sequence Number", {
    ...diagnostic,
    icon: "mdi:counter",
    stateClass: "measurement",
    precision: 0,
  }),
  sensor("sequence_gaps", "Sequence Gaps", { ...diagnostic, ...off, stateClass: "measurement", precision: 0 }),
  sensor("power_active_export", "Power Active Export", watts),
  sensor("power_reactive_import", "Power Reactive Import", reactive),
  sensor("power_reactive_export", "Power Reactive Export", reactive),
  sensor("power_offered", "Power Offered", watts),
  sensor("current_offered", "Current Offered", amperes),
  sensor("power_factor", "Power Factor", {
    deviceClass: "power_factor",
    stateClass: "measurement",
    precision: 2,
    ...off,
  }),
  sensor("energy_active_export", "Energy Active Export", { deviceClass: "energy", unit: "kWh", ...register }),
  sensor("energy_reactive_import", "Energy Reactive Import", {
    deviceClass: "reactive_energy",
    unit: "kvarh",
    ...register,
  }),
  sensor("energy_reactive_export", "Energy Reactive Export", {
    deviceClass: "reactive_energy",
    unit: "kvarh",
    ...register,
  }),
  sensor("frequency", "Frequency", {
    deviceClass: "frequency",
    unit: "Hz",
    stateClass: "measurement",
    precision: 1,
    ...off,
  }),
  sensor("evse_id", "EVSE ID", { ...diagnostic, ...off, precision: 0 }),
  sensor("connector_id", "Connector ID", { ...diagnostic, ...off, precision: 0 }),
  sensor("context", "Reading Context", { ...diagnostic, ...off }),
  sensor("location", "Reading Location", { ...diagnostic, ...off }),
  // Beyond the 37: what an installer asks for.
  sensor("limit_unit", "Limit Unit", { ...diagnostic, ...off }),
  sensor("limit_way", "Limit Way", { ...diagnostic, ...off }),
  sensor("error_code", "Error Code", { ...diagnostic, ...off }),
  sensor("vendor_error", "Vendor Error", { ...diagnostic, ...off }),
  sensor("firmware_status", "Firmware Status", { ...diagnostic, ...off }),
  sensor("diagnostics_status", "Diagnostics Status", { ...diagnostic, ...off }),
  sensor("heartbeat", "Heartbeat", { ...diagnostic, ...off, deviceClass: "timestamp" }),
  sensor("clock_skew", "Clock Skew", {
    ...diagnostic,
    ...off,
    deviceClass: "duration",
    unit: "s",
    stateClass: "measurement",
    precision: 0,
  }),
  sensor("latency", "Latency", {
    ...diagnostic,
    ...off,
    deviceClass: "duration",
    unit: "ms",
    stateClass: "measurement",
    precision: 0,
  }),
  sensor("reconnects", "Reconnects", { ...diagnostic, ...off, stateClass: "total_increasing", precision: 0 }),
  sensor("violations", "Protocol Violations", { ...diagnostic, ...off, stateClass: "total_increasing", precision: 0 }),
  sensor("features", "Features", { ...diagnostic, ...off }),
  sensor("quirks", "Quirks", { ...diagnostic, ...off }),
  sensor("data_transfer", "Data Transfer", { ...diagnostic, ...off }),
  sensor("external_limit", "External Limit", { ...diagnostic, ...off, icon: "mdi:transmission-tower-export" }),
  sensor("external_limit_a", "External Limit Current", { ...diagnostic, ...amperes }),
  sensor("ev_energy", "Energy Wanted by Car", { deviceClass: "energy", unit: "kWh", precision: 1, ...off }),
  sensor("ev_departure", "Departure Told by Car", { ...off, deviceClass: "timestamp" }),
  // The station's own meter in front of its outlets.
  sensor("main_meter_power", "Main Meter Power", watts),
  sensor("main_meter_energy", "Main Meter Energy", { deviceClass: "energy", unit: "kWh", ...register }),
  ...LEGS.map((leg) => sensor(`main_meter_current_${leg}`, `Main Meter Current ${leg.toUpperCase()}`, amperes)),
  // House and sun as a box's own load balancing measures them (ZJBeny).
  sensor("home_load", "Home Load", amperes),
  ...LEGS.map((leg) => sensor(`home_load_${leg}`, `Home Load ${leg.toUpperCase()}`, amperes)),
  sensor("solar_current", "Solar Current", amperes),
  ...LEGS.map((leg) => sensor(`solar_current_${leg}`, `Solar Current ${leg.toUpperCase()}`, amperes)),
  sensor("meter_start", "Meter Start", { ...diagnostic, ...off, deviceClass: "energy", unit: "kWh", precision: 3 }),
  { key: "limit_verified", platform: "binary_sensor", name: "Limit Verified", ...diagnostic, ...off },
  { key: "available", platform: "binary_sensor", name: "Available", ...diagnostic },
];

export const AVAILABILITY: HelperSpec = {
  key: "availability",
  domain: "input_boolean",
  name: "Availability",
  icon: "mdi:power-plug",
};
/** One tap: the tag that was shown last and refused is accepted from now on. */
export const LEARN_TAG: HelperSpec = {
  key: "learn_tag",
  domain: "input_boolean",
  name: "Accept Last Unknown Tag",
  icon: "mdi:card-plus-outline",
};
export const LED_BRIGHTNESS: HelperSpec = {
  key: "led_brightness",
  domain: "input_number",
  name: "LED Brightness",
  icon: "mdi:led-on",
  min: 0,
  max: 100,
  step: 1,
  unit: "%",
  mode: "slider",
};
