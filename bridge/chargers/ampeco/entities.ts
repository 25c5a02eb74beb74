/** Entities beyond the common ones; their values and attributes stand in the snapshot. */
import type { EntitySpec } from "../../../shared/entities.ts";

const diagnostic = { category: "diagnostic" } as const;

export const AMPECO_ENTITIES: readonly EntitySpec[] = [
  { key: "charger_status", platform: "sensor", name: "Charger Status", icon: "mdi:ev-station" },
  { key: "evse_status", platform: "sensor", name: "EVSE Status", icon: "mdi:ev-plug-type2" },
  {
    key: "polling_interval",
    platform: "sensor",
    name: "Polling Interval",
    deviceClass: "duration",
    unit: "s",
    stateClass: "measurement",
    precision: 0,
    ...diagnostic,
  },
  {
    key: "max_current",
    platform: "sensor",
    name: "Max Current",
    deviceClass: "current",
    unit: "A",
    stateClass: "measurement",
    precision: 1,
    ...diagnostic,
  },
  {
    key: "last_month_energy",
    platform: "sensor",
    name: "Last Month Energy",
    deviceClass: "energy",
    unit: "kWh",
    precision: 3,
    ...diagnostic,
  },
  { key: "token_problem", platform: "binary_sensor", name: "Token Problem", deviceClass: "problem", ...diagnostic },
  {
    key: "platform_smart_charging",
    platform: "binary_sensor",
    name: "Platform Smart Charging",
    icon: "mdi:brain",
    ...diagnostic,
  },
  { key: "last_error", platform: "sensor", name: "Last Error", icon: "mdi:alert-circle-outline", ...diagnostic },
];
