/** Turns a schema violation into a sentence a person can act on. */
import type { ErrorObject } from "ajv";

/** Path of the offending value and what is wrong with it. `value` is what stood there; secrets are never echoed. */
export function explain(
  error: ErrorObject,
  value: unknown,
): { readonly path: readonly (string | number)[]; readonly message: string } {
  const path = pointerToPath(error.instancePath);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((error.parentSchema as { properties?: Record<string, unknown> }).properties ?? {});
      return { path: [...path, key], message: `unknown key${suggestion(key, known)}; known here: ${known.join(", ")}` };
    }
    case "required":
      return {
        path: [...path, String(params["missingProperty"])],
        message: `is required${descriptionOf(error, String(params["missingProperty"]))}`,
      };
    case "enum":
      return {
        path,
        message: `${show(path, value)} is not one of ${(params["allowedValues"] as unknown[]).join(", ")}`,
      };
    case "anyOf":
      return { path, message: `${show(path, value)} is not allowed; allowed: ${alternatives(error)}` };
    case "minimum":
    case "maximum":
      return { path, message: `${show(path, value)} is out of range; ${range(error)}` };
    case "type":
      return { path, message: `${show(path, value)} should be ${wanted(error, value)}` };
    case "pattern":
      return { path, message: `${show(path, value)} does not fit; expected: ${describe(error)}` };
    default:
      return { path, message: `${show(path, value)}: ${error.message ?? "is not valid"}` };
  }
}

export function pointerToPath(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

const SECRET = /(token|password|pin|secret)$/;

function show(path: readonly (string | number)[], value: unknown): string {
  const last = path.at(-1);
  if (typeof last === "string" && SECRET.test(last)) return "the value (hidden)";
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  return typeof value === "object" ? (Array.isArray(value) ? "a list" : "a group of keys") : JSON.stringify(value);
}

interface Shape {
  readonly const?: unknown;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly anyOf?: readonly Shape[];
}

function range(error: ErrorObject): string {
  const schema = error.parentSchema as Shape;
  return `allowed: ${bounds(schema)}${remark(schema)}`;
}

function bounds({ minimum, maximum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? `at most ${maximum ?? "?"}` : `at least ${minimum}`;
}

/** What a union takes, in words: "0 or 6 to 80 (limit without the bridge, A)". */
function alternatives(error: ErrorObject): string {
  const schema = error.parentSchema as Shape;
  const words = (schema.anyOf ?? []).map((one) =>
    typeof one.const === "number" || typeof one.const === "string"
      ? String(one.const)
      : one.minimum !== undefined || one.maximum !== undefined
        ? bounds(one)
        : (one.description ?? article(one.type ?? "value")),
  );
  return `${words.join(" or ")}${remark(schema)}`;
}

function remark({ description }: Shape): string {
  return description === undefined ? "" : ` (${description})`;
}

/** A number where text is wanted was most likely written without quotes; text where a number is wanted carries its unit along. */
function wanted(error: ErrorObject, value: unknown): string {
  const type = String((error.params as Record<string, unknown>)["type"]);
  const hint =
    type === "string" && (typeof value === "number" || typeof value === "boolean")
      ? ": put it in quotes"
      : (type === "number" || type === "integer") && typeof value === "string" && /^\s*[-+]?[\d.]/.test(value)
        ? " without a unit and without quotes"
        : "";
  return `${article(type)}${hint}${remark(error.parentSchema as Shape)}`;
}

function describe(error: ErrorObject): string {
  const schema = error.parentSchema as { description?: string };
  return schema.description ?? `of the form ${String((error.params as Record<string, unknown>)["pattern"])}`;
}

function descriptionOf(error: ErrorObject, key: string): string {
  const properties = (error.parentSchema as { properties?: Record<string, { description?: string }> }).properties;
  const text = properties?.[key]?.description;
  return text === undefined ? "" : ` (${text})`;
}

function article(type: string): string {
  return type === "object"
    ? "a group of keys"
    : type === "array"
      ? "a list"
      : type === "integer"
        ? "a whole number"
        : type === "string"
          ? "text"
          : type === "boolean"
            ? "true or false"
            : `a ${type}`;
}

/** ", did you mean ...?" for a key at most two letters off. */
function suggestion(key: string, known: readonly string[]): string {
  const near = known.map((word) => [word, distance(key, word)] as const).toSorted((a, b) => a[1] - b[1])[0];
  return near !== undefined && near[1] <= 2 ? `, did you mean ${near[0]}?` : "";
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
