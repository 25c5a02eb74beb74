/** What the simulated box says of itself, as messages. */
import type { FromChargerInput } from "../../chargers/besen/codec.ts";
import type { ChargeRecord } from "../../chargers/besen/messages.ts";
import { rawTemperature } from "../../chargers/besen/read-telemetry.ts";
import { wireFromEpoch } from "../../chargers/besen/time.ts";
import type { Charge, Wallbox } from "./wallbox.ts";

export const HARDWARE = "C.3252.112A008";

export function loginMessage(
  kind: "login_beacon" | "login_response",
  box: { readonly phases: 1 | 3; readonly maxAmps: number },
): FromChargerInput {
  return {
    kind,
    type: box.phases === 3 ? 12 : 1,
    brand: "BESEN",
    model: "BS20",
    hardwareVersion: HARDWARE,
    maxPowerW: box.maxAmps * 230 * box.phases,
    maxAmps: box.maxAmps,
    hotLine: "WWW.EVSE.COM",
  };
}

export function statusMessage(box: Wallbox): Extract<FromChargerInput, { kind: "status" }> {
  const on = box.currentA;
  const others = box.activePhases === 3 ? on : 0;
  return {
    kind: "status",
    lineId: 1,
    l1V: 230,
    l1A: on,
    powerW: box.powerW,
    totalKwh: box.totalKwh,
    innerTempRaw: rawTemperature(box.innerC),
    outerTempRaw: rawTemperature(box.innerC),
    emergencyButton: 1,
    plugState: box.plugState,
    outputState: box.outputOn ? 1 : 2,
    currentState: box.shownState,
    errorBits: box.errorBits,
    ...(box.phases === 3 ? { l2V: 230, l2A: others, l3V: 230, l3A: others } : {}),
  };
}

export function sessionMessage(
  box: Wallbox,
  charge: Charge,
  time: { readonly zone: string; readonly nowS: number },
): Extract<FromChargerInput, { kind: "session" }> {
  const done = charge.endedS !== undefined;
  const nowKwh = done ? charge.endKwh : box.totalKwh;
  return {
    kind: "session",
    port: 1,
    currentState: box.shownState,
    chargeId: charge.id,
    startType: 1,
    chargeType: 1,
    maxDurationMinutes: charge.maxMinutes,
    maxEnergyKwh: charge.maxKwh,
    param3: null,
    reservationWire: box.reservation === undefined ? null : wireFromEpoch(box.reservation.atS, time.zone),
    userId: charge.userId,
    maxAmps: charge.amps,
    startWire: wireFromEpoch(charge.startedS, time.zone),
    durationSeconds: Math.floor((charge.endedS ?? time.nowS) - charge.startedS),
    startKwh: done ? 0 : charge.startKwh,
    currentKwh: nowKwh,
    chargeKwh: Math.max(0, nowKwh - charge.startKwh),
    price: 0,
    feeType: 1,
    fee: 0,
  };
}

export function recordMessage(charge: Charge, zone: string): { readonly kind: "charge_record" } & ChargeRecord {
  const endedS = charge.endedS ?? charge.startedS;
  return {
    kind: "charge_record",
    lineId: 1,
    startUserId: charge.userId,
    endUserId: charge.userId,
    chargeId: charge.id,
    hasReservation: 0,
    startType: 1,
    chargeType: 1,
    param1: null,
    param2: null,
    param3: null,
    stopReason: charge.stopReason,
    hasStopCharge: 1,
    reservationWire: null,
    startWire: wireFromEpoch(charge.startedS, zone),
    endWire: wireFromEpoch(endedS, zone),
    durationSeconds: endedS - charge.startedS,
    startKwh: charge.startKwh,
    endKwh: charge.endKwh,
    chargeKwh: Math.max(0, charge.endKwh - charge.startKwh),
    price: 0,
    feeType: 1,
    fee: 0,
    logKwLength: 0,
    logsHex: "",
  };
}
