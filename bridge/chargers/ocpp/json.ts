/** Reading foreign JSON: each reader answers `undefined` for what is absent or of another kind, never throws. */
import type { Json, JsonObject } from "../../ocpp/station.ts";

export function object(value: Json | undefined, key: string): JsonObject | undefined {
  const found = at(value, key);
  return isObject(found) ? found : undefined;
}

/** A list; a lone object counts as a list of one (Huawei `meterValue`). */
export function objects(value: Json | undefined, key: string): readonly JsonObject[] {
  const found = at(value, key);
  if (Array.isArray(found)) return found.filter((item) => isObject(item));
  return isObject(found) ? [found] : [];
}

export function text(value: Json | undefined, key: string): string | undefined {
  const found = at(value, key);
  if (typeof found === "string") return found;
  return typeof found === "number" || typeof found === "boolean" ? String(found) : undefined;
}

/** A finite number, also from numeric text. */
export function number(value: Json | undefined, key: string): number | undefined {
  const found = at(value, key);
  if (typeof found === "number") return Number.isFinite(found) ? found : undefined;
  if (typeof found !== "string" || found.trim() === "") return undefined;
  const parsed = Number(found.trim());
  return Number.isFinite(parsed) ? parsed : undefined;
}

export function whole(value: Json | undefined, key: string): number | undefined {
  const found = number(value, key);
  return found !== undefined && Number.isInteger(found) ? found : undefined;
}

export function flag(value: Json | undefined, key: string): boolean | undefined {
  const found = at(value, key);
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

/**
 * A charger's timestamp, ms since the epoch: ISO 8601 with or without zone (none = UTC), with a space instead of the T, or a `+02`
 * zone. Years before 2020 come from clocks that were never set and count as none.
 */
export function timestampMs(value: Json | undefined, key: string): number | undefined {
  const raw = at(value, key);
  if (typeof raw !== "string") return undefined;
  // A message says the same time in several places.
  if (raw !== lastTime.raw) lastTime = { raw, ms: readTime(raw) };
  return lastTime.ms;
}

let lastTime: { readonly raw: string; readonly ms: number | undefined } = { raw: "", ms: undefined };

function readTime(raw: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/.exec(
    raw.trim(),
  );
  if (match === null) return undefined;
  const zone = match[3] ?? "Z";
  const full =
    zone.length === 3
      ? `${zone}:00` // +02
      : zone.length === 5
        ? `${zone.slice(0, 3)}:${zone.slice(3)}` // +0200
        : zone;
  const ms = Date.parse(`${match[1] ?? ""}T${match[2] ?? ""}${full.toUpperCase()}`);
  return Number.isFinite(ms) && ms >= EARLIEST_MS ? ms : undefined;
}

/** UTC with milliseconds and Z, as OCPP wants it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
