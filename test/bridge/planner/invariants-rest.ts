/** Where the house comes to rest with the engine in the loop, and that nothing is left unused there. */
import { available } from "../../../bridge/planner/constraints.ts";
import { allocate } from "../../../bridge/planner/engine.ts";
import type { EngineSite, Phases } from "../../../bridge/planner/problem.ts";
import { balance, type PhaseValues } from "../../../bridge/simulate/house.ts";
import type { Invariant } from "./invariants-limits.ts";
import { EPS, drawOf, givenOf, must, total, type Question } from "./question.ts";

/** One look of the engine at a house in which the loads draw `draws`. */
function look(asked: Question, draws: readonly number[]): number[] {
  const { site, loads, circuits } = asked;
  const present = [0, 1, 2].map((phase) => site.consumptionA[phase] !== null) as [boolean, boolean, boolean];
  const soc = site.socPct ?? undefined;
  const battery = {
    maxChargeW: site.maxChargeW ?? 0,
    maxDischargeW: site.maxDischargeW ?? 0,
    socMinPct: site.socMinPct ?? 0,
    socFullPct: 97,
    capacityWh: Infinity,
  };
  const model = { voltageV: 230, present, inverterMaxW: site.inverterMaxW ?? 0, battery };
  const household: PhaseValues = [site.consumptionA[0] ?? 0, site.consumptionA[1] ?? 0, site.consumptionA[2] ?? 0];
  const solarW = total(site.exportA) * 230;
  const draw = drawOf(loads, draws);
  const now = balance(model, household, solarW, draw, soc);
  const side = (sign: 1 | -1): Phases => {
    const one = (phase: 0 | 1 | 2): number | null =>
      present[phase] ? Math.max(0, sign * (now.netA[phase] - draw[phase])) : null;
    return [one(0), one(1), one(2)];
  };
  const exportA = side(-1);
  const batteryW = soc === undefined ? null : now.batteryW;
  const exportW = total(exportA) * 230;
  const sensor = !site.solarIsDerived;
  const seen: EngineSite = {
    ...site,
    consumptionA: side(1),
    exportA,
    batteryW,
    importNowA: total(now.netA),
    solarW: sensor ? solarW : exportW + Math.max(0, -(batteryW ?? 0)),
    householdW: sensor && solarW > 0 ? Math.max(0, solarW + (batteryW ?? 0) - exportW) : null,
  };
  return givenOf(allocate(seen, loads, circuits));
}

const far = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);

export const REST: readonly Invariant[] = [
  [
    "comes to the same rest from nothing and from full current, and stays there",
    (asked) => {
      const settle = (start: readonly number[]): readonly number[] => {
        let draws = start;
        for (let cycle = 0; cycle < 5; cycle++) draws = look(asked, draws);
        const next = look(asked, draws);
        must(far(next, draws) <= 0.1 + EPS, "no rest", draws, next);
        return next;
      };
      const low = settle(asked.loads.map(() => 0));
      const high = settle(asked.loads.map((load) => load.maxA));
      must(far(low, high) <= 0.1 + EPS, "another rest", low, high);
    },
  ],
  [
    "keeps still with limits that move slowly",
    (asked) => {
      // Thirty cycles cost as much as all other sentences together.
      if (asked.seed % 16 !== 0) return;
      let commands: readonly number[] = asked.loads.map(() => 0);
      const last: (readonly number[])[] = [];
      for (let cycle = 0; cycle < 40; cycle++) {
        const target = look(asked, commands);
        commands = target.map((value, index) => {
          const before = commands[index]!;
          if (value <= 0 || before <= 0) return value;
          return value > before ? Math.min(value, before + 1.5) : Math.max(value, before - 3);
        });
        if (cycle >= 35) last.push(commands);
      }
      for (const commandsThen of last) must(far(commandsThen, commands) <= 0.5 + EPS, "moves", commandsThen, commands);
    },
  ],
  [
    "leaves no usable current unused (Priority, Shared, Optimized)",
    ({ site, loads, circuits, result }) => {
      if (site.distribution === "sequential_strict") return;
      // What the battery may give behind an inverter limit is not used for starts where nothing tells the sun.
      if (site.socPct !== null && site.inverterMaxW !== null && site.solarIsDerived) return;
      const first = site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct;
      const full = (site.socPct ?? 0) >= 98;
      const { left } = result;
      for (const [index, load] of loads.entries()) {
        if (!load.active || load.mode === "off") continue;
        const { allocatedA } = result.shares[index]!;
        if (allocatedA >= load.maxA - 0.1) continue;
        let rest = available(left.physical, load.mask);
        for (const circuit of circuits)
          if (circuit.members.includes(load.id))
            for (const id of [circuit.id, ...circuit.ancestors])
              rest = Math.min(rest, available(left.circuits.get(id)!, load.mask));
        const sun = available(left.solar, load.mask);
        const excess = available(left.excess, load.mask);
        const needsNone = allocatedA === 0 && load.mode === "eco";
        if (load.mode === "solar") rest = first ? 0 : Math.min(rest, sun);
        else if (load.mode === "eco" && !needsNone) rest = first ? 0 : Math.min(rest, sun);
        else if (load.mode === "excess") {
          const source = allocatedA === 0 && excess > EPS ? load.maxA : excess;
          rest = Math.min(rest, full ? Math.max(source, sun) : source);
        }
        const tolerance = 0.1 * 3 * loads.length + EPS;
        must(rest < (allocatedA === 0 ? load.minA : 0) + tolerance, "unused", load, allocatedA, rest);
      }
    },
  ],
];
