/** Why a charger does or does not charge. Times are absolute (ms since the epoch) inside; the publisher writes ISO 8601. */

export const LIMIT_SOURCES = [
  "user",
  "breaker",
  "import",
  "circuit",
  "site",
  "inverter",
  "charger",
  "cable",
  "car",
  "schedule",
  "temperature",
  "fail_safe",
] as const;
/** What binds a charging car; `site` = shared with other chargers. */
export type LimitSource = (typeof LIMIT_SOURCES)[number];

export type Reason =
  | { readonly code: "unplugged" | "offline" | "bridge_starting" | "rebooting" | "firmware" | "disabled" }
  | { readonly code: "fault"; readonly fault: string }
  | { readonly code: "authorization" | "ev_not_ready" | "ev_full" | "replug_required" }
  | { readonly code: "paused_by_user"; readonly sinceMs?: number }
  | { readonly code: "mode_off" }
  | { readonly code: "target_reached"; readonly soc?: number; readonly energy?: number }
  | {
      readonly code: "limited_by";
      readonly source: LimitSource;
      readonly limitA: number;
      readonly phase?: "L1" | "L2" | "L3";
      /** circuit id when source is `circuit` */
      readonly circuit?: string;
    }
  | { readonly code: "following_solar"; readonly surplusW: number }
  | { readonly code: "insufficient_solar"; readonly shortW: number; readonly needW: number }
  | { readonly code: "no_excess"; readonly exportW: number; readonly thresholdW: number }
  | { readonly code: "battery_priority"; readonly soc: number; readonly target: number }
  | { readonly code: "grid_charging_off" }
  | { readonly code: "insufficient_power"; readonly phase?: "L1" | "L2" | "L3"; readonly shortA: number }
  | { readonly code: "start_delay" | "grace" | "pause_timer" | "cooldown"; readonly untilMs: number }
  | { readonly code: "phase_switch"; readonly to: 1 | 3 }
  | { readonly code: "dynamic_control_off" }
  | { readonly code: "meter_stale"; readonly sinceMs: number }
  | { readonly code: "limit_ignored"; readonly wantedA: number; readonly observedA: number }
  | { readonly code: "external_limit"; readonly limitA: number | undefined }
  | { readonly code: "planned"; readonly fromMs: number; readonly target?: number; readonly byMs?: number };

export type ReasonCode = Reason["code"];

export const REASON_CODES = [
  "unplugged",
  "offline",
  "bridge_starting",
  "rebooting",
  "firmware",
  "disabled",
  "fault",
  "authorization",
  "ev_not_ready",
  "ev_full",
  "replug_required",
  "paused_by_user",
  "mode_off",
  "target_reached",
  "limited_by",
  "following_solar",
  "insufficient_solar",
  "no_excess",
  "battery_priority",
  "grid_charging_off",
  "insufficient_power",
  "start_delay",
  "grace",
  "pause_timer",
  "cooldown",
  "phase_switch",
  "dynamic_control_off",
  "meter_stale",
  "limit_ignored",
  "external_limit",
  "planned",
  "cheap_tariff",
  "waiting_tariff",
] as const;

/** Parameters of a reason as published: snake_case names of interface.md, times as ISO 8601. */
export function reasonParams(reason: Reason): Record<string, string | number> {
  const out: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(reason)) {
    if (key === "code" || value === undefined) continue;
    const name = key === "fault" ? "code" : PARAM_NAMES[key];
    if (name === undefined) continue;
    out[name] = key.endsWith("Ms") ? new Date(value).toISOString() : value;
  }
  return out;
}

const PARAM_NAMES: Readonly<Record<string, string>> = {
  source: "source",
  limitA: "limit_a",
  phase: "phase",
  circuit: "circuit",
  surplusW: "surplus_w",
  shortW: "short_w",
  needW: "need_w",
  exportW: "export_w",
  thresholdW: "threshold_w",
  soc: "soc",
  target: "target",
  energy: "energy",
  shortA: "short_a",
  untilMs: "until",
  sinceMs: "since",
  fromMs: "from",
  byMs: "by",
  to: "to",
  wantedA: "wanted_a",
  observedA: "observed_a",
};
