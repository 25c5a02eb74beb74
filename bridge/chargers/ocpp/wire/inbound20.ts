/** OCPP 2.0.1 and 2.1: what each message of the box means, and its answer. */
import { OcppError } from "../../../ocpp/errors.ts";
import type { InboundMeta, Json, JsonObject } from "../../../ocpp/station.ts";
import { firmwareStatus, readingRules } from "./inbound16.ts";
import {
  flagOf,
  isObject,
  isoTime,
  number,
  numberOf,
  object,
  objects,
  objectsOf,
  text,
  textOf,
  timeOf,
  timestampMs,
  whole,
  wholeOf,
} from "./json.ts";
import { readMeterValues } from "../facts/meter-values.ts";
import { takeReport } from "../facts/inventory.ts";
import type { StationModel } from "../facts/model.ts";
import type { TxReport } from "../facts/transactions.ts";

type Handler = (model: StationModel, payload: JsonObject, meta: InboundMeta) => JsonObject;

export function handle20(model: StationModel, action: string, payload: JsonObject, meta: InboundMeta): JsonObject {
  const handler = HANDLERS.get(action);
  if (handler === undefined) throw new OcppError("NotImplemented", `${action} is not known here.`);
  return handler(model, payload, meta);
}

/** A reading that comes outside of meter values. */
const OTHER = { phase: undefined, context: "Other", location: undefined, timestampMs: undefined } as const;

const nothing: Handler = () => ({});
const accepted: Handler = () => ({ status: "Accepted" });
const rejected: Handler = () => ({ status: "Rejected" });

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries<Handler>({
    BootNotification(model, payload, meta) {
      const station = object(payload, "chargingStation");
      model.booted(
        {
          vendor: text(station, "vendorName"),
          model: text(station, "model"),
          serial: text(station, "serialNumber"),
          firmware: text(station, "firmwareVersion"),
        },
        text(payload, "reason"),
      );
      return { status: "Accepted", currentTime: isoTime(meta.receivedAtMs), interval: 60 };
    },

    Heartbeat(model, _payload, meta) {
      model.notes["heartbeat"] = isoTime(meta.receivedAtMs);
      return { currentTime: isoTime(meta.receivedAtMs) };
    },

    StatusNotification(model, payload, meta) {
      const evseId = whole(payload, "evseId");
      const connectorId = whole(payload, "connectorId");
      const status = text(payload, "connectorStatus");
      if (status === undefined) return {};
      if (evseId === 0 && connectorId === 0) {
        model.stationStatus = status;
        return {};
      }
      const outlet = model.outlet20(evseId, connectorId, true);
      if (outlet !== undefined)
        model.connectorStatus(outlet, status, timestampMs(payload, "timestamp"), meta.receivedAtMs);
      return {};
    },

    Authorize(model, payload) {
      const token = object(payload, "idToken");
      const { status } = model.judgeTag(text(token, "idToken") ?? "", text(token, "type"));
      const certificate =
        text(payload, "certificate") !== undefined || objects(payload, "iso15118CertificateHashData").length > 0;
      return { idTokenInfo: { status }, ...(certificate ? { certificateStatus: "NoCertificateAvailable" } : {}) };
    },

    TransactionEvent(model, payload, meta) {
      // The message of which there are most: read field by field, without the detour over names.
      const info = isObject(payload["transactionInfo"]) ? payload["transactionInfo"] : {};
      const id = textOf(info["transactionId"]);
      const kind = payload["eventType"];
      const token = isObject(payload["idToken"]) ? payload["idToken"] : undefined;
      const tag = textOf(token?.["idToken"]);
      const judgement = token === undefined ? undefined : model.judgeTag(tag ?? "", textOf(token["type"]));
      const evse = isObject(payload["evse"]) ? payload["evse"] : undefined;
      const evseId = wholeOf(evse?.["id"]);
      const outlet = model.outlet20(evseId, wholeOf(evse?.["connectorId"]), (evseId ?? 0) >= 1);
      const list = objectsOf(payload["meterValue"]);
      if (id !== undefined && (kind === "Started" || kind === "Updated" || kind === "Ended")) {
        const report: TxReport = {
          kind,
          id,
          atMs: timeOf(payload["timestamp"]),
          seqNo: wholeOf(payload["seqNo"]),
          offline: flagOf(payload["offline"]) ?? false,
          outlet: outlet ?? (evse === undefined ? model.outlets.find((item) => item.liveTx?.id === id) : undefined),
          chargingState: textOf(info["chargingState"]),
          triggerReason: textOf(payload["triggerReason"]),
          stoppedReason: textOf(info["stoppedReason"]),
          idTag: tag === "" ? undefined : tag,
          tokenType: textOf(token?.["type"]),
          remoteStartId: wholeOf(info["remoteStartId"]),
          phasesUsed: phasesOf(payload["numberOfPhasesUsed"]),
          cableMaxA: numberOf(payload["cableMaxCurrent"]),
          reservationId: wholeOf(payload["reservationId"]),
          reading: list.length === 0 ? undefined : readMeterValues(list, readingRules(model)),
        };
        if (info["operationMode"] !== undefined) model.notes["operationMode"] = textOf(info["operationMode"]);
        if (info["tariffId"] !== undefined) model.notes["tariffId"] = textOf(info["tariffId"]);
        model.transactions.take(report, meta.receivedAtMs);
        if (judgement !== undefined && judgement.status !== "Accepted" && kind !== "Ended")
          model.transactions.refuse(id);
      }
      return judgement === undefined ? {} : { idTokenInfo: { status: judgement.status } };
    },

    MeterValues(model, payload, meta) {
      const evseId = whole(payload, "evseId");
      const reading = readMeterValues(objects(payload, "meterValue"), readingRules(model));
      if (evseId === 0) {
        model.neighbour.takeMainMeter(reading.samples, meta.receivedAtMs);
        return {};
      }
      const outlet = model.outlet20(evseId, undefined, false);
      if (outlet === undefined) return {};
      const told = reading.samples.at(-1)?.timestampMs;
      const history = model.skew.isHistory(meta.receivedAtMs, told);
      if (!history) model.skew.take(meta.receivedAtMs, told);
      // A car that draws power on a connector without a transaction is none of ours to show as flow of a session that is over.
      outlet.take(reading, meta.receivedAtMs, !history);
      return {};
    },

    DataTransfer(model, payload, meta) {
      const data = payload["data"];
      model.notes["data_transfer"] = [
        text(payload, "vendorId"),
        text(payload, "messageId"),
        data === undefined ? undefined : typeof data === "string" ? data : JSON.stringify(data),
      ]
        .filter((part) => part !== undefined)
        .join(" ")
        .slice(0, 250);
      model.notes["data_transfer_at"] = isoTime(meta.receivedAtMs);
      model.neighbour.takeTransfer(payload);
      return { status: "Accepted" };
    },

    FirmwareStatusNotification: firmwareStatus,
    PublishFirmwareStatusNotification: firmwareStatus,
    LogStatusNotification(model, payload) {
      model.notes["diagnostics_status"] = text(payload, "status");
      return {};
    },
    SecurityEventNotification(model, payload) {
      model.notes["security_event"] = text(payload, "type")?.slice(0, 250);
      return {};
    },
    NotifyReport: takeReport,
    NotifyEvent(model, payload) {
      for (const entry of objects(payload, "eventData")) {
        const name = text(object(entry, "variable"), "name");
        const component = text(object(entry, "component"), "name");
        if (name === "Problem" || name === "Available" || name === "Temperature")
          model.notes[`event ${component ?? ""} ${name}`] = text(entry, "actualValue")?.slice(0, 100);
        const degrees = name === "Temperature" ? number(entry, "actualValue") : undefined;
        if (degrees !== undefined && degrees > -60 && degrees < 200)
          for (const outlet of model.outlets)
            outlet.meter.take([{ ...OTHER, measurand: "Temperature", value: degrees }], model.clock.nowMs());
      }
      return {};
    },
    NotifyMonitoringReport: nothing,
    NotifyEVChargingNeeds(model, payload) {
      const needs = object(payload, "chargingNeeds");
      const ac = object(needs, "acChargingParameters");
      const dc = object(needs, "dcChargingParameters");
      const notes: Record<string, string | number | undefined> = {
        ev_energy_wh: number(ac, "energyAmount") ?? number(dc, "energyAmount"),
        ev_min_a: number(ac, "evMinCurrent"),
        ev_max_a: number(ac, "evMaxCurrent") ?? number(dc, "evMaxCurrent"),
        ev_departure: text(needs, "departureTime"),
      };
      for (const [key, value] of Object.entries(notes)) if (value !== undefined) model.notes[key] = value;
      const soc = number(dc, "stateOfCharge");
      const outlet = model.outlet20(whole(payload, "evseId"), undefined, false);
      if (soc !== undefined && soc >= 0 && soc <= 100 && outlet !== undefined)
        outlet.meter.take([{ ...OTHER, measurand: "SoC", value: soc }], model.clock.nowMs());
      return { status: "Accepted" };
    },
    NotifyEVChargingSchedule: accepted,
    NotifyChargingLimit(model, payload) {
      const limit = object(payload, "chargingLimit");
      model.notes["external_limit"] = text(limit, "chargingLimitSource") ?? "Other";
      const schedule = objects(payload, "chargingSchedule")[0];
      const amount = number(objects(schedule, "chargingSchedulePeriod")[0], "limit");
      model.notes["external_limit_a"] = text(schedule, "chargingRateUnit") === "A" ? amount : undefined;
      return {};
    },
    ClearedChargingLimit(model) {
      model.notes["external_limit"] = undefined;
      model.notes["external_limit_a"] = undefined;
      return {};
    },
    ReportChargingProfiles: nothing,
    ReservationStatusUpdate(model, payload) {
      model.notes["reservation"] = text(payload, "reservationUpdateStatus");
      return {};
    },
    SignCertificate: rejected,
    Get15118EVCertificate: () => ({ status: "Failed", exiResponse: "" }),
    GetCertificateStatus: () => ({ status: "Failed" }),
    NotifyCustomerInformation: nothing,
    NotifyDisplayMessages: nothing,
    // 2.1
    NotifySettlement: nothing,
    NotifyPriorityCharging: nothing,
    NotifyDERAlarm: nothing,
    NotifyDERStartStop: nothing,
    ReportDERControl: nothing,
    BatterySwap: nothing,
    OpenPeriodicEventStream: rejected,
    ClosePeriodicEventStream: nothing,
    AdjustPeriodicEventStream: rejected,
    NotifyAllowedEnergyTransfer: rejected,
    NotifyWebPaymentStarted: nothing,
    PullDynamicScheduleUpdate(model, payload) {
      const limit = model.events.dynamicLimit(whole(payload, "chargingProfileId") ?? -1);
      return limit === undefined ? { status: "Rejected" } : { status: "Accepted", scheduleUpdate: { limit } };
    },
    VatNumberValidation: (_model, payload) => ({ status: "Rejected", vatNumber: text(payload, "vatNumber") ?? "" }),
    GetCertificateChainStatus: () => ({ certificateStatus: [] }),
  }),
);

/** 1 to 3; 0 is told by boxes that do not know. */
function phasesOf(told: Json | undefined): number | undefined {
  const count = wholeOf(told);
  return count !== undefined && count >= 1 && count <= 3 ? count : undefined;
}
