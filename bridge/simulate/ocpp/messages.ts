/** The messages of a simulated box in the words of its version: payloads only, sent by whoever owns them. */
import type { JsonObject } from "../../ocpp/station.ts";
import type { Configuration } from "./configuration.ts";
import type { SimOutlet, SimTransaction } from "./outlet.ts";
import type { Preset } from "./presets.ts";

const INVENTORY_PIECE = 8;

export function bootPayload(preset: Preset, v16: boolean, reason: string): JsonObject {
  const { vendor, model, serial, firmware } = preset;
  return v16
    ? {
        chargePointVendor: vendor,
        chargePointModel: model.slice(0, 20),
        chargePointSerialNumber: serial,
        firmwareVersion: firmware,
      }
    : {
        reason,
        chargingStation: {
          vendorName: vendor,
          model: model.slice(0, 20),
          serialNumber: serial,
          firmwareVersion: firmware,
        },
      };
}

export function statusPayload(outlet: SimOutlet, status: string, v16: boolean, timestamp: string): JsonObject {
  return v16
    ? { connectorId: outlet.n, errorCode: outlet.fault ?? "NoError", status, timestamp }
    : { timestamp, connectorStatus: status, evseId: outlet.n, connectorId: 1 };
}

/** 1.6: the station itself. */
export function stationStatus(timestamp: string): JsonObject {
  return { connectorId: 0, errorCode: "NoError", status: "Available", timestamp };
}

/** 2.x. `values`: readings of this moment, or none. */
export function eventPayload(
  outlet: SimOutlet,
  tx: SimTransaction,
  event: {
    readonly eventType: "Started" | "Updated" | "Ended";
    readonly triggerReason: string;
    readonly stoppedReason: string | undefined;
    readonly timestamp: string;
    readonly offline: boolean;
    readonly values: JsonObject | undefined;
  },
): JsonObject {
  const { eventType, triggerReason, stoppedReason, timestamp, offline, values } = event;
  return {
    eventType,
    timestamp,
    triggerReason,
    seqNo: tx.seqNo++,
    ...(offline ? { offline: true } : {}),
    transactionInfo: {
      transactionId: tx.id ?? "",
      chargingState: tx.state,
      ...(stoppedReason === undefined ? {} : { stoppedReason }),
      ...(tx.remoteStartId === undefined ? {} : { remoteStartId: tx.remoteStartId }),
    },
    evse: { id: outlet.n, connectorId: 1 },
    ...(eventType === "Started"
      ? { idToken: { idToken: tx.tag, type: tx.tag === "" ? "NoAuthorization" : "Local" } }
      : {}),
    ...(values === undefined ? {} : { meterValue: [values] }),
  };
}

/** 2.x: which variable lists the measurands of an event, and the context of its readings. */
export function eventReadings(
  eventType: "Started" | "Updated" | "Ended",
  triggerReason: string,
): { readonly variable: string; readonly context: string } {
  const variable = `SampledDataCtrlr/Tx${eventType}Measurands`;
  switch (eventType) {
    case "Started":
      return { variable, context: "Transaction.Begin" };
    case "Ended":
      return { variable, context: "Transaction.End" };
    case "Updated":
      return { variable, context: triggerReason === "Trigger" ? "Trigger" : "Sample.Periodic" };
  }
}

/** 2.x: what a Delta floods its server with. */
export function chatter(timestamp: string): JsonObject {
  return {
    generatedAt: timestamp,
    seqNo: 0,
    eventData: [
      {
        eventId: 1,
        timestamp,
        trigger: "Periodic",
        actualValue: "false",
        eventNotificationType: "HardWiredNotification",
        component: { name: "ChargingStation" },
        variable: { name: "Problem" },
      },
    ],
  };
}

/** 2.x: everything the box has, in pieces. */
export function inventory(config: Configuration, requestId: number, generatedAt: string): readonly JsonObject[] {
  const entries = config.entries().filter(({ key }) => !/Password/.test(key));
  const pieces = Math.max(1, Math.ceil(entries.length / INVENTORY_PIECE));
  return Array.from({ length: pieces }, (_, seqNo) => ({
    requestId,
    generatedAt,
    seqNo,
    tbc: seqNo < pieces - 1,
    reportData: entries
      .slice(seqNo * INVENTORY_PIECE, (seqNo + 1) * INVENTORY_PIECE)
      .map(({ key, value, readonly }): JsonObject => {
        const [component = "", variable = ""] = key.split("/");
        return {
          component: { name: component, ...(component === "EVSE" ? { evse: { id: 1 } } : {}) },
          variable: { name: variable },
          variableAttribute: [{ type: "Actual", value, mutability: readonly ? "ReadOnly" : "ReadWrite" }],
        };
      }),
  }));
}
