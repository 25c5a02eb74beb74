/** Which way each message travels. Everything else a version's schemas know goes from us to the station. */
import type { OcppVersion } from "./station.ts";

const FROM_STATION_16 = [
  "Authorize",
  "BootNotification",
  "DataTransfer",
  "DiagnosticsStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "SecurityEventNotification",
  "SignCertificate",
  "SignedFirmwareStatusNotification",
  "StartTransaction",
  "StatusNotification",
  "StopTransaction",
] as const;

const FROM_STATION_201 = [
  "Authorize",
  "BootNotification",
  "ClearedChargingLimit",
  "DataTransfer",
  "FirmwareStatusNotification",
  "Get15118EVCertificate",
  "GetCertificateStatus",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "NotifyChargingLimit",
  "NotifyCustomerInformation",
  "NotifyDisplayMessages",
  "NotifyEVChargingNeeds",
  "NotifyEVChargingSchedule",
  "NotifyEvent",
  "NotifyMonitoringReport",
  "NotifyReport",
  "PublishFirmwareStatusNotification",
  "ReportChargingProfiles",
  "ReservationStatusUpdate",
  "SecurityEventNotification",
  "SignCertificate",
  "StatusNotification",
  "TransactionEvent",
] as const;

const FROM_STATION_21 = [
  ...FROM_STATION_201,
  "BatterySwap",
  "ClosePeriodicEventStream",
  "GetCertificateChainStatus",
  "NotifyDERAlarm",
  "NotifyDERStartStop",
  "NotifyPriorityCharging",
  "NotifySettlement",
  "OpenPeriodicEventStream",
  "PullDynamicScheduleUpdate",
  "ReportDERControl",
  "VatNumberValidation",
] as const;

const FROM_STATION: Readonly<Record<OcppVersion, ReadonlySet<string>>> = {
  "1.6": new Set(FROM_STATION_16),
  "2.0.1": new Set(FROM_STATION_201),
  "2.1": new Set(FROM_STATION_21),
};

/** Sent by stations without an answer (OCPP 2.1 Part 4, SEND). */
export const UNANSWERED_ACTION = "NotifyPeriodicEventStream";

export function comesFromStation(version: OcppVersion, action: string): boolean {
  return FROM_STATION[version].has(action);
}

/** Answers that take long because they are long. */
const SLOW_ACTIONS: ReadonlySet<string> = new Set(["GetConfiguration", "GetBaseReport"]);
export const SLOW_CALL_TIMEOUT_MS = 60_000;

export function isSlow(action: string): boolean {
  return SLOW_ACTIONS.has(action);
}
