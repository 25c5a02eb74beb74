/** OCPP-J frames: text to parts and parts to text. Knows no action and no schema. */
import type { JsonObject, OcppVersion } from "./station.ts";

/** Deeper than any OCPP message; keeps every recursive reader of a payload off the end of the stack. */
const MAX_DEPTH = 64;
/** Below this a frame cannot nest deep enough to matter, so it is not scanned. */
const SCAN_FROM_CHARS = 4096;

export type FrameKind = "call" | "result" | "error" | "result_error" | "send";

export interface Frame {
  readonly kind: FrameKind;
  /** The id as a map key; a number keeps its own digits. */
  readonly id: string;
  /** The id as it stood in the text, to be echoed verbatim. */
  readonly idJson: string;
  /** Action of a call or send, error code of an error. */
  readonly word: string;
  /** `undefined`: the element was absent. */
  readonly payload: unknown;
  /** Description of an error. */
  readonly description: string;
}

export interface BadFrame {
  readonly kind: "bad";
  readonly why: "json" | "too_deep" | "shape" | "message_type" | "no_action";
  /** Present when the id could be read. */
  readonly idJson: string | undefined;
  readonly detail: string;
}

const KINDS: Readonly<Record<number, FrameKind>> = { 2: "call", 3: "result", 4: "error", 5: "result_error", 6: "send" };
/** The second element after a number, digit by digit: a JavaScript number keeps only sixteen of them. */
const NUMERIC_ID = /^\s*\[\s*[\d.eE+-]+\s*,\s*(-?\d[\d.eE+-]*)/;

/** Never throws. Extra elements are ignored. */
export function parseFrame(text: string, version: OcppVersion): Frame | BadFrame {
  if (text.length > SCAN_FROM_CHARS && nestsDeeper(text, MAX_DEPTH))
    return bad("too_deep", undefined, "nested too deep");
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    return bad("json", undefined, error instanceof Error ? error.message : "unreadable JSON");
  }
  if (!Array.isArray(frame) || frame.length === 0) return bad("shape", undefined, "not a message array");
  const parts: readonly unknown[] = frame;
  const id = parts[1];
  let idJson: string;
  let key: string;
  if (typeof id === "string") {
    idJson = JSON.stringify(id);
    key = id;
  } else if (typeof id === "number") {
    const digits = NUMERIC_ID.exec(text)?.[1] ?? (Number.isFinite(id) ? String(id) : undefined);
    if (digits === undefined) return bad("shape", undefined, "no readable message id");
    key = digits;
    idJson = digits;
  } else return bad("shape", undefined, "no readable message id");
  const type = parts[0];
  const kind = typeof type === "number" ? KINDS[type] : undefined;
  if (kind === undefined || (version !== "2.1" && (kind === "result_error" || kind === "send")))
    return bad("message_type", idJson, `message type ${JSON.stringify(type)?.slice(0, 40)} is unknown`);
  if (kind === "result") return { kind, id: key, idJson, word: "", payload: parts[2], description: "" };
  const word = parts[2];
  if (kind === "error" || kind === "result_error") {
    const description = parts[3];
    return {
      kind,
      id: key,
      idJson,
      word: typeof word === "string" ? word : "",
      payload: parts[4],
      description: typeof description === "string" ? description : "",
    };
  }
  if (typeof word !== "string" || word === "") return bad("no_action", idJson, "no action");
  return { kind, id: key, idJson, word, payload: parts[3], description: "" };
}

export function callText(id: string, action: string, payload: JsonObject): string {
  return `[2,"${id}","${action}",${JSON.stringify(payload)}]`;
}

export function sendText(id: string, action: string, payload: JsonObject): string {
  return `[6,"${id}","${action}",${JSON.stringify(payload)}]`;
}

export function resultText(idJson: string, payload: JsonObject): string {
  return `[3,${idJson},${JSON.stringify(payload)}]`;
}

/** `type` 5 is 2.1's answer to an answer that could not be used. The description is cut to the protocol's 255 characters. */
export function errorText(type: 4 | 5, idJson: string, code: string, description: string, details: JsonObject): string {
  return `[${type},${idJson},"${code}",${JSON.stringify(description.slice(0, 255))},${JSON.stringify(details)}]`;
}

function bad(why: BadFrame["why"], idJson: string | undefined, detail: string): BadFrame {
  return { kind: "bad", why, idJson, detail };
}

function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > limit) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}
