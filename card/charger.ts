/** One wallbox as the card sees it: values by role, and the word, colour and icon that follow from them. */
import { parseMode } from "../shared/modes.ts";
import type { CardConfig } from "./config.ts";
import { type ChargerRef, entityOf } from "./discovery.ts";
import { fields, type Fields, type Hass, type HassEntity, isMissing, number, text, time } from "./hass.ts";
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

const FACES: Readonly<Record<Display, readonly [Tint, IconName]>> = {
  available: ["idle", "unplugged"],
  connected: ["waiting", "plug"],
  awaiting_authorization: ["attention", "card"],
  charging: ["charging", "bolt"],
  suspended_ev: ["waiting", "car"],
  suspended_evse: ["waiting", "clock"],
  scheduled: ["waiting", "clock"],
  paused: ["idle", "pause"],
  finished: ["finished", "check"],
  reserved: ["idle", "lock"],
  updating: ["idle", "clock"],
  out_of_service: ["idle", "lock"],
  faulted: ["fault", "alert"],
  offline: ["idle", "cloud-off"],
  unknown: ["idle", "clock"],
};

const DISPLAY: Readonly<Record<string, Display>> = {
  available: "available",
  preparing: "connected",
  charging: "charging",
  suspended_ev: "suspended_ev",
  suspended_evse: "suspended_evse",
  finishing: "finished",
  reserved: "reserved",
  out_of_service: "out_of_service",
  faulted: "faulted",
  offline: "offline",
};

const SUNNY = ["insufficient_solar", "no_excess", "battery_priority", "start_delay", "grace", "grid_charging_off"];

export class ChargerView {
  readonly hass: Hass;
  readonly ref: ChargerRef;
  readonly config: CardConfig;
  readonly silence: Silence;
  readonly display: Display;
  readonly code: string | undefined;
  readonly params: Fields;
  readonly #ids = new Map<string, string | undefined>();

  constructor(hass: Hass, ref: ChargerRef, config: CardConfig, link: "disconnected" | "silent" | undefined) {
    this.hass = hass;
    this.ref = ref;
    this.config = config;
    const reason = this.entity("reason");
    this.code = isMissing(reason) ? undefined : reason?.state;
    this.params = fields(reason?.attributes["params"]);
    const word = this.entity("status")?.state ?? "unknown";
    let display = DISPLAY[word] ?? "unknown";
    const offline = display === "offline" || this.entity("online")?.state === "off";
    this.silence = link ?? (offline ? "offline" : undefined);
    if (offline) display = "offline";
    else if (this.code === "firmware" || this.code === "rebooting") display = "updating";
    else if (display === "suspended_evse") {
      if (this.code === "paused_by_user") display = "paused";
      else if (this.code === "planned" || this.code === "waiting_tariff") display = "scheduled";
    } else if (display === "connected") {
      if (this.code === "authorization") display = "awaiting_authorization";
      else if (this.code === "paused_by_user") display = "paused";
      else if (this.code === "planned" || this.code === "waiting_tariff") display = "scheduled";
    }
    this.display = display;
  }

  id(role: string): string | undefined {
    if (!this.#ids.has(role)) this.#ids.set(role, entityOf(this.hass, this.ref, role, this.config));
    return this.#ids.get(role);
  }

  entity(role: string): HassEntity | undefined {
    const id = this.id(role);
    return id === undefined ? undefined : this.hass.states[id];
  }

  /** A role's state as text; undefined when it says nothing. */
  word(role: string): string | undefined {
    const entity = this.entity(role);
    return isMissing(entity) ? undefined : entity?.state;
  }

  num(role: string): number | undefined {
    return number(this.word(role));
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
    if (this.display === "unknown" || this.silence === "offline") return undefined;
    if (["available", "reserved", "out_of_service", "updating"].includes(this.display)) return false;
    return this.display === "faulted" ? undefined : true;
  }

  /** No news of any wallbox: Home Assistant or the bridge is away. */
  get cut(): boolean {
    return this.silence === "disconnected" || this.silence === "silent";
  }

  get waitsForSun(): boolean {
    return this.display === "suspended_evse" && SUNNY.includes(this.code ?? "");
  }

  get tint(): Tint {
    if (this.silence !== undefined) return "idle";
    return this.code === "replug_required" ? "attention" : FACES[this.display][0];
  }

  get icon(): IconName {
    if (this.cut) return "link-off";
    if (this.waitsForSun) return "cloudsun";
    return FACES[this.display][1];
  }

  get wordKey(): Key {
    return this.silence === undefined || this.silence === "offline" ? `s_${this.display}` : `s_${this.silence}`;
  }

  get phases(): 1 | 2 | 3 {
    const told = number(this.ref.facts["phases"]);
    return told === 1 || told === 2 ? told : told === 3 ? 3 : this.has("current_l2") ? 3 : 1;
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
    const legs = [1, 2, 3].map((leg) => this.num(`current_l${leg}`)).filter((a) => a !== undefined);
    return this.num("current") ?? this.num("observed_a") ?? (legs.length > 0 ? Math.max(...legs) : undefined);
  }

  get timeoutMs(): number {
    return (number(this.ref.facts["command_timeout_s"]) ?? 35) * 1000;
  }

  /** Name of the command on its way, undefined when none is. */
  get pendingCommand(): string | undefined {
    const command = this.entity("command");
    return command?.state === "pending" ? (text(command.attributes["name"]) ?? "") : undefined;
  }

  /** When the newest of the card's figures was true. */
  get asOfMs(): number {
    return Math.max(...["power", "status", "reason"].map((role) => time(this.entity(role)?.last_updated) ?? 0));
  }
}

const MODE_ICONS: Readonly<Record<string, IconName>> = {
  standard: "bolt",
  continuous: "bolt",
  eco: "leaf",
  solar: "sun",
  excess: "excess",
  off: "close",
};

export function modeIcon(option: string): IconName {
  return MODE_ICONS[parseMode(option) ?? ""] ?? "bolt";
}
