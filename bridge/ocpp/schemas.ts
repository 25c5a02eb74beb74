/** The JSON schemas of each version, loaded on first use and compiled one by one: compiling all of them costs seconds and 100 MB. */
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import { parseDate } from "./dates.ts";
import type { OcppVersion } from "./station.ts";

/** The part of JSON Schema that OCPP's schemas use. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export type Direction = "Request" | "Response";

/** The root of `typed-ocpp` compiles every schema when imported; these files are plain data. They have no types worth having. */
const FILES: Readonly<Record<OcppVersion, string>> = {
  "1.6": "typed-ocpp/dist/ocpp16/schemas.js",
  "2.0.1": "typed-ocpp/dist/ocpp20/schemas.js",
  "2.1": "typed-ocpp/dist/ocpp21/schemas.js",
};

/**
 * No `useDefaults`: 2.0.1 gives `unitOfMeasure.unit` the default "Wh" for every measurand, which would turn 16 A into 16 Wh.
 * `multipleOfPrecision`: 16.1 is no binary multiple of 0.1. Descriptions are ignored, so `strict` has nothing to say here.
 */
const OPTIONS = {
  strict: false,
  strictNumbers: true,
  useDefaults: false,
  allErrors: false,
  multipleOfPrecision: 6,
} as const;

/** One direction of one action: its schema, and its check once compiled. */
export interface Message {
  readonly schema: Schema;
  readonly lenient: () => ValidateFunction;
  readonly strict: () => ValidateFunction;
}

interface Book {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly messages: Readonly<Record<Direction, Map<string, Message>>>;
}

const require = createRequire(import.meta.url);
const books = new Map<OcppVersion, Book>();

/** `undefined`: the version has no such message. */
export function messageOf(version: OcppVersion, action: string, direction: Direction): Message | undefined {
  const { messages } = book(version);
  const known = messages[direction].get(action);
  if (known !== undefined) return known;
  const schema = schemaOf(version, action, direction);
  if (schema === undefined) return undefined;
  const message = { schema, lenient: once(() => compile(schema, false)), strict: once(() => compile(schema, true)) };
  messages[direction].set(action, message);
  return message;
}

/** `undefined`: the version has no such message. */
export function schemaOf(version: OcppVersion, action: string, direction: Direction): Schema | undefined {
  const { schemas } = book(version);
  const name = `${action}${direction}`;
  if (Object.hasOwn(schemas, name)) return schemas[name];
  // A message without an answer is filed under its bare name.
  return direction === "Request" && Object.hasOwn(schemas, action) && !/(?:Request|Response)$/.test(action)
    ? schemas[action]
    : undefined;
}

/** Actions of a version, in the schemas' order. */
export function actionsOf(version: OcppVersion): readonly string[] {
  return Object.keys(book(version).schemas)
    .filter((name) => !name.endsWith("Response"))
    .map((name) => name.replace(/Request$/, ""));
}

/** `strict` also checks dates; the other leaves formats alone. */
function compile(schema: Schema, strict: boolean): ValidateFunction {
  if (!strict) return new Ajv({ ...OPTIONS, validateFormats: false }).compile(schema);
  const formats = { "date-time": (text: string) => parseDate(text) !== undefined, uri: true as const };
  return new Ajv({ ...OPTIONS, formats }).compile(schema);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function book(version: OcppVersion): Book {
  let found = books.get(version);
  if (found === undefined) {
    const schemas = require(FILES[version]) as Readonly<Record<string, Schema>>;
    found = { schemas, messages: { Request: new Map(), Response: new Map() } };
    books.set(version, found);
  }
  return found;
}
