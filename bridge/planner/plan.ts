/**
 * The planner's door: from the whole truth at one instant to what every charger is told, and why. Pure; time and memory are
 * arguments. Here the order of the stages can be read: subjects, own draw, meter, doubt, engine, grants, pipeline, reasons
 * (docs/planner.md).
 */
import type { Allocation, Plan, PlanNotice } from "../../shared/plan.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";
import { circuitTree, circuitUse } from "./circuits.ts";
import { NO_DOUBT, doubtOf, echoOf, neededFrom, overloaded } from "./doubt.ts";
import { remember } from "./draw-history.ts";
import { evaluate, type Scene } from "./evaluate.ts";
import { explain } from "./explain.ts";
import { availableOf, hurryShares, physicalRoom, settleShares } from "./grant.ts";
import { followLag } from "./lag.ts";
import type { ChargerMemory, PlannerMemory } from "./memory.ts";
import { readMeter, type MeterView } from "./meter.ts";
import { ownDraw, reservations } from "./own-draw.ts";
import { switchPhases } from "./phase-reach.ts";
import { picture } from "./picture.ts";
import { pipe, tell, type PipelineInput, type PipelineResult } from "./pipeline.ts";
import type { EngineLoad } from "./problem.ts";
import { sharesTotal } from "./reasons.ts";
import { readSources } from "./sources.ts";
import { staleLoad, study, type Subject } from "./subject.ts";
import { watch } from "./watchdog.ts";
import { PHASES } from "./wiring.ts";
import { checkWiring } from "./wiring-check.ts";

const EPS = 1e-6;

export function plan(
  state: SiteState,
  memory: PlannerMemory,
  nowMs: number,
): { readonly plan: Plan; readonly memory: PlannerMemory } {
  const { config } = state;
  const lastMs = memory.atMs === undefined ? undefined : Math.min(memory.atMs, nowMs);
  const distributionChanged = memory.distribution !== undefined && memory.distribution !== state.settings.distribution;
  const warnings: string[] = [];
  const sources = readSources(state, memory);
  const subjects = state.chargers.map((charger) => study(charger, state, memory, nowMs, distributionChanged));

  const own = ownDraw(subjects, state, nowMs);
  const echo = echoOf(memory.draws, memory.lag, own, nowMs);
  const meter = readMeter(state, memory.meter, echo, nowMs, lastMs);
  const supplyA =
    meter.importNowA === undefined ? undefined : meter.importNowA + (sources.batteryW ?? 0) / config.voltageV;
  const sample = { atMs: nowMs, leastA: own.leastA, mostA: own.mostA };
  const keepFromMs = neededFrom(memory.lag, nowMs);
  const history = remember(memory.draws, memory.step, sample, own.expectedA, supplyA, keepFromMs);
  const commanded = subjects.some(({ memory: { sentAtMs } }) => sentAtMs !== undefined && sentAtMs === memory.atMs);
  const lag = followLag(memory.lag, nowMs, own.expectedA, supplyA, commanded);

  const drawOf = (id: string): Subject["drawA"] =>
    subjects.find((subject) => subject.charger.config.id === id)?.drawA ?? [0, 0, 0];
  const circuits = circuitTree(state, drawOf, warnings);
  const stale = meter.staleSinceMs !== undefined || meter.initializing;
  const loads = subjects.map((subject) => (stale ? staleLoad(subject) : subject.load));
  const over = overloaded(state, meter, sources);
  const doubt =
    meter.meterless || stale ? NO_DOUBT : doubtOf(memory.lag, meter, own, history, over, memory.meter, supplyA, nowMs);

  const reserves = reservations(subjects, meter);
  const scene: Scene = { state, meter, sources, ownA: own.measuredA, loads, circuits, reserves, stale };
  const upper = evaluate(scene, doubt.generous, doubt.generousSun);
  const lower = doubt.any ? evaluate(scene, doubt.cautious) : upper;
  const plain = doubt.any ? evaluate(scene, NO_DOUBT.cautious) : upper;
  // A user who asks for current need not wait until doubt is over: what is there even if ours drew the least counts.
  const hurried = doubt.any && subjects.some((subject) => subject.wished);
  const sure = hurried ? evaluate(scene, doubt.sure) : undefined;
  const settled = settleShares(subjects, upper.result, lower.result, doubt.any);
  const shares = sure === undefined ? settled : hurryShares(subjects, settled, upper.result, sure.result);

  // Chargers that must be cut for breaker, cap or circuit go first: nobody is raised in the same breath.
  const physical = physicalRoom(subjects, shares, upper, circuits);
  const cutting = subjects.some(
    (subject, index) => (subject.memory.sentA ?? 0) > (physical[index] ?? 0) + EPS && loads[index]?.active === true,
  );
  const dtS = lastMs === undefined ? config.tickS : (nowMs - lastMs) / 1000;

  const totalA = sharesTotal(loads, plain.result.shares);
  const chargers: Record<string, ChargerMemory> = {};
  const allocations: Allocation[] = [];
  const notices: PlanNotice[] = [];
  let lowered = false;
  for (const [index, subject] of subjects.entries()) {
    const { charger } = subject;
    const load = loads[index] ?? subject.load;
    const shareA = shares[index] ?? 0;
    const switching = switchPhases(subject, state, upper, shareA, nowMs);
    const input: PipelineInput = {
      nowMs,
      dtS: Math.max(0, dtS),
      tickS: config.tickS,
      config: charger.config,
      pace: charger.pace,
      mode: stale && subject.load.mode !== "off" ? "standard" : subject.load.mode,
      changed: subject.changed,
      wished: subject.wished,
      shareA,
      minA: load.minA,
      maxA: load.maxA,
      physicalA: physical[index] ?? 0,
      holdRaises: cutting,
      forceZero: switching.hold,
    };
    const before: ChargerMemory = { ...subject.memory, phase: switching.memory };
    const availableA = availableOf(subject, index, shareA, upper.result);
    const piped = send(subject, load, before, input, availableA, stale);
    const watched = watch(before.watch, charger, piped.memory.sentA, piped.memory.sentAtMs, load.active, nowMs);
    if (piped.limitA < (subject.memory.sentA ?? 0) - EPS) lowered = true;
    if (piped.overBudget && charger.config.limitWritesPerDay !== undefined)
      notices.push(budgetNotice(charger, charger.config.limitWritesPerDay));
    const why = explain({
      subject,
      load,
      shareA,
      piped,
      seen: plain,
      index,
      totalA,
      circuits,
      meter,
      switching: switching.hold,
      ignored: watched.ignored,
      startsByMs: piped.raiseAtMs ?? history.untilMs,
    });
    allocations.push({
      charger: charger.config.id,
      limitA: piped.limitA,
      allocatedA: shareA,
      availableA,
      phases: switching.phases,
      hold: subject.standing.kind === "stopped" ? subject.standing.hold : undefined,
      urgent: piped.urgent,
      keep: piped.keep,
      reason: why.reason,
      runnerUp: why.runnerUp,
      remedy: watched.remedy,
    });
    // The share is kept as what has been granted, so doubt can hold it.
    chargers[charger.config.id] = {
      ...piped.memory,
      mode: charger.settings.mode,
      allocatedA: shareA,
      held: subject.standing.kind === "stopped" && subject.standing.hold === "user",
      wishedAtMs: (piped.memory.sentA ?? 0) > 0 ? undefined : subject.memory.wishedAtMs,
      watch: watched.memory,
      phase: switching.memory,
    };
  }

  const detected = checkWiring(state, memory, subjects, chargers, meter, own.measuredA, nowMs);
  notices.push(...detected.notices);
  const ownUnknown = subjects.some((subject) => subject.lines === undefined && subject.standing.kind === "active");
  warnings.push(...siteWarnings(state, meter));
  return {
    plan: {
      atMs: nowMs,
      allocations,
      site: picture({
        state,
        meter,
        sources,
        ownA: own.measuredA,
        ownUnknown,
        circuits: circuitUse(state, circuits, drawOf),
        warnings,
      }),
      notices,
    },
    memory: {
      version: 1,
      atMs: nowMs,
      distribution: state.settings.distribution,
      meter: {
        ...meter.memory,
        loweredAtMs: lowered ? nowMs : memory.meter.loweredAtMs,
      },
      ...sources.kept,
      excessRunning: subjects.some((subject, index) => subject.load.mode === "excess" && (shares[index] ?? 0) > 0),
      draws: history.draws,
      step: history.step,
      lag,
      inversion: detected.inversion,
      chargers,
    },
  };
}

function send(
  subject: Subject,
  load: EngineLoad,
  memory: ChargerMemory,
  input: PipelineInput,
  availableA: number,
  stale: boolean,
): PipelineResult {
  if (subject.standing.kind === "active" && (load.active || !stale)) return pipe(memory, input);
  if (subject.standing.kind === "stopped" || stale) return tell(memory, input, 0);
  // No car: it is told its minimum while that is there, so a car that comes starts small and inside the limits.
  return tell(memory, input, availableA > 0 && subject.standing.kind === "idle" ? load.minA : 0);
}

function budgetNotice(charger: ChargerState, budget: number): PlanNotice {
  return {
    id: `limit_writes:${charger.config.id}`,
    title: `${charger.config.name}: many limit changes today`,
    message: `${budget} limits have been written within a day, as many as configured (limit_writes_per_day). Until older ones are a day old, only reductions are sent.`,
  };
}

function siteWarnings(state: SiteState, meter: MeterView): string[] {
  const out: string[] = [];
  const missing = PHASES.slice(0, state.config.phases).filter((phase) => !state.config.meteredPhases.includes(phase));
  if (!meter.meterless && missing.length > 0)
    out.push(
      `No meter on phase ${missing.map((phase) => `L${PHASES.indexOf(phase) + 1}`).join(", ")}: what the house draws there is not seen.`,
    );
  return out;
}
