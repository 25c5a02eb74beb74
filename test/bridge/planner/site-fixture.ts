/** Sites, chargers and readings for tests of the planner: everything has a plain default, a test names what matters. */
import { blankSnapshot, type ChargerSnapshot } from "../../../shared/charger.ts";
import {
  DEFAULT_PACE,
  type ChargerConfig,
  type ChargerSettings,
  type ChargerState,
  type Reading,
  type SiteConfig,
  type SiteReadings,
  type SiteSettings,
  type SiteState,
} from "../../../shared/site.ts";

export const T0 = Date.UTC(2026, 5, 1, 12);

export function siteConfig(change: Partial<SiteConfig> = {}): SiteConfig {
  return {
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
    ...change,
  };
}

export function siteSettings(change: Partial<SiteSettings> = {}): SiteSettings {
  return {
    distribution: "priority",
    maxImportW: undefined,
    powerBufferW: 0,
    excessThresholdW: 13000,
    allowGridCharging: true,
    socTargetPct: 80,
    socMinPct: 20,
    ...change,
  };
}

export function chargerConfig(change: Partial<ChargerConfig> = {}): ChargerConfig {
  return {
    id: "garage",
    name: "Garage",
    kind: "evse",
    priority: 1,
    minA: 6,
    maxA: 32,
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
    ...change,
  };
}

export function chargerSettings(change: Partial<ChargerSettings> = {}): ChargerSettings {
  return {
    mode: "standard",
    limitA: 32,
    minA: 6,
    enabled: true,
    pausedSinceMs: undefined,
    dynamicControl: true,
    ...change,
  };
}

export function snapshot(change: Partial<ChargerSnapshot> = {}): ChargerSnapshot {
  const facts = {
    driver: "ocpp" as const,
    protocol: "1.6",
    vendor: undefined,
    model: undefined,
    serial: undefined,
    firmware: undefined,
    phases: 3 as const,
    minA: undefined,
    maxA: undefined,
    commandTimeoutS: 35,
  };
  return { ...blankSnapshot(facts, T0), link: "up", status: "charging", carConnected: true, ...change };
}

export interface ChargerChange {
  readonly config?: Partial<ChargerConfig>;
  readonly settings?: Partial<ChargerSettings>;
  readonly snapshot?: Partial<ChargerSnapshot>;
  readonly pace?: Partial<ChargerState["pace"]>;
  readonly canSwitchPhases?: boolean;
}

export function charger(change: ChargerChange = {}): ChargerState {
  return {
    config: chargerConfig(change.config),
    settings: chargerSettings(change.settings),
    snapshot: snapshot(change.snapshot),
    pace: { ...DEFAULT_PACE, ...change.pace },
    canSwitchPhases: change.canSwitchPhases ?? false,
    command: { state: "idle", commandId: undefined, name: undefined, value: undefined, detail: undefined, atMs: T0 },
  };
}

export function reading(value: number | undefined, unit: Reading["unit"] = "A", atMs = T0): Reading {
  return { entityId: "sensor.test", value, unit, atMs, aliveAtMs: atMs };
}

/** Grid currents per phase, all fresh at `atMs`. */
export function grid(a: number, b: number, c: number, atMs = T0): SiteReadings {
  return { gridA: reading(a, "A", atMs), gridB: reading(b, "A", atMs), gridC: reading(c, "A", atMs) };
}

export interface SiteChange {
  readonly config?: Partial<SiteConfig>;
  readonly settings?: Partial<SiteSettings>;
  readonly readings?: SiteReadings;
  readonly chargers?: readonly ChargerState[];
}

export function siteState(change: SiteChange = {}): SiteState {
  return {
    config: siteConfig(change.config),
    settings: siteSettings(change.settings),
    readings: change.readings ?? grid(0, 0, 0),
    chargers: change.chargers ?? [charger()],
    hassUp: true,
  };
}
