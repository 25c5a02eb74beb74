/** OCPP 1.6: what is read of a box's configuration, and what is written. */
import type { JsonObject } from "../../../ocpp/station.ts";
import { ChargerError } from "../../charger.ts";
import { survive, WANTED, write, type SetupPort } from "./setup-port.ts";

export const KEYS_16 = [
  "SupportedFeatureProfiles",
  "NumberOfConnectors",
  "ChargeProfileMaxStackLevel",
  "ChargingScheduleAllowedChargingRateUnit",
  "ChargingScheduleMaxPeriods",
  "MaxChargingProfilesInstalled",
  "ConnectorSwitch3to1PhaseSupported",
  "ACPhaseSwitchingSupported",
  "MeterValuesSampledData",
  "MeterValuesSampledDataMaxLength",
  "MeterValueSampleInterval",
  "ClockAlignedDataInterval",
  "WebSocketPingInterval",
  "StopTransactionOnEVSideDisconnect",
  "HeartbeatInterval",
  "AuthorizeRemoteTxRequests",
  "LocalAuthListEnabled",
  "LocalAuthListMaxLength",
  "SendLocalListMaxLength",
] as const;

export async function readConfig16(port: SetupPort, cached: boolean): Promise<void> {
  const { model, commands } = port;
  const take = (result: JsonObject): void => {
    for (const entry of commands.parseConfig(result)) model.config.set(entry.key.toLowerCase(), entry);
  };
  const volatile = [
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
    "ClockAlignedDataInterval",
    "WebSocketPingInterval",
  ];
  const wanted = cached ? volatile : [];
  const fixed = model.deviations.measurands !== undefined;
  try {
    take(
      await port.ask(
        commands.readConfig(fixed ? KEYS_16.filter((key) => !key.startsWith("MeterValuesSampledData")) : wanted),
        { timeoutMs: 60_000 },
      ),
    );
    return;
  } catch (error) {
    survive(port, error, "GetConfiguration");
  }
  for (const key of KEYS_16) {
    if (fixed && key.startsWith("MeterValuesSampledData")) continue;
    try {
      take(await port.ask(commands.readConfig([key])));
    } catch (error) {
      survive(port, error, key);
      if (error instanceof ChargerError && error.code === "unsupported") return;
    }
  }
}

export async function writeConfig16(port: SetupPort): Promise<void> {
  const { model } = port;
  await writeMeasurands16(port);
  const interval = Math.max(port.meterIntervalS, model.deviations.meterIntervalS ?? 0);
  await write(port, "MeterValueSampleInterval", String(interval));
  if (model.config.has("clockaligneddatainterval")) await write(port, "ClockAlignedDataInterval", "900");
  await write(port, "WebSocketPingInterval", String(model.deviations.wsPingIntervalS ?? 30));
  await write(port, "StopTransactionOnEVSideDisconnect", "false");
}

async function writeMeasurands16(port: SetupPort): Promise<void> {
  const { model } = port;
  const key = "MeterValuesSampledData";
  const excluded = model.deviations.excludeMeasurands ?? [];
  const wanted = (model.deviations.measurands ?? WANTED).filter((name) => !excluded.includes(name));
  const most = Number(model.config.get("meterValuesSampledDataMaxLength".toLowerCase())?.value ?? WANTED.length);
  const cut = (names: readonly string[]): string => names.slice(0, most > 0 ? most : names.length).join(",");
  const present = model.config.get(key.toLowerCase());
  const sorted = (list: string): string =>
    list
      .split(",")
      .map((name) => name.trim())
      .sort()
      .join(",");
  if (present?.readonly === true || (present?.value !== undefined && sorted(present.value) === sorted(cut(wanted))))
    return;
  const agreed = model.drawer.record("measurands");
  const agreedList = agreed?.["kind"] === model.kind ? agreed?.["list"] : undefined;
  if (typeof agreedList === "string") {
    // Agreed before, and not to be read back on some boxes: unknown counts as unchanged.
    if (present?.value !== undefined && sorted(present.value) !== sorted(agreedList))
      await write(port, key, agreedList);
    return;
  }
  if (await write(port, key, cut(wanted))) {
    remember(cut(wanted));
    return;
  }
  if (model.deviations.measurands !== undefined) return;
  const good: string[] = [];
  for (const name of wanted) if (await write(port, key, name)) good.push(name);
  if (good.length === 0) return;
  await write(port, key, cut(good));
  remember(cut(good));

  function remember(list: string): void {
    model.drawer.write("measurands", { kind: model.kind ?? "", list });
  }
}
