/** A reason as two lines: what is (at most 36 characters in English), and what happens next. */
import { modeWord } from "../shared/modes.ts";
import { type ChargerView, ICON_GROUPS } from "./charger.ts";
import type { Formatter } from "./format.ts";
import { type Groups, groupOf } from "./groups.ts";
import { number, text, time } from "./hass.ts";
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

/** Second lines that several reasons share, by code, by source of a limit and by code of a fault. */
const NEXT: Groups<Key> = [
  [
    "n_self",
    "bridge_starting rebooting firmware phase_switch insufficient_solar no_excess insufficient_power pause_timer cooldown planned waiting_tariff",
  ],
  ["n_ev", "ev_not_ready ev_full"],
  ["h_standard", "cheap_tariff"],
  ["n_user", "user dynamic_control_off"],
  ["n_fail_safe", "fail_safe meter_stale"],
  ["n_most", "charger cable car"],
  ["g_hightemperature", "temperature hightemperature"],
  ["g_groundfailure", "groundfailure"],
  ["r_replug_required", "connectorlockfailure"],
];
const COUNTING = ["start_delay", "grace", "pause_timer", "cooldown"];

/** Parameters as published (`interface.md`), turned into words of the user's language. */
function reasonWords(view: ChargerView, fmt: Formatter, now: number): Record<string, Params[string]> {
  const forms: readonly (readonly [RegExp, (figure: number) => string])[] = [
    [/_w$/, (watts) => fmt.watts(watts)],
    [/_a$/, (amps) => fmt.amps(amps)],
    [/^(soc|target)$/, (percent) => fmt.percent(percent)],
    [/^(until|since|from|by)$/, (ms) => fmt.time(ms, now)],
    [/^price$/, (price) => fmt.money(price, view.config.currency ?? view.hass.config?.currency)],
    [/^energy$/, (kwh) => fmt.join(fmt.energy(kwh))],
  ];
  const words = Object.entries(view.params).map(([name, value]): [string, string] => {
    const figure = number(value) ?? time(value);
    const form = forms.find(([names]) => names.test(name))?.[1];
    return [name, figure === undefined || !form ? String(value) : form(figure)];
  });
  return Object.fromEntries(words);
}

/** Lines of the published reason; codes we do not know are shown by their English text. */
export function publishedReason(view: ChargerView, t: Translate, fmt: Formatter, now: number): ReasonLines {
  const { params, display } = view;
  const plain = display === "available" ? "unplugged" : display === "faulted" ? "fault" : "";
  const code = display === "offline" ? display : (view.code ?? plain);
  const words = reasonWords(view, fmt, now);
  const untilMs = COUNTING.includes(code) ? time(params["until"]) : undefined;
  if (untilMs !== undefined) words["until"] = fmt.countdown(untilMs - now);
  const goneMs = view.linkMs;
  if (code === "offline") words["since"] = goneMs && fmt.time(goneMs, now);
  const mode = view.word("mode") ?? "off";
  words["mode"] = modeLabel(mode, t);
  words["target"] ??= words["soc"] ?? words["energy"];
  const source = text(params["source"]) ?? "";
  const binding = `l_${words["phase"] ? "phase" : source}`;
  if (isKey(binding)) words["source"] = t(binding, words);
  const fault = (faultCode(view) ?? "").toLowerCase().replace(/[^a-z]/g, "");
  /** Lines that are not called after their code. */
  const lines: Readonly<Record<string, readonly [first: string | undefined, next?: string]>> = {
    pause_timer: ["r_cooldown"],
    disabled: ["s_out_of_service"],
    fault: [isKey(`f_${fault}`) ? `f_${fault}` : "r_fault", groupOf(NEXT, fault) ?? "n_fault"],
    offline: [
      goneMs ? "r_offline_since" : "s_offline",
      view.word("fail_safe") === "proven" ? "n_offline_safe" : "n_offline",
    ],
    paused_by_user: [words["since"] ? "r_paused_by_user_at" : "s_paused"],
    insufficient_solar: display === "charging" ? ["r_min_solar", "n_following_solar"] : [undefined],
    insufficient_power: [words["phase"] ? "r_phase_full" : undefined],
    planned: [words["target"] && words["by"] ? "r_planned_target" : undefined],
    limited_by: [undefined, groupOf(NEXT, source) ?? "n_shared"],
    unplugged: [undefined, modeWord(mode) === "off" ? "" : "n_unplugged"],
  };
  const [first = `r_${code}`, next = groupOf(NEXT, code) ?? `n_${code}`] = lines[code] ?? [];
  const english = (text(view.entity("reason")?.attributes["text"]) ?? humanise(code)).split(/\.(?:\s+|$)/);
  const [what = "", ...rest] = isKey(first) ? [t(first, words)] : english;
  return {
    icon: groupOf(ICON_GROUPS, code) ?? view.icon,
    first: code === "mode_off" ? `${t("mode")}: ${t("m_off")}` : what || t(view.wordKey),
    next: isKey(next) ? t(next, words) : rest.join(". ").trim(),
    sunny: code === "following_solar",
    ...(untilMs !== undefined && untilMs > now ? { untilMs } : {}),
  };
}

/** What a faulted wallbox tells. */
export function faultCode(view: ChargerView): string | undefined {
  return text(view.params["code"]) ?? text(view.entity("problem")?.attributes["code"]);
}

export function modeLabel(option: string, t: Translate): string {
  const key = `m_${modeWord(option)}`;
  return isKey(key) ? t(key) : option;
}

export function modeHint(option: string, t: Translate): string {
  const key = `h_${modeWord(option)}`;
  return isKey(key) ? t(key) : "";
}

function humanise(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
