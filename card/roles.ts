/** Roles the card reads and where they live on a fresh Home Assistant; a test holds this against shared/entities.ts. */
const BUTTONS = ["start", "stop", "pause", "reset", "reset_profiles", "unlock", "refresh"];
const BINARY = ["online", "charging", "car_connected", "problem"];
const SENSORS = [
  "status",
  "reason",
  "command",
  "power",
  "energy_session",
  "energy_total",
  "current",
  "current_l1",
  "current_l2",
  "current_l3",
  "voltage",
  "voltage_l1",
  "voltage_l2",
  "voltage_l3",
  "temperature",
  "soc",
  "wanted_a",
  "accepted_a",
  "observed_a",
  "available_a",
  "allocated_a",
  "phases_used",
  "session_start",
  "session_duration",
  "session_cost",
  "session_solar",
  "last_session_energy",
  "last_session_cost",
  "last_session_duration",
  "last_session_end",
  "fail_safe",
];
const DOMAIN: Readonly<Record<string, string>> = {
  mode: "input_select",
  limit: "input_number",
  min_current: "input_number",
  enabled: "input_boolean",
  dynamic_control: "input_boolean",
};
const SUFFIX: Readonly<Record<string, string>> = { online: "connected", enabled: "charging", limit: "current_limit" };

export const CHARGER_ROLES: readonly string[] = [...SENSORS, ...BINARY, ...BUTTONS, ...Object.keys(DOMAIN)];

/** `("garage", "limit")` → `input_number.garage_current_limit`. */
export function defaultEntityId(prefix: string, role: string): string {
  const domain =
    DOMAIN[role] ?? (BUTTONS.includes(role) ? "input_button" : BINARY.includes(role) ? "binary_sensor" : "sensor");
  return `${domain}.${prefix}_${SUFFIX[role] ?? role}`;
}
