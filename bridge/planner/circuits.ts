/** The configured circuits as the engine's tree: limits, what others draw on them, and their use for the site's picture. */
import type { CircuitUse } from "../../shared/plan.ts";
import type { CircuitConfig, SiteState } from "../../shared/site.ts";
import { ampsOf } from "./meter.ts";
import type { EngineCircuit } from "./problem.ts";
import { PHASES, siteMask } from "./wiring.ts";

type Triple = readonly [number, number, number];

/** Circuit ids from the parent up; a loop in the configuration ends where it closes. */
function ancestorsOf(circuit: CircuitConfig, byId: ReadonlyMap<string, CircuitConfig>): string[] {
  const out: string[] = [];
  let parent = circuit.parent;
  while (parent !== undefined && parent !== circuit.id && !out.includes(parent)) {
    out.push(parent);
    parent = byId.get(parent)?.parent;
  }
  return out;
}

/** Charger ids on a circuit and on everything below it. */
function membersBelow(circuit: CircuitConfig, tree: readonly EngineCircuit[]): string[] {
  return tree
    .filter((node) => node.id === circuit.id || node.ancestors.includes(circuit.id))
    .flatMap((node) => [...node.members]);
}

export function circuitTree(
  state: SiteState,
  drawOf: (charger: string) => Triple,
  warnings: string[],
): readonly EngineCircuit[] {
  const { config, readings } = state;
  const byId = new Map(config.circuits.map((circuit) => [circuit.id, circuit]));
  const bare = config.circuits.map((circuit): EngineCircuit => ({
    id: circuit.id,
    limitA: circuit.limitA,
    totalA: circuit.powerW === undefined ? undefined : circuit.powerW / config.voltageV,
    otherA: [0, 0, 0],
    members: circuit.members,
    ancestors: ancestorsOf(circuit, byId),
  }));
  return bare.map((node, index) => {
    const circuit = config.circuits[index];
    if (circuit?.metered !== true) return node;
    const own: [number, number, number] = [0, 0, 0];
    for (const member of membersBelow(circuit, bare)) {
      const draw = drawOf(member);
      for (const phase of [0, 1, 2] as const) own[phase] += draw[phase];
    }
    const other = (phase: 0 | 1 | 2): number => {
      if ((siteMask(config) & (1 << phase)) === 0) return 0;
      const reading = readings.more?.[`circuit:${circuit.id}:${PHASES[phase] ?? "A"}`];
      const current = ampsOf(reading, config.voltageV);
      if (reading !== undefined && current === undefined)
        warnings.push(`The meter of circuit ${circuit.name} gives no value.`);
      return current === undefined ? 0 : Math.max(0, current - own[phase]);
    };
    return { ...node, otherA: [other(0), other(1), other(2)] };
  });
}

/** What flows on each circuit now. */
export function circuitUse(
  state: SiteState,
  tree: readonly EngineCircuit[],
  drawOf: (charger: string) => Triple,
): readonly CircuitUse[] {
  return state.config.circuits.map((circuit, index) => {
    const flow: [number, number, number] = [0, 0, 0];
    const members = membersBelow(circuit, tree);
    for (const member of members) {
      const draw = drawOf(member);
      for (const phase of [0, 1, 2] as const) flow[phase] += draw[phase];
    }
    const other = tree[index]?.otherA ?? [0, 0, 0];
    const perPhaseA = { A: flow[0] + other[0], B: flow[1] + other[1], C: flow[2] + other[2] };
    const usedA = Math.max(perPhaseA.A, perPhaseA.B, perPhaseA.C);
    return {
      id: circuit.id,
      name: circuit.name,
      usedA,
      limitA: circuit.limitA,
      headroomA: circuit.limitA === undefined ? undefined : Math.max(0, circuit.limitA - usedA),
      perPhaseA,
      members,
    };
  });
}
