/** The site: the house connection with its phases, breaker, sun, battery and chargers. What the planner decides from. */
import type { ChargerId, ChargerSnapshot } from "./charger.ts";
import type { CommandState } from "./commands.ts";
import type { ChargeMode, Distribution } from "./modes.ts";

/** Site phases. Users and configuration call them L1-L3 too; charger legs are joined to them by a `PhaseMap`. */
export type SitePhase = "A" | "B" | "C";
/** Site phase that each charger leg L1, L2, L3 is wired to. */
export type PhaseMap = readonly [SitePhase, SitePhase, SitePhase];

/**
 * One Home Assistant sensor as last seen, already in the planner's unit and sign (A or W, grid + = import,
 * battery + = discharge). `value` undefined = unavailable or not numeric.
 */
export interface Reading {
  readonly entityId: string;
  readonly value: number | undefined;
  readonly unit: "A" | "W" | "%" | "kWh" | "price" | "V";
  /** When the value last changed, ms since the epoch. */
  readonly atMs: number;
  /** Newest sign of life: a report of the same value, or of another entity of the same device. */
  readonly aliveAtMs: number;
}

/** The configured sensors; an absent key is not configured, an undefined reading has not been seen yet. */
export interface SiteReadings {
  readonly gridA?: Reading | undefined;
  readonly gridB?: Reading | undefined;
  readonly gridC?: Reading | undefined;
  readonly solar?: Reading | undefined;
  readonly batterySoc?: Reading | undefined;
  readonly batteryPower?: Reading | undefined;
  readonly inverterA?: Reading | undefined;
  readonly inverterB?: Reading | undefined;
  readonly inverterC?: Reading | undefined;
  readonly maxImport?: Reading | undefined;
  readonly price?: Reading | undefined;
  /** `circuit:<id>:A`.. meters of circuits, and `vehicle:<charger>:soc`. */
  readonly more?: Readonly<Record<string, Reading | undefined>>;
}
export type SiteReadingKey = Exclude<keyof SiteReadings, "more">;

export interface CircuitConfig {
  readonly id: string;
  readonly name: string;
  /** A per phase; undefined = no current limit. */
  readonly limitA: number | undefined;
  /** W over all phases; undefined = none. */
  readonly powerW: number | undefined;
  /** Charger ids. */
  readonly members: readonly ChargerId[];
  readonly parent: string | undefined;
  readonly metered: boolean;
}

/** What does not change while the process runs with one configuration. */
export interface SiteConfig {
  readonly id: string;
  readonly name: string;
  readonly phases: 1 | 2 | 3;
  readonly voltageV: number;
  readonly breakerA: number;
  /** Grid phases with a sensor; empty = no meter configured. */
  readonly meteredPhases: readonly SitePhase[];
  readonly hasSolar: boolean;
  readonly hasBattery: boolean;
  readonly hasInverterSensors: boolean;
  /** Seconds without a sign of life after which a grid phase is stale; per phase where the configuration says so. */
  readonly staleAfterS: Readonly<Record<SitePhase, number>>;
  readonly tickS: number;
  readonly batteryMaxChargeW: number;
  readonly batteryMaxDischargeW: number;
  readonly socHysteresisPct: number;
  /** W, 0 = unlimited. */
  readonly inverterMaxW: number;
  readonly inverterMaxPerPhaseW: number;
  readonly inverterAsymmetric: boolean;
  readonly topology: "parallel" | "series";
  /** Lasting ceiling of the import cap, W; undefined = none configured. */
  readonly maxImportW: number | undefined;
  /** An entity gives the import cap in place of the helper. */
  readonly maxImportFromEntity: boolean;
  readonly offGrid: boolean;
  readonly netMeteringAcrossPhases: boolean;
  readonly circuits: readonly CircuitConfig[];
  readonly detectPhaseMapping: boolean | "apply";
}

/** The site's own helpers, as they stand now. */
export interface SiteSettings {
  readonly distribution: Distribution;
  /** W; undefined = no cap. */
  readonly maxImportW: number | undefined;
  readonly powerBufferW: number;
  readonly excessThresholdW: number;
  readonly allowGridCharging: boolean;
  readonly socTargetPct: number;
  readonly socMinPct: number;
}

/** A car's own limits (planner.md 17.3). */
export interface VehicleConfig {
  readonly name: string | undefined;
  readonly tags: readonly string[];
  readonly phases: 1 | 2 | 3 | undefined;
  readonly minA: number | undefined;
  readonly maxA: number | undefined;
  readonly capacityKwh: number | undefined;
  readonly limitSocPct: number | undefined;
  readonly limitEnergyKwh: number | undefined;
  readonly minSocPct: number | undefined;
}

/** A charger's fixed part, from the configuration. */
export interface ChargerConfig {
  readonly id: ChargerId;
  readonly name: string;
  readonly kind: "evse" | "plug";
  /** 1-10, lower first. */
  readonly priority: number;
  /** Lasting floor and ceiling, A per phase. A plug: both are its rating. */
  readonly minA: number;
  readonly maxA: number;
  readonly failSafeA: number;
  readonly phases: 1 | 2 | 3 | undefined;
  readonly phaseMap: PhaseMap;
  readonly phaseSwitching: "off" | "auto";
  readonly commandIntervalS: number;
  readonly enableDelayS: number;
  readonly solarGraceS: number;
  readonly pauseTimeS: number;
  readonly minOnS: number;
  readonly minOffS: number;
  readonly limitWritesPerDay: number | undefined;
  readonly vehicle: VehicleConfig | undefined;
  /** Rating of a plug, W. */
  readonly powerW: number | undefined;
  readonly allowReset: "never" | "failed_pause" | "always";
}

/** What the user has set for one charger; persisted. */
export interface ChargerSettings {
  readonly mode: ChargeMode;
  /** The user's maximum, A per phase; 0 = paused by the slider. */
  readonly limitA: number;
  readonly minA: number;
  /** false = paused by the user (pause button or switch). */
  readonly enabled: boolean;
  readonly pausedSinceMs: number | undefined;
  /** The user's maximum before the slider went to 0, A: what the charging switch goes back to. */
  readonly resumeA?: number | undefined;
  readonly dynamicControl: boolean;
}

/** What the planner needs to know of a driver's manners (`Capabilities.pace`). */
export interface Pace {
  /** Least seconds between raising commands, s. */
  readonly minIntervalS: number;
  /** Changes smaller than this are not worth sending, A. */
  readonly minChangeA: number;
  /** Grid of currents the box knows, A (0.1, 1, ...). */
  readonly stepA: number;
  /** The only currents the box knows, A ascending; the planner rounds down. */
  readonly stepListA?: readonly number[];
  /** The box knows on and off only: planned as a load with min = max. */
  readonly onOff?: true;
  /** How 0 A is done: held by the box, or by stopping and starting. */
  readonly zeroAmps: "hold" | "stop";
  /** Whether a changed limit works at once or at the next start. */
  readonly applies: "now" | "next_start";
}
export const DEFAULT_PACE: Pace = { minIntervalS: 10, minChangeA: 0.5, stepA: 0.1, zeroAmps: "hold", applies: "now" };

export interface ChargerState {
  readonly config: ChargerConfig;
  readonly settings: ChargerSettings;
  readonly snapshot: ChargerSnapshot;
  readonly pace: Pace;
  readonly canSwitchPhases: boolean;
  readonly command: CommandState;
}

/** The whole truth at one instant, frozen; one writer per field (bridge/site/state.ts). */
export interface SiteState {
  readonly config: SiteConfig;
  readonly settings: SiteSettings;
  readonly readings: SiteReadings;
  /** In the order of the configuration. */
  readonly chargers: readonly ChargerState[];
  /** Home Assistant's WebSocket is up and its state RUNNING. */
  readonly hassUp: boolean;
}
