/** What no answer of the engine may break: breaker, cap, circuits, minima, and what each mode may draw from. */
import { allocate } from "../../../bridge/planner/engine.ts";
import { EPS, PHASES, afterwards, drawOf, givenOf, must, netOf, total, type Question } from "./question.ts";

export type Invariant = readonly [name: string, holds: (asked: Question) => void];

export const LIMITS: readonly Invariant[] = [
  [
    "never puts a phase above the breaker, and nothing on a phase that is above it already",
    ({ site, draw }) => {
      const after = afterwards(site, draw);
      const net = netOf(site);
      for (const phase of PHASES) {
        if (draw[phase] <= 0) continue;
        must(net[phase] <= site.breakerA, "given on an overloaded phase", net, draw);
        must(after[phase]! <= site.breakerA + EPS, "above the breaker", after, draw);
      }
    },
  ],
  [
    "never imports more than the cap",
    ({ site, draw }) => {
      if (site.maxImportW === null || total(draw) <= 0) return;
      const after = afterwards(site, draw);
      const imported = site.netMeteringAcrossPhases ? total(after) : total(after.map((value) => Math.max(0, value)));
      must(imported * 230 <= site.maxImportW + 1e-3, "above the cap", imported * 230, site.maxImportW);
    },
  ],
  [
    "never loads a circuit above its limit, at any level",
    ({ loads, circuits, given }) => {
      for (const circuit of circuits) {
        const below = circuits.filter((node) => node.id === circuit.id || node.ancestors.includes(circuit.id));
        const members = new Set(below.flatMap((node) => node.members));
        const own = loads.map((load, index) => (members.has(load.id) ? given[index]! : 0));
        const draw = drawOf(loads, own);
        if (total(draw) <= 0) continue;
        for (const phase of PHASES)
          if (draw[phase] > 0)
            must(draw[phase] + circuit.otherA[phase] <= (circuit.limitA ?? Infinity) + EPS, "circuit phase", circuit);
        must(total(draw) + total(circuit.otherA) <= (circuit.totalA ?? Infinity) + EPS, "circuit total", circuit);
      }
    },
  ],
  [
    "gives nothing, or between minimum and maximum; a plug all or nothing; an inactive load nothing",
    ({ loads, result }) => {
      for (const [index, load] of loads.entries()) {
        const { allocatedA, availableA } = result.shares[index]!;
        for (const current of [allocatedA, availableA]) {
          must(Number.isFinite(current), "not a number", load, current);
          if (current === 0) continue;
          must(current >= load.minA - EPS && current <= load.maxA + EPS, "out of range", load, current);
        }
        if (!load.active || load.mode === "off") must(allocatedA === 0, "given to an inactive load", load);
      }
    },
  ],
  [
    "leaves the sun to a battery below its target, and the excess alone below its threshold",
    ({ site, loads, given }) => {
      const below = site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct;
      const exportW = total(site.exportA) * site.voltageV;
      for (const [index, load] of loads.entries()) {
        if (below && load.mode === "solar") must(given[index] === 0, "Solar below the target", load);
        if (below && load.mode === "eco") must(given[index]! <= load.minA + EPS, "Eco below the target", load);
        if (load.mode === "excess" && exportW <= site.excessThresholdW && (site.socPct ?? 0) < 98)
          must(given[index] === 0, "Excess below the threshold", load);
      }
    },
  ],
  [
    "imports nothing for Solar loads alone",
    ({ site, loads, circuits }) => {
      const solar = loads.map((load) => ({ ...load, mode: "solar" as const }));
      const draw = drawOf(solar, givenOf(allocate(site, solar, circuits)));
      if (total(draw) <= 0) return;
      const after = afterwards(site, draw);
      const imported = (values: readonly number[]): number => total(values.map((value) => Math.max(0, value)));
      // A battery that can discharge regulates the sum over the phases; an inverter that shifts fills any phase from another.
      const regulated = site.socPct !== null && site.socPct > (site.socMinPct ?? 0);
      const before = regulated ? Math.max(0, total(netOf(site))) : imported(netOf(site));
      const now = regulated || site.inverterAsymmetric ? Math.max(0, total(after)) : imported(after);
      must(now <= before + 0.1 + EPS, "import", before, now);
    },
  ],
  [
    "imports nothing more while grid charging is off",
    ({ site, loads, circuits }) => {
      if (site.socPct === null) return;
      const off = { ...site, allowGridCharging: false };
      const draw = drawOf(loads, givenOf(allocate(off, loads, circuits)));
      if (total(draw) <= 0) return;
      const after = afterwards(off, draw);
      // What a charging battery spreads evenly may import on one phase and export on another: the sum tells what was bought.
      const regulated = off.socPct! > (off.socMinPct ?? 0);
      const sum = (values: readonly number[]): number =>
        off.inverterAsymmetric || regulated
          ? Math.max(0, total(values))
          : total(values.map((value) => Math.max(0, value)));
      must(sum(after) <= sum(netOf(off)) + EPS, "import", sum(after), sum(netOf(off)));
    },
  ],
];
