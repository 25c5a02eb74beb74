/** Random questions to the engine, from a seed so that a million of them cost little. */
import { supplyOf } from "../../../bridge/planner/battery.ts";
import { allocate } from "../../../bridge/planner/engine.ts";
import { idleHouse } from "../../../bridge/planner/idle-house.ts";
import type { EngineCircuit, EngineLoad, EngineResult, EngineSite, Phases } from "../../../bridge/planner/problem.ts";
import { phaseCount } from "../../../bridge/planner/shape.ts";
import { seededRandom } from "../../../bridge/simulate/house.ts";
import { DISTRIBUTIONS } from "../../../shared/modes.ts";
import { engineSite } from "./engine-fixture.ts";

export interface Question {
  readonly seed: number;
  readonly site: EngineSite;
  readonly loads: readonly EngineLoad[];
  readonly circuits: readonly EngineCircuit[];
  readonly result: EngineResult;
  /** A of each load. */
  readonly given: readonly number[];
  /** A on each site phase. */
  readonly draw: readonly [number, number, number];
}

export const PHASES = [0, 1, 2] as const;
export const EPS = 1e-6;
export const MODES = ["standard", "continuous", "eco", "solar", "excess", "off"] as const;

export const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
export const givenOf = (result: EngineResult): number[] => result.shares.map((share) => share.allocatedA);

/** A sentence about the engine that does not hold. */
export function must(holds: boolean, what: string, ...seen: readonly unknown[]): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

export function drawOf(loads: readonly EngineLoad[], given: readonly number[]): [number, number, number] {
  const draw: [number, number, number] = [0, 0, 0];
  for (const [index, load] of loads.entries())
    for (const phase of PHASES) if ((load.mask & (1 << phase)) !== 0) draw[phase] += given[index]!;
  return draw;
}

export function netOf(site: EngineSite): [number, number, number] {
  const net = (phase: 0 | 1 | 2): number => (site.consumptionA[phase] ?? 0) - (site.exportA[phase] ?? 0);
  return [net(0), net(1), net(2)];
}

/** Net currents once the battery has answered the shares, as an even inverter does. */
export function afterwards(site: EngineSite, draw: readonly number[]): number[] {
  const net = netOf(site);
  const most = supplyOf(idleHouse(site)).flexibleA;
  const response = Math.min(most, Math.max(0, total(net) + total(draw)));
  return net.map((value, phase) =>
    site.consumptionA[phase] === null ? 0 : value + draw[phase]! - response / phaseCount(site),
  );
}

/** `most` loads at most. */
export function question(seed: number, most = 8): Question {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const between = (low: number, high: number): number => low + random() * (high - low);
  const phases = pick([1, 2, 3, 3]);
  const breakerA = between(6, 125);
  const net = PHASES.map((phase) => (phase < phases ? between(-1.1, 1.1) * breakerA * (random() < 0.2 ? 0 : 1) : null));
  const side = (sign: 1 | -1): Phases => {
    const one = (phase: 0 | 1 | 2): number | null => (net[phase] === null ? null : Math.max(0, sign * net[phase]!));
    return [one(0), one(1), one(2)];
  };
  const exportA = side(-1);
  const present = phases === 1 ? 1 : phases === 2 ? 3 : 7;
  const battery = random() < 0.5;
  const maxDischargeW = pick([0, 2000, 5000, 12_000]);
  const batteryW = battery ? (random() < 0.3 ? 0 : between(-5000, maxDischargeW)) : null;
  const exportW = total(exportA) * 230;
  const sensor = random() < 0.2;
  const solarW = sensor
    ? Math.max(0, exportW - (batteryW ?? 0)) + between(0, 3000)
    : exportW + Math.max(0, -(batteryW ?? 0));
  const site = engineSite({
    breakerA,
    consumptionA: side(1),
    exportA,
    solarW,
    solarIsDerived: !sensor,
    householdW: sensor && solarW > 0 ? Math.max(0, solarW + (batteryW ?? 0) - exportW) : null,
    socPct: battery ? between(0, 100) : null,
    socTargetPct: battery ? between(30, 100) : null,
    socMinPct: battery ? between(0, 30) : null,
    batteryW,
    maxChargeW: 5000,
    maxDischargeW,
    maxImportW: random() < 0.3 ? between(0, breakerA * phases * 230) : null,
    netMeteringAcrossPhases: random() < 0.2,
    inverterMaxW: random() < 0.3 ? between(2000, 20_000) : null,
    inverterMaxPerPhaseW: random() < 0.3 ? between(1000, 8000) : null,
    inverterAsymmetric: random() < 0.3,
    allowGridCharging: random() < 0.8,
    excessThresholdW: between(0, 15_000),
    distribution: pick(DISTRIBUTIONS),
  });
  // Now and then as many as the largest site has.
  const count = Math.floor(random() * ((most === 8 && random() < 0.03 ? 32 : most) + 1));
  const loads = Array.from({ length: count }, (_, index): EngineLoad => {
    const plug = random() < 0.15;
    const minA = plug ? between(1, 16) : between(6, 10);
    let mask = 0;
    while (mask === 0) mask = Math.floor(between(1, 8)) & present;
    return {
      id: `load${index}`,
      minA,
      maxA: plug ? minA : minA + between(0, 40),
      mask,
      priority: Math.floor(between(1, 11)),
      mode: pick(MODES),
      active: random() < 0.85,
    };
  });
  const ids = loads.map((load) => load.id);
  const node = (id: string, ancestors: readonly string[]): EngineCircuit => ({
    id,
    limitA: random() < 0.8 ? between(5, 60) : undefined,
    totalA: random() < 0.3 ? between(5, 100) : undefined,
    otherA: random() < 0.3 ? [between(0, 10), between(0, 10), between(0, 10)] : [0, 0, 0],
    members: ids.filter(() => random() < 0.4),
    ancestors,
  });
  const circuits = random() < 0.4 ? [node("root", []), node("leaf", ["root"]), node("other", [])] : [];
  const result = allocate(site, loads, circuits);
  const given = givenOf(result);
  return { seed, site, loads, circuits, result, given, draw: drawOf(loads, given) };
}
