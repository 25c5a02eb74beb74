/**
 * The protocol as pure functions, in one place: a frame's meaning, and the frame of a meaning, in both directions. The client reads
 * `decodeFromCharger` and writes `encodeToCharger`; the simulated box does the reverse.
 */
import { hexOf, viewOf } from "./bytes.ts";
import {
  readRecordAck,
  readStart,
  readStartResponse,
  readStop,
  readStopResponse,
  readVersion,
  readWifi,
  writeRecordAck,
  writeStart,
  writeStartResponse,
  writeStop,
  writeStopResponse,
  writeVersion,
  writeWifi,
  type RecordAck,
  type StartRequest,
  type StopRequest,
  type WifiLayout,
} from "./charge-codec.ts";
import { FROM_CHARGER, TO_CHARGER, type RequestKind } from "./commands.ts";
import { encodeFrame, isPin, PIN_OF_CHARGER, type ChecksumRule, type Frame } from "./frame.ts";
import type { BoxSession, ChargeRecord, FromCharger, LoginInfo, Setting, SettingKind } from "./messages.ts";
import {
  readLogin,
  readRecord,
  readSession,
  readStatus,
  writeLogin,
  writeRecord,
  writeSession,
  writeStatus,
  type StatusInput,
} from "./read-telemetry.ts";
import { isGet, readSetting, writeGet, writeSetting } from "./settings-codec.ts";
import type { BoxVersion, StartResponse, StopResponse } from "./messages.ts";

const SETTING_COMMANDS: Readonly<Record<SettingKind, number>> = {
  system_time: TO_CHARGER.system_time,
  output_amps: TO_CHARGER.output_amps,
  name: TO_CHARGER.name,
  offline_charge: TO_CHARGER.offline_charge,
  language: TO_CHARGER.language,
  temperature_unit: TO_CHARGER.temperature_unit,
  lcd_brightness: TO_CHARGER.lcd_brightness,
  weekly_schedule: TO_CHARGER.weekly_schedule,
};
const SETTING_KINDS: readonly SettingKind[] = [
  "system_time",
  "output_amps",
  "name",
  "offline_charge",
  "language",
  "temperature_unit",
  "lcd_brightness",
  "weekly_schedule",
];

export function settingOf(command: number): SettingKind | undefined {
  return SETTING_KINDS.find((kind) => (SETTING_COMMANDS[kind] & 0x7fff) === (command & 0x7fff));
}

/** What a frame of the charger says. Never throws: the unknown and the malformed are answers too. */
export function decodeFromCharger(frame: Pick<Frame, "command" | "payload">): FromCharger {
  const { command, payload } = frame;
  const orMalformed = (of: string, message: FromCharger | undefined): FromCharger =>
    message ?? { kind: "malformed", of, length: payload.length };
  switch (command) {
    case FROM_CHARGER.login_beacon:
      return orMalformed("login_beacon", readLogin(payload, "login_beacon"));
    case FROM_CHARGER.login_response:
      return orMalformed("login_response", readLogin(payload, "login_response"));
    case FROM_CHARGER.heartbeat:
      return { kind: "heartbeat" };
    case FROM_CHARGER.password_error:
      return { kind: "password_error" };
    case FROM_CHARGER.status:
    case FROM_CHARGER.status_answer:
      return orMalformed("status", readStatus(payload));
    case FROM_CHARGER.session:
    case FROM_CHARGER.session_answer:
      return orMalformed("session", readSession(payload));
    case FROM_CHARGER.charge_start_response:
      return orMalformed("charge_start_response", readStartResponse(payload));
    case FROM_CHARGER.charge_stop_response:
      return orMalformed("charge_stop_response", readStopResponse(payload));
    case FROM_CHARGER.charge_record:
    case FROM_CHARGER.stored_record:
      return orMalformed("charge_record", readRecord(payload));
    case FROM_CHARGER.version:
      return orMalformed("version", readVersion(payload));
    case FROM_CHARGER.wifi_reply:
      return { kind: "wifi_reply", ack: payload[0] ?? null };
    case FROM_CHARGER.set_password:
      return { kind: "set_password", payloadHex: hexOf(payload) };
    case FROM_CHARGER.charge_fee:
      return { kind: "charge_fee", payloadHex: hexOf(payload) };
    case FROM_CHARGER.service_fee:
      return { kind: "service_fee", payloadHex: hexOf(payload) };
    default: {
      const setting = command < 0x8000 ? settingOf(command) : undefined;
      if (setting === undefined) return { kind: "unknown", payloadHex: hexOf(payload) };
      return orMalformed(setting, readSetting(setting, payload));
    }
  }
}

/** What the charger can say, as the simulated box says it. */
export type FromChargerInput =
  | (Omit<LoginInfo, "phases"> & { readonly kind: LoginInfo["kind"] })
  | ({ readonly kind: "status"; readonly answer?: boolean } & StatusInput)
  | ({ readonly answer?: boolean } & BoxSession)
  | ({ readonly stored?: boolean } & ChargeRecord)
  | StartResponse
  | StopResponse
  | BoxVersion
  | Setting
  | { readonly kind: "heartbeat" | "password_error" }
  | { readonly kind: "wifi_reply"; readonly ack: number }
  | { readonly kind: "set_password" | "charge_fee" | "service_fee"; readonly payloadHex: string };

export function encodeFromCharger(serial: string, message: FromChargerInput, rule?: ChecksumRule): Uint8Array {
  const [command, payload] = fromChargerParts(message);
  return encodeFrame({ command, serial, pin: PIN_OF_CHARGER, payload }, rule);
}

function fromChargerParts(m: FromChargerInput): readonly [number, Uint8Array] {
  switch (m.kind) {
    case "login_beacon":
    case "login_response":
      return [FROM_CHARGER[m.kind], writeLogin(m)];
    case "status":
      return [m.answer === true ? FROM_CHARGER.status_answer : FROM_CHARGER.status, writeStatus(m)];
    case "session":
      return [m.answer === true ? FROM_CHARGER.session_answer : FROM_CHARGER.session, writeSession(m)];
    case "charge_record":
      return [m.stored === true ? FROM_CHARGER.stored_record : FROM_CHARGER.charge_record, writeRecord(m)];
    case "charge_start_response":
      return [FROM_CHARGER.charge_start_response, writeStartResponse(m)];
    case "charge_stop_response":
      return [FROM_CHARGER.charge_stop_response, writeStopResponse(m)];
    case "version":
      return [FROM_CHARGER.version, writeVersion(m)];
    case "heartbeat":
    case "password_error":
      return [FROM_CHARGER[m.kind], new Uint8Array(0)];
    case "wifi_reply":
      return [FROM_CHARGER.wifi_reply, Buffer.concat([Uint8Array.of(m.ack), new Uint8Array(104)])];
    case "set_password":
    case "charge_fee":
    case "service_fee":
      return [FROM_CHARGER[m.kind], Buffer.from(m.payloadHex, "hex")];
    default:
      return [SETTING_COMMANDS[m.kind] & 0x7fff, writeSetting(m)];
  }
}

type Plain =
  | "login_request"
  | "login_confirm"
  | "heartbeat_reply"
  | "status_ack"
  | "session_ack"
  | "request_session"
  | "request_status_record"
  | "get_version";

/** What the client can say. */
export type ToCharger =
  | { readonly kind: Plain; readonly payloadHex?: string }
  | ({ readonly kind: "charge_start" } & StartRequest)
  | ({ readonly kind: "charge_stop" } & StopRequest)
  | ({ readonly kind: "charge_record_ack" | "stored_record_ack" } & RecordAck)
  | { readonly kind: "set_password"; readonly newPassword: string }
  | { readonly kind: "wifi"; readonly action: "get" }
  | {
      readonly kind: "wifi";
      readonly action: "set";
      readonly layout: WifiLayout;
      readonly ssid: string;
      readonly passphrase: string;
      readonly port?: number;
    }
  | { readonly kind: "charge_fee" | "service_fee"; readonly action: "set" | "get" }
  | { readonly kind: SettingKind; readonly action: "get" }
  | (Exclude<Setting, { kind: "lcd_brightness" }> & { readonly action: "set" })
  | { readonly kind: "lcd_brightness"; readonly action: "set"; readonly percent: number };

/** A plain request's payload where it is not empty. */
const PLAIN_PAYLOAD: Partial<Record<Plain, number>> = {
  login_request: 0,
  login_confirm: 0,
  heartbeat_reply: 0,
  status_ack: 1,
  session_ack: 1,
};

/** @throws RangeError when a value does not fit its field */
export function encodeToCharger(serial: string, pin: string, message: ToCharger): Uint8Array {
  const payload = toChargerPayload(message);
  return encodeFrame({ command: TO_CHARGER[message.kind], serial, pin, payload });
}

export function toChargerPayload(m: ToCharger): Uint8Array {
  switch (m.kind) {
    case "charge_start":
      return writeStart(m);
    case "charge_stop":
      return writeStop(m);
    case "charge_record_ack":
    case "stored_record_ack":
      return writeRecordAck(m);
    case "set_password":
      if (!isPin(m.newPassword)) throw new RangeError("A PIN is six digits");
      return Buffer.from(m.newPassword, "ascii");
    case "wifi":
      return m.action === "get" ? Uint8Array.of(2, 0) : writeWifi(m.layout, m.ssid, m.passphrase, m.port);
    case "charge_fee":
    case "service_fee":
      return m.action === "get" ? Uint8Array.of(2, 0) : Uint8Array.of(1, 1, 0, 0);
    case "login_request":
    case "login_confirm":
    case "heartbeat_reply":
    case "status_ack":
    case "session_ack":
    case "request_session":
    case "request_status_record":
    case "get_version": {
      if (m.payloadHex !== undefined) return Buffer.from(m.payloadHex, "hex");
      const byte = PLAIN_PAYLOAD[m.kind];
      return byte === undefined ? new Uint8Array(0) : Uint8Array.of(byte);
    }
    case "lcd_brightness":
      return m.action === "get" ? writeGet(m.kind) : writeSetting({ kind: m.kind, action: 2, percent: m.percent });
    default:
      return m.action === "get" ? writeGet(m.kind) : writeSetting(m);
  }
}

/** What a frame of the client says, as the simulated box (and a reader of captures) sees it. */
export type ClientMessage = ToCharger | { readonly kind: "unknown" | "malformed"; readonly payloadHex: string };

const REQUESTS = new Map<number, RequestKind>(
  // Object.entries loses the literal keys; they come from the constant right here.
  (Object.entries(TO_CHARGER) as [RequestKind, number][]).map(([kind, id]) => [id, kind]),
);

export function decodeToCharger(frame: Pick<Frame, "command" | "payload">): ClientMessage {
  const { command, payload } = frame;
  const payloadHex = hexOf(payload);
  const kind = REQUESTS.get(command);
  const malformed = { kind: "malformed", payloadHex } as const;
  switch (kind) {
    case undefined:
      return { kind: "unknown", payloadHex };
    case "charge_start": {
      const start = readStart(payload);
      return start === undefined ? malformed : { kind, ...start };
    }
    case "charge_stop": {
      const stop = readStop(payload);
      return stop === undefined ? malformed : { kind, ...stop };
    }
    case "charge_record_ack":
    case "stored_record_ack": {
      const ack = readRecordAck(payload);
      return ack === undefined ? malformed : { kind, ...ack };
    }
    case "set_password": {
      const newPassword = viewOf(payload).toString("latin1", 0, 6);
      return isPin(newPassword) ? { kind, newPassword } : malformed;
    }
    case "wifi": {
      if (payload[0] === 2) return { kind, action: "get" };
      const wifi = readWifi(payload);
      return wifi === undefined ? malformed : { kind, action: "set", ...wifi };
    }
    case "charge_fee":
    case "service_fee":
      return { kind, action: payload[0] === 1 ? "set" : "get" };
    case "login_request":
    case "login_confirm":
    case "heartbeat_reply":
    case "status_ack":
    case "session_ack":
    case "request_session":
    case "request_status_record":
    case "get_version":
      return { kind, payloadHex };
    case "lcd_brightness": {
      if (isGet(kind, payload)) return { kind, action: "get" };
      return payload.length < 3 ? malformed : { kind, action: "set", percent: payload[2] ?? 0 };
    }
    default: {
      if (isGet(kind, payload)) return { kind, action: "get" };
      const setting = readSetting(kind, payload);
      if (setting === undefined || setting.kind === "lcd_brightness") return malformed;
      return { ...setting, action: "set" };
    }
  }
}
