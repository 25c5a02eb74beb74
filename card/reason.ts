/** A reason as two lines: what is (at most 36 characters in English), and what happens next. */
import { parseMode } from "../shared/modes.ts";
import type { ChargerView } from "./charger.ts";
import { DASH, type Formatter } from "./format.ts";
import { type Fields, number, text, time } from "./hass.ts";
import { isKey, type Key, type Params, type Translate } from "./i18n/languages.ts";
import type { IconName } from "./icons.ts";

export interface ReasonLines {
  readonly icon: IconName;
  readonly first: string;
  readonly next: string;
  /** Drawn in the sun's own colour. */
  readonly sunny?: boolean;
  /** Stands out although the state is calm (a refusal). */
  readonly loud?: boolean;
  /** A clock runs in the first line until then. */
  readonly untilMs?: number;
}

/** Second lines that several codes share; absent = `n_<code>`. */
const NEXT: Readonly<Record<string, Key>> = {
  bridge_starting: "n_self",
  rebooting: "n_self",
  firmware: "n_self",
  phase_switch: "n_self",
  ev_not_ready: "n_ev",
  ev_full: "n_ev",
  insufficient_solar: "n_self",
  no_excess: "n_self",
  insufficient_power: "n_self",
  pause_timer: "n_self",
  cooldown: "n_self",
  waiting_tariff: "n_planned",
  dynamic_control_off: "n_user",
  meter_stale: "n_fail_safe",
};
const LIMIT_NEXT: Readonly<Record<string, Key>> = {
  user: "n_user",
  temperature: "g_hightemperature",
  fail_safe: "n_fail_safe",
  charger: "n_most",
  cable: "n_most",
  car: "n_most",
};
const ICON: Readonly<Record<string, IconName>> = {
  unplugged: "plug",
  offline: "cloud-off",
  fault: "alert",
  authorization: "card",
  ev_not_ready: "car",
  ev_full: "car",
  replug_required: "plug",
  paused_by_user: "pause",
  mode_off: "pause",
  target_reached: "check",
  limited_by: "limiter",
  limit_ignored: "limiter",
  external_limit: "limiter",
  dynamic_control_off: "limiter",
  insufficient_power: "home",
  following_solar: "sun",
  insufficient_solar: "cloudsun",
  no_excess: "cloudsun",
  grace: "cloudsun",
  start_delay: "cloudsun",
  grid_charging_off: "cloudsun",
  battery_priority: "battery",
  disabled: "lock",
  cheap_tariff: "bolt",
};
const COUNTING = ["start_delay", "grace", "pause_timer", "cooldown"];
/** Codes of OCPP 1.6 with advice of their own. */
const FAULTS: Readonly<Record<string, readonly [Key, Key]>> = {
  groundfailure: ["f_groundfailure", "g_groundfailure"],
  hightemperature: ["f_hightemperature", "g_hightemperature"],
  overcurrentfailure: ["f_overcurrentfailure", "n_fault"],
  connectorlockfailure: ["f_connectorlockfailure", "r_replug_required"],
};

/** Parameters as published (`interface.md`), turned into words of the user's language. */
export function reasonWords(params: Fields, t: Translate, fmt: Formatter, now: number): Record<string, string> {
  const words: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    const figure = number(value);
    const when = time(value);
    if (name.endsWith("_w") && figure !== undefined) words[name] = fmt.watts(figure);
    else if (name.endsWith("_a") && figure !== undefined) words[name] = fmt.amps(figure);
    else if ((name === "soc" || name === "target") && figure !== undefined) words[name] = fmt.percent(figure);
    else if (name === "to" && figure !== undefined) words[name] = fmt.number(figure);
    else if (["until", "since", "from", "by"].includes(name) && when !== undefined) words[name] = fmt.time(when, now);
    else words[name] = typeof value === "string" || typeof value === "number" ? String(value) : "";
  }
  return words;
}

export function faultKeys(code: string | undefined): readonly [Key, Key] {
  return FAULTS[(code ?? "").toLowerCase().replace(/[^a-z]/g, "")] ?? ["r_fault", "n_fault"];
}

/** Lines of the published reason; codes we do not know are shown by their English text. */
export function publishedReason(view: ChargerView, t: Translate, fmt: Formatter, now: number): ReasonLines {
  const code = view.code ?? (view.display === "available" ? "unplugged" : view.display === "faulted" ? "fault" : "");
  const { params } = view;
  const words: Record<string, string | number> = reasonWords(params, t, fmt, now);
  let first: string = `r_${code}`;
  let next: string = NEXT[code] ?? `n_${code}`;
  let icon = ICON[code] ?? view.icon;
  let untilMs: number | undefined;
  const use = (name: string): Params => ({ ...words, [name]: words[name] ?? "" });

  if (COUNTING.includes(code)) {
    untilMs = time(params["until"]);
    words["until"] = untilMs === undefined ? DASH : fmt.countdown(untilMs - now);
    if (code === "pause_timer") first = "r_cooldown";
  } else if (code === "unplugged") {
    const mode = view.word("mode");
    words["mode"] = mode === undefined ? "" : modeLabel(mode, t);
    if (mode === undefined || parseMode(mode) === "off") next = "";
  } else if (code === "fault") {
    [first, next] = faultKeys(text(params["code"]) ?? text(view.entity("problem")?.attributes["code"]));
  } else if (code === "paused_by_user") {
    first = words["since"] === undefined ? "s_paused" : "r_paused_by_user_at";
  } else if (code === "disabled") {
    first = "s_out_of_service";
  } else if (code === "target_reached" && words["target"] === undefined) {
    const energy = number(params["energy"]);
    words["target"] = words["soc"] ?? (energy === undefined ? "" : `${fmt.energy(energy).n} kWh`);
  } else if (code === "limited_by") {
    const source = text(params["source"]) ?? "";
    const key = params["phase"] === undefined ? `l_${source}` : "l_phase";
    words["source"] = isKey(key) ? t(key, use("circuit")) : source;
    next = LIMIT_NEXT[source] ?? "n_shared";
  } else if (code === "insufficient_solar" && view.display === "charging") {
    first = "r_min_solar";
    next = "n_following_solar";
  } else if (code === "insufficient_power" && params["phase"] !== undefined) {
    first = "r_phase_full";
  } else if (code === "external_limit") {
    words["limit_a"] ??= DASH;
  } else if (code === "planned" && words["target"] !== undefined && words["by"] !== undefined) {
    first = "r_planned_target";
  } else if (code === "cheap_tariff") {
    const price = number(params["price"]);
    const currency = view.config.currency ?? view.hass.config?.currency;
    if (price !== undefined) words["price"] = fmt.money(price, currency);
  } else if (code === "offline") {
    return { icon, ...offlineLines(view, t, fmt, now) };
  }
  if (code === "mode_off") {
    return { icon, first: `${t("mode")}: ${t("m_off")}`, next: t("n_mode_off") };
  }
  if (!isKey(first)) {
    const english = text(view.entity("reason")?.attributes["text"]);
    const [what = "", ...rest] = (english ?? humanise(code)).split(/\.\s+/);
    if (what === "") return { icon, first: t(view.wordKey), next: "" };
    icon = view.icon;
    return { icon, first: what.replace(/\.$/, ""), next: rest.join(". ") };
  }
  return {
    icon,
    first: t(first, words),
    next: isKey(next) ? t(next, words) : "",
    sunny: code === "following_solar",
    ...(untilMs !== undefined && untilMs > now ? { untilMs } : {}),
  };
}

export function offlineLines(
  view: ChargerView,
  t: Translate,
  fmt: Formatter,
  now: number,
): { readonly first: string; readonly next: string } {
  const since = time((view.entity("online") ?? view.entity("status"))?.last_changed);
  return {
    first: since === undefined ? t("s_offline") : t("r_offline_since", { since: fmt.time(since, now) }),
    next: t(view.word("fail_safe") === "proven" ? "n_offline_safe" : "n_offline"),
  };
}

export function modeLabel(option: string, t: Translate): string {
  const key = `m_${parseMode(option) ?? option.toLowerCase()}`;
  return isKey(key) ? t(key) : option;
}

export function modeHint(option: string | undefined, t: Translate): string {
  const key = `h_${parseMode(option ?? "") ?? ""}`;
  return isKey(key) ? t(key) : "";
}

function humanise(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
