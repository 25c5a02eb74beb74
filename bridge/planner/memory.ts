/** What the planner remembers between two evaluations. Plain data: it may be written to disk and read back. */
import type { ChargerId } from "../../shared/charger.ts";
import type { ChargeMode, Distribution } from "../../shared/modes.ts";
import type { PhaseMap } from "../../shared/site.ts";
import type { DrawSample, OwnStep } from "./draw-history.ts";
import type { MappingScores } from "./detection.ts";
import { NO_LAG, type LagMemory } from "./lag.ts";
import type { PhaseSwitchMemory } from "./phase-switch.ts";

/** Index 0-2 = site phase A-C. */
export type PerSitePhase<T> = readonly [T, T, T];

export interface PlannerMemory {
  readonly version: 1;
  /** When the last evaluation ran, ms since the epoch; undefined before the first. */
  readonly atMs: number | undefined;
  readonly distribution: Distribution | undefined;
  readonly meter: MeterMemory;
  /** Last numbers seen, for sensors that have gone silent. */
  readonly solarW: number | undefined;
  readonly batteryW: number | undefined;
  readonly socPct: number | undefined;
  readonly maxImportW: number | undefined;
  readonly inverterA: PerSitePhase<number | undefined>;
  readonly aboveTarget: boolean;
  readonly aboveMin: boolean;
  /** An Excess load ran in the last plan. */
  readonly excessRunning: boolean;
  readonly draws: readonly DrawSample[];
  readonly step: OwnStep | undefined;
  readonly lag: LagMemory;
  readonly inversion: InversionMemory;
  readonly chargers: Readonly<Record<ChargerId, ChargerMemory>>;
}

export interface MeterMemory {
  /** Current without our own loads, smoothed, A per phase; undefined = never seen. */
  readonly smoothA: PerSitePhase<number | undefined>;
  /** The same unsmoothed, and the raw reading behind it. */
  readonly netA: PerSitePhase<number | undefined>;
  readonly rawA: PerSitePhase<number | undefined>;
  readonly missingSinceMs: PerSitePhase<number | undefined>;
  /** First evaluation of all, ms. */
  readonly startedAtMs: number | undefined;
  /** When our own limits were last lowered, ms. */
  readonly loweredAtMs: number | undefined;
}

export interface InversionMemory {
  readonly totalDrawA: number | undefined;
  readonly totalGridA: number | undefined;
  /** +1 = against the draw, -1 = with it; the newest last. */
  readonly votes: readonly number[];
  readonly told: boolean;
}

export interface ChargerMemory {
  readonly mode: ChargeMode;
  /** Share of the last plan, A per phase. */
  readonly allocatedA: number;
  /** After smoothing, A per phase. */
  readonly outputA: number;
  readonly smoothA: number;
  /** Charging was allowed in the last plan. */
  readonly on: boolean;
  readonly onSinceMs: number | undefined;
  readonly offSinceMs: number | undefined;
  /** Start of the grace before a stop for want of sun. */
  readonly graceSinceMs: number | undefined;
  /** First moment below the minimum. */
  readonly pauseSinceMs: number | undefined;
  /** Since when there has been enough to start. */
  readonly readySinceMs: number | undefined;
  /** The user held it (paused, or mode Off) in the last plan. */
  readonly held: boolean;
  /** When the user last asked for current (resumed, other mode) that it has not had yet, ms. */
  readonly wishedAtMs: number | undefined;
  readonly sentA: number | undefined;
  readonly sentAtMs: number | undefined;
  readonly raisedAtMs: number | undefined;
  /** Instants of changed limits within a day, ms. */
  readonly writesAtMs: readonly number[];
  /** Idle in SuspendedEV since, ms. */
  readonly sleepingSinceMs: number | undefined;
  /** Lines seen drawing, a bit each for L1-L3; 0 = not narrowed. */
  readonly lines: number;
  readonly linesCandidate: number;
  readonly linesSeen: number;
  readonly watch: WatchMemory;
  readonly phase: PhaseSwitchMemory;
  readonly mapping: MappingScores;
  /** Wiring corrected by detection where the configuration allows it. */
  readonly remap: PhaseMap | undefined;
  /** Last powers above standby of a plug, W. */
  readonly plugW: readonly number[];
  /** Energy of the session when the car's charge was last told, and that charge: for estimates in between. */
  readonly socAnchor: { readonly socPct: number; readonly energyWh: number } | undefined;
}

/** State of the compliance watchdog. */
export interface WatchMemory {
  readonly checkedAtMs: number | undefined;
  readonly mismatches: number;
  readonly resets: number;
  readonly quietUntilMs: number | undefined;
  readonly ignoredSinceMs: number | undefined;
}

const NOTHING: PerSitePhase<undefined> = [undefined, undefined, undefined];

export function emptyMemory(): PlannerMemory {
  return {
    version: 1,
    atMs: undefined,
    distribution: undefined,
    meter: {
      smoothA: NOTHING,
      netA: NOTHING,
      rawA: NOTHING,
      missingSinceMs: NOTHING,
      startedAtMs: undefined,
      loweredAtMs: undefined,
    },
    solarW: undefined,
    batteryW: undefined,
    socPct: undefined,
    maxImportW: undefined,
    inverterA: NOTHING,
    aboveTarget: false,
    aboveMin: false,
    excessRunning: false,
    draws: [],
    step: undefined,
    lag: NO_LAG,
    inversion: { totalDrawA: undefined, totalGridA: undefined, votes: [], told: false },
    chargers: {},
  };
}

/** Memory of a charger seen for the first time; one that is drawing now counts as running. */
export function freshCharger(mode: ChargeMode, drawing: boolean, nowMs: number): ChargerMemory {
  return {
    mode,
    allocatedA: 0,
    outputA: 0,
    smoothA: 0,
    on: drawing,
    onSinceMs: drawing ? nowMs : undefined,
    offSinceMs: undefined,
    graceSinceMs: undefined,
    pauseSinceMs: undefined,
    readySinceMs: undefined,
    held: false,
    wishedAtMs: undefined,
    sentA: undefined,
    sentAtMs: undefined,
    raisedAtMs: undefined,
    writesAtMs: [],
    sleepingSinceMs: undefined,
    lines: 0,
    linesCandidate: 0,
    linesSeen: 0,
    watch: { checkedAtMs: undefined, mismatches: 0, resets: 0, quietUntilMs: undefined, ignoredSinceMs: undefined },
    phase: {
      phases: undefined,
      stage: "steady",
      stageSinceMs: 0,
      switchedAtMs: [],
      upSinceMs: undefined,
      downSinceMs: undefined,
    },
    mapping: {
      totalA: undefined,
      gridA: undefined,
      single: [0, 0, 0],
      pair: [0, 0, 0],
      idleLine: undefined,
      toldSingle: false,
      toldPair: false,
    },
    remap: undefined,
    plugW: [],
    socAnchor: undefined,
  };
}
