/**
 * Frames of the EVSE Master protocol: bytes to frame and back. Pure: no timers, no I/O.
 * Layout (big-endian): `06 01`, length u16 (25 + payload), key type 0, serial 8, PIN 6, command u16, payload, checksum u16, `0F 02`.
 */

export const FRAME_OVERHEAD = 25;
export const MAX_FRAME = 1024;
export const MAX_PAYLOAD = MAX_FRAME - FRAME_OVERHEAD;
const HEADER_0 = 0x06;
const HEADER_1 = 0x01;
const TAIL = 0x0f02;
const SERIAL_AT = 5;
const SERIAL_SIZE = 8;
const PIN_AT = 13;
const PIN_SIZE = 6;
const COMMAND_AT = 19;
const PAYLOAD_AT = 21;

export interface Frame {
  readonly command: number;
  /** 16 upper-case hex digits: the 8 raw bytes, never a decimal reading of them. */
  readonly serial: string;
  /** Six ASCII digits in a request; undefined in frames of the charger (`FF` x6) and in a probe (`00` x6). */
  readonly pin: string | undefined;
  readonly payload: Uint8Array;
}

export interface FrameInput {
  readonly command: number;
  readonly serial: string;
  /** Six digits, or the marks of a frame that carries none. */
  readonly pin: string;
  readonly payload?: Uint8Array;
}

export type DiscardReason = "length" | "key_type" | "serial" | "tail" | "checksum" | "truncated";
/** `garbage:N` = N bytes skipped in front of a header. */
export type Discard = DiscardReason | `garbage:${number}`;

/** In place of a PIN: a frame of the charger (`FF` x6), and a probe on the LAN (`00` x6). */
export const PIN_OF_CHARGER = "charger";
export const PIN_NONE = "none";

/** The two sums seen in the field; they differ only where the bytes add up to 65,535 or more. */
export type ChecksumRule = "mod_10000" | "mod_ffff";

/** @throws RangeError when a part cannot be put into a frame */
export function encodeFrame(input: FrameInput, rule: ChecksumRule = "mod_10000"): Uint8Array {
  const payload = input.payload ?? new Uint8Array(0);
  if (payload.length > MAX_PAYLOAD) throw new RangeError(`Payload of ${payload.length} bytes, at most ${MAX_PAYLOAD}`);
  if (!/^[0-9A-Fa-f]{16}$/.test(input.serial)) throw new RangeError("A serial is 16 hex digits");
  if (!Number.isInteger(input.command) || input.command < 0 || input.command > 0xffff)
    throw new RangeError("A command is 0..65535");
  const total = FRAME_OVERHEAD + payload.length;
  const out = Buffer.alloc(total);
  out[0] = HEADER_0;
  out[1] = HEADER_1;
  out.writeUInt16BE(total, 2);
  out.write(input.serial, SERIAL_AT, SERIAL_SIZE, "hex");
  if (input.pin === PIN_OF_CHARGER) out.fill(0xff, PIN_AT, PIN_AT + PIN_SIZE);
  else if (input.pin !== PIN_NONE) {
    if (!isPin(input.pin)) throw new RangeError("A PIN is six digits");
    out.write(input.pin, PIN_AT, "ascii");
  }
  out.writeUInt16BE(input.command, COMMAND_AT);
  out.set(payload, PAYLOAD_AT);
  const sum = byteSum(out, 0, total - 4);
  out.writeUInt16BE(rule === "mod_10000" ? sum % 0x10000 : sum % 0xffff, total - 4);
  out.writeUInt16BE(TAIL, total - 2);
  return out;
}

export function isPin(text: string): boolean {
  return /^[0-9]{6}$/.test(text);
}

/** One whole frame, or why it is none. `bytes` must hold exactly one frame. */
export function decodeFrame(bytes: Uint8Array, knownSerial?: string): Frame | Exclude<DiscardReason, "truncated"> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < FRAME_OVERHEAD || view.readUInt16BE(2) !== view.length || view.length > MAX_FRAME) return "length";
  if (view[4] !== 0) return "key_type";
  if (view[0] !== HEADER_0 || view[1] !== HEADER_1) return "length";
  const serial = view.toString("hex", SERIAL_AT, SERIAL_AT + SERIAL_SIZE).toUpperCase();
  if (knownSerial !== undefined && serial !== knownSerial.toUpperCase()) return "serial";
  if (view.readUInt16BE(view.length - 2) !== TAIL) return "tail";
  const sum = byteSum(view, 0, view.length - 4);
  const told = view.readUInt16BE(view.length - 4);
  if (told !== sum % 0x10000 && told !== sum % 0xffff) return "checksum";
  const pin = view.toString("latin1", PIN_AT, PIN_AT + PIN_SIZE);
  return {
    command: view.readUInt16BE(COMMAND_AT),
    serial,
    pin: isPin(pin) ? pin : undefined,
    payload: new Uint8Array(view.subarray(PAYLOAD_AT, view.length - 4)),
  };
}

/** Hex for logs and support files: the PIN is masked, and so is everything behind the command when `maskPayload`. */
export function maskedHex(frame: Uint8Array, maskPayload = false): string {
  const hex = Buffer.from(frame).toString("hex");
  const pin = hex.length >= PIN_AT * 2 ? "*".repeat(Math.min(PIN_SIZE * 2, hex.length - PIN_AT * 2)) : "";
  const head = hex.slice(0, PIN_AT * 2) + pin;
  if (!maskPayload) return head + hex.slice(COMMAND_AT * 2);
  return head + hex.slice(COMMAND_AT * 2, PAYLOAD_AT * 2) + "*".repeat(Math.max(0, hex.length - PAYLOAD_AT * 2));
}

function byteSum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += bytes[i] ?? 0;
  return sum;
}

export { COMMAND_AT, HEADER_0, HEADER_1, SERIAL_AT, SERIAL_SIZE };
