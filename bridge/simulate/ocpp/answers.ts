/** How the simulated box answers the server. */
import type { Json, JsonObject } from "../../ocpp/station.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import { keyOfVariable } from "./configuration.ts";
import type { SimOutlet } from "./outlet.ts";
import { readProfile, type InstalledProfile } from "./profiles.ts";
import { WireError } from "./wire.ts";

/** A result, raw text in place of one (`$id` = the call's id), or undefined for none. */
export function answer(
  box: SimulatedChargePoint,
  action: string,
  payload: JsonObject,
): JsonObject | string | undefined {
  switch (action) {
    case "SetChargingProfile":
      return { status: setProfile(box, payload) };
    case "UpdateDynamicSchedule":
      return { status: moveLimit(box, payload) };
    case "ClearChargingProfile":
      return { status: clearProfiles(box, payload) };
    case "GetCompositeSchedule":
      return composite(box, payload);
    case "RemoteStartTransaction":
    case "RequestStartTransaction":
      return remoteStart(box, payload);
    case "RemoteStopTransaction":
    case "RequestStopTransaction":
      return remoteStop(box, payload);
    case "Reset":
      if (box.behaviour.refuseReset) return { status: "Rejected" };
      box.options.clock.after(500, () => box.reboot("RemoteReset"));
      return { status: "Accepted" };
    case "TriggerMessage":
      return trigger(box, payload);
    case "GetConfiguration":
      return getConfiguration(box, payload);
    case "ChangeConfiguration":
      return { status: box.config.set(text(payload["key"]), text(payload["value"])) };
    case "GetVariables":
      return { getVariableResult: list(payload["getVariableData"]).map((entry) => variable(box, entry)) };
    case "SetVariables":
      return {
        setVariableResult: list(payload["setVariableData"]).map((entry) => {
          const status = box.config.set(keyOfVariable(entry), text(entry["attributeValue"]));
          return {
            attributeStatus: status === "NotSupported" ? "UnknownVariable" : status,
            component: entry["component"] ?? {},
            variable: entry["variable"] ?? {},
          };
        }),
      };
    case "ChangeAvailability":
      return availability(box, payload);
    case "UnlockConnector":
      return { status: "Unlocked" };
    case "GetTransactionStatus": {
      const id = payload["transactionId"];
      const ongoing = box.outlets.some((outlet) => outlet.transaction !== undefined && outlet.transaction.id === id);
      return { messagesInQueue: false, ...(id === undefined ? {} : { ongoingIndicator: ongoing }) };
    }
    case "ReserveNow": {
      const outlet = outletOf(box, payload);
      if (outlet.car !== undefined) return { status: "Occupied" };
      outlet.reserved = Number(payload["reservationId"] ?? payload["id"] ?? 0);
      box.sendStatus(outlet);
      return { status: "Accepted" };
    }
    case "CancelReservation": {
      const outlet = box.outlets.find((item) => item.reserved === payload["reservationId"]);
      if (outlet === undefined) return { status: "Rejected" };
      outlet.reserved = undefined;
      box.sendStatus(outlet);
      return { status: "Accepted" };
    }
    case "DataTransfer":
      return { status: "UnknownVendorId" };
    case "GetDiagnostics":
      return { fileName: "diagnostics.txt" };
    case "GetLog":
      return { status: "Accepted", filename: "diagnostics.txt" };
    case "UpdateFirmware":
      return box.v16 ? {} : { status: "Accepted" };
    case "GetLocalListVersion":
      return box.v16 ? { listVersion: -1 } : { versionNumber: 0 };
    case "GetBaseReport":
      if (box.preset.noInventory === true) return { status: "NotSupported" };
      box.options.clock.after(100, () => box.sendInventory(Number(payload["requestId"] ?? 0)));
      return { status: "Accepted" };
    default:
      throw new WireError("NotImplemented", action);
  }
}

function setProfile(box: SimulatedChargePoint, payload: JsonObject): string {
  const raw = payload["csChargingProfiles"] ?? payload["chargingProfile"];
  const n = Number(payload["connectorId"] ?? payload["evseId"] ?? 0);
  const profile = isObject(raw) ? readProfile(raw, n, box.nowMs()) : undefined;
  if (profile === undefined)
    throw new WireError(box.v16 ? "FormationViolation" : "FormatViolation", "profile incomplete");
  const limitA = box.toA(profile.periods[0]?.limit ?? 0, profile.unit);
  const status = judge(box, profile);
  const outlet = box.outlets.find((item) => item.n === n) ?? box.outlets[0];
  box.received.push({ atMs: box.nowMs(), outlet: n, profile, limitA, accepted: status === "Accepted" });
  box.tell(
    `limit ${limitA.toFixed(1)} A (${profile.purpose}, level ${profile.stackLevel}, id ${profile.id}): ${status}`,
  );
  if (status === "Rejected" && box.preset.sulks === true && outlet?.transaction !== undefined)
    outlet.transaction.sulking = true;
  if (status !== "Accepted") return status;
  // Some boxes say yes to what arrives while the car has suspended, and forget it.
  const suspended =
    outlet?.transaction?.state === "SuspendedEV" ||
    (profile.purpose === "TxProfile" && outlet?.transaction?.state === "SuspendedEVSE");
  if (box.preset.forgetsWhileSuspended === true && suspended) return status;
  if (box.behaviour.forgetProfiles || box.preset.ignoredPurposes?.includes(profile.purpose) === true) return status;
  box.profiles.install(asUnderstood(box, profile));
  return status;
}

/** What the box makes of a profile that it has accepted. */
function asUnderstood(box: SimulatedChargePoint, profile: InstalledProfile): InstalledProfile {
  if (box.preset.ignoresValidity === true && profile.validToMs !== undefined)
    return { ...profile, validToMs: box.nowMs() };
  if (box.preset.durationFromSet === true && profile.kind === "Relative" && profile.durationS !== undefined)
    return { ...profile, kind: "Absolute", startMs: box.nowMs() };
  return profile;
}

/** 2.1: a dynamic profile's limit moves in place. */
function moveLimit(box: SimulatedChargePoint, payload: JsonObject): string {
  if (box.preset.variables["SmartChargingCtrlr/SupportsDynamicProfiles"] !== "true")
    throw new WireError("NotImplemented", "no dynamic profiles here");
  const id = payload["chargingProfileId"];
  const update = payload["scheduleUpdate"];
  const limit = isObject(update) ? update["limit"] : undefined;
  const moved =
    !box.behaviour.refuseProfiles &&
    typeof id === "number" &&
    typeof limit === "number" &&
    box.profiles.move(id, limit);
  box.tell(`limit moved to ${typeof limit === "number" ? limit : "nothing"}: ${moved ? "Accepted" : "Rejected"}`);
  return moved ? "Accepted" : "Rejected";
}

function judge(box: SimulatedChargePoint, profile: InstalledProfile): string {
  const { preset } = box;
  const outlet = box.outlets.find((item) => item.n === profile.outlet);
  const refused =
    box.behaviour.refuseProfiles ||
    profile.stackLevel > preset.highestLevel ||
    preset.refusedPurposes.includes(profile.purpose) ||
    preset.refusedKinds.includes(profile.kind) ||
    (profile.kind === "Dynamic" && preset.variables["SmartChargingCtrlr/SupportsDynamicProfiles"] !== "true") ||
    (preset.unit === "W" && profile.unit !== "W") ||
    (preset.refusesAfterConnectS !== undefined && box.connectedForS < preset.refusesAfterConnectS) ||
    outlet?.transaction?.sulking === true ||
    (profile.purpose === "TxProfile" && outlet?.orphan === true) ||
    (profile.purpose === "TxProfile" &&
      (outlet?.transaction === undefined || profile.transactionId !== outlet.transaction.id)) ||
    (preset.orphansTxProfile === true &&
      profile.purpose === "TxProfile" &&
      box.profiles.all.some((other) => other.purpose === "TxProfile" && other.id === profile.id)) ||
    (preset.onlyLowers === true &&
      outlet !== undefined &&
      box.profiles.all.some(
        (other) => other.id === profile.id && (other.periods[0]?.limit ?? 0) < (profile.periods[0]?.limit ?? 0),
      ));
  return refused ? "Rejected" : "Accepted";
}

function clearProfiles(box: SimulatedChargePoint, payload: JsonObject): string {
  const criteria = isObject(payload["chargingProfileCriteria"]) ? payload["chargingProfileCriteria"] : payload;
  const id = payload["id"] ?? payload["chargingProfileId"];
  const n = criteria["connectorId"] ?? criteria["evseId"];
  const purpose = criteria["chargingProfilePurpose"];
  const level = criteria["stackLevel"];
  const gone = box.profiles.clear((profile) => {
    const stuck =
      profile.purpose === "TxProfile" && box.outlets.some((outlet) => outlet.n === profile.outlet && outlet.orphan);
    if (stuck) return false;
    if (id !== undefined) return profile.id === id;
    return (
      (n === undefined || profile.outlet === n) &&
      (purpose === undefined || profile.purpose === purpose) &&
      (level === undefined || profile.stackLevel === level)
    );
  });
  box.tell(`${gone} profiles cleared`);
  return gone > 0 ? "Accepted" : "Unknown";
}

function composite(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const n = Number(payload["connectorId"] ?? payload["evseId"] ?? 1);
  const outlet = box.outlets.find((item) => item.n === n) ?? box.outlet(1);
  if (!box.preset.compositeSupported) return { status: "Rejected" };
  const duration = Math.min(3600, Number(payload["duration"] ?? 60));
  const unit = box.preset.unit;
  const steps = box.profiles.composite(
    outlet.n,
    box.moment(outlet),
    duration,
    (limit, of) => box.toA(limit, of),
    box.preset.maxA,
  );
  const periods = steps.map((step) => ({
    startPeriod: step.startS,
    limit: Math.round(box.fromA(step.limitA) * 10) / 10,
  }));
  return box.v16
    ? {
        status: "Accepted",
        connectorId: n,
        scheduleStart: box.isoNow(),
        chargingSchedule: { duration, chargingRateUnit: unit, chargingSchedulePeriod: periods },
      }
    : {
        status: "Accepted",
        schedule: {
          evseId: n,
          duration,
          scheduleStart: box.isoNow(),
          chargingRateUnit: unit,
          chargingSchedulePeriod: periods,
        },
      };
}

function remoteStart(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const outlet = outletOf(box, payload);
  const token = payload["idToken"];
  const tag = isObject(token) ? text(token["idToken"]) : text(payload["idTag"]);
  const replug = box.preset.needsReplug === true && outlet.stopped;
  if (
    box.behaviour.refuseStart ||
    outlet.transaction !== undefined ||
    outlet.fault !== undefined ||
    !outlet.operative ||
    replug
  )
    return { status: "Rejected" };
  if (outlet.car === undefined) outlet.authorizedTag = tag;
  else
    box.options.clock.after(300, () =>
      box.begin(outlet, tag, typeof payload["remoteStartId"] === "number" ? payload["remoteStartId"] : undefined),
    );
  return { status: "Accepted" };
}

function remoteStop(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const id = text(payload["transactionId"]);
  const outlet = box.outlets.find((item) => item.transaction?.id === id);
  if (outlet === undefined) return { status: "Rejected" };
  box.options.clock.after(300, () => box.finish(outlet, "Remote", "RemoteStop"));
  return { status: "Accepted" };
}

function trigger(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const topic = text(payload["requestedMessage"]);
  if (box.preset.refusedTriggers.includes(topic)) return { status: "Rejected" };
  const evse = payload["evse"];
  const n = Number(payload["connectorId"] ?? (isObject(evse) ? evse["id"] : undefined) ?? 0);
  const asked = box.outlets.filter((outlet) => n === 0 || outlet.n === n);
  const later = (task: () => void): JsonObject => {
    box.options.clock.after(50, task);
    return { status: "Accepted" };
  };
  switch (topic) {
    case "BootNotification":
      return later(() => box.sendBoot("Triggered"));
    case "Heartbeat":
      return later(() => box.sendHeartbeat());
    case "StatusNotification":
      return later(() => asked.forEach((outlet) => box.sendStatus(outlet)));
    case "MeterValues":
      return later(() => asked.forEach((outlet) => box.sendValues(outlet, "Trigger")));
    case "TransactionEvent":
      if (!asked.some((outlet) => outlet.transaction !== undefined)) return { status: "Rejected" };
      return later(() => {
        for (const outlet of asked)
          if (outlet.transaction !== undefined) box.event(outlet, outlet.transaction, "Updated", "Trigger");
      });
    default:
      return { status: "NotImplemented" };
  }
}

function getConfiguration(box: SimulatedChargePoint, payload: JsonObject): JsonObject | string {
  if (box.preset.brokenConfigJson === true) return `[3,"$id",{"configurationKey":[{"key":"Broken,"readonly":false]}`;
  const asked = Array.isArray(payload["key"]) ? payload["key"].map((key) => text(key).toLowerCase()) : undefined;
  const entries = box.config.entries().filter(({ key }) => asked === undefined || asked.includes(key.toLowerCase()));
  const known = entries.map(({ key }) => key.toLowerCase());
  const unknown = (asked ?? []).filter((key) => !known.includes(key));
  return {
    configurationKey: entries
      .filter(({ key }) => !/AuthorizationKey/i.test(key))
      .map(({ key, value, readonly }) => ({ key, readonly, value })),
    ...(unknown.length === 0 ? {} : { unknownKey: unknown }),
  };
}

function variable(box: SimulatedChargePoint, entry: JsonObject): JsonObject {
  const key = keyOfVariable(entry);
  const value = /Password/.test(key) ? undefined : box.config.get(key);
  return {
    attributeStatus: value === undefined ? "UnknownVariable" : "Accepted",
    ...(value === undefined ? {} : { attributeValue: value }),
    component: entry["component"] ?? {},
    variable: entry["variable"] ?? {},
  };
}

function availability(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const operative = (payload["type"] ?? payload["operationalStatus"]) === "Operative";
  const evse = payload["evse"];
  const n = Number(payload["connectorId"] ?? (isObject(evse) ? evse["id"] : undefined) ?? 0);
  let scheduled = false;
  for (const outlet of box.outlets) {
    if (n !== 0 && outlet.n !== n) continue;
    scheduled ||= outlet.transaction !== undefined;
    outlet.operative = operative;
    box.sendStatus(outlet);
  }
  return { status: scheduled ? "Scheduled" : "Accepted" };
}

function outletOf(box: SimulatedChargePoint, payload: JsonObject): SimOutlet {
  const n = Number(payload["connectorId"] ?? payload["evseId"] ?? 1);
  return box.outlets.find((outlet) => outlet.n === n) ?? box.outlet(1);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
