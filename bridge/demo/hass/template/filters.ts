/** Filters and tests of templates: those that switches, numbers, scripts and questions of a dashboard use. */
import { isRecord, number } from "../json.ts";
import { TemplateError } from "./lex.ts";
import { member, show, truthy } from "./values.ts";

type Filter = (value: unknown, ...given: unknown[]) => unknown;
type Test = (value: unknown, ...given: unknown[]) => boolean;

const items = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.map((item: unknown) => item) : isRecord(value) ? Object.keys(value) : [];

const fallback = (name: string, value: unknown, given: unknown): unknown => {
  if (given === undefined)
    throw new TemplateError(
      `${name} got invalid input '${show(value)}' when rendering template but no default was specified`,
    );
  return isRecord(given) && "default" in given ? given["default"] : given;
};

export const TESTS: Readonly<Record<string, Test>> = {
  none: (value) => value === null || value === undefined,
  defined: (value) => value !== undefined,
  undefined: (value) => value === undefined,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  callable: (value) => typeof value === "function",
  boolean: (value) => typeof value === "boolean",
  sequence: (value) => Array.isArray(value) || typeof value === "string",
  mapping: (value) => isRecord(value),
  true: (value) => value === true,
  false: (value) => value === false,
};

const byAttribute =
  (keep: boolean): Filter =>
  (value, attribute, name, ...given) => {
    const test = name === undefined ? truthy : TESTS[show(name)];
    if (test === undefined) throw new TemplateError(`No test named '${show(name)}'.`);
    return items(value).filter((item) => test(member(item, attribute), ...given) === keep);
  };

export const FILTERS: Readonly<Record<string, Filter>> = {
  default: (value, given, also) => (value === undefined || (also === true && !truthy(value)) ? given : value),
  float: (value, given) => number(value) ?? fallback("float", value, given),
  int: (value, given) => {
    const parsed = number(value);
    return parsed === undefined ? fallback("int", value, given) : Math.trunc(parsed);
  },
  round: (value, digits) => {
    const factor = 10 ** (number(digits) ?? 0);
    return Math.round((number(value) ?? 0) * factor) / factor;
  },
  abs: (value) => Math.abs(number(value) ?? 0),
  string: (value) => show(value),
  bool: (value) => [true, 1, "true", "on", "yes", "1", "True"].some((word) => word === value),
  lower: (value) => show(value).toLowerCase(),
  upper: (value) => show(value).toUpperCase(),
  length: (value) => (typeof value === "string" ? value.length : items(value).length),
  list: (value) => (typeof value === "string" ? Array.from(value) : items(value)),
  join: (value, by) => items(value).map(show).join(show(by)),
  first: (value) => items(value)[0],
  last: (value) => items(value).at(-1),
  random: (value) => {
    const all = items(value);
    return all[Math.floor(Math.random() * all.length)];
  },
  to_json: (value) => JSON.stringify(value),
  tojson: (value) => JSON.stringify(value),
  from_json: (value) => {
    const parsed: unknown = JSON.parse(show(value));
    return parsed;
  },
  rejectattr: byAttribute(false),
  selectattr: byAttribute(true),
  reject: (value, name) => items(value).filter((item) => !(TESTS[show(name)] ?? truthy)(item)),
  select: (value, name) => items(value).filter((item) => (TESTS[show(name)] ?? truthy)(item)),
  map: (value, given) =>
    isRecord(given)
      ? items(value).map((item) => member(item, given["attribute"]))
      : items(value).map((item) => FILTERS[show(given)]?.(item)),
};
