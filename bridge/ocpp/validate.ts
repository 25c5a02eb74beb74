/** What a payload must look like: inbound messages are repaired rather than refused, outbound ones are checked to the letter. */
import type { ErrorObject } from "ajv";
import { OcppError, type WireCode } from "./errors.ts";
import { purge, repair, type Fill } from "./repair.ts";
import { messageOf, type Direction } from "./schemas.ts";
import type { Json, JsonObject, OcppVersion } from "./station.ts";

export interface Checked {
  readonly payload: JsonObject;
  /** What had to be repaired; empty when clean. */
  readonly violations: readonly string[];
}

const CLEAN: readonly string[] = Object.freeze([]);

/** Keys that reach into the language, and numbers too large for one. */
const UNSAFE = /__proto__|"constructor"|"prototype"|\d[eE]\+?\d{3}|\d{300}/;

/**
 * Traces in the raw text of values no schema catches: lone surrogates, which can only come from an escape, and what hides in the
 * free-form parts (everywhere else unknown keys and infinite numbers break the schema). Plain searches: every message passes here.
 */
function looksSuspicious(action: string, text: string): boolean {
  if (text.includes("\\u")) return true;
  // A capital D is rare, so the first search is the quick one.
  const free = action === "DataTransfer" || (text.includes("Data") && text.includes("customData"));
  return free && UNSAFE.test(text);
}

/** A station's CALL or SEND. @throws OcppError when the payload is no object, or in `strict` mode when it breaks the schema */
export function checkRequest(
  version: OcppVersion,
  action: string,
  payload: unknown,
  text: string,
  options: { readonly strict: boolean; readonly nowMs: number },
): Checked {
  return check(version, action, "Request", payload, text, options.strict, options.nowMs);
}

/** A station's CALLRESULT: repaired like a request, then refused if something it must contain is still absent. @throws OcppError `InvalidResult` */
export function checkResult(
  version: OcppVersion,
  action: string,
  payload: unknown,
  text: string,
  strict: boolean,
): Checked {
  let checked: Checked;
  try {
    checked = check(version, action, "Response", payload ?? {}, text, strict, undefined);
  } catch (error) {
    throw new OcppError("InvalidResult", `${action}: ${error instanceof Error ? error.message : "unusable"}`, {
      cause: error,
    });
  }
  const missing = checked.violations.find((note) => note.startsWith("missing ") && !note.includes("/"));
  if (missing !== undefined) throw new OcppError("InvalidResult", `${action}: ${missing}`);
  return checked;
}

/** Ours: to the letter, dates included. @throws OcppError NotImplemented when the version has no such message */
export function checkOutbound(version: OcppVersion, action: string, direction: Direction, payload: JsonObject): void {
  const message = messageOf(version, action, direction);
  if (message === undefined) throw new OcppError("NotImplemented", `${action} is no message of OCPP ${version}`);
  const validate = message.strict();
  if (!validate(payload)) throw violation(action, validate.errors?.[0]);
}

function check(
  version: OcppVersion,
  action: string,
  direction: Direction,
  payload: unknown,
  text: string,
  strict: boolean,
  nowMs: number | undefined,
): Checked {
  const message = messageOf(version, action, direction);
  if (message === undefined) throw new OcppError("NotImplemented", `${action} is no message of OCPP ${version}`);
  if (!isPayload(payload)) throw new OcppError("TypeConstraintViolation", `the payload of ${action} must be an object`);
  const purged = looksSuspicious(action, text) ? purge(payload) : CLEAN;
  const validate = strict ? message.strict() : message.lenient();
  if (validate(payload)) return { payload, violations: purged };
  if (strict) throw violation(action, validate.errors?.[0]);
  const fill: Fill = (field) => (nowMs === undefined ? undefined : fillRequest(action, field, nowMs));
  return { payload, violations: [...purged, ...repair(payload, message.schema, fill)] };
}

function fillRequest(action: string, field: string, nowMs: number): Json | undefined {
  if (field === "timestamp") return new Date(nowMs).toISOString();
  if (field === "errorCode" && action === "StatusNotification") return "NoError";
  return undefined;
}

const CODE_BY_KEYWORD: Readonly<Record<string, WireCode>> = {
  type: "TypeConstraintViolation",
  required: "OccurrenceConstraintViolation",
  additionalProperties: "FormatViolation",
  minItems: "OccurrenceConstraintViolation",
  maxItems: "OccurrenceConstraintViolation",
};

function violation(action: string, error: ErrorObject | undefined): OcppError {
  const where = error === undefined || error.instancePath === "" ? "the payload" : error.instancePath.slice(1);
  const code = (error === undefined ? undefined : CODE_BY_KEYWORD[error.keyword]) ?? "PropertyConstraintViolation";
  return new OcppError(code, `${action}: ${where} ${error?.message ?? "breaks the schema"}`);
}

function isPayload(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
