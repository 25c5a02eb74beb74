/** OCPP 1.6: commands on the wire. */
import type { JsonObject } from "../../../ocpp/station.ts";
import type { Commands, Request } from "./dialect.ts";
import { flag, objects, text } from "./json.ts";
import { isoTime } from "./json.ts";
import { KIND_WORDS, type Profile } from "../limits/profile.ts";

const PURPOSES: Readonly<Record<Profile["purpose"], string>> = {
  tx_default: "TxDefaultProfile",
  tx: "TxProfile",
  station_max: "ChargePointMaxProfile",
};

export const commands16: Commands = {
  version: "1.6",
  setProfile: (outlet, profile) => ({
    action: "SetChargingProfile",
    payload: { connectorId: outlet?.connectorId ?? 0, csChargingProfiles: profile16(profile) },
  }),
  updateLimit: () => undefined,
  clearProfiles: ({ id, purpose, stackLevel, outlet }) => ({
    action: "ClearChargingProfile",
    payload: {
      ...(id === undefined ? {} : { id }),
      ...(outlet === undefined ? {} : { connectorId: outlet.connectorId }),
      ...(purpose === undefined ? {} : { chargingProfilePurpose: PURPOSES[purpose] }),
      ...(stackLevel === undefined ? {} : { stackLevel }),
    },
  }),
  compositeSchedule: (outlet, durationS, unit) => ({
    action: "GetCompositeSchedule",
    payload: {
      connectorId: outlet.connectorId,
      duration: durationS,
      ...(unit === undefined ? {} : { chargingRateUnit: unit }),
    },
  }),
  start: (outlet, token) => ({
    action: "RemoteStartTransaction",
    payload: { connectorId: outlet.connectorId, idTag: token.tag },
  }),
  stop: (transactionId): Request | undefined => {
    const id = Number(transactionId);
    return Number.isInteger(id) ? { action: "RemoteStopTransaction", payload: { transactionId: id } } : undefined;
  },
  reset: (kind) => ({ action: "Reset", payload: { type: kind === "hard" ? "Hard" : "Soft" } }),
  trigger: (topic, outlet) =>
    topic === "TransactionEvent"
      ? undefined
      : {
          action: "TriggerMessage",
          payload: {
            requestedMessage: topic,
            ...(outlet === undefined ? {} : { connectorId: outlet.connectorId }),
          },
        },
  availability: (outlet, operative) => ({
    action: "ChangeAvailability",
    payload: { connectorId: outlet?.connectorId ?? 0, type: operative ? "Operative" : "Inoperative" },
  }),
  unlock: (outlet) => ({ action: "UnlockConnector", payload: { connectorId: outlet.connectorId } }),
  readConfig: (keys) => ({ action: "GetConfiguration", payload: keys.length === 0 ? {} : { key: [...keys] } }),
  writeConfig: (key, value) => ({ action: "ChangeConfiguration", payload: { key, value } }),
  parseConfig: (result) =>
    objects(result, "configurationKey").flatMap((entry) => {
      const key = text(entry, "key");
      return key === undefined
        ? []
        : [{ key, value: text(entry, "value"), readonly: flag(entry, "readonly") ?? false }];
    }),
  writeStatus: (result) => text(result, "status") ?? "Rejected",
};

function profile16(profile: Profile): JsonObject {
  return {
    chargingProfileId: profile.id,
    ...(profile.transactionId === undefined ? {} : { transactionId: Number(profile.transactionId) }),
    stackLevel: profile.stackLevel,
    chargingProfilePurpose: PURPOSES[profile.purpose],
    chargingProfileKind: KIND_WORDS[profile.kind],
    ...(profile.validToMs === undefined ? {} : { validTo: isoTime(profile.validToMs) }),
    chargingSchedule: {
      ...(profile.durationS === undefined ? {} : { duration: profile.durationS }),
      ...(profile.startMs === undefined ? {} : { startSchedule: isoTime(profile.startMs) }),
      chargingRateUnit: profile.unit,
      chargingSchedulePeriod: [
        {
          startPeriod: 0,
          limit: profile.limit,
          ...(profile.phases === undefined ? {} : { numberPhases: profile.phases }),
        },
      ],
    },
  };
}
