/** Oddities of real boxes for the simulated one: what it says of itself and where it departs from the standard. */

export interface Preset {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  /** Most it can offer, A per phase. */
  readonly maxA: number;
  /** Highest stack level it takes. */
  readonly highestLevel: number;
  /** Level it claims. */
  readonly claimedLevel: number;
  readonly unit: "A" | "W";
  readonly unitsTold: string;
  readonly refusedPurposes: readonly string[];
  readonly refusedKinds: readonly string[];
  /** Accepted, and without effect. */
  readonly ignoredPurposes?: readonly string[];
  /** The transaction refuses all profiles after it has refused one. */
  readonly sulks?: true;
  /** A TxProfile sticks after a suspension until a reboot: cannot be replaced, a clear answers Unknown. */
  readonly orphansTxProfile?: true;
  /** Profiles received while the car has suspended are accepted and forgotten. */
  readonly forgetsWhileSuspended?: true;
  readonly onlyLowers?: true;
  /** All profiles bind at once, whatever their level. */
  readonly lowestWins?: true;
  readonly ignoresLimits?: true;
  /** A `validTo` is over at once: its clock runs far ahead, and tells nobody. */
  readonly ignoresValidity?: true;
  readonly stepListA?: readonly number[];
  readonly compositeSupported: boolean;
  /** A relative schedule's duration counts from when it was set, not from the transaction's begin. */
  readonly durationFromSet?: true;
  /** Tells what it would offer also while nobody is there. */
  readonly offersWhileIdle?: true;
  readonly forgetsProfilesOnReboot?: true;
  /** SetChargingProfile is refused for so long after connecting, s. */
  readonly refusesAfterConnectS?: number;
  /** After a remote stop only a replug starts again. */
  readonly needsReplug?: true;
  /** Begins a session by itself when a car comes. */
  readonly freeVend: boolean;
  readonly bootsOnConnect: boolean;
  readonly refusedTriggers: readonly string[];
  readonly readOnlyKeys: readonly string[];
  readonly meterAsObject?: true;
  /** Unphased current that keeps the value from before the last limit. */
  readonly frozenCurrent?: true;
  readonly noPeriodicValues?: true;
  readonly brokenConfigJson?: true;
  /** 2.x: GetBaseReport is not supported. */
  readonly noInventory?: true;
  readonly chatty?: true;
  readonly rebootS: number;
  readonly neverAnswersAfterMs?: number;
  /** Further 2.x variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** Phases it has, where that is known. */
  readonly phases?: 1 | 3;
  readonly version?: "1.6" | "2.0.1" | "2.1";
}

export const STANDARD: Preset = {
  vendor: "EVSE Bridge",
  model: "Simulated wallbox",
  serial: "SIM-0001",
  firmware: "1.0.0",
  maxA: 32,
  highestLevel: 8,
  claimedLevel: 8,
  unit: "A",
  unitsTold: "Current,Power",
  refusedPurposes: [],
  refusedKinds: [],
  compositeSupported: true,
  freeVend: true,
  bootsOnConnect: true,
  refusedTriggers: [],
  readOnlyKeys: [],
  rebootS: 20,
  variables: {},
};

/**
 * Delta Gen 4, sold by BMW and Mini. Facts: JoaoPedroBelo/bmw-wallbox-ha docs/WALLBOX_CAPABILITIES.md (inventory of 2026-04-11, firmware
 * 01.20.06.71), PR #18, #20, #24, #25, issues #14, #15, #19.
 */
const DELTA: Preset = {
  ...STANDARD,
  vendor: "Delta",
  model: "EIAW-E22KTSE6B04",
  serial: "DELTA-0001",
  firmware: "01.20.06.71",
  version: "2.0.1",
  phases: 1,
  highestLevel: 0,
  claimedLevel: 5,
  unitsTold: "A, W",
  refusedPurposes: ["ChargingStationMaxProfile"],
  sulks: true,
  orphansTxProfile: true,
  forgetsWhileSuspended: true,
  needsReplug: true,
  refusedTriggers: ["BootNotification", "StatusNotification"],
  readOnlyKeys: ["txctrlr/stoptxonevsidedisconnect", "ocppcommctrlr/messagetimeout"],
  frozenCurrent: true,
  chatty: true,
  rebootS: 60,
  variables: {
    "SmartChargingCtrlr/ACPhaseSwitchingSupported": "false",
    "SmartChargingCtrlr/PeriodsPerSchedule": "33",
    "SampledDataCtrlr/TxStartedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxUpdatedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxEndedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxUpdatedInterval": "0",
    "AlignedDataCtrlr/Interval": "0",
    "TxCtrlr/TxStartPoint": "EVConnected,Authorized,EnergyTransfer",
    "TxCtrlr/TxStopPoint": "PowerPathClosed",
    "TxCtrlr/StopTxOnEVSideDisconnect": "true",
    "TxCtrlr/EVConnectionTimeOut": "60",
    "AuthCtrlr/Enabled": "false",
    "AuthCtrlr/AuthorizeRemoteStart": "false",
    "OCPPCommCtrlr/HeartbeatInterval": "10",
    "OCPPCommCtrlr/MessageTimeout": "30",
    "OCPPCommCtrlr/WebSocketPingInterval": "300",
    "OCPPCommCtrlr/OfflineThreshold": "3600",
    "StatusLED/brightness": "30",
  },
};

export const PRESETS: Readonly<Record<string, Preset>> = {
  standard: STANDARD,
  delta: DELTA,
  /** Other Delta units: limits refused for a while after they connect (bmw-wallbox-ha #14). */
  delta_slow: { ...DELTA, refusesAfterConnectS: 8 },
  one_level: { ...STANDARD, model: "One level", highestLevel: 0 },
  /** Takes leases by duration only: times of its clock mean nothing to it. */
  no_clock: { ...STANDARD, model: "No clock", durationFromSet: true, ignoresValidity: true },
  /** No composite schedule, and tells what it offers at all times: its fail-safe is proven by expiry. */
  offers_idle: { ...STANDARD, model: "Offers while idle", compositeSupported: false, offersWhileIdle: true },
  /** OCPP 2.1 with dynamic profiles, which it asks for by itself. */
  dynamic: {
    ...STANDARD,
    model: "Dynamic profiles",
    version: "2.1",
    variables: { "SmartChargingCtrlr/SupportsDynamicProfiles": "true" },
  },
  no_composite: { ...STANDARD, model: "No composite schedule", compositeSupported: false },
  deaf: { ...STANDARD, model: "Ignores limits", ignoresLimits: true, compositeSupported: false },
  forgetful: { ...STANDARD, model: "Forgets profiles", forgetsProfilesOnReboot: true },
  huawei: {
    ...STANDARD,
    vendor: "Huawei",
    model: "SCharger-7KS-S0",
    unit: "W",
    unitsTold: "Power",
    meterAsObject: true,
    version: "1.6",
  },
  wallbox_fw6: {
    ...STANDARD,
    vendor: "Wall Box Chargers",
    model: "Pulsar Plus",
    firmware: "6.1.24",
    refusedKinds: ["Absolute"],
    bootsOnConnect: false,
    version: "1.6",
  },
  evbox_elvi: {
    ...STANDARD,
    vendor: "EVBox",
    model: "Elvi",
    refusedPurposes: ["ChargePointMaxProfile"],
    version: "1.6",
  },
  station_max_only: { ...STANDARD, model: "Station maximum only", refusedPurposes: ["TxDefaultProfile", "TxProfile"] },
  lowest_wins: { ...STANDARD, model: "Lowest limit wins", lowestWins: true },
  /** Only what is bound to the transaction is obeyed. */
  tx_only: { ...STANDARD, model: "Obeys TxProfile only", ignoredPurposes: ["TxDefaultProfile"] },
  necharge: { ...STANDARD, vendor: "NEcharge", model: "Home", stepListA: [6, 8, 10, 13, 16], version: "1.6" },
  sungrow: { ...STANDARD, vendor: "Sungrow", model: "AC011E", onlyLowers: true, version: "1.6" },
  grizzl_e: {
    ...STANDARD,
    vendor: "United Chargers",
    model: "Grizzl-E",
    firmware: "5.633",
    brokenConfigJson: true,
    version: "1.6",
  },
  syncev: { ...STANDARD, vendor: "SyncEV", model: "Compact", noPeriodicValues: true, version: "1.6" },
};
