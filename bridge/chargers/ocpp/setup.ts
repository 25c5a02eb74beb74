/** What is asked of a box after it has booted or connected: its abilities, its meter settings, its present state. Each step survives refusal. */
import type { Log } from "../../log.ts";
import type { CallOptions, JsonObject } from "../../ocpp/station.ts";
import { ChargerError } from "../charger.ts";
import type { Commands, Request, TriggerTopic } from "./dialect.ts";
import type { StationModel } from "./model.ts";
import type { Outlet } from "./outlet.ts";
import { flag } from "./json.ts";
import { readInventory } from "./inventory.ts";
import { syncLocalList } from "./local-list.ts";
import type { TagEntry } from "./options.ts";

export interface SetupPort {
  readonly model: StationModel;
  readonly commands: Commands;
  readonly log: Log;
  readonly meterIntervalS: number;
  /** The configured tags. */
  readonly tags: readonly TagEntry[];
  readonly signal: AbortSignal;
  /** @throws ChargerError */
  ask(request: Request, options?: Partial<CallOptions>): Promise<JsonObject>;
  /** The box's abilities are known now. */
  learnt(): void;
  /** The box refuses this trigger: not asked again. */
  triggerRefused(topic: TriggerTopic): void;
}

const WANTED = [
  "Power.Active.Import",
  "Energy.Active.Import.Register",
  "Current.Import",
  "Voltage",
  "Current.Offered",
  "Power.Offered",
  "SoC",
  "Temperature",
] as const;

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

export async function setUp(port: SetupPort): Promise<void> {
  const { model, commands } = port;
  const cached = recallConfig(model);
  if (cached) port.learnt();
  if (model.deviations.noConfigRead !== true) {
    if (commands.version === "1.6") await readConfig16(port, cached);
    else await readConfig20(port);
    rememberConfig(model);
  }
  port.learnt();
  if (commands.version === "1.6") await writeConfig16(port);
  else await writeConfig20(port);
  try {
    await syncLocalList(port, port.tags);
  } catch (error) {
    survive(port, error, "SendLocalList");
  }
  await refresh(port, "setup");
  if (commands.version === "1.6") return;
  await confirmTransactions(port);
  if (model.deviations.noConfigRead !== true) await firstContact(port);
}

/** Everything the box has, once for its kind: it may list abilities and measurands that were not asked for by name. */
async function firstContact(port: SetupPort): Promise<void> {
  try {
    if (!(await readInventory(port))) return;
    rememberConfig(port.model);
    port.learnt();
    await writeConfig20(port);
  } catch (error) {
    survive(port, error, "GetBaseReport");
  }
}

/** Asks for state and readings of every outlet. */
export async function refresh(port: SetupPort, why: "setup" | "user"): Promise<void> {
  const { model, commands } = port;
  const many = commands.version === "1.6" && model.outlets.length > 1;
  if (many) await trigger(port, "StatusNotification", undefined);
  for (const outlet of model.outlets) {
    await trigger(port, "StatusNotification", outlet);
    if (why === "user" || model.deviations.pollInTxOnly !== true) await trigger(port, "MeterValues", outlet);
    if (commands.version !== "1.6") await trigger(port, "TransactionEvent", outlet);
  }
}

/** Answers whether the box took it. */
export async function trigger(port: SetupPort, topic: TriggerTopic, outlet: Outlet | undefined): Promise<boolean> {
  const request = port.commands.trigger(topic, outlet?.ref);
  if (request === undefined || port.model.deviations.noTriggers?.includes(topic) === true) return false;
  try {
    const result = await port.ask(request, {
      priority: 5,
      dropIfQueued: true,
      coalesceKey: `${topic}:${outlet?.n ?? 0}`,
    });
    if (result["status"] === "Accepted") return true;
    if (result["status"] === "NotImplemented") port.triggerRefused(topic);
    return false;
  } catch (error) {
    if (error instanceof ChargerError && error.code === "unsupported") port.triggerRefused(topic);
    return survive(port, error, topic);
  }
}

/** A refusal is an answer; a dead link ends the set-up. */
function survive(port: SetupPort, error: unknown, step: string): false {
  if (!(error instanceof ChargerError) || error.code === "offline") throw error;
  port.log.debug({ err: error, step }, "setup step refused");
  return false;
}

async function readConfig16(port: SetupPort, cached: boolean): Promise<void> {
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

async function readConfig20(port: SetupPort): Promise<void> {
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

/** Writes only what differs: configuration lives in flash. Answers whether the value stands. */
async function write(port: SetupPort, key: string, value: string): Promise<boolean> {
  const { model, commands } = port;
  if (model.deviations.skipKeys?.includes(key) === true) return false;
  const known = model.config.get(key.toLowerCase());
  if (known?.value?.toLowerCase() === value.toLowerCase()) return true;
  if (known?.readonly === true) return false;
  try {
    const status = commands.writeStatus(await port.ask(commands.writeConfig(key, value)));
    const stands = status === "Accepted" || status === "RebootRequired";
    if (stands) model.config.set(key.toLowerCase(), { key, value, readonly: false });
    return stands;
  } catch (error) {
    return survive(port, error, key);
  }
}

async function writeConfig16(port: SetupPort): Promise<void> {
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

async function writeConfig20(port: SetupPort): Promise<void> {
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

/** 2.x: whether a transaction that we remember still runs. */
async function confirmTransactions(port: SetupPort): Promise<void> {
  for (const outlet of port.model.outlets) {
    const tx = outlet.tx;
    if (tx === undefined || tx.live) continue;
    try {
      const result = await port.ask({ action: "GetTransactionStatus", payload: { transactionId: tx.id } });
      const ongoing = flag(result, "ongoingIndicator");
      if (outlet.tx?.id !== tx.id || outlet.tx.live) continue;
      if (ongoing === true) {
        outlet.adopt(tx.id);
        port.model.events.started(outlet);
      } else if (ongoing === false) {
        outlet.end(port.model.clock.nowMs(), "lost");
        port.model.events.ended(outlet);
      }
    } catch (error) {
      survive(port, error, "GetTransactionStatus");
    }
  }
}

/** What is true of every box of this model and firmware is read once. */
function rememberConfig(model: StationModel): void {
  if (model.kind === undefined || model.config.size === 0) return;
  const keys = [...KEYS_16, ...KEYS_20].map((key) => key.toLowerCase());
  const entries = keys.flatMap((key) => {
    const entry = model.config.get(key);
    return entry?.value === undefined ? [] : [[entry.key, entry.value] as const];
  });
  const next = { kind: model.kind, entries: Object.fromEntries(entries) };
  if (JSON.stringify(model.drawer.read("config")) !== JSON.stringify(next)) model.drawer.write("config", next);
}

function recallConfig(model: StationModel): boolean {
  const stored = model.drawer.record("config");
  const entries = stored?.["entries"];
  if (stored?.["kind"] !== model.kind || typeof entries !== "object" || entries === null) return false;
  for (const [key, value] of Object.entries(entries)) {
    // Values of a time before may have changed since: they tell abilities, not settings.
    if (typeof value === "string" && !isSetting(key) && !model.config.has(key.toLowerCase()))
      model.config.set(key.toLowerCase(), { key, value, readonly: false });
  }
  return true;
}

function isSetting(key: string): boolean {
  return /Interval|SampledData$|Measurands|StopT|brightness|Enabled/.test(key);
}
