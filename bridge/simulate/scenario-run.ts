/** Runs a planner scenario in the simulated house until it is steady: sensors, feedback, engine, ramped commands. */
import { allocate } from "../planner/engine.ts";
import { count, type Mask } from "../planner/constraints.ts";
import type { EngineCircuit, EngineLoad, EngineResult, EngineSite, Phases } from "../planner/problem.ts";
import { balance, type HouseModel, type PhaseValues } from "./house.ts";
import type { Scenario, ScenarioLoad, ScenarioSite } from "./scenario.ts";

export interface RunOptions {
  /** What every charger is commanded before the first cycle. */
  readonly start: "zero" | "max";
  readonly cycles: number;
  /** Reproduces the pinned oddities of the data (docs/planner.md). */
  readonly compat: boolean;
}

export interface LoadOutcome {
  /** A per phase. */
  readonly allocatedA: number;
  readonly availableA: number;
  /** The command varied by no more than 0.5 A over the last five cycles. */
  readonly settled: boolean;
}

export interface ScenarioOutcome {
  readonly name: string;
  readonly loads: ReadonlyMap<string, LoadOutcome>;
  /** Net current at the meter in the last cycle, A per phase. */
  readonly netA: PhaseValues;
}

/** Largest change of a command in one cycle of 15 s, A. */
const RAMP_UP_A = 1.5;
const RAMP_DOWN_A = 3;
/** Household and sun rise to their values over this many cycles. */
const WARM_UP_CYCLES = 5;
const SETTLED_CYCLES = 5;
const SETTLED_A = 0.5;
/** The simulated battery takes nothing from here on, %. */
const BATTERY_FULL_PCT = 97;
const PHASES = [0, 1, 2] as const;

export function runScenario(scenario: Scenario, options: RunOptions): ScenarioOutcome {
  const { site } = scenario;
  const model = modelOf(site);
  const masks = scenario.loads.map((load) => maskOf(load, site, options.compat));
  const loads = scenario.loads.map((load, index) => engineLoad(load, masks[index] ?? 0));
  const circuits = site.groups.map((group, index): EngineCircuit => ({
    id: `${index}`,
    limitA: group.limitA,
    totalA: undefined,
    otherA: [0, 0, 0],
    members: group.members,
    ancestors: [],
  }));
  let commands = scenario.loads.map((load) => (options.start === "max" ? load.maxA : 0));
  const history: number[][] = [];
  let result: EngineResult | undefined;
  let netA: PhaseValues = [0, 0, 0];
  for (let cycle = 0; cycle < options.cycles; cycle++) {
    const share = Math.min(1, (cycle + 1) / WARM_UP_CYCLES);
    const drawA = drawOf(scenario.loads, masks, commands);
    const household = phases((phase) => (site.householdA[phase] ?? 0) * share);
    const solarW = site.solarW * share;
    const now = balance(model, household, solarW, drawA, site.socPct ?? undefined);
    netA = now.netA;
    const seen = look(site, household, solarW, drawA, now);
    result = allocate(seen, loads, circuits, { compat: options.compat });
    commands = commands.map((command, index) => ramp(command, result?.shares[index]?.allocatedA ?? 0));
    history.push(commands);
  }
  return { name: scenario.name, loads: outcomes(loads, result, history), netA };
}

function modelOf(site: ScenarioSite): HouseModel {
  return {
    voltageV: site.voltageV,
    present: [site.householdA[0] !== null, site.householdA[1] !== null, site.householdA[2] !== null],
    inverterMaxW: site.inverterMaxW ?? 0,
    battery:
      site.socPct === null
        ? undefined
        : {
            maxChargeW: site.maxChargeW ?? 0,
            maxDischargeW: site.maxDischargeW ?? 0,
            socMinPct: site.socMinPct ?? 0,
            socFullPct: BATTERY_FULL_PCT,
            capacityWh: Infinity,
          },
  };
}

/** Phases that a load's lines reach; with the safe engine only those that the site has. */
function maskOf(load: ScenarioLoad, site: ScenarioSite, compat: boolean): Mask {
  let mask = 0;
  for (const phase of load.lines.slice(0, load.phases)) mask |= 1 << phase;
  if (compat) return mask;
  let present = 0;
  for (const phase of PHASES) if (site.householdA[phase] !== null) present |= 1 << phase;
  return (mask & present) !== 0 ? mask & present : present & -present;
}

function engineLoad(load: ScenarioLoad, mask: Mask): EngineLoad {
  const { id, minA, maxA, priority, mode, active } = load;
  return { id, minA, maxA, priority, mode, active, mask };
}

/** Each line within the load's mask carries the command; a load whose phases the site lacks is moved to its mask. */
function drawOf(loads: readonly ScenarioLoad[], masks: readonly Mask[], commands: readonly number[]): PhaseValues {
  const draw: [number, number, number] = [0, 0, 0];
  for (const [index, load] of loads.entries()) {
    const mask = masks[index] ?? 0;
    const command = commands[index] ?? 0;
    const lines = load.lines.slice(0, load.phases).filter((phase) => (mask & (1 << phase)) !== 0);
    for (const phase of lines) draw[phase] += command;
    if (lines.length === 0 && count(mask) > 0)
      for (const phase of PHASES) if ((mask & (1 << phase)) !== 0) draw[phase] += command;
  }
  return draw;
}

/** What the sensors show, with our own draw taken out. */
function look(
  site: ScenarioSite,
  household: PhaseValues,
  solarW: number,
  drawA: PhaseValues,
  now: ReturnType<typeof balance>,
): EngineSite {
  // A meter has a resolution: binary dust of adding and taking away the draw must not reach the engine.
  const net = phases((phase) => clean(now.netA[phase] - drawA[phase]));
  const exists = (value: (phase: 0 | 1 | 2) => number): Phases => {
    const one = (phase: 0 | 1 | 2): number | null => (site.householdA[phase] === null ? null : value(phase));
    return [one(0), one(1), one(2)];
  };
  const consumptionA = exists((phase) => Math.max(0, net[phase]));
  const exportA = exists((phase) => Math.max(0, -net[phase]));
  const exportW = exportA.reduce<number>((sum, current) => sum + (current ?? 0), 0) * site.voltageV;
  const batteryW = site.socPct === null ? null : clean(now.batteryW);
  const charging = batteryW !== null && batteryW < 0 ? -batteryW : 0;
  return {
    voltageV: site.voltageV,
    breakerA: site.breakerA,
    consumptionA,
    exportA,
    importNowA: PHASES.reduce<number>((sum, phase) => sum + now.netA[phase], 0),
    solarW: site.solarIsDirect ? solarW : exportW + charging,
    solarIsDerived: !site.solarIsDirect,
    householdW: site.solarIsDirect && solarW > 0 ? Math.max(0, solarW + (batteryW ?? 0) - exportW) : null,
    householdA: site.inverterSensors && site.topology === "series" ? exists((phase) => household[phase]) : null,
    inverterA: site.inverterSensors && site.topology === "parallel" ? exists(() => now.solarA) : null,
    socPct: site.socPct,
    socTargetPct: site.socTargetPct,
    socMinPct: site.socMinPct,
    batteryW,
    maxChargeW: site.maxChargeW,
    maxDischargeW: site.maxDischargeW,
    maxImportW: site.maxImportW,
    netMeteringAcrossPhases: false,
    inverterMaxW: site.inverterMaxW,
    inverterMaxPerPhaseW: site.inverterMaxPerPhaseW,
    inverterAsymmetric: site.inverterAsymmetric,
    allowGridCharging: site.allowGridCharging,
    offGrid: false,
    meterless: false,
    excessThresholdW: site.excessThresholdW,
    distribution: site.distribution,
  };
}

/** The command of this cycle: toward the target by one ramp step, at once where either is 0. */
function ramp(previous: number, target: number): number {
  if (target <= 0 || previous <= 0) return target;
  const moved = target > previous ? Math.min(target, previous + RAMP_UP_A) : Math.max(target, previous - RAMP_DOWN_A);
  return Math.round(moved * 10) / 10;
}

function outcomes(
  loads: readonly EngineLoad[],
  result: EngineResult | undefined,
  history: readonly (readonly number[])[],
): ReadonlyMap<string, LoadOutcome> {
  const last = history.slice(-SETTLED_CYCLES);
  const out = new Map<string, LoadOutcome>();
  for (const [index, load] of loads.entries()) {
    const commands = last.map((row) => row[index] ?? 0);
    out.set(load.id, {
      allocatedA: result?.shares[index]?.allocatedA ?? 0,
      availableA: result?.shares[index]?.availableA ?? 0,
      settled: last.length === SETTLED_CYCLES && Math.max(...commands) - Math.min(...commands) <= SETTLED_A + 1e-6,
    });
  }
  return out;
}

/** To a nanoampere (or nanowatt). */
function clean(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function phases(value: (phase: 0 | 1 | 2) => number): PhaseValues {
  return [value(0), value(1), value(2)];
}
