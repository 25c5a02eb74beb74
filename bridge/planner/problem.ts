/** The engine's question and answer: one instant, no clock, no history. Currents are RMS ampere per phase, powers watt. */
import type { Distribution } from "../../shared/modes.ts";
import type { Mask } from "./constraints.ts";

/** A value per site phase; null = the phase does not exist, 0 = it exists and carries nothing. */
export type Phases = readonly [number | null, number | null, number | null];

/** Modes as the engine knows them; `off` never reaches it as an active load. */
export type EngineMode = "standard" | "continuous" | "eco" | "solar" | "excess" | "off";

export interface EngineSite {
  readonly voltageV: number;
  /** Per phase. */
  readonly breakerA: number;
  /** Import without our own loads, >= 0. */
  readonly consumptionA: Phases;
  /** Export without our own loads, >= 0. */
  readonly exportA: Phases;
  /** The same pair as the surplus is judged by, when it is smoother than what the breaker is judged by. */
  readonly surplusA?: { readonly consumptionA: Phases; readonly exportA: Phases } | undefined;
  /** Import at the meter right now with our own loads, A over all phases; undefined = none of ours draws. */
  readonly importNowA?: number | undefined;
  readonly solarW: number;
  /** false = a dedicated solar sensor exists. */
  readonly solarIsDerived: boolean;
  readonly householdW: number | null;
  /** Household per phase, measured in front of it (inverter in series); null = not measured. */
  readonly householdA: Phases | null;
  /** Output per phase of an inverter beside the house; null = not measured. */
  readonly inverterA: Phases | null;
  /** null = no battery. */
  readonly socPct: number | null;
  readonly socTargetPct: number | null;
  readonly socMinPct: number | null;
  /** + discharging, - charging. */
  readonly batteryW: number | null;
  readonly maxChargeW: number | null;
  readonly maxDischargeW: number | null;
  /** Import cap with the buffer already taken off. */
  readonly maxImportW: number | null;
  readonly netMeteringAcrossPhases: boolean;
  /** null or 0 = unlimited. */
  readonly inverterMaxW: number | null;
  readonly inverterMaxPerPhaseW: number | null;
  readonly inverterAsymmetric: boolean;
  readonly allowGridCharging: boolean;
  readonly offGrid: boolean;
  /** No meter: breaker and cap bind the loads alone, the sun is unknown. */
  readonly meterless: boolean;
  readonly excessThresholdW: number;
  readonly distribution: Distribution;
}

export interface EngineLoad {
  readonly id: string;
  readonly minA: number;
  readonly maxA: number;
  readonly mask: Mask;
  /** Lower first. */
  readonly priority: number;
  readonly mode: EngineMode;
  /** false: takes no share, is only told what it could get. */
  readonly active: boolean;
}

/** A node of the tree of circuits; a group of the reference is a node without a parent. */
export interface EngineCircuit {
  readonly id: string;
  /** A per phase; undefined = none. */
  readonly limitA: number | undefined;
  /** A over all phases; undefined = none. */
  readonly totalA: number | undefined;
  /** Draw on it that is not ours, per phase A, B, C. */
  readonly otherA: readonly [number, number, number];
  readonly members: readonly string[];
  /** Circuit ids from this node's parent up to the root. */
  readonly ancestors: readonly string[];
}

export interface EngineOptions {
  /** Reproduces the pinned oddities P1, P4, P5 and P6 of the scenario data (docs/planner.md). */
  readonly compat?: boolean;
}

export interface EngineShare {
  readonly id: string;
  readonly allocatedA: number;
  readonly availableA: number;
}

export interface EngineResult {
  /** In the order of the loads given. */
  readonly shares: readonly EngineShare[];
  /** What was left when all had their share: for reasons. */
  readonly left: EngineLeft;
}

/** Pools before and after the distribution, for reasons and the site's picture. */
export interface EngineLeft {
  readonly physical: Float64Array;
  readonly solar: Float64Array;
  readonly excess: Float64Array;
  readonly physicalBefore: Float64Array;
  readonly solarBefore: Float64Array;
  readonly excessBefore: Float64Array;
  readonly circuits: ReadonlyMap<string, Float64Array>;
  readonly excessThresholdW: number;
  readonly exportW: number;
}
