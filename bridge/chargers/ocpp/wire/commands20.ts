/** OCPP 2.0.1 and the subset of 2.1 that is the same: commands on the wire. */
import type { JsonObject, OcppVersion } from "../../../ocpp/station.ts";
import type { Commands } from "./dialect.ts";
import { isoTime, object, objects, text } from "./json.ts";
import { KIND_WORDS, type Profile } from "../limits/profile.ts";

const PURPOSES: Readonly<Record<Profile["purpose"], string>> = {
  tx_default: "TxDefaultProfile",
  tx: "TxProfile",
  station_max: "ChargingStationMaxProfile",
};

export function commands20(version: Exclude<OcppVersion, "1.6">): Commands {
  return {
    version,
    setProfile: (outlet, profile) => ({
      action: "SetChargingProfile",
      payload: { evseId: outlet?.evseId ?? 0, chargingProfile: profile20(profile) },
    }),
    updateLimit: (id, limit) =>
      version === "2.1"
        ? { action: "UpdateDynamicSchedule", payload: { chargingProfileId: id, scheduleUpdate: { limit } } }
        : undefined,
    clearProfiles: ({ id, purpose, stackLevel, outlet }) => ({
      action: "ClearChargingProfile",
      payload:
        id !== undefined
          ? { chargingProfileId: id }
          : {
              chargingProfileCriteria: {
                ...(outlet === undefined ? {} : { evseId: outlet.evseId }),
                ...(purpose === undefined ? {} : { chargingProfilePurpose: PURPOSES[purpose] }),
                ...(stackLevel === undefined ? {} : { stackLevel }),
              },
            },
    }),
    compositeSchedule: (outlet, durationS, unit) => ({
      action: "GetCompositeSchedule",
      payload: {
        evseId: outlet.evseId,
        duration: durationS,
        ...(unit === undefined ? {} : { chargingRateUnit: unit }),
      },
    }),
    start: (outlet, token, remoteStartId) => ({
      action: "RequestStartTransaction",
      payload: {
        evseId: outlet.evseId,
        remoteStartId,
        idToken: { idToken: token.tag, type: token.type },
      },
    }),
    stop: (transactionId) => ({ action: "RequestStopTransaction", payload: { transactionId } }),
    reset: (kind) => ({ action: "Reset", payload: { type: kind === "hard" ? "Immediate" : "OnIdle" } }),
    trigger: (topic, outlet) => ({
      action: "TriggerMessage",
      payload: {
        requestedMessage: topic,
        ...(outlet === undefined
          ? {}
          : {
              evse: {
                id: outlet.evseId,
                ...(outlet.connectorId > 0 ? { connectorId: outlet.connectorId } : {}),
              },
            }),
      },
    }),
    availability: (outlet, operative) => ({
      action: "ChangeAvailability",
      payload: {
        operationalStatus: operative ? "Operative" : "Inoperative",
        ...(outlet === undefined ? {} : { evse: { id: outlet.evseId } }),
      },
    }),
    unlock: (outlet) => ({
      action: "UnlockConnector",
      payload: { evseId: outlet.evseId, connectorId: outlet.connectorId },
    }),
    readConfig: (keys) => ({
      action: "GetVariables",
      payload: { getVariableData: keys.map((key) => addressOf(key)) },
    }),
    writeConfig: (key, value) => ({
      action: "SetVariables",
      payload: { setVariableData: [{ ...addressOf(key), attributeType: "Actual", attributeValue: value }] },
    }),
    parseConfig: (result) =>
      objects(result, "getVariableResult").flatMap((entry) => {
        const key = keyOf(entry);
        const ok = text(entry, "attributeStatus") === "Accepted";
        return key === undefined || !ok
          ? []
          : [{ key, value: text(entry, "attributeValue"), readonly: text(entry, "mutability") === "ReadOnly" }];
      }),
    writeStatus: (result) => text(objects(result, "setVariableResult")[0], "attributeStatus") ?? "Rejected",
  };
}

/** `Comp(inst)/Var(inst)` as the wire's component and variable. Those of an outlet are asked of the first one. */
export function addressOf(key: string): JsonObject {
  const [component = "", variable = ""] = key.split("/", 2);
  const where: JsonObject =
    component === "EVSE" ? { evse: { id: 1 } } : component === "Connector" ? { evse: { id: 1, connectorId: 1 } } : {};
  return { component: { ...named(component), ...where }, variable: named(variable) };
}

function named(part: string): JsonObject {
  const match = /^([^(]*)(?:\((.*)\))?$/.exec(part.trim());
  const instance = match?.[2];
  return { name: match?.[1] ?? part, ...(instance === undefined ? {} : { instance }) };
}

/** The other way round; undefined when component or variable has no name. */
export function keyOf(entry: JsonObject): string | undefined {
  const parts = ["component", "variable"].map((name) => {
    const found = object(entry, name);
    const word = text(found, "name");
    const instance = text(found, "instance");
    return word === undefined ? undefined : instance === undefined ? word : `${word}(${instance})`;
  });
  return parts[0] === undefined || parts[1] === undefined ? undefined : `${parts[0]}/${parts[1]}`;
}

function profile20(profile: Profile): JsonObject {
  return {
    id: profile.id,
    stackLevel: profile.stackLevel,
    chargingProfilePurpose: PURPOSES[profile.purpose],
    chargingProfileKind: KIND_WORDS[profile.kind],
    ...(profile.updateEveryS === undefined ? {} : { dynUpdateInterval: profile.updateEveryS }),
    ...(profile.validToMs === undefined ? {} : { validTo: isoTime(profile.validToMs) }),
    ...(profile.transactionId === undefined ? {} : { transactionId: profile.transactionId }),
    chargingSchedule: [
      {
        id: 1,
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
    ],
  };
}
