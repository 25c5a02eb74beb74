/** Why a charger gets what it gets: the binding limit first, and what would bind next. */
import type { Reason } from "../../shared/reasons.ts";
import type { ChargerState } from "../../shared/site.ts";
import { COUNT, available, count, type Mask } from "./constraints.ts";
import type { Bounds } from "./eligibility.ts";
import type { EngineCircuit, EngineLeft, EngineLoad, EngineMode, EngineSite } from "./problem.ts";

export interface ReasonInput {
  readonly charger: ChargerState;
  readonly mode: EngineMode;
  readonly mask: Mask;
  readonly bounds: Bounds;
  readonly site: EngineSite;
  readonly left: EngineLeft;
  readonly circuits: readonly EngineCircuit[];
  /** Its share, A per phase, and what it is told. */
  readonly shareA: number;
  readonly limitA: number;
  /** Shares of the others on each site phase, A. */
  readonly othersA: readonly [number, number, number];
}

export interface Because {
  readonly reason: Reason;
  readonly runnerUp: Reason | undefined;
}

interface Candidate {
  readonly ceilingA: number;
  readonly reason: Reason;
}

const PHASE_NAMES = ["L1", "L2", "L3"] as const;
const EPS = 1e-6;

/** The mode's own ceiling as a reason: the sun, the excess, the battery. */
function sourceCandidate(input: ReasonInput): Candidate | undefined {
  const { site, mode, mask, left, shareA, bounds } = input;
  const phases = Math.max(1, count(mask));
  const watts = (current: number): number => Math.max(0, Math.round(current * site.voltageV * phases));
  const needW = watts(bounds.minA);
  const batteryFirst = site.socPct !== null && site.socTargetPct !== null && site.socPct < site.socTargetPct;
  if (mode === "eco" || mode === "solar") {
    const ceilingA = available(left.solar, mask) + shareA;
    if (batteryFirst && site.socPct !== null && site.socTargetPct !== null)
      return {
        ceilingA: mode === "eco" ? bounds.minA : 0,
        reason: { code: "battery_priority", soc: Math.round(site.socPct), target: Math.round(site.socTargetPct) },
      };
    const before = Math.min(available(left.solarBefore, mask), bounds.maxA);
    if (before < bounds.minA - EPS)
      return {
        ceilingA: mode === "eco" ? bounds.minA : before,
        reason: { code: "insufficient_solar", shortW: watts(bounds.minA - before), needW },
      };
    const short = ceilingA < bounds.minA - EPS;
    return short
      ? { ceilingA, reason: { code: "insufficient_solar", shortW: watts(bounds.minA - ceilingA), needW } }
      : { ceilingA, reason: { code: "following_solar", surplusW: watts(ceilingA) } };
  }
  if (mode === "excess") {
    const over = available(left.excess, mask) + (shareA > 0 ? shareA : 0);
    if (over <= EPS || left.exportW <= left.excessThresholdW)
      return {
        ceilingA: 0,
        reason: { code: "no_excess", exportW: Math.round(left.exportW), thresholdW: Math.round(left.excessThresholdW) },
      };
    return { ceilingA: Math.max(bounds.minA, over), reason: { code: "following_solar", surplusW: watts(over) } };
  }
  return undefined;
}

function physicalCandidates(input: ReasonInput): Candidate[] {
  const { site, mask, left, shareA, othersA, circuits, charger } = input;
  const out: Candidate[] = [];
  const limited = (source: "breaker" | "import" | "site" | "inverter", ceilingA: number, phase?: number): Candidate => {
    const name = phase === undefined ? undefined : PHASE_NAMES[phase];
    return {
      ceilingA,
      reason: { code: "limited_by", source, limitA: tenth(ceilingA), ...(name === undefined ? {} : { phase: name }) },
    };
  };
  for (const phase of [0, 1, 2] as const) {
    if ((mask & (1 << phase)) === 0) continue;
    const net = (site.consumptionA[phase] ?? 0) - (site.exportA[phase] ?? 0);
    const alone = Math.max(0, site.breakerA - net);
    const ceilingA = Math.max(0, Math.min(alone - othersA[phase], (left.physical[1 << phase] ?? 0) + shareA));
    if (alone - othersA[phase] > ceilingA + 0.05) continue;
    out.push(limited(othersA[phase] > 0.05 && alone >= input.bounds.maxA ? "site" : "breaker", ceilingA, phase));
  }
  const room = available(left.physical, mask) + shareA;
  const single = Math.min(...out.map((candidate) => candidate.ceilingA), Infinity);
  if (room < single - 0.05) {
    const gridOff = site.offGrid || (!site.allowGridCharging && site.socPct !== null);
    if (gridOff)
      out.push(site.offGrid ? limited("inverter", room) : { ceilingA: room, reason: { code: "grid_charging_off" } });
    else if (site.maxImportW !== null) out.push(limited("import", room));
    else out.push(limited("site", room));
  }
  for (const circuit of circuits) {
    const under = circuits.some(
      (node) =>
        node.members.includes(charger.config.id) && (node.id === circuit.id || node.ancestors.includes(circuit.id)),
    );
    const pool = left.circuits.get(circuit.id);
    if (!under || pool === undefined) continue;
    const ceilingA = available(pool, mask) + shareA;
    out.push({
      ceilingA,
      reason: { code: "limited_by", source: "circuit", limitA: tenth(ceilingA), circuit: circuit.id },
    });
  }
  return out;
}

function boundCandidates({ bounds }: ReasonInput): Candidate[] {
  const of = (source: "user" | "charger" | "car", ceilingA: number): Candidate => ({
    ceilingA,
    reason: { code: "limited_by", source, limitA: tenth(ceilingA) },
  });
  // On a tie the one that the user set is the one to tell.
  const out = [of("user", bounds.userA), of("charger", bounds.chargerA), of("car", bounds.carA)];
  return out.filter((candidate) => Number.isFinite(candidate.ceilingA));
}

/** Everything that limits this charger, the lowest ceiling first. */
export function because(input: ReasonInput): Because {
  const source = sourceCandidate(input);
  // A bound that leaves the minimum is not why a charger stands at 0 A.
  const bounds = boundCandidates(input).filter(
    (candidate) => input.limitA > 0 || candidate.ceilingA < input.bounds.minA - EPS,
  );
  const candidates = [...(source === undefined ? [] : [source]), ...bounds, ...physicalCandidates(input)];
  candidates.sort((left, right) => left.ceilingA - right.ceilingA);
  const [first, second] = candidates;
  if (first === undefined)
    return {
      reason:
        input.limitA > 0
          ? { code: "limited_by", source: "user", limitA: input.limitA }
          : { code: "insufficient_power", shortA: tenth(input.bounds.minA) },
      runnerUp: undefined,
    };
  if (input.limitA > 0) {
    const free =
      !input.charger.settings.dynamicControl && first.reason.code === "limited_by" && first.reason.source === "user";
    return free
      ? { reason: { code: "dynamic_control_off" }, runnerUp: second?.reason }
      : { reason: first.reason, runnerUp: second?.reason };
  }
  return { reason: stopped(first, input), runnerUp: second === undefined ? undefined : stopped(second, input) };
}

/** A limit that leaves less than the minimum is told as what is missing. */
function stopped(candidate: Candidate, input: ReasonInput): Reason {
  const { reason, ceilingA } = candidate;
  if (reason.code !== "limited_by") return reason;
  if (reason.source === "user" || reason.source === "charger" || reason.source === "car") return reason;
  const shortA = tenth(Math.max(0.1, input.bounds.minA - ceilingA));
  if (ceilingA >= input.bounds.minA) return reason;
  if (reason.source === "circuit") return reason;
  return { code: "insufficient_power", ...(reason.phase === undefined ? {} : { phase: reason.phase }), shortA };
}

function tenth(current: number): number {
  return Math.round(current * 10) / 10;
}

/** Shares of all loads on each site phase, A. */
export function sharesTotal(
  loads: readonly EngineLoad[],
  shares: readonly { readonly allocatedA: number }[],
): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  for (const [index, load] of loads.entries()) {
    const current = shares[index]?.allocatedA ?? 0;
    for (const phase of [0, 1, 2] as const) out[phase] += current * (COUNT[load.mask & (1 << phase)] ?? 0);
  }
  return out;
}

/** The same without one load's own share. */
export function sharesBeside(
  total: readonly [number, number, number],
  load: EngineLoad,
  shareA: number,
): [number, number, number] {
  const one = (phase: 0 | 1 | 2): number => total[phase] - ((load.mask & (1 << phase)) === 0 ? 0 : shareA);
  return [one(0), one(1), one(2)];
}
