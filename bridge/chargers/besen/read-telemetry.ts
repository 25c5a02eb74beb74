/** Payloads of beacons, status, session and record frames: bytes to facts and back (the way back serves the simulated box). */
import { hundredths, putText, text, u16OrNull, u32OrNull, u8OrNull, viewOf } from "./bytes.ts";
import type { BoxSession, BoxStatus, ChargeRecord, LoginInfo } from "./messages.ts";

const THREE_PHASE_TYPES: readonly number[] = [10, 11, 12, 13, 14, 15, 22, 23, 24, 25];
const NO_TIME = [0, 0xffffffff] as const;

export function readLogin(payload: Uint8Array, kind: LoginInfo["kind"]): LoginInfo | undefined {
  const p = viewOf(payload);
  if (p.length < 54) return undefined;
  const type = p.readUInt8(0);
  // Long forms go on behind the short one's fields.
  const moreText = p.length === 118 ? text(p, 70, 48) : p.length === 119 || p.length === 151 ? text(p, 71, 48) : "";
  const long = p.length === 151;
  return {
    kind,
    type,
    phases: THREE_PHASE_TYPES.includes(type) ? 3 : 1,
    brand: text(p, 1, 16) + (long ? text(p, 119, 16) : ""),
    model: text(p, 17, 16) + (long ? text(p, 135, 16) : ""),
    hardwareVersion: text(p, 33, 16),
    maxPowerW: p.readUInt32BE(49),
    maxAmps: p.readUInt8(53),
    hotLine: text(p, 54, 16) + moreText,
  };
}

/** The short form, 70 bytes. */
export function writeLogin(info: Omit<LoginInfo, "kind" | "phases">): Uint8Array {
  const p = Buffer.alloc(70);
  p.writeUInt8(info.type, 0);
  putText(p, 1, 16, info.brand);
  putText(p, 17, 16, info.model);
  putText(p, 33, 16, info.hardwareVersion);
  p.writeUInt32BE(info.maxPowerW, 49);
  p.writeUInt8(info.maxAmps, 53);
  putText(p, 54, 16, info.hotLine);
  return p;
}

export function readStatus(payload: Uint8Array): BoxStatus | undefined {
  const p = viewOf(payload);
  if (p.length < 21) return undefined;
  // Some units send 16 error bits or none: what is missing counts as zero.
  const bits = Buffer.alloc(4);
  p.copy(bits, 0, 21, Math.min(25, p.length));
  const word = bits.readUInt32BE(0);
  const errors: number[] = [];
  for (let i = 0; i < 32; i++) if (((word >>> (31 - i)) & 1) === 1) errors.push(i);
  const [plugState, outputState, currentState] = [p.readUInt8(18), p.readUInt8(19), p.readUInt8(20)];
  const legs =
    p.length >= 33
      ? {
          l2V: p.readUInt16BE(25) / 10,
          l2A: p.readUInt16BE(27) / 100,
          l3V: p.readUInt16BE(29) / 10,
          l3A: p.readUInt16BE(31) / 100,
        }
      : {};
  return {
    kind: "status",
    lineId: p.readUInt8(0),
    l1V: p.readUInt16BE(1) / 10,
    l1A: p.readUInt16BE(3) / 100,
    powerW: p.readUInt32BE(5),
    totalKwh: p.readUInt32BE(9) / 100,
    innerTempC: celsius(p.readUInt16BE(13)),
    outerTempC: celsius(p.readUInt16BE(15)),
    innerTempRaw: p.readUInt16BE(13),
    outerTempRaw: p.readUInt16BE(15),
    emergencyButton: p.readUInt8(17),
    plugState,
    outputState,
    currentState,
    errorBits: bits.toString("hex"),
    errors,
    ...legs,
    charging: currentState === 14 && outputState === 1,
    statusCode: statusCode(currentState, plugState),
  };
}

function celsius(raw: number): number | null {
  return raw === 0xffff || raw === 0x00ff ? null : (raw - 20_000) / 100;
}

export function rawTemperature(celsiusValue: number | null): number {
  return celsiusValue === null ? 0xffff : hundredths(celsiusValue) + 20_000;
}

/** The vendor app's code of a state, null where it has none. */
export function statusCode(currentState: number, plugState: number): number | null {
  switch (currentState) {
    case 1:
      return 8;
    case 2:
    case 3:
      return 11;
    case 10:
      return 9;
    case 11:
      return 10;
    case 12:
      return 7;
    case 13:
      return 1;
    case 14:
      return plugState === 4 ? 2 : plugState === 2 ? 3 : null;
    case 15:
      return plugState === 2 || plugState === 4 ? 4 : null;
    case 17:
      return 5;
    case 20:
      return 6;
    default:
      return null;
  }
}

export type StatusInput = Omit<BoxStatus, "kind" | "innerTempC" | "outerTempC" | "errors" | "charging" | "statusCode">;

export function writeStatus(status: StatusInput): Uint8Array {
  const three = status.l2V !== undefined;
  const p = Buffer.alloc(three ? 33 : 25);
  p.writeUInt8(status.lineId, 0);
  p.writeUInt16BE(Math.round(status.l1V * 10), 1);
  p.writeUInt16BE(hundredths(status.l1A), 3);
  p.writeUInt32BE(Math.round(status.powerW), 5);
  p.writeUInt32BE(hundredths(status.totalKwh), 9);
  p.writeUInt16BE(status.innerTempRaw, 13);
  p.writeUInt16BE(status.outerTempRaw, 15);
  p.writeUInt8(status.emergencyButton, 17);
  p.writeUInt8(status.plugState, 18);
  p.writeUInt8(status.outputState, 19);
  p.writeUInt8(status.currentState, 20);
  p.write(status.errorBits, 21, 4, "hex");
  if (three) {
    p.writeUInt16BE(Math.round((status.l2V ?? 0) * 10), 25);
    p.writeUInt16BE(hundredths(status.l2A ?? 0), 27);
    p.writeUInt16BE(Math.round((status.l3V ?? 0) * 10), 29);
    p.writeUInt16BE(hundredths(status.l3A ?? 0), 31);
  }
  return p;
}

export function readSession(payload: Uint8Array): BoxSession | undefined {
  const p = viewOf(payload);
  if (p.length < 74) return undefined;
  const late = p.length > 74 ? p.readUInt8(74) : 0;
  const energyLimit = u16OrNull(p, 22, 0xffff);
  const param3 = u16OrNull(p, 24, 0xffff);
  return {
    kind: "session",
    port: p.readUInt8(0),
    currentState: late === 18 || late === 19 ? late : p.readUInt8(1),
    chargeId: text(p, 2, 16),
    startType: p.readUInt8(18),
    chargeType: p.readUInt8(19),
    maxDurationMinutes: u16OrNull(p, 20, 0, 0xffff),
    maxEnergyKwh: energyLimit === null ? null : energyLimit / 100,
    param3: param3 === null ? null : param3 / 100,
    reservationWire: u32OrNull(p, 26, ...NO_TIME),
    userId: text(p, 30, 16),
    maxAmps: u8OrNull(p, 46, 0, 0xff),
    startWire: u32OrNull(p, 47, ...NO_TIME),
    durationSeconds: u32OrNull(p, 51, 0xffffffff),
    startKwh: p.readUInt32BE(55) / 100,
    currentKwh: p.readUInt32BE(59) / 100,
    chargeKwh: p.readUInt32BE(63) / 100,
    price: p.readUInt32BE(67) / 100,
    feeType: p.readUInt8(71),
    fee: p.readUInt16BE(72) / 100,
  };
}

export function writeSession(s: Omit<BoxSession, "kind">): Uint8Array {
  const p = Buffer.alloc(74);
  p.writeUInt8(s.port, 0);
  p.writeUInt8(s.currentState, 1);
  putText(p, 2, 16, s.chargeId);
  p.writeUInt8(s.startType, 18);
  p.writeUInt8(s.chargeType, 19);
  p.writeUInt16BE(s.maxDurationMinutes ?? 0xffff, 20);
  p.writeUInt16BE(s.maxEnergyKwh === null ? 0xffff : hundredths(s.maxEnergyKwh), 22);
  p.writeUInt16BE(s.param3 === null ? 0xffff : hundredths(s.param3), 24);
  p.writeUInt32BE(s.reservationWire ?? 0, 26);
  putText(p, 30, 16, s.userId);
  p.writeUInt8(s.maxAmps ?? 0, 46);
  p.writeUInt32BE(s.startWire ?? 0, 47);
  p.writeUInt32BE(s.durationSeconds ?? 0xffffffff, 51);
  p.writeUInt32BE(hundredths(s.startKwh), 55);
  p.writeUInt32BE(hundredths(s.currentKwh), 59);
  p.writeUInt32BE(hundredths(s.chargeKwh), 63);
  p.writeUInt32BE(hundredths(s.price), 67);
  p.writeUInt8(s.feeType, 71);
  p.writeUInt16BE(hundredths(s.fee), 72);
  return p;
}

export function readRecord(payload: Uint8Array): ChargeRecord | undefined {
  const p = viewOf(payload);
  if (p.length < 97) return undefined;
  const param2 = u16OrNull(p, 54, 0xffff);
  const param3 = u16OrNull(p, 56, 0xffff);
  return {
    kind: "charge_record",
    lineId: p.readUInt8(0),
    startUserId: text(p, 1, 16),
    endUserId: text(p, 17, 16),
    chargeId: text(p, 33, 16),
    hasReservation: p.readUInt8(49),
    startType: p.readUInt8(50),
    chargeType: p.readUInt8(51),
    param1: u16OrNull(p, 52, 0xffff),
    param2: param2 === null ? null : param2 / 1000,
    param3: param3 === null ? null : param3 / 100,
    stopReason: p.readUInt8(58),
    hasStopCharge: p.readUInt8(59),
    reservationWire: u32OrNull(p, 60, ...NO_TIME),
    startWire: u32OrNull(p, 64, ...NO_TIME),
    endWire: u32OrNull(p, 68, ...NO_TIME),
    durationSeconds: u32OrNull(p, 72, 0xffffffff),
    startKwh: p.readUInt32BE(76) / 100,
    endKwh: p.readUInt32BE(80) / 100,
    chargeKwh: p.readUInt32BE(84) / 100,
    price: p.readUInt32BE(88) / 100,
    feeType: p.readUInt8(92),
    fee: p.readUInt16BE(93) / 100,
    logKwLength: p.readUInt16BE(95),
    logsHex: p.toString("hex", 97),
  };
}

export function writeRecord(r: Omit<ChargeRecord, "kind">): Uint8Array {
  const logs = Buffer.from(r.logsHex, "hex");
  const p = Buffer.alloc(97 + logs.length);
  p.writeUInt8(r.lineId, 0);
  putText(p, 1, 16, r.startUserId);
  putText(p, 17, 16, r.endUserId);
  putText(p, 33, 16, r.chargeId);
  p.writeUInt8(r.hasReservation, 49);
  p.writeUInt8(r.startType, 50);
  p.writeUInt8(r.chargeType, 51);
  p.writeUInt16BE(r.param1 ?? 0xffff, 52);
  p.writeUInt16BE(r.param2 === null ? 0xffff : Math.round(r.param2 * 1000), 54);
  p.writeUInt16BE(r.param3 === null ? 0xffff : hundredths(r.param3), 56);
  p.writeUInt8(r.stopReason, 58);
  p.writeUInt8(r.hasStopCharge, 59);
  p.writeUInt32BE(r.reservationWire ?? 0, 60);
  p.writeUInt32BE(r.startWire ?? 0, 64);
  p.writeUInt32BE(r.endWire ?? 0, 68);
  p.writeUInt32BE(r.durationSeconds ?? 0xffffffff, 72);
  p.writeUInt32BE(hundredths(r.startKwh), 76);
  p.writeUInt32BE(hundredths(r.endKwh), 80);
  p.writeUInt32BE(hundredths(r.chargeKwh), 84);
  p.writeUInt32BE(hundredths(r.price), 88);
  p.writeUInt8(r.feeType, 92);
  p.writeUInt16BE(hundredths(r.fee), 93);
  p.writeUInt16BE(r.logKwLength, 95);
  p.set(logs, 97);
  return p;
}
