/** Roles the card reads and where they live on a fresh Home Assistant; a test holds this against shared/entities.ts. */
import { type Groups, groupOf } from "./groups.ts";

const DOMAINS: Groups<string> = [
  [
    "sensor",
    "status reason command power energy_session energy_total current current_l1 current_l2 current_l3 voltage voltage_l1 voltage_l2 voltage_l3 temperature soc wanted_a accepted_a observed_a available_a allocated_a phases_used session_start session_duration session_cost session_solar last_session_energy last_session_cost last_session_duration last_session_end fail_safe",
  ],
  ["binary_sensor", "online charging car_connected problem"],
  ["input_button", "start stop pause reset reset_profiles unlock refresh"],
  ["input_select", "mode"],
  ["input_number", "limit min_current"],
  ["input_boolean", "enabled dynamic_control"],
];
/** Ends of entity ids that are not the role's name. */
const SUFFIXES: Groups<string> = [
  ["connected", "online"],
  ["charging", "enabled"],
  ["current_limit", "limit"],
];

export const CHARGER_ROLES: readonly string[] = DOMAINS.flatMap(([, roles]) => roles.split(" "));

/** `("garage", "limit")` → `input_number.garage_current_limit`. */
export function defaultEntityId(prefix: string, role: string): string {
  return `${groupOf(DOMAINS, role) ?? "sensor"}.${prefix}_${groupOf(SUFFIXES, role) ?? role}`;
}
