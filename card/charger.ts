/** One wallbox as the card sees it: values by role, and the word, colour and icon that follow from them. */
import { modeWord } from "../shared/modes.ts";
import type { CardConfig } from "./config.ts";
import { type ChargerRef, entityOf } from "./discovery.ts";
import { type Groups, groupOf } from "./groups.ts";
import { fields, type Fields, type Hass, type HassEntity, number, text, time } from "./hass.ts";
import { kept } from "./kept.ts";
import type { IconName } from "./icons.ts";
import type { Key } from "./i18n/languages.ts";

/** Why there is no news, strongest first. */
export type Silence = "disconnected" | "silent" | "offline" | undefined;

export type Display =
  | "available"
  | "connected"
  | "awaiting_authorization"
  | "charging"
  | "suspended_ev"
  | "suspended_evse"
  | "scheduled"
  | "paused"
  | "finished"
  | "reserved"
  | "updating"
  | "out_of_service"
  | "faulted"
  | "offline"
  | "unknown";

/** Colour families of the design: green flows, blue waits, amber needs you, red is broken, grey is rest. */
export type Tint = "charging" | "finished" | "waiting" | "attention" | "fault" | "idle";

const TINTS: Groups<Tint> = [
  ["charging", "charging"],
  ["finished", "finished"],
  ["waiting", "connected suspended_ev suspended_evse scheduled"],
  ["attention", "awaiting_authorization"],
  ["fault", "faulted"],
  ["idle", "available paused reserved updating out_of_service offline unknown"],
];

/** Pictures of what is shown and of reasons; what is in none of them waits for time to pass. */
export const ICON_GROUPS: Groups<IconName> = [
  ["unplugged", "available"],
  ["plug", "connected unplugged replug_required"],
  ["card", "awaiting_authorization authorization"],
  ["bolt", "charging cheap_tariff"],
  ["car", "suspended_ev ev_not_ready ev_full"],
  ["pause", "paused paused_by_user mode_off"],
  ["check", "finished target_reached"],
  ["lock", "reserved out_of_service disabled"],
  ["alert", "faulted fault"],
  ["cloud-off", "offline"],
  ["limiter", "limited_by limit_ignored external_limit dynamic_control_off"],
  ["home", "insufficient_power"],
  ["sun", "following_solar"],
  ["cloudsun", "insufficient_solar no_excess grace start_delay grid_charging_off"],
  ["battery", "battery_priority"],
];

/** Published words that are shown as another. */
const DISPLAYS: Groups<Display> = [
  ["connected", "preparing"],
  ["finished", "finishing"],
];
/** What is shown while nothing flows, by the reason for it. */
const PAUSES: Groups<Display> = [
  ["paused", "paused_by_user"],
  ["scheduled", "planned waiting_tariff"],
  ["awaiting_authorization", "authorization"],
];

function isDisplay(word: string): word is Display {
  return groupOf(TINTS, word) !== undefined;
}

export class ChargerView {
  readonly hass: Hass;
  readonly ref: ChargerRef;
  readonly config: CardConfig;
  /** No news of any wallbox: Home Assistant or the bridge is away. */
  readonly cut: "disconnected" | "silent" | undefined;
  readonly silence: Silence;
  readonly display: Display;
  readonly code: string | undefined;
  readonly params: Fields;
  readonly #ids = new Map<string, string>();

  constructor(hass: Hass, ref: ChargerRef, config: CardConfig, cut: ChargerView["cut"]) {
    this.hass = hass;
    this.ref = ref;
    this.config = config;
    this.cut = cut;
    this.code = this.word("reason");
    this.params = fields(this.entity("reason")?.attributes["params"]);
    const word = this.entity("status")?.state ?? "";
    const told = groupOf(DISPLAYS, word) ?? (isDisplay(word) ? word : "unknown");
    const code = this.code ?? "";
    this.display =
      told === "offline" || this.entity("online")?.state === "off"
        ? "offline"
        : ["firmware", "rebooting"].includes(code)
          ? "updating"
          : ((["suspended_evse", "connected"].includes(told) ? groupOf(PAUSES, code) : undefined) ?? told);
    this.silence = cut ?? (this.display === "offline" ? "offline" : undefined);
  }

  id(role: string): string | undefined {
    return kept(this.#ids, role, () => entityOf(this.hass, this.ref, role, this.config) ?? "") || undefined;
  }

  entity(role: string): HassEntity | undefined {
    return this.hass.states[this.id(role) ?? ""];
  }

  /** A role's state as text; undefined when it says nothing. */
  word(role: string): string | undefined {
    const state = this.entity(role)?.state;
    return state === "unavailable" || state === "unknown" ? undefined : state;
  }

  num(role: string): number | undefined {
    return number(this.word(role));
  }

  /** What it said last, also of a wallbox that is offline. */
  last(role: string): number | undefined {
    return this.num(role) ?? number(fields(this.entity("status")?.attributes["last"])[role]);
  }

  has(role: string): boolean {
    return this.entity(role) !== undefined;
  }

  /** A cap the wallbox has; without a list (a foreign wallbox) what counts is that the entity exists. */
  can(cap: string, role = cap): boolean {
    return this.has(role) && (this.ref.caps?.includes(cap) ?? true);
  }

  get plugged(): boolean | undefined {
    const plug = this.word("car_connected");
    if (plug !== undefined) return plug === "on";
    if (["unknown", "offline", "faulted"].includes(this.display)) return undefined;
    return !["available", "reserved", "out_of_service", "updating"].includes(this.display);
  }

  get waitsForSun(): boolean {
    const picture = groupOf(ICON_GROUPS, this.code ?? "");
    return this.display === "suspended_evse" && (picture === "cloudsun" || picture === "battery");
  }

  get tint(): Tint {
    if (this.silence) return "idle";
    return this.code === "replug_required" ? "attention" : (groupOf(TINTS, this.display) ?? "idle");
  }

  get icon(): IconName {
    if (this.cut) return "link-off";
    return this.waitsForSun ? "cloudsun" : (groupOf(ICON_GROUPS, this.display) ?? "clock");
  }

  get wordKey(): Key {
    return `s_${this.cut ?? this.display}`;
  }

  get phases(): number {
    return number(this.ref.facts["phases"]) ?? (this.has("current_l2") ? 3 : 1);
  }

  /** Phases carrying current now. */
  get phasesUsed(): number {
    return this.num("phases_used") ?? this.phases;
  }

  get minA(): number {
    return number(this.ref.facts["min_a"]) ?? 6;
  }

  get maxA(): number {
    return number(this.entity("limit")?.attributes["max"]) ?? number(this.ref.facts["max_a"]) ?? 32;
  }

  /** Full scale of the dial, W. */
  get maxW(): number {
    return this.maxA * (this.num("voltage") ?? 230) * this.phases;
  }

  /** What the planner lets through, A per phase; undefined when it lets all. */
  get allowedA(): number | undefined {
    return this.num("allocated_a") ?? this.num("available_a");
  }

  get currentA(): number | undefined {
    const legs = [1, 2, 3].map((leg) => this.num(`current_l${leg}`) ?? -Infinity);
    return this.num("current") ?? this.num("observed_a") ?? number(Math.max(...legs));
  }

  get timeoutMs(): number {
    return (number(this.ref.facts["command_timeout_s"]) ?? 35) * 1000;
  }

  /** Name of the command on its way, undefined when none is. */
  get pendingCommand(): string | undefined {
    const command = this.entity("command");
    return command?.state === "pending" ? (text(command.attributes["name"]) ?? "") : undefined;
  }

  /** When the link to it was lost or made. */
  get linkMs(): number | undefined {
    return time((this.entity("online") ?? this.entity("status"))?.last_changed);
  }

  /** When the newest of the card's figures was true. */
  get asOfMs(): number {
    if (this.silence === "offline") return this.linkMs ?? 0;
    return Math.max(...["power", "status", "reason"].map((role) => time(this.entity(role)?.last_updated) ?? 0));
  }
}

const MODE_ICONS: Groups<IconName> = [
  ["leaf", "eco"],
  ["sun", "solar"],
  ["excess", "excess"],
  ["close", "off"],
];

export function modeIcon(option: string): IconName {
  return groupOf(MODE_ICONS, modeWord(option)) ?? "bolt";
}
