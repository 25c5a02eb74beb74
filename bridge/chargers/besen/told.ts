/** What the box has told so far, and how each message adds to it. */
import type { FromCharger } from "./messages.ts";
import type { Told } from "./picture.ts";

export function nothingTold(): Told {
  return {
    info: undefined,
    serial: undefined,
    version: undefined,
    status: undefined,
    session: undefined,
    storedA: undefined,
    name: undefined,
    language: undefined,
    temperatureUnit: undefined,
    startMode: undefined,
    brightness: undefined,
    clockWire: undefined,
    schedule: undefined,
  };
}

/** Status frames are not folded here: what they mean depends on the one before. */
export function fold(told: Told, message: FromCharger): void {
  switch (message.kind) {
    case "login_beacon":
    case "login_response":
      told.info = message;
      return;
    case "version":
      told.version = message;
      return;
    case "session":
      told.session = message;
      return;
    case "output_amps":
      told.storedA = message.amps;
      return;
    case "name":
      told.name = message.name;
      return;
    case "language":
      told.language = message.language;
      return;
    case "temperature_unit":
      told.temperatureUnit = message.unit;
      return;
    case "offline_charge":
      told.startMode = message.mode;
      return;
    case "lcd_brightness":
      if (message.percent !== null) told.brightness = message.percent;
      return;
    case "system_time":
      told.clockWire = message.wireTimestamp ?? undefined;
      return;
    case "weekly_schedule":
      told.schedule = message.slots;
      return;
    default:
  }
}
