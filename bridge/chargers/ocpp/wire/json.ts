/** Reading foreign JSON: each reader answers `undefined` for what is absent or of another kind, never throws. */
import { parseDate } from "../../../ocpp/dates.ts";
import type { Json, JsonObject } from "../../../ocpp/station.ts";

export function object(value: Json | undefined, key: string): JsonObject | undefined {
  const found = at(value, key);
  return isObject(found) ? found : undefined;
}

/** A list; a lone object counts as a list of one (Huawei `meterValue`). */
export function objects(value: Json | undefined, key: string): readonly JsonObject[] {
  return objectsOf(at(value, key));
}

/** What `objects` makes of a value already at hand. */
export function objectsOf(found: Json | undefined): readonly JsonObject[] {
  if (Array.isArray(found)) return found.filter((item) => isObject(item));
  return isObject(found) ? [found] : [];
}

export function text(value: Json | undefined, key: string): string | undefined {
  return textOf(at(value, key));
}

/** What `text` makes of a value already at hand. */
export function textOf(found: Json | undefined): string | undefined {
  if (typeof found === "string") return found;
  return typeof found === "number" || typeof found === "boolean" ? String(found) : undefined;
}

/** A finite number, also from numeric text. */
export function number(value: Json | undefined, key: string): number | undefined {
  return numberOf(at(value, key));
}

/** What `number` makes of a value already at hand. */
export function numberOf(found: Json | undefined): number | undefined {
  if (typeof found === "number") return Number.isFinite(found) ? found : undefined;
  if (typeof found !== "string" || found.trim() === "") return undefined;
  const parsed = Number(found.trim());
  return Number.isFinite(parsed) ? parsed : undefined;
}

export function whole(value: Json | undefined, key: string): number | undefined {
  return wholeOf(at(value, key));
}

/** What `whole` makes of a value already at hand. */
export function wholeOf(value: Json | undefined): number | undefined {
  const found = numberOf(value);
  return found !== undefined && Number.isInteger(found) ? found : undefined;
}

export function flag(value: Json | undefined, key: string): boolean | undefined {
  return flagOf(at(value, key));
}

/** What `flag` makes of a value already at hand. */
export function flagOf(found: Json | undefined): boolean | undefined {
  if (typeof found === "boolean") return found;
  return found === "true" ? true : found === "false" ? false : undefined;
}

export function at(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const EARLIEST_MS = Date.UTC(2020, 0, 1);
const lastTime: { raw: string; ms: number | undefined } = { raw: "", ms: undefined };

/**
 * A charger's timestamp, ms since the epoch: ISO 8601 with or without zone (none = UTC), with a space instead of the T, or a `+02`
 * zone. Years before 2020 come from clocks that were never set and count as none.
 */
export function timestampMs(value: Json | undefined, key: string): number | undefined {
  return timeOf(at(value, key));
}

/** What `timestampMs` makes of a value already at hand. */
export function timeOf(raw: Json | undefined): number | undefined {
  if (typeof raw !== "string") return undefined;
  // A message says the same time in several places.
  if (raw !== lastTime.raw) {
    const ms = parseDate(raw);
    lastTime.raw = raw;
    lastTime.ms = ms !== undefined && ms >= EARLIEST_MS ? ms : undefined;
  }
  return lastTime.ms;
}

/** UTC with milliseconds and Z, as OCPP wants it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** JSON text of an object; undefined for anything else. */
export function jsonOf(source: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(source);
    return isObject(value as Json) ? (value as JsonObject) : undefined;
  } catch {
    return undefined; // it is some other text
  }
}
