/** Start, stop, their answers, record acknowledgements, PIN and Wi-Fi frames: facts to bytes and back. */
import { hundredths, putText, text, u16OrNull, viewOf } from "./bytes.ts";
import type { BoxVersion, StartResponse, StopResponse } from "./messages.ts";

export interface StartRequest {
  /** 1 = one phase, 2 = three phases. */
  readonly lineId: number;
  /** Shown in the app's history; at most 16 ASCII characters. */
  readonly userId: string;
  readonly chargeId: string;
  readonly isReservation: number;
  readonly wireTimestamp: number;
  readonly startType: number;
  readonly chargeType: number;
  readonly maxDurationMinutes: number | null;
  readonly maxEnergyKwh: number | null;
  /** Meaning unknown: 65535. */
  readonly param3: number;
  readonly maxAmps: number;
}

const CHARGE_SIZE = 47;

export function writeStart(r: StartRequest): Uint8Array {
  const p = Buffer.alloc(CHARGE_SIZE);
  p.writeUInt8(r.lineId, 0);
  putText(p, 1, 16, r.userId);
  putText(p, 17, 16, r.chargeId);
  p.writeUInt8(r.isReservation, 33);
  p.writeUInt32BE(r.wireTimestamp, 34);
  p.writeUInt8(r.startType, 38);
  p.writeUInt8(r.chargeType, 39);
  p.writeUInt16BE(r.maxDurationMinutes ?? 0xffff, 40);
  p.writeUInt16BE(r.maxEnergyKwh === null ? 0xffff : hundredths(r.maxEnergyKwh), 42);
  p.writeUInt16BE(r.param3, 44);
  p.writeUInt8(r.maxAmps, 46);
  return p;
}

export function readStart(payload: Uint8Array): StartRequest | undefined {
  const p = viewOf(payload);
  if (p.length < CHARGE_SIZE) return undefined;
  const energy = u16OrNull(p, 42, 0xffff);
  return {
    lineId: p.readUInt8(0),
    userId: text(p, 1, 16),
    chargeId: text(p, 17, 16),
    isReservation: p.readUInt8(33),
    wireTimestamp: p.readUInt32BE(34),
    startType: p.readUInt8(38),
    chargeType: p.readUInt8(39),
    maxDurationMinutes: u16OrNull(p, 40, 0xffff),
    maxEnergyKwh: energy === null ? null : energy / 100,
    param3: p.readUInt16BE(44),
    maxAmps: p.readUInt8(46),
  };
}

export function readStartResponse(payload: Uint8Array): StartResponse | undefined {
  const p = viewOf(payload);
  if (p.length < 5) return undefined;
  return {
    kind: "charge_start_response",
    lineId: p.readUInt8(0),
    reservationResult: p.readUInt8(1),
    startResult: p.readUInt8(2),
    errorReason: p.readUInt8(3),
    maxAmps: p.readUInt8(4),
  };
}

export function writeStartResponse(r: Omit<StartResponse, "kind">): Uint8Array {
  return Uint8Array.of(r.lineId, r.reservationResult, r.startResult, r.errorReason, r.maxAmps);
}

export interface StopRequest {
  readonly lineId: number;
  readonly userId: string;
}

export function writeStop(r: StopRequest): Uint8Array {
  const p = Buffer.alloc(CHARGE_SIZE);
  p.writeUInt8(r.lineId, 0);
  putText(p, 1, 16, r.userId);
  return p;
}

export function readStop(payload: Uint8Array): StopRequest | undefined {
  const p = viewOf(payload);
  return p.length < 17 ? undefined : { lineId: p.readUInt8(0), userId: text(p, 1, 16) };
}

export function readStopResponse(payload: Uint8Array): StopResponse | undefined {
  const p = viewOf(payload);
  if (p.length < 3) return undefined;
  return {
    kind: "charge_stop_response",
    lineId: p.readUInt8(0),
    stopResult: p.readUInt8(1),
    failReason: p.readUInt8(2),
  };
}

export function writeStopResponse(r: Omit<StopResponse, "kind">): Uint8Array {
  return Uint8Array.of(r.lineId, r.stopResult, r.failReason);
}

export interface RecordAck {
  readonly lineId: number;
  readonly chargeId: string;
  readonly status: number;
}

export function writeRecordAck(ack: RecordAck): Uint8Array {
  const p = Buffer.alloc(18);
  p.writeUInt8(ack.lineId, 0);
  putText(p, 1, 16, ack.chargeId);
  p.writeUInt8(ack.status, 17);
  return p;
}

export function readRecordAck(payload: Uint8Array): RecordAck | undefined {
  const p = viewOf(payload);
  return p.length < 18 ? undefined : { lineId: p.readUInt8(0), chargeId: text(p, 1, 16), status: p.readUInt8(17) };
}

export function readVersion(payload: Uint8Array): BoxVersion | undefined {
  const p = viewOf(payload);
  if (p.length < 36) return undefined;
  const hardwareVersion = text(p, 0, 16);
  return {
    kind: "version",
    hardwareVersion,
    // Revised boards send none that is usable.
    softwareVersion: text(p, 16, 16) === "" ? hardwareVersion : text(p, 16, 16),
    feature: p.readUInt32BE(32),
    supportNew: p.length > 36 ? p.readUInt8(36) : null,
  };
}

export function writeVersion(v: Omit<BoxVersion, "kind">): Uint8Array {
  const p = Buffer.alloc(v.supportNew === null ? 36 : 37);
  putText(p, 0, 16, v.hardwareVersion);
  putText(p, 16, 16, v.softwareVersion);
  p.writeUInt32BE(v.feature, 32);
  if (v.supportNew !== null) p.writeUInt8(v.supportNew, 36);
  return p;
}

export type WifiLayout = "legacy" | "extended";
const WIFI: Readonly<
  Record<WifiLayout, { ssid: number; maxSsid: number; pass: number; maxPass: number; payload: number }>
> = {
  legacy: { ssid: 16, maxSsid: 15, pass: 22, maxPass: 16, payload: 41 },
  extended: { ssid: 32, maxSsid: 32, pass: 70, maxPass: 64, payload: 105 },
};
/** The box then answers on the LAN from and to this port. */
export const WIFI_PORT = 28_376;

/** Which layout a unit with this feature word (7.2) takes: the two decimal digits in front of the last two tell. */
export function wifiLayout(feature: number | undefined): WifiLayout | undefined {
  if (feature === undefined || feature < 1000) return undefined;
  return Math.floor(feature / 100) % 100 > 13 ? "extended" : "legacy";
}

/** @throws RangeError when a value does not fit, in words for the owner */
export function writeWifi(layout: WifiLayout, ssid: string, passphrase: string, port = WIFI_PORT): Uint8Array {
  const size = WIFI[layout];
  const [name, pass] = [Buffer.from(ssid, "utf8"), Buffer.from(passphrase, "utf8")];
  if (name.length === 0 || pass.length === 0) throw new RangeError("Network name and passphrase must not be empty");
  if (name.includes(0) || pass.includes(0)) throw new RangeError("Network name and passphrase must not hold a NUL");
  if (name.length > size.maxSsid)
    throw new RangeError(`This box takes a network name of at most ${size.maxSsid} bytes`);
  if (pass.length > size.maxPass) throw new RangeError(`This box takes a passphrase of at most ${size.maxPass} bytes`);
  const p = Buffer.alloc(size.payload);
  p.writeUInt8(1, 0);
  p.set(name, 1);
  p.set(pass, 1 + size.ssid);
  p.writeUInt16BE(port, 1 + size.ssid + size.pass);
  return p;
}

export interface WifiRequest {
  readonly ssid: string;
  readonly passphrase: string;
  readonly port: number;
  readonly layout: WifiLayout;
}

export function readWifi(payload: Uint8Array): WifiRequest | undefined {
  const p = viewOf(payload);
  const layout: WifiLayout | undefined = p.length === 41 ? "legacy" : p.length === 105 ? "extended" : undefined;
  if (layout === undefined || p.readUInt8(0) !== 1) return undefined;
  const size = WIFI[layout];
  const field = (at: number, length: number): string => {
    const raw = p.subarray(at, at + length);
    const end = raw.indexOf(0);
    return (end < 0 ? raw : raw.subarray(0, end)).toString("utf8");
  };
  return {
    layout,
    ssid: field(1, size.ssid),
    passphrase: field(1 + size.ssid, size.pass),
    port: p.readUInt16BE(1 + size.ssid + size.pass),
  };
}
