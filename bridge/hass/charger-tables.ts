/** Which readings a charger has, when, and what their words are: the tables behind entities.ts. */
import { CHARGER_STATUSES, FAIL_SAFE_WORDS } from "../../shared/charger.ts";
import type { ChargerEntityKey } from "../../shared/entities.ts";

export const ALWAYS: readonly ChargerEntityKey[] = [
  "status",
  "reason",
  "command",
  "power",
  "energy_session",
  "wanted_a",
  "accepted_a",
  "observed_a",
  "available_a",
  "allocated_a",
  "session_start",
  "session_duration",
  "last_session_energy",
  "last_session_duration",
  "last_session_end",
  "month_energy",
  "fail_safe",
  "limit_writes",
  "last_update",
  "online",
  "charging",
  "car_connected",
  "problem",
];
/** A box that may send them: there from the first connection, so that a user can enable each. */
const METERED: readonly ChargerEntityKey[] = [
  "energy_total",
  "current",
  "current_l1",
  "current_l2",
  "current_l3",
  "voltage",
  "voltage_l1",
  "voltage_l2",
  "voltage_l3",
  "phases_used",
  "temperature",
  "session_id",
];
export const BY_DRIVER: Readonly<Record<string, readonly ChargerEntityKey[]>> = {
  ocpp: [...METERED, "soc"],
  besen: METERED,
  ampeco: ["energy_total", "current", "session_id"],
};
/** Off by default until the box has shown that it has them. */
export const ON_WHEN_SEEN = new Set<string>([
  "current_l1",
  "current_l2",
  "current_l3",
  "voltage_l1",
  "voltage_l2",
  "voltage_l3",
  "soc",
]);
/** True without a link to the box: who we are, what we know ourselves, and the past. */
export const WITHOUT_LINK = new Set<string>([
  "status",
  "reason",
  "command",
  "fail_safe",
  "limit_writes",
  "last_update",
  "online",
  "problem",
  "last_session_energy",
  "last_session_cost",
  "last_session_duration",
  "last_session_end",
  "month_energy",
  "month_cost",
]);
export const MONEY = new Set<string>(["session_cost", "last_session_cost", "month_cost"]);
const COMMAND_WORDS = ["idle", "pending", "accepted", "rejected", "timeout"] as const;
export const OPTIONS: Partial<Record<ChargerEntityKey, readonly string[]>> = {
  status: CHARGER_STATUSES,
  command: COMMAND_WORDS,
  fail_safe: FAIL_SAFE_WORDS,
};
