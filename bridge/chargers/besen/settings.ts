/** The box's own settings as helpers. */
import { ChargerError } from "../charger.ts";
import type { HelperSpec } from "../../../shared/entities.ts";
import type { BesenClient } from "./client.ts";
import type { ToCharger } from "./codec.ts";
import type { FromCharger } from "./messages.ts";
import type { Told } from "./picture.ts";
import { MAX_NAME } from "./settings-codec.ts";
import { LANGUAGES, START_MODES, TEMPERATURE_UNITS } from "./words.ts";

export const SETTING_SPECS: readonly HelperSpec[] = [
  { key: "language", domain: "input_select", name: "Language", icon: "mdi:translate", options: LANGUAGES },
  {
    key: "temperature_unit",
    domain: "input_select",
    name: "Temperature Unit",
    icon: "mdi:thermometer",
    options: TEMPERATURE_UNITS,
  },
  {
    key: "start_mode",
    domain: "input_select",
    name: "Start Mode",
    icon: "mdi:gesture-tap-button",
    options: START_MODES,
  },
  {
    key: "lcd_brightness",
    domain: "input_number",
    name: "LCD Brightness",
    icon: "mdi:brightness-6",
    min: 1,
    max: 100,
    step: 1,
    unit: "%",
    mode: "slider",
  },
  { key: "device_name", domain: "input_text", name: "Device Name", icon: "mdi:rename-box", maxLength: MAX_NAME },
];

type Value = string | number | boolean;

export function settingValues(told: Told): Readonly<Record<string, Value | undefined>> {
  return {
    language: told.language === undefined ? undefined : LANGUAGES[told.language - 1],
    temperature_unit:
      told.temperatureUnit === undefined
        ? undefined
        : TEMPERATURE_UNITS.find((unit) => unit.toLowerCase() === told.temperatureUnit),
    start_mode: told.startMode === undefined ? undefined : START_MODES[told.startMode],
    lcd_brightness: told.brightness,
    device_name: told.name,
  };
}

/** @throws ChargerError when the box does not confirm the value */
export async function writeSettingValue(
  client: BesenClient,
  told: Told,
  key: string,
  value: Value,
  signal: AbortSignal,
): Promise<void> {
  const [message, confirmed] = messageOf(key, value);
  if (key === "device_name") {
    await rename(client, told, message, String(value), signal);
    return;
  }
  const answer = await client.request(message, { signal });
  if (!confirmed(answer)) throw new ChargerError("rejected", "The box keeps its former setting");
}

function messageOf(key: string, value: Value): readonly [ToCharger, (answer: FromCharger) => boolean] {
  switch (key) {
    case "language": {
      const language = indexOf(LANGUAGES, value) + 1;
      return [{ kind: "language", action: "set", language }, (a) => a.kind === "language" && a.language === language];
    }
    case "temperature_unit": {
      const unit = String(TEMPERATURE_UNITS[indexOf(TEMPERATURE_UNITS, value)]).toLowerCase();
      return [
        { kind: "temperature_unit", action: "set", unit },
        (a) => a.kind === "temperature_unit" && a.unit === unit,
      ];
    }
    case "start_mode": {
      const mode = indexOf(START_MODES, value);
      return [{ kind: "offline_charge", action: "set", mode }, (a) => a.kind === "offline_charge" && a.mode === mode];
    }
    case "lcd_brightness": {
      const percent = Number(value);
      if (!Number.isInteger(percent) || percent < 1 || percent > 100)
        throw new ChargerError("rejected", "LCD brightness is 1 to 100 %");
      return [
        { kind: "lcd_brightness", action: "set", percent },
        (a) => a.kind === "lcd_brightness" && (a.percent === null || a.percent === percent),
      ];
    }
    case "device_name": {
      const name = String(value).trim();
      if (!/^[\x20-\x7e]+$/.test(name) || name.length > MAX_NAME)
        throw new ChargerError("rejected", `A name has 1 to ${MAX_NAME} ASCII characters`);
      return [{ kind: "name", action: "set", name }, (a) => a.kind === "name" && a.name === name];
    }
    default:
      throw new ChargerError("unsupported", `This charger has no setting "${key}"`);
  }
}

function indexOf(options: readonly string[], value: Value): number {
  const index = options.indexOf(String(value));
  if (index < 0) throw new ChargerError("rejected", `Allowed: ${options.join(", ")}`);
  return index;
}

/** The box drops the connection when it is renamed: the name it tells at the next login is the answer. */
async function rename(
  client: BesenClient,
  told: Told,
  message: ToCharger,
  wanted: string,
  signal: AbortSignal,
): Promise<void> {
  const name = wanted.trim();
  told.name = undefined;
  client.expectDrop();
  try {
    const answer = await client.request(message, { signal });
    if (answer.kind === "name" && answer.action === "set" && answer.name !== name) {
      told.name = answer.name;
      throw new ChargerError("rejected", "The box keeps its former name");
    }
    told.name = name;
  } catch (error) {
    const dropped = error instanceof ChargerError && (error.code === "offline" || error.code === "timeout");
    if (!dropped) throw error;
    await client.untilTold(() => told.name !== undefined, signal);
    if (told.name !== name) throw new ChargerError("rejected", "The box keeps its former name");
  }
}
