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

interface Book {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly lenient: Map<string, ValidateFunction>;
  readonly strict: Map<string, ValidateFunction>;
}

const require = createRequire(import.meta.url);
const books = new Map<OcppVersion, Book>();

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

/**
 * The compiled check of one message. `strict` also checks dates; the other leaves formats alone.
 * `undefined`: the version has no such message.
 */
export function validatorOf(
  version: OcppVersion,
  action: string,
  direction: Direction,
  strict: boolean,
): ValidateFunction | undefined {
  const { lenient, strict: checked } = book(version);
  const cache = strict ? checked : lenient;
  const name = `${action}${direction}`;
  const known = cache.get(name);
  if (known !== undefined) return known;
  const schema = schemaOf(version, action, direction);
  if (schema === undefined) return undefined;
  const compiled = compiler(strict).compile(schema);
  cache.set(name, compiled);
  return compiled;
}

function compiler(strict: boolean): Ajv {
  if (!strict) return new Ajv({ ...OPTIONS, validateFormats: false });
  const formats = { "date-time": (text: string) => parseDate(text) !== undefined, uri: true as const };
  return new Ajv({ ...OPTIONS, formats });
}

function book(version: OcppVersion): Book {
  let found = books.get(version);
  if (found === undefined) {
    const schemas = require(FILES[version]) as Readonly<Record<string, Schema>>;
    found = { schemas, lenient: new Map(), strict: new Map() };
    books.set(version, found);
  }
  return found;
}
