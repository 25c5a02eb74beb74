/** The simulated box's configuration: 1.6 keys or 2.x variables. */
import type { JsonObject, OcppVersion } from "../../ocpp/station.ts";
import type { Preset } from "./presets.ts";

const MEASURANDS = "Energy.Active.Import.Register";

export interface Configuration {
  readonly entries: () => readonly { readonly key: string; readonly value: string; readonly readonly: boolean }[];
  get(key: string): string | undefined;
  number(key: string): number;
  list(key: string): readonly string[];
  /** Status word of the write. */
  set(key: string, value: string): "Accepted" | "Rejected" | "NotSupported";
}

export function configurationOf(preset: Preset, version: OcppVersion, phases: number, outlets: number): Configuration {
  const values = new Map<string, { key: string; value: string }>();
  const put = (key: string, value: string): void => void values.set(key.toLowerCase(), { key, value });
  const base = version === "1.6" ? keys16(preset, outlets) : keys20(preset, phases);
  for (const [key, value] of Object.entries({ ...base, ...(version === "1.6" ? {} : preset.variables) }))
    put(key, value);
  const fixed = new Set([
    ...preset.readOnlyKeys,
    "numberofconnectors",
    "chargeprofilemaxstacklevel",
    "chargingscheduleallowedchargingrateunit",
    "smartchargingctrlr/rateunit",
  ]);
  return {
    entries: () => [...values].map(([lower, { key, value }]) => ({ key, value, readonly: fixed.has(lower) })),
    get: (key) => values.get(key.toLowerCase())?.value,
    number: (key) => Number(values.get(key.toLowerCase())?.value ?? 0),
    list: (key) =>
      (values.get(key.toLowerCase())?.value ?? "")
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== ""),
    set(key, value) {
      const lower = key.toLowerCase();
      if (!values.has(lower)) return "NotSupported";
      if (fixed.has(lower)) return "Rejected";
      put(values.get(lower)?.key ?? key, value);
      return "Accepted";
    },
  };
}

function keys16(preset: Preset, outlets: number): Readonly<Record<string, string>> {
  return {
    SupportedFeatureProfiles: preset.noPeriodicValues === true ? "Core" : "Core,SmartCharging,RemoteTrigger",
    NumberOfConnectors: String(outlets),
    ChargeProfileMaxStackLevel: String(preset.claimedLevel),
    ChargingScheduleAllowedChargingRateUnit: preset.unitsTold,
    ChargingScheduleMaxPeriods: "24",
    MaxChargingProfilesInstalled: "10",
    MeterValuesSampledData: MEASURANDS,
    MeterValuesSampledDataMaxLength: "8",
    MeterValueSampleInterval: "60",
    ClockAlignedDataInterval: "0",
    WebSocketPingInterval: "60",
    StopTransactionOnEVSideDisconnect: "true",
    HeartbeatInterval: "60",
    AuthorizeRemoteTxRequests: "false",
    AuthorizationKey: "",
  };
}

function keys20(preset: Preset, phases: number): Readonly<Record<string, string>> {
  return {
    "SmartChargingCtrlr/Enabled": "true",
    "SmartChargingCtrlr/Available": "true",
    "SmartChargingCtrlr/RateUnit": preset.unitsTold,
    "SmartChargingCtrlr/ProfileStackLevel": String(preset.claimedLevel),
    "SampledDataCtrlr/TxUpdatedMeasurands": MEASURANDS,
    "SampledDataCtrlr/TxUpdatedInterval": "60",
    "SampledDataCtrlr/TxStartedMeasurands": MEASURANDS,
    "SampledDataCtrlr/TxEndedMeasurands": MEASURANDS,
    "TxCtrlr/StopTxOnEVSideDisconnect": "true",
    "TxCtrlr/TxStartPoint": "EVConnected",
    "OCPPCommCtrlr/HeartbeatInterval": "60",
    "OCPPCommCtrlr/WebSocketPingInterval": "60",
    "EVSE/SupplyPhases": String(phases),
    "SecurityCtrlr/BasicAuthPassword": "",
  };
}

/** Component and variable as the key `Comp/Var`. */
export function keyOfVariable(entry: JsonObject): string {
  const name = (part: string): string => {
    const found = entry[part];
    if (typeof found !== "object" || found === null || Array.isArray(found)) return "";
    const word = found["name"];
    const instance = found["instance"];
    return `${typeof word === "string" ? word : ""}${typeof instance === "string" ? `(${instance})` : ""}`;
  };
  return `${name("component")}/${name("variable")}`;
}
