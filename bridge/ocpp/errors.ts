/** What can go wrong with an OCPP call, and how each version of the protocol spells it on the wire. */
import type { JsonObject, OcppVersion } from "./station.ts";

/** Codes that travel in CALLERROR, in the spelling used inside this room. */
export type WireCode =
  | "NotImplemented"
  | "NotSupported"
  | "InternalError"
  | "ProtocolError"
  | "SecurityError"
  | "FormatViolation"
  | "PropertyConstraintViolation"
  | "OccurrenceConstraintViolation"
  | "TypeConstraintViolation"
  | "MessageTypeNotSupported"
  | "RpcFrameworkError"
  | "GenericError";

/** Codes that never travel: the call ended without a usable answer. */
export type LocalCode = "Disconnected" | "Timeout" | "Superseded" | "InvalidResult" | "Aborted";

export type OcppErrorCode = WireCode | LocalCode;

const WIRE_CODES: ReadonlySet<string> = new Set<WireCode>([
  "NotImplemented",
  "NotSupported",
  "InternalError",
  "ProtocolError",
  "SecurityError",
  "FormatViolation",
  "PropertyConstraintViolation",
  "OccurrenceConstraintViolation",
  "TypeConstraintViolation",
  "MessageTypeNotSupported",
  "RpcFrameworkError",
  "GenericError",
]);

/** Misspelt by one version or another, or by a box that mixes them: all are understood. */
const SPELLINGS: Readonly<Record<string, WireCode>> = {
  FormationViolation: "FormatViolation",
  OccurenceConstraintViolation: "OccurrenceConstraintViolation",
  RPCFrameworkError: "RpcFrameworkError",
};

/** Codes a version lacks, and what it says instead (OCPP-J 1.6 4.2.3, errata; OCPP 2.0.1 Part 4 4.3). */
const OWN_WORDS: Readonly<Record<OcppVersion, Partial<Record<WireCode, string>>>> = {
  "1.6": {
    FormatViolation: "FormationViolation",
    OccurrenceConstraintViolation: "OccurenceConstraintViolation",
    MessageTypeNotSupported: "GenericError",
    RpcFrameworkError: "FormationViolation",
  },
  "2.0.1": { OccurrenceConstraintViolation: "OccurenceConstraintViolation" },
  "2.1": {},
};

/**
 * A call that failed, either way round: thrown by a handler it is answered as CALLERROR, thrown by `StationLink.call` it is what the
 * station answered (wire codes) or why there is no answer (local codes). Callers switch on `code`.
 */
export class OcppError extends Error {
  readonly code: OcppErrorCode;
  readonly details: JsonObject;

  constructor(code: OcppErrorCode, description = "", options: { details?: JsonObject; cause?: unknown } = {}) {
    super(description === "" ? code : `${code}: ${description}`, { cause: options.cause });
    this.name = "OcppError";
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The code as `version` writes it. Local codes become InternalError: they mean nothing to a station. */
export function spell(code: OcppErrorCode, version: OcppVersion): string {
  const wire = isWireCode(code) ? code : "InternalError";
  return OWN_WORDS[version][wire] ?? wire;
}

/** Any station's spelling; an invented code is a GenericError. */
export function readCode(text: string): WireCode {
  if (isWireCode(text)) return text;
  return Object.hasOwn(SPELLINGS, text) ? (SPELLINGS[text] ?? "GenericError") : "GenericError";
}

function isWireCode(text: string): text is WireCode {
  return WIRE_CODES.has(text);
}
