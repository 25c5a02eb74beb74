/** How the simulated box answers the server. */
import type { Json, JsonObject } from "../../ocpp/station.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import { keyOfVariable } from "./configuration.ts";
import type { SimOutlet } from "./outlet.ts";
import { clearProfiles, composite, moveLimit, setProfile } from "./profile-answers.ts";
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
      box.sessions.begin(
        outlet,
        tag,
        typeof payload["remoteStartId"] === "number" ? payload["remoteStartId"] : undefined,
      ),
    );
  return { status: "Accepted" };
}

function remoteStop(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const id = text(payload["transactionId"]);
  const outlet = box.outlets.find((item) => item.transaction?.id === id);
  if (outlet === undefined) return { status: "Rejected" };
  box.options.clock.after(300, () => box.sessions.finish(outlet, "Remote", "RemoteStop"));
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
      return later(() => asked.forEach((outlet) => box.sessions.sendValues(outlet, "Trigger")));
    case "TransactionEvent":
      if (!asked.some((outlet) => outlet.transaction !== undefined)) return { status: "Rejected" };
      return later(() => {
        for (const outlet of asked)
          if (outlet.transaction !== undefined) box.sessions.event(outlet, outlet.transaction, "Updated", "Trigger");
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
