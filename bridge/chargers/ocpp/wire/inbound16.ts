/** OCPP 1.6: what each message of the box means, and its answer. */
import type { JsonValue } from "../../charger.ts";
import { OcppError } from "../../../ocpp/errors.ts";
import type { InboundMeta, JsonObject } from "../../../ocpp/station.ts";
import { wireTagStatus } from "../authorisation.ts";
import { isoTime, number, objects, text, timestampMs, whole } from "./json.ts";
import { readMeterValues } from "../facts/meter-values.ts";
import type { StationModel } from "../facts/model.ts";
import type { TxReport } from "../facts/transactions.ts";

const NO_REPORT = {
  seqNo: undefined,
  offline: false,
  chargingState: undefined,
  triggerReason: undefined,
  stoppedReason: undefined,
  idTag: undefined,
  tokenType: undefined,
  remoteStartId: undefined,
  phasesUsed: undefined,
  cableMaxA: undefined,
  reservationId: undefined,
  reading: undefined,
} as const;

export function handle16(model: StationModel, action: string, payload: JsonObject, meta: InboundMeta): JsonObject {
  const handler = HANDLERS[action];
  if (handler === undefined) throw new OcppError("NotImplemented", `${action} is not known here.`);
  return handler(model, payload, meta);
}

type Handler = (model: StationModel, payload: JsonObject, meta: InboundMeta) => JsonObject;

const HANDLERS: Readonly<Record<string, Handler>> = {
  BootNotification(model, payload, meta) {
    model.notes["meter_type"] = text(payload, "meterType");
    model.booted(
      {
        vendor: text(payload, "chargePointVendor"),
        model: text(payload, "chargePointModel"),
        serial: text(payload, "chargePointSerialNumber") ?? text(payload, "chargeBoxSerialNumber"),
        firmware: text(payload, "firmwareVersion"),
      },
      undefined,
    );
    return { status: "Accepted", currentTime: isoTime(meta.receivedAtMs), interval: 60 };
  },

  Heartbeat(model, _payload, meta) {
    model.notes["heartbeat"] = isoTime(meta.receivedAtMs);
    return { currentTime: isoTime(meta.receivedAtMs) };
  },

  StatusNotification(model, payload, meta) {
    const connectorId = whole(payload, "connectorId");
    const status = text(payload, "status");
    if (status === undefined) return {};
    const station = connectorId === 0 && model.deviations.connectorZeroIsOne !== true;
    if (station) {
      model.stationStatus = status;
      return {};
    }
    const outlet = model.outlet16(connectorId, true);
    if (outlet === undefined) return {};
    outlet.errorCode = text(payload, "errorCode");
    outlet.vendorError = text(payload, "vendorErrorCode") ?? text(payload, "info");
    model.connectorStatus(outlet, status, timestampMs(payload, "timestamp"), meta.receivedAtMs);
    return {};
  },

  Authorize(model, payload) {
    const { status } = model.judgeTag(text(payload, "idTag") ?? "", undefined);
    return { idTagInfo: { status: wireTagStatus(status, "1.6") } };
  },

  StartTransaction(model, payload, meta) {
    const tag = text(payload, "idTag") ?? "";
    const judgement = model.judgeTag(tag, undefined);
    const connectorId = whole(payload, "connectorId");
    const meterStart = number(payload, "meterStart");
    const id = transactionIdFor(model, [connectorId, text(payload, "timestamp"), meterStart, tag].join("|"));
    const outlet = model.outlet16(connectorId, connectorId !== undefined && connectorId >= 1 && connectorId <= 2);
    const report: TxReport = {
      ...NO_REPORT,
      kind: "Started",
      id: String(id),
      atMs: timestampMs(payload, "timestamp"),
      outlet,
      idTag: tag,
      triggerReason: "Authorized",
      reservationId: whole(payload, "reservationId"),
    };
    model.transactions.take(report, meta.receivedAtMs);
    if (outlet !== undefined) model.transactions.begun16(outlet, String(id), meterStart);
    if (judgement.status !== "Accepted") model.transactions.refuse(String(id));
    return { transactionId: id, idTagInfo: { status: wireTagStatus(judgement.status, "1.6") } };
  },

  StopTransaction(model, payload, meta) {
    const tag = text(payload, "idTag");
    const id = text(payload, "transactionId");
    const holder = model.outlets.find((outlet) => outlet.tx?.id === id || outlet.lastTxId === id);
    const meterStop = number(payload, "meterStop");
    const data = objects(payload, "transactionData");
    const stopEntry: JsonObject =
      meterStop === undefined || meterStop < 0
        ? {}
        : {
            sampledValue: [
              {
                value: String(meterStop),
                context: "Transaction.End",
                measurand: "Energy.Active.Import.Register",
                unit: "Wh",
              },
            ],
          };
    const rules = { ...readingRules(model) };
    const known = holder !== undefined || (id !== undefined && model.transactions.isDormant(id));
    if (id !== undefined && known) {
      model.transactions.take(
        {
          ...NO_REPORT,
          kind: "Ended",
          id,
          atMs: timestampMs(payload, "timestamp"),
          outlet: holder ?? model.outlet16(undefined, false) ?? model.outlets[0],
          idTag: undefined,
          stoppedReason: text(payload, "reason") ?? "Local",
          reading: readMeterValues([...data, stopEntry], rules),
        },
        meta.receivedAtMs,
      );
    }
    return tag === undefined ? {} : { idTagInfo: { status: "Accepted" } };
  },

  MeterValues(model, payload, meta) {
    const connectorId = whole(payload, "connectorId");
    const list = objects(payload, "meterValue");
    const reading = readMeterValues(list, readingRules(model));
    const station = connectorId === 0 && model.deviations.connectorZeroIsOne !== true;
    const outlet = station ? undefined : model.outlet16(connectorId, false);
    const told = reading.samples.at(-1)?.timestampMs;
    if (outlet === undefined) {
      if (station) model.neighbour.takeMainMeter(reading.samples, meta.receivedAtMs);
      return {};
    }
    const id = whole(payload, "transactionId");
    const history = model.skew.isHistory(meta.receivedAtMs, told);
    if (!history) model.skew.take(meta.receivedAtMs, told);
    if (id !== undefined && id > 0 && !history) model.transactions.recover16(outlet, String(id));
    const late = id !== undefined && id > 0 && outlet.liveTx?.id !== String(id);
    const before = outlet.powerReadings;
    outlet.take(reading, meta.receivedAtMs, !history && !late);
    if (before === 0 && outlet.powerReadings > 0 && outlet.liveTx !== undefined) outlet.liveTx.charged = true;
    return {};
  },

  DataTransfer(model, payload, meta) {
    model.notes["data_transfer"] = [text(payload, "vendorId"), text(payload, "messageId"), text(payload, "data")]
      .filter((part) => part !== undefined)
      .join(" ")
      .slice(0, 250);
    model.notes["data_transfer_at"] = isoTime(meta.receivedAtMs);
    model.neighbour.takeTransfer(payload);
    return { status: "Accepted" };
  },

  FirmwareStatusNotification: firmwareStatus,
  SignedFirmwareStatusNotification: firmwareStatus,
  DiagnosticsStatusNotification(model, payload) {
    model.notes["diagnostics_status"] = text(payload, "status");
    return {};
  },
  LogStatusNotification(model, payload) {
    model.notes["diagnostics_status"] = text(payload, "status");
    return {};
  },
  SecurityEventNotification(model, payload) {
    model.notes["security_event"] = text(payload, "type")?.slice(0, 250);
    return {};
  },
  SignCertificate: () => ({ status: "Rejected" }),
};

export function firmwareStatus(model: StationModel, payload: JsonObject): JsonObject {
  const status = text(payload, "status");
  model.notes["firmware_status"] = status;
  model.expecting = status === "Installing" || status === "InstallRebooting" ? "firmware" : undefined;
  return {};
}

/** A box that repeats a queued start gets the id it was given before; the newest 32 are remembered. */
function transactionIdFor(model: StationModel, key: string): number {
  const kept = model.drawer.record("starts") ?? {};
  const known = kept[key];
  if (typeof known === "number") return known;
  const id = model.nextTransactionId();
  model.drawer.write("starts", Object.fromEntries<JsonValue>([...Object.entries(kept), [key, id] as const].slice(-32)));
  return id;
}

export function readingRules(model: StationModel): Parameters<typeof readMeterValues>[1] & object {
  const { excludeMeasurands, ignoreSocUnit } = model.deviations;
  return {
    ...(excludeMeasurands === undefined ? {} : { excludeMeasurands }),
    ...(ignoreSocUnit === undefined ? {} : { ignoreSocUnit }),
  };
}
