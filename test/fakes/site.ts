/** A small site to start tests from; every field can be overridden. */
import { blankSnapshot, type ChargerFacts, type ChargerSnapshot } from "../../shared/charger.ts";
import {
  DEFAULT_PACE,
  type ChargerConfig,
  type ChargerSettings,
  type ChargerState,
  type SiteConfig,
  type SiteSettings,
} from "../../shared/site.ts";
import { NO_COMMAND } from "../../bridge/site/state.ts";

export const siteConfig = (over: Partial<SiteConfig> = {}): SiteConfig => ({
  id: "home",
  name: "Home",
  phases: 3,
  voltageV: 230,
  breakerA: 25,
  meteredPhases: ["A", "B", "C"],
  hasSolar: false,
  hasBattery: false,
  hasInverterSensors: false,
  staleAfterS: { A: 15, B: 15, C: 15 },
  tickS: 2,
  batteryMaxChargeW: 5000,
  batteryMaxDischargeW: 5000,
  socHysteresisPct: 5,
  inverterMaxW: 0,
  inverterMaxPerPhaseW: 0,
  inverterAsymmetric: false,
  topology: "parallel",
  maxImportW: undefined,
  maxImportFromEntity: false,
  offGrid: false,
  netMeteringAcrossPhases: false,
  circuits: [],
  detectPhaseMapping: true,
  ...over,
});

export const siteSettings = (over: Partial<SiteSettings> = {}): SiteSettings => ({
  distribution: "priority",
  maxImportW: undefined,
  powerBufferW: 0,
  excessThresholdW: 13000,
  allowGridCharging: true,
  socTargetPct: 80,
  socMinPct: 20,
  ...over,
});

export const chargerConfig = (over: Partial<ChargerConfig> = {}): ChargerConfig => ({
  id: "garage",
  name: "Garage wallbox",
  kind: "evse",
  priority: 1,
  minA: 6,
  maxA: 16,
  failSafeA: 6,
  phases: 3,
  phaseMap: ["A", "B", "C"],
  phaseSwitching: "off",
  commandIntervalS: 15,
  enableDelayS: 60,
  solarGraceS: 300,
  pauseTimeS: 180,
  minOnS: 300,
  minOffS: 300,
  limitWritesPerDay: undefined,
  vehicle: undefined,
  powerW: undefined,
  allowReset: "failed_pause",
  ...over,
});

export const chargerSettings = (over: Partial<ChargerSettings> = {}): ChargerSettings => ({
  mode: "standard",
  limitA: 16,
  minA: 6,
  enabled: true,
  pausedSinceMs: undefined,
  dynamicControl: true,
  ...over,
});

export const FACTS: ChargerFacts = {
  driver: "ocpp",
  protocol: "1.6",
  vendor: "Maker",
  model: "Box",
  serial: "1",
  firmware: "1.0",
  phases: 3,
  minA: 6,
  maxA: 32,
  commandTimeoutS: 35,
};

export const snapshot = (over: Partial<ChargerSnapshot> = {}): ChargerSnapshot => ({
  ...blankSnapshot(FACTS, 0),
  link: "up",
  status: "charging",
  carConnected: true,
  ...over,
});

export const chargerState = (over: Partial<ChargerState> = {}): ChargerState => ({
  config: chargerConfig(),
  settings: chargerSettings(),
  snapshot: snapshot(),
  pace: DEFAULT_PACE,
  canSwitchPhases: false,
  command: NO_COMMAND,
  ...over,
});
