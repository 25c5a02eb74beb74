/** The simulated box's settings: what it stores, and what it answers. */
import type { ClientMessage } from "../../chargers/besen/codec.ts";
import type { ScheduleSlot, Setting, SettingKind } from "../../chargers/besen/messages.ts";
import { epochFromWire, wireFromEpoch } from "../../chargers/besen/time.ts";
import type { Wallbox } from "./wallbox.ts";

export type SettingMessage = Extract<ClientMessage, { kind: SettingKind; action: "get" | "set" }>;

export class SettingsMemory {
  name: string;
  #language = 1;
  #temperatureUnit = "celsius";
  #brightness = 80;
  #clockErrorS = 0;
  #schedule: readonly ScheduleSlot[] = Array.from({ length: 7 }, () => ({
    on: false,
    hour: 0,
    minute: 0,
    durationMinutes: 0,
  }));
  readonly #box: Wallbox;
  readonly #zone: string;

  constructor(box: Wallbox, zone: string, name: string) {
    this.#box = box;
    this.#zone = zone;
    this.name = name;
  }

  /** `keep`: the unit answers, but with its old value. */
  take(m: SettingMessage, nowS: number, keep: boolean): void {
    if (m.action !== "set") return;
    if (m.kind === "system_time") {
      if (m.wireTimestamp !== null) this.#clockErrorS = epochFromWire(m.wireTimestamp, this.#zone) - Math.floor(nowS);
      return;
    }
    if (keep) return;
    switch (m.kind) {
      case "output_amps":
        this.#box.setCurrent(m.amps);
        return;
      case "name":
        this.name = m.name;
        return;
      case "offline_charge":
        this.#box.startMode = m.mode;
        return;
      case "language":
        this.#language = m.language;
        return;
      case "temperature_unit":
        this.#temperatureUnit = m.unit;
        return;
      case "lcd_brightness":
        this.#brightness = m.percent;
        return;
      case "weekly_schedule":
        this.#schedule = m.slots;
    }
  }

  tell(kind: SettingKind, action: "get" | "set", nowS: number): Setting {
    switch (kind) {
      case "output_amps":
        return { kind, action, amps: this.#box.storedA };
      case "name":
        return { kind, action, name: this.name };
      case "offline_charge":
        return { kind, action, mode: this.#box.startMode };
      case "language":
        return { kind, action, language: this.#language };
      case "temperature_unit":
        return { kind, action, unit: this.#temperatureUnit };
      case "lcd_brightness":
        return { kind, action: action === "set" ? 1 : 3, percent: this.#brightness };
      case "system_time":
        return { kind, action, wireTimestamp: wireFromEpoch(nowS + this.#clockErrorS, this.#zone) };
      case "weekly_schedule":
        return { kind, action, slots: this.#schedule };
    }
  }
}
