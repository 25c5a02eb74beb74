/** Settings frames: requests (get, set) and replies share one layout, save where noted. */
import { putText, text, viewOf } from "./bytes.ts";
import type { Action, ScheduleSlot, Setting } from "./messages.ts";

const NAME_PREFIX = "ACP#";
/** With its prefix; the box's own field is longer. */
const NAME_LENGTH = 15;
export const MAX_NAME = NAME_LENGTH - NAME_PREFIX.length;

function actionOf(byte: number): Action {
  return byte === 1 ? "set" : byte === 2 ? "get" : "report";
}

export function actionByte(action: Action): number {
  return action === "set" ? 1 : action === "get" ? 2 : 0;
}

/** @returns undefined when the payload is too short for its layout */
export function readSetting(kind: Setting["kind"], payload: Uint8Array): Setting | undefined {
  const p = viewOf(payload);
  if (p.length < 2) return undefined;
  const action = actionOf(p.readUInt8(0));
  switch (kind) {
    case "system_time":
      return { kind, action, wireTimestamp: p.length >= 5 ? p.readUInt32BE(1) : null };
    case "output_amps":
      return { kind, action, amps: p.readUInt8(1) };
    case "name":
      return { kind, action, name: bareName(text(p, 1, p.length >= 33 ? 32 : 16)) };
    case "offline_charge":
      return { kind, action, mode: p.readUInt8(1) };
    case "language":
      return { kind, action, language: p.readUInt8(1) };
    case "temperature_unit":
      return { kind, action, unit: unitWord(p.readUInt8(1)) };
    case "lcd_brightness":
      return {
        kind,
        action: p.readUInt8(1),
        percent: p.length >= 3 && p.readUInt8(0) === 0 && [1, 2, 3].includes(p.readUInt8(1)) ? p.readUInt8(2) : null,
      };
    case "weekly_schedule":
      return p.length < 64 ? undefined : { kind, action, slots: readSlots(p) };
  }
}

/** Strips the prefix that some replies repeat, so that it is never written twice. */
function bareName(name: string): string {
  return name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name;
}

function unitWord(byte: number): string {
  return byte === 1 ? "celsius" : byte === 2 ? "fahrenheit" : `unknown_${byte}`;
}

function unitByte(word: string): number {
  return word === "celsius" ? 1 : word === "fahrenheit" ? 2 : Number(word.replace("unknown_", "")) & 0xff;
}

function readSlots(p: Buffer): readonly ScheduleSlot[] {
  return Array.from({ length: 7 }, (_, day) => {
    const at = 1 + day * 9;
    return {
      on: p.readUInt8(at) === 3,
      hour: p.readUInt8(at + 1),
      minute: p.readUInt8(at + 2),
      durationMinutes: p.readUInt16BE(at + 3),
    };
  });
}

/** A reply, or a request with action `set`. */
export function writeSetting(setting: Setting): Uint8Array {
  switch (setting.kind) {
    case "system_time": {
      const p = Buffer.alloc(5);
      p.writeUInt8(actionByte(setting.action), 0);
      p.writeUInt32BE(setting.wireTimestamp ?? 0, 1);
      return p;
    }
    case "output_amps":
      return Uint8Array.of(actionByte(setting.action), setting.amps);
    case "name": {
      const p = Buffer.alloc(33);
      p.writeUInt8(actionByte(setting.action), 0);
      putText(p, 1, 32, (NAME_PREFIX + setting.name).slice(0, NAME_LENGTH).padEnd(NAME_LENGTH));
      return p;
    }
    case "offline_charge":
      return Uint8Array.of(actionByte(setting.action), setting.mode);
    case "language":
      return Uint8Array.of(actionByte(setting.action), setting.language);
    case "temperature_unit":
      return Uint8Array.of(actionByte(setting.action), unitByte(setting.unit));
    case "lcd_brightness": {
      const percent = setting.percent ?? 0;
      // A set is `00 02 pct` and zeros; a reply carries two more figures of unknown meaning.
      return setting.action === 2
        ? Uint8Array.of(0, 2, percent, 0, 0, 0, 0, 0)
        : Uint8Array.of(0, setting.action, percent, 2, 0, 1, 0, 0);
    }
    case "weekly_schedule": {
      const p = Buffer.alloc(64);
      p.writeUInt8(actionByte(setting.action), 0);
      setting.slots.slice(0, 7).forEach((slot, day) => {
        const at = 1 + day * 9;
        p.writeUInt8(slot.on ? 3 : 1, at);
        p.writeUInt8(slot.hour, at + 1);
        p.writeUInt8(slot.minute, at + 2);
        p.writeUInt16BE(slot.durationMinutes, at + 3);
        p.fill(0xff, at + 5, at + 9);
      });
      return p;
    }
  }
}

/** Payload of a getter. */
export function writeGet(kind: Setting["kind"]): Uint8Array {
  switch (kind) {
    case "name":
      return Buffer.concat([Uint8Array.of(2), new Uint8Array(32)]);
    case "weekly_schedule":
      return Buffer.concat([Uint8Array.of(2), new Uint8Array(63)]);
    case "lcd_brightness":
      return Uint8Array.of(0, 1, 0, 1, 0, 0, 0, 0);
    case "system_time":
    case "output_amps":
    case "offline_charge":
    case "language":
    case "temperature_unit":
      return Uint8Array.of(2, 0);
  }
}

/** Whether the payload of a settings request asks rather than sets. */
export function isGet(kind: Setting["kind"], payload: Uint8Array): boolean {
  return kind === "lcd_brightness" ? payload[1] === 1 : payload[0] === 2;
}
