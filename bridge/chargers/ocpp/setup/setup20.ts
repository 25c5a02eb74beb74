/** OCPP 2.x: what is read of a box's variables, and what is written. */
import { ChargerError } from "../../charger.ts";
import { survive, WANTED, write, type SetupPort } from "./setup-port.ts";

export const KEYS_20 = [
  "SmartChargingCtrlr/Enabled",
  "SmartChargingCtrlr/Available",
  "SmartChargingCtrlr/RateUnit",
  "SmartChargingCtrlr/ProfileStackLevel",
  "SmartChargingCtrlr/PeriodsPerSchedule",
  "SmartChargingCtrlr/ACPhaseSwitchingSupported",
  "SmartChargingCtrlr/SupportsDynamicProfiles",
  "SampledDataCtrlr/TxUpdatedMeasurands",
  "SampledDataCtrlr/TxUpdatedInterval",
  "SampledDataCtrlr/TxStartedMeasurands",
  "SampledDataCtrlr/TxEndedMeasurands",
  "AlignedDataCtrlr/Interval",
  "AlignedDataCtrlr/Measurands",
  "TxCtrlr/StopTxOnEVSideDisconnect",
  "TxCtrlr/TxStartPoint",
  "TxCtrlr/TxStopPoint",
  "TxCtrlr/EVConnectionTimeOut",
  "AuthCtrlr/Enabled",
  "AuthCtrlr/AuthorizeRemoteStart",
  "OCPPCommCtrlr/HeartbeatInterval",
  "OCPPCommCtrlr/MessageTimeout",
  "OCPPCommCtrlr/WebSocketPingInterval",
  "EVSE/SupplyPhases",
  "EVSE/Power",
  "StatusLED/brightness",
  "LocalAuthListCtrlr/Enabled",
  "LocalAuthListCtrlr/ItemsPerMessage",
] as const;
const PER_CALL = 4;

export async function readConfig20(port: SetupPort): Promise<void> {
  const { model, commands } = port;
  for (let start = 0; start < KEYS_20.length; start += PER_CALL) {
    try {
      const result = await port.ask(commands.readConfig(KEYS_20.slice(start, start + PER_CALL)));
      for (const entry of commands.parseConfig(result)) model.config.set(entry.key.toLowerCase(), entry);
    } catch (error) {
      survive(port, error, "GetVariables");
      if (error instanceof ChargerError && error.code === "unsupported") return;
    }
  }
}

export async function writeConfig20(port: SetupPort): Promise<void> {
  const { model } = port;
  const excluded = model.deviations.excludeMeasurands ?? [];
  const listed = model.config.get("sampleddatactrlr/txupdatedmeasurands#list")?.value;
  const present = model.config.get("sampleddatactrlr/txupdatedmeasurands")?.value;
  const offered = listed === undefined ? undefined : listed.split(",").map((name) => name.trim());
  const base: readonly string[] = ["Power.Active.Import", "Energy.Active.Import.Register", "Current.Import", "Voltage"];
  const wanted = (
    offered === undefined ? [...base, "Current.Offered", "SoC"] : WANTED.filter((name) => offered.includes(name))
  ).filter((name) => !excluded.includes(name));
  if (present !== undefined && wanted.length > 0) {
    const key = "SampledDataCtrlr/TxUpdatedMeasurands";
    const has = (list: readonly string[]): boolean =>
      list.every((name) => present.split(",").some((word) => word.trim() === name));
    if (!has(wanted) && !(await write(port, key, wanted.join(","))) && !has(base))
      await write(port, key, base.join(","));
  }
  const interval = Math.max(port.meterIntervalS, model.deviations.meterIntervalS ?? 0);
  if (model.config.has("sampleddatactrlr/txupdatedinterval"))
    await write(port, "SampledDataCtrlr/TxUpdatedInterval", String(interval));
  const ended = model.config.get("sampleddatactrlr/txendedmeasurands")?.value;
  if (ended !== undefined && !ended.includes("Energy.Active.Import.Register"))
    await write(port, "SampledDataCtrlr/TxEndedMeasurands", "Energy.Active.Import.Register");
  if (model.config.has("txctrlr/stoptxonevsidedisconnect"))
    await write(port, "TxCtrlr/StopTxOnEVSideDisconnect", "false");
  if (model.config.has("ocppcommctrlr/websocketpinginterval"))
    await write(port, "OCPPCommCtrlr/WebSocketPingInterval", String(model.deviations.wsPingIntervalS ?? 30));
}
