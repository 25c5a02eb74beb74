/** The lenient pipeline: makes of a payload that breaks its schema the nearest one that says the same. */
import type { Schema } from "./schemas.ts";
import type { Json, JsonObject } from "./station.ts";

/** Deeper than any schema; free-form parts below it are cut off. */
const MAX_FREE_DEPTH = 32;
/** Never become keys of an object of ours. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const MAX_NOTES = 20;

/** Absent required fields that have an obvious value. */
export type Fill = (field: string, path: string) => Json | undefined;

/** Repairs in place and returns what it did, at most 20 notes, such as `dropped meterValue/0/vendorNote`. Never throws. */
export function repair(payload: JsonObject, schema: Schema, fill: Fill): string[] {
  const job: Job = { root: schema, fill, notes: [] };
  repairObject(payload, schema, "", job);
  return job.notes;
}

/** Removes what must never be stored: unsafe keys, infinite numbers, broken text. For frames whose text looks suspicious. */
export function purge(payload: JsonObject): string[] {
  const notes: string[] = [];
  purgeValue(payload, "", 0, notes);
  return notes;
}

interface Job {
  readonly root: Schema;
  readonly fill: Fill;
  readonly notes: string[];
}

const DROP = Symbol("drop");

function repairObject(value: JsonObject, schema: Schema, path: string, job: Job): void {
  const properties = schema.properties ?? {};
  for (const key of Object.keys(value)) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const at = path === "" ? key : `${path}/${key}`;
    if (inner === undefined) {
      if (schema.additionalProperties === false || UNSAFE_KEYS.has(key)) {
        Reflect.deleteProperty(value, key);
        note(job.notes, `dropped ${at}`);
      }
      continue;
    }
    const before = value[key];
    const after = repairValue(before, resolve(inner, job.root), at, job);
    if (after === DROP) {
      Reflect.deleteProperty(value, key);
      note(job.notes, `dropped ${at}`);
    } else if (after !== before) {
      value[key] = after;
      note(job.notes, `converted ${at}`);
    }
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key)) continue;
    const at = path === "" ? key : `${path}/${key}`;
    const filled = job.fill(key, at);
    if (filled !== undefined) value[key] = filled;
    note(job.notes, `${filled === undefined ? "missing" : "filled"} ${at}`);
  }
}

function repairValue(value: Json | undefined, schema: Schema, path: string, job: Job): Json | typeof DROP {
  if (value === undefined || value === null) return schema.type === undefined && value === null ? value : DROP;
  switch (schema.type) {
    case "object":
      return repairToObject(value, schema, path, job);
    case "array":
      return repairToArray(value, schema, path, job);
    case "string":
      return repairToString(value, schema, path, job);
    case "number":
    case "integer":
      return repairToNumber(value);
    case "boolean":
      return repairToBoolean(value);
    default: {
      const notes: string[] = [];
      return purgeValue(value, path, 0, notes) ? value : DROP;
    }
  }
}

function repairToObject(value: Json, schema: Schema, path: string, job: Job): Json | typeof DROP {
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (only === undefined || !isObject(only)) return DROP;
  repairObject(only, schema, path, job);
  return only;
}

function repairToArray(value: Json, schema: Schema, path: string, job: Job): Json | typeof DROP {
  const items = resolve(schema.items ?? {}, job.root);
  // Huawei sends `meterValue` as an object.
  const list = Array.isArray(value) ? value : [value];
  const kept: Json[] = [];
  let changed = list !== value;
  list.forEach((item, index) => {
    const after = repairValue(item, items, `${path}/${index}`, job);
    if (after === DROP) note(job.notes, `dropped ${path}/${index}`);
    else kept.push(after);
    changed ||= after !== item;
  });
  if (kept.length === 0 && list.length > 0) return DROP;
  return changed ? kept : value;
}

function repairToString(value: Json, schema: Schema, path: string, job: Job): Json | typeof DROP {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : DROP;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "string" || !value.isWellFormed()) return DROP;
  if (schema.enum !== undefined && !schema.enum.includes(value)) note(job.notes, `unknown word in ${path}`);
  return value;
}

function repairToNumber(value: Json): Json | typeof DROP {
  if (typeof value === "number") return Number.isFinite(value) ? value : DROP;
  if (typeof value !== "string" || value.trim() === "") return DROP;
  const number = Number(value);
  return Number.isFinite(number) ? number : DROP;
}

function repairToBoolean(value: Json): Json | typeof DROP {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === "true" || word === 1 || word === "1") return true;
  return word === "false" || word === 0 || word === "0" ? false : DROP;
}

/** False when the value itself must go. */
function purgeValue(value: Json | undefined, path: string, depth: number, notes: string[]): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string") return value.isWellFormed();
  if (value === null || value === undefined || typeof value === "boolean") return true;
  if (depth > MAX_FREE_DEPTH) return false;
  if (Array.isArray(value)) {
    const kept = value.filter((item, index) => purgeValue(item, `${path}/${index}`, depth + 1, notes));
    if (kept.length < value.length) {
      value.splice(0, value.length, ...kept);
      note(notes, `dropped from ${path}`);
    }
    return true;
  }
  for (const key of Object.keys(value)) {
    const at = path === "" ? key : `${path}/${key}`;
    if (UNSAFE_KEYS.has(key) || !key.isWellFormed() || !purgeValue(value[key], at, depth + 1, notes)) {
      Reflect.deleteProperty(value, key);
      note(notes, `dropped ${at}`);
    }
  }
  return true;
}

function resolve(schema: Schema, root: Schema): Schema {
  const name =
    schema.$ref?.startsWith("#/definitions/") === true ? schema.$ref.slice("#/definitions/".length) : undefined;
  return name === undefined ? schema : (root.definitions?.[name] ?? {});
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function note(notes: string[], text: string): void {
  if (notes.length < MAX_NOTES) notes.push(text.slice(0, 120));
}
