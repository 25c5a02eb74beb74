/** Values of a template: JSON, plus Python's times, tuples as lists, and namespaces. `undefined` is Jinja's undefined, `null` is None. */
import { isRecord, type Json } from "../json.ts";
import { isoTime } from "../bus.ts";

/** A point in time. */
export class Instant {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}
/** A time span. */
export class Span {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Instant || value instanceof Span || typeof value === "function") return true;
  if (isRecord(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As Python's `str()`. */
export function show(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : repr(value);
}

function repr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  if (value instanceof Instant) return isoTime(value.ms).replace("T", " ");
  if (value instanceof Span) return `${value.ms / 1000}`;
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
      .join(", ")}}`;
  return typeof value === "number" ? String(value) : "";
}

/** Attribute, key or index; `undefined` where there is none. */
export function member(from: unknown, key: unknown): unknown {
  if (Array.isArray(from)) return typeof key === "number" ? from.at(key) : undefined;
  if (from instanceof Instant)
    return key === "timestamp" ? () => from.ms / 1000 : key === "isoformat" ? () => isoTime(from.ms) : undefined;
  if (from instanceof Span) return key === "total_seconds" ? () => from.ms / 1000 : undefined;
  if (typeof from === "string") return typeof key === "number" ? from.at(key) : textMethod(from, key);
  if (typeof from === "function") {
    const found: unknown = Reflect.get(from, String(key));
    return found;
  }
  if (!isRecord(from)) return undefined;
  const name = String(key);
  if (Object.hasOwn(from, name)) return from[name];
  return dictMethod(from, name);
}

function textMethod(text: string, key: unknown): unknown {
  switch (key) {
    case "lower":
      return () => text.toLowerCase();
    case "upper":
      return () => text.toUpperCase();
    case "startswith":
      return (start: unknown) => text.startsWith(String(start));
    case "split":
      return (by: unknown) => text.split(String(by));
    case "replace":
      return (old: unknown, next: unknown) => text.replaceAll(String(old), String(next));
    default:
      return undefined;
  }
}

function dictMethod(dict: Json, name: string): unknown {
  switch (name) {
    case "get":
      return (key: unknown, otherwise: unknown = null) => dict[String(key)] ?? otherwise;
    case "items":
      return () => Object.entries(dict);
    case "keys":
      return () => Object.keys(dict);
    case "values":
      return () => Object.values(dict);
    default:
      return undefined;
  }
}

/** What Home Assistant makes of rendered text: numbers, lists and dictionaries become themselves. */
export function nativeResult(text: string): unknown {
  const trimmed = text.trim();
  if (/^-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?$/i.test(trimmed)) return Number(trimmed);
  if (trimmed === "True") return true;
  if (trimmed === "False") return false;
  if (trimmed === "None") return null;
  if (/^[[{]/.test(trimmed)) {
    try {
      const parsed: unknown = JSON.parse(trimmed);
      return parsed;
    } catch {
      return trimmed;
    }
  }
  return trimmed;
}
