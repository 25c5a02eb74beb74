/** What does not depend on names, order or scale, and what only grows when there is more. */
import { allocate } from "../../../bridge/planner/engine.ts";
import type { EngineLoad, EngineSite, Phases } from "../../../bridge/planner/problem.ts";
import { phaseCount } from "../../../bridge/planner/shape.ts";
import { seededRandom } from "../../../bridge/simulate/house.ts";
import type { Invariant } from "./invariants-limits.ts";
import { EPS, givenOf, must, total } from "./question.ts";

const each = (values: Phases, change: (value: number) => number): Phases => {
  const one = (phase: 0 | 1 | 2): number | null => (values[phase] === null ? null : change(values[phase]));
  return [one(0), one(1), one(2)];
};

/**
 * The same site with a bigger breaker, more export, a fuller battery. While a battery site may import nothing only the breaker:
 * there what an even battery answers is matched to the sum, so that more on one phase may mean less on another, and below its
 * least charge each phase counts by itself and may hold more than the sum above it.
 */
function better(site: EngineSite, random: () => number): readonly EngineSite[] {
  const out: EngineSite[] = [{ ...site, breakerA: site.breakerA + random() * 10 }];
  if (site.socPct === null || site.allowGridCharging) {
    if (site.socPct !== null) out.push({ ...site, socPct: Math.min(100, site.socPct + random() * 30) });
    if (total(site.consumptionA) === 0) {
      const step = random() * 10;
      const more = step * 230 * phaseCount(site);
      out.push({ ...site, exportA: each(site.exportA, (value) => value + step), solarW: site.solarW + more });
    }
  }
  return out;
}

/**
 * What rounding down by 0.1 A may come to, A. Sequential hands it on from load to load; where a battery's answer is matched to
 * the shares, two thirds of it come back each round, and that three times as much in the end.
 */
function roundingA(site: EngineSite, loads: number): number {
  const matched = site.socPct === null ? 1 : 3;
  return site.distribution.startsWith("sequential") || matched > 1 ? 0.1 * matched * (1 + loads) : 0.1;
}

export const ORDER: readonly Invariant[] = [
  [
    "gives loads on the same phases no less in sum for a bigger breaker, more export or a fuller battery (Priority, Strict)",
    ({ seed, site, loads }) => {
      // Behind an inverter limit, with nothing to tell the sun, what the battery may give only raises those that start
      // without it: a first load that takes more then may keep a second one from starting.
      if (site.socPct !== null && site.inverterMaxW !== null && site.solarIsDerived) return;
      const random = seededRandom(seed ^ 0x5bd1e995);
      const mask = loads[0]?.mask ?? 1;
      const same = loads.map((load): EngineLoad => ({ ...load, mask }));
      for (const distribution of ["priority", "sequential_strict"] as const) {
        const base = { ...site, distribution };
        // Strict reserves nothing: an Eco load whose surplus grows takes more of the breaker, and a later one that had its
        // minimum there may stop, so that the sum falls. Standard loads have one source, and there it holds.
        const strict = (load: EngineLoad): EngineLoad => ({ ...load, mode: load.mode === "off" ? "off" : "standard" });
        // An Excess load has its whole minimum while any excess is left: one that starts by more export may take the last of
        // it from one that would draw more.
        const sunny = (load: EngineLoad): EngineLoad => ({
          ...load,
          mode: load.mode === "excess" ? "solar" : load.mode,
        });
        const asked = same.map(distribution === "priority" ? sunny : strict);
        const before = total(givenOf(allocate(base, asked)));
        for (const more of better(base, random)) {
          const after = total(givenOf(allocate(more, asked)));
          must(after >= before - 0.1 * same.length - EPS, `${distribution} fell`, before, after, more);
        }
      }
    },
  ],
  [
    "takes nothing from the first load for a bigger breaker but to start another",
    ({ seed, site, loads }) => {
      const random = seededRandom(seed ^ 0x27d4eb2f);
      const mask = loads[0]?.mask ?? 1;
      const standard = loads.map((load, index): EngineLoad => ({ ...load, mask, mode: "standard", priority: index }));
      if (standard[0]?.active !== true) return;
      const before = givenOf(allocate(site, standard));
      const after = givenOf(allocate({ ...site, breakerA: site.breakerA + random() * 10 }, standard));
      const started = after.some((value, index) => value > 0 && before[index] === 0);
      must(started || after[0]! >= before[0]! - 0.1 - EPS, "first fell", before, after);
    },
  ],
  [
    "does not depend on the order of the list",
    ({ seed, site, loads, circuits, given }) => {
      const random = seededRandom(seed + 1);
      const shuffled = loads.map((load, index) => ({ load, index, key: random() })).sort((a, b) => a.key - b.key);
      const other = givenOf(
        allocate(
          site,
          shuffled.map(({ load }) => load),
          circuits,
        ),
      );
      for (const [place, { index }] of shuffled.entries()) must(other[place] === given[index], "order", given, other);
    },
  ],
  [
    "permutes its answer when the phases are renamed",
    ({ site, loads, given }) => {
      if (phaseCount(site) !== 3) return;
      const turn = (values: Phases): Phases => [values[2], values[0], values[1]];
      const turned = { ...site, consumptionA: turn(site.consumptionA), exportA: turn(site.exportA) };
      const moved = loads.map((load) => ({ ...load, mask: ((load.mask << 1) & 7) | (load.mask >> 2) }));
      const one = givenOf(allocate(site, loads));
      const other = givenOf(allocate(turned, moved));
      for (const [index, value] of one.entries())
        must(Math.abs(value - other[index]!) <= 0.1 + EPS, "renamed", one, other, given);
    },
  ],
  [
    "answers the same question the same way and changes nothing it is given",
    ({ site, loads, circuits, given }) => {
      const before = JSON.stringify({ site, loads, circuits });
      const again = givenOf(allocate(site, loads, circuits));
      must(JSON.stringify(again) === JSON.stringify(given), "another answer", given, again);
      must(JSON.stringify({ site, loads, circuits }) === before, "the question was changed");
    },
  ],
  [
    "never gives a load less than an equal one of lower priority",
    ({ site, loads }) => {
      const [first] = loads;
      if (first === undefined || first.mode === "off") return;
      const others = loads.slice(1);
      const twins = [
        { ...first, id: "z", priority: 1, active: true },
        { ...first, id: "a", priority: 2, active: true },
      ];
      const [high, low] = givenOf(allocate(site, [...twins, ...others]));
      must(high! >= low! - (site.distribution === "shared" ? 0.1 + EPS : EPS), "less than its equal", high, low);
    },
  ],
  [
    "shares equally among equals in Shared",
    ({ site, loads }) => {
      const [first] = loads;
      if (first === undefined || first.mode === "off") return;
      const twins = ["a", "b", "c"].map((id) => ({ ...first, id, priority: 1, active: true }));
      const shares = givenOf(allocate({ ...site, distribution: "shared" }, [...twins, ...loads.slice(1)])).slice(0, 3);
      if (shares.some((share) => share === 0)) return;
      must(Math.max(...shares) - Math.min(...shares) <= 0.1 + EPS, "unequal", shares);
    },
  ],
  [
    "doubles when everything doubles",
    ({ site, loads }) => {
      const twice = (values: Phases): Phases => each(values, (value) => value * 2);
      const nullable = (value: number | null): number | null => (value === null ? null : value * 2);
      const double: EngineSite = {
        ...site,
        breakerA: site.breakerA * 2,
        consumptionA: twice(site.consumptionA),
        exportA: twice(site.exportA),
        solarW: site.solarW * 2,
        householdW: nullable(site.householdW),
        batteryW: nullable(site.batteryW),
        maxChargeW: nullable(site.maxChargeW),
        maxDischargeW: nullable(site.maxDischargeW),
        maxImportW: nullable(site.maxImportW),
        inverterMaxW: nullable(site.inverterMaxW),
        inverterMaxPerPhaseW: nullable(site.inverterMaxPerPhaseW),
        excessThresholdW: site.excessThresholdW * 2,
      };
      const big = loads.map((load) => ({ ...load, minA: load.minA * 2, maxA: load.maxA * 2 }));
      const one = givenOf(allocate(site, loads));
      const two = givenOf(allocate(double, big));
      // Where rounding is handed on, a minimum may be crossed by it.
      const handedOn = site.distribution.startsWith("sequential") || site.socPct !== null;
      if (handedOn && one.some((value, index) => value > 0 !== two[index]! > 0)) return;
      const tolerance = 2 * roundingA(site, loads.length);
      for (const [index, value] of one.entries())
        must(Math.abs(two[index]! - 2 * value) <= tolerance + EPS, "not double", one, two);
    },
  ],
  [
    "does not change for an inactive load more",
    ({ site, loads, circuits, given }) => {
      const idle: EngineLoad = { id: "idle", minA: 6, maxA: 16, mask: 1, priority: 1, mode: "standard", active: false };
      const other = givenOf(allocate(site, [idle, ...loads], circuits)).slice(1);
      must(JSON.stringify(other) === JSON.stringify(given), "changed", given, other);
    },
  ],
  [
    "does not hang on the ninth decimal",
    ({ seed, site, loads, circuits, given }) => {
      const random = seededRandom(seed + 2);
      const shake = (values: Phases): Phases =>
        each(values, (value) => (value === 0 ? 0 : value + (random() - 0.5) * 1e-9));
      const other = givenOf(
        allocate({ ...site, consumptionA: shake(site.consumptionA), exportA: shake(site.exportA) }, loads, circuits),
      );
      const handedOn = site.distribution.startsWith("sequential") || site.socPct !== null;
      if (handedOn && given.some((value, index) => value > 0 !== other[index]! > 0)) return;
      const tolerance = roundingA(site, loads.length);
      for (const [index, value] of given.entries())
        must(Math.abs(value - other[index]!) <= tolerance + EPS, "shaken", given, other);
    },
  ],
];
