/**
 * The planner's door: from the whole truth at one instant to what every charger is told, and why. Pure; time and memory are
 * arguments. The stages: draw, meter, sources, loads, engine, pipeline, reasons (docs/planner.md). Longer than other files
 * because it is the one place where the order of the stages can be read.
 */
import { observedA, shownStatus } from "../../shared/charger.ts";
import type { Allocation, Plan, PlanNotice } from "../../shared/plan.ts";
import type { Reason } from "../../shared/reasons.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";
import { circuitTree, circuitUse } from "./circuits.ts";
import { available, count, deduct, type Mask } from "./constraints.ts";
import { followInversion, followMapping, swapped } from "./detection.ts";
import { remember, type OwnStep } from "./draw-history.ts";
import {
  PLUG_SAMPLES,
  boundsOf,
  modeInForce,
  standingOf,
  vehicleSoc,
  type Bounds,
  type Standing,
} from "./eligibility.ts";
import { allocate } from "./engine.ts";
import { freshCharger, type ChargerMemory, type PlannerMemory } from "./memory.ts";
import { readMeter, type MeterView } from "./meter.ts";
import { followPhases } from "./phase-switch.ts";
import { picture } from "./picture.ts";
import { pipe, tell, type PipelineInput, type PipelineResult } from "./pipeline.ts";
import type { EngineCircuit, EngineLoad, EngineResult, EngineSite } from "./problem.ts";
import { because, sharesBeside, sharesTotal } from "./reasons.ts";
import { readSources, type Sources } from "./sources.ts";
import { watch } from "./watchdog.ts";
import {
  PHASES,
  addLines,
  addMask,
  followLines,
  hardwareLines,
  lineCurrents,
  maskOf,
  phaseMapOf,
  siteMask,
} from "./wiring.ts";

type Triple = [number, number, number];

/** One charger on its way through the stages. */
interface Subject {
  readonly charger: ChargerState;
  readonly memory: ChargerMemory;
  readonly standing: Standing;
  readonly bounds: Bounds;
  readonly mask: Mask;
  readonly load: EngineLoad;
  readonly lines: readonly [number, number, number] | undefined;
  /** Measured draw per site phase, and the least and most it may be. */
  readonly drawA: Triple;
  readonly socPct: number | undefined;
  readonly changed: boolean;
  /** The user asked for current a moment ago and it has had none yet. */
  readonly wished: boolean;
}

/** A car follows a raised limit within this time, ms; until then its draw may already be higher than told. */
const FOLLOW_MS = 20_000;
/** A wish that could not be met within this time is no longer hurried, ms. */
const WISH_MS = 60_000;
/** Until a lowered limit shows at meter and box, ms. */
const REACTION_MS = 8_000;
const PLUG_STANDBY_W = 10;
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

  const own: Triple = [0, 0, 0];
  const least: Triple = [0, 0, 0];
  const most: Triple = [0, 0, 0];
  let expected = 0;
  for (const subject of subjects) {
    const range = drawRange(subject, state, nowMs);
    for (const phase of [0, 1, 2] as const) {
      own[phase] += subject.drawA[phase];
      least[phase] += range.least[phase];
      most[phase] += range.most[phase];
    }
    expected += range.expected;
  }
  const meter = readMeter(state, memory.meter, own, nowMs, lastMs);
  const supplyA =
    meter.importNowA === undefined ? undefined : meter.importNowA + (sources.batteryW ?? 0) / config.voltageV;
  const history = remember(memory.draws, memory.step, { atMs: nowMs, leastA: least, mostA: most }, expected, supplyA);

  const drawOf = (id: string): Triple =>
    subjects.find((subject) => subject.charger.config.id === id)?.drawA ?? [0, 0, 0];
  const circuits = circuitTree(state, drawOf, warnings);
  const reserves = reservations(subjects, meter);
  const stale = meter.staleSinceMs !== undefined || meter.initializing;
  const loads = subjects.map((subject) => (stale ? staleLoad(subject) : subject.load));
  const over = overloaded(state, meter, sources);
  const loweredAtMs = memory.meter.loweredAtMs;
  const reacting = loweredAtMs !== undefined && nowMs - loweredAtMs < REACTION_MS;
  const doubt = meter.meterless || stale ? ([0, 0, 0] as const) : history.doubtA;
  const doubtful = doubt.some((value) => value > 0);

  const lagging = cutUnseen(history.step, expected, own, supplyA);

  // Against an overload counts what the loads draw at least, once a cut had time to show.
  const shift: Triple = [0, 0, 0];
  for (const phase of [0, 1, 2] as const) {
    if (over.phases[phase] && lagging) shift[phase] = -doubt[phase];
    else if (over.phases[phase]) shift[phase] = reacting ? 0 : own[phase] - least[phase];
    else shift[phase] = -doubt[phase];
  }
  const upper = evaluate(
    state,
    meter,
    sources,
    own,
    shift,
    [-doubt[0], -doubt[1], -doubt[2]],
    loads,
    circuits,
    reserves,
    stale,
  );
  const lower = doubtful ? evaluate(state, meter, sources, own, doubt, doubt, loads, circuits, reserves, stale) : upper;
  const plain = doubtful
    ? evaluate(state, meter, sources, own, [0, 0, 0], [0, 0, 0], loads, circuits, reserves, stale)
    : upper;
  // A user who asks for current need not wait until doubt is over: what is there even if ours drew the least counts.
  const hurried = doubtful && subjects.some((subject) => subject.wished);
  const back = triple((phase) => Math.max(0, own[phase] - history.leastA[phase]));
  const sure = hurried ? evaluate(state, meter, sources, own, back, back, loads, circuits, reserves, stale) : undefined;
  const settled = settleShares(subjects, upper.result, lower.result, doubtful);
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
      state,
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

  const detected = detect(state, memory, subjects, chargers, meter, own, nowMs);
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
        ownA: own,
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
        overSinceMs: over.any ? (memory.meter.overSinceMs ?? nowMs) : undefined,
        loweredAtMs: lowered ? nowMs : loweredAtMs,
      },
      ...sources.kept,
      excessRunning: subjects.some((subject, index) => subject.load.mode === "excess" && (shares[index] ?? 0) > 0),
      draws: history.draws,
      step: history.step,
      inversion: detected.inversion,
      chargers,
    },
  };
}

/** Reads one charger: draw, wiring, standing, bounds, and the load it is to the engine. */
function study(
  charger: ChargerState,
  state: SiteState,
  all: PlannerMemory,
  nowMs: number,
  distributionChanged: boolean,
): Subject {
  const { config, snapshot, settings } = charger;
  const known = all.chargers[config.id];
  const observed = observedA(snapshot) ?? 0;
  let memory = known ?? freshCharger(settings.mode, observed > 1 || (snapshot.powerW ?? 0) > 100, nowMs);
  // Out of reach a box falls to its fail-safe current: nothing sent before counts any more.
  if (snapshot.link === "down") memory = { ...memory, sentA: undefined, sentAtMs: undefined };
  const connected = snapshot.carConnected !== false && snapshot.link === "up" && shownStatus(snapshot) !== "available";
  const lines = lineCurrents(charger, state.config, memory);
  const measured =
    snapshot.currentA.l1 !== undefined && snapshot.currentA.l2 !== undefined && snapshot.currentA.l3 !== undefined;
  const plugW =
    config.kind === "plug" && (snapshot.powerW ?? 0) > PLUG_STANDBY_W
      ? [...memory.plugW, snapshot.powerW ?? 0].slice(-PLUG_SAMPLES)
      : memory.plugW;
  const soc = vehicleSoc(charger, state.readings.more?.[`vehicle:${config.id}:soc`], memory);
  const total = lines === undefined ? 0 : lines[0] + lines[1] + lines[2];
  const sleeping = snapshot.status === "suspended_ev" && total < 1;
  memory = {
    ...memory,
    ...followLines(memory, lines, measured, connected, memory.sentA, config.minA),
    plugW,
    socAnchor: soc.anchor,
    sleepingSinceMs: sleeping ? (memory.sleepingSinceMs ?? nowMs) : undefined,
  };
  const standing = standingOf(charger, memory, total, soc.socPct, nowMs);
  const heldNow = standing.kind === "stopped" && standing.hold === "user";
  const asked = !heldNow && known !== undefined && (known.held || known.mode !== settings.mode);
  const wishedAtMs = asked ? nowMs : memory.wishedAtMs;
  memory = { ...memory, wishedAtMs: heldNow ? undefined : wishedAtMs };
  const mask = maskOf(charger, state.config, memory);
  const bounds = boundsOf(
    charger,
    state.config,
    memory,
    config.kind === "plug" ? count(mask) : hardwareLines(charger, state.config, memory),
  );
  const mode = modeInForce(charger, soc.socPct);
  const drawA: Triple = [0, 0, 0];
  if (lines !== undefined) addLines(drawA, lines, phaseMapOf(charger, memory), state.config);
  else if (standing.kind === "active" && (memory.sentA ?? 0) > 0 && drawsUnseen(charger))
    addMask(drawA, memory.sentA ?? 0, mask);
  return {
    charger,
    memory,
    standing,
    bounds,
    mask,
    lines,
    drawA,
    socPct: soc.socPct,
    changed: known !== undefined && (asked || known.mode !== settings.mode || distributionChanged),
    wished:
      standing.kind === "active" &&
      wishedAtMs !== undefined &&
      nowMs - wishedAtMs < WISH_MS &&
      (memory.sentA ?? 0) <= 0,
    load: {
      id: config.id,
      minA: bounds.minA,
      maxA: bounds.maxA,
      mask,
      priority: config.priority,
      mode,
      active: standing.kind === "active",
    },
  };
}

/** A charger that reports no current at all is taken to draw its limit while it says that it charges. */
function drawsUnseen(charger: ChargerState): boolean {
  return charger.snapshot.status === "charging" || charger.config.kind === "plug";
}

/** Between what a load reports and what it was told lies what it may draw while a change is on its way. */
function drawRange(
  subject: Subject,
  state: SiteState,
  nowMs: number,
): { least: Triple; most: Triple; expected: number } {
  const { memory, drawA, mask, standing } = subject;
  const sum = drawA[0] + drawA[1] + drawA[2];
  if (standing.kind === "lost" || memory.sentA === undefined) return { least: drawA, most: drawA, expected: sum };
  const told: Triple = [0, 0, 0];
  addMask(told, memory.sentA, mask);
  const fresh = memory.sentAtMs !== undefined && nowMs - memory.sentAtMs < FOLLOW_MS && !state.config.offGrid;
  const wants = standing.kind === "active";
  const range = (pick: (a: number, b: number) => number): Triple => [
    pick(drawA[0], told[0]),
    pick(drawA[1], told[1]),
    pick(drawA[2], told[2]),
  ];
  const least = range((reported, limit) => Math.min(reported, limit));
  const most = fresh && wants ? range((reported, limit) => Math.max(reported, limit)) : drawA;
  const target = fresh && wants ? told : drawA;
  return {
    least,
    most,
    expected: Math.min(target[0], most[0]) + Math.min(target[1], most[1]) + Math.min(target[2], most[2]),
  };
}

/** Stale meter: what charges goes to its minimum, everything else rests; modes and sun say nothing. */
function staleLoad(subject: Subject): EngineLoad {
  const charging =
    subject.charger.snapshot.status === "charging" || subject.charger.config.kind === "plug" || subject.memory.on;
  return {
    ...subject.load,
    mode: subject.load.mode === "off" ? "off" : "standard",
    maxA: Math.min(subject.load.maxA, subject.load.minA),
    active: subject.load.active && charging,
  };
}

/** Current held back for chargers that are out of reach and may be charging, A per site phase. */
function reservations(subjects: readonly Subject[], meter: MeterView): Triple {
  const out: Triple = [0, 0, 0];
  for (const { standing, charger, mask, memory } of subjects) {
    if (standing.kind !== "lost" || !standing.mayDraw) continue;
    const { config, snapshot } = charger;
    const blind = meter.meterless || meter.staleSinceMs !== undefined;
    // Without a meter to see it, a box that was never seen to fall back by itself may still run at its last limit.
    const last = blind && snapshot.failSafe !== "proven" ? (memory.sentA ?? snapshot.wantedA ?? 0) : 0;
    addMask(out, Math.max(config.failSafeA, last), mask);
  }
  return out;
}

function overloaded(
  state: SiteState,
  meter: MeterView,
  sources: Sources,
): { phases: readonly [boolean, boolean, boolean]; any: boolean } {
  const raw = meter.rawA;
  const { config } = state;
  const imported = raw.reduce<number>(
    (sum, current) => sum + (config.netMeteringAcrossPhases ? (current ?? 0) : Math.max(0, current ?? 0)),
    0,
  );
  const cap = sources.maxImportW !== undefined && imported * config.voltageV > sources.maxImportW;
  const one = (place: 0 | 1 | 2): boolean => cap || (raw[place] ?? 0) > config.breakerA;
  const phases = [one(0), one(1), one(2)] as const;
  return { phases, any: phases.some(Boolean) };
}

/**
 * The loads have been cut and say so, yet the meter shows exactly what it showed before: it lags, and cutting once more for
 * the same overload would help nobody. Any rise at the meter ends this.
 */
function cutUnseen(step: OwnStep | undefined, expected: number, own: Triple, supplyA: number | undefined): boolean {
  if (step === undefined || step.confirmedAtMs !== undefined || supplyA === undefined) return false;
  return expected < step.drawA - 1 && own[0] + own[1] + own[2] <= expected + 1 && supplyA <= step.supplyA + 1;
}

interface Evaluation {
  readonly site: EngineSite;
  readonly result: EngineResult;
}

/** One run of the engine with the meter's current moved by `shift` (breaker, cap) and `surplusShift` (sun). */
function evaluate(
  state: SiteState,
  meter: MeterView,
  sources: Sources,
  ownA: Triple,
  shift: readonly [number, number, number],
  surplusShift: readonly [number, number, number],
  loads: readonly EngineLoad[],
  circuits: readonly EngineCircuit[],
  reserves: Triple,
  stale: boolean,
): Evaluation {
  const { config, settings } = state;
  const present = siteMask(config);
  const metered = !meter.meterless;
  // Off the grid nothing is metered at the connection: what the battery gives or takes stands for it.
  const net = (place: 0 | 1 | 2, base: number, move: number): number => {
    if (config.offGrid) return -ownA[place] + reserves[place];
    return (metered ? base + move : 0) + reserves[place];
  };
  const split = (value: (place: 0 | 1 | 2) => number): Pick<EngineSite, "consumptionA" | "exportA"> => {
    const each = (place: 0 | 1 | 2, sign: 1 | -1): number | null =>
      (present & (1 << place)) === 0 ? null : Math.max(0, sign * value(place));
    return { consumptionA: [each(0, 1), each(1, 1), each(2, 1)], exportA: [each(0, -1), each(1, -1), each(2, -1)] };
  };
  const physical = split((place) => net(place, meter.worstA[place], shift[place]));
  const surplusA = split((place) => net(place, meter.smoothA[place], surplusShift[place]));
  const exportW = surplusA.exportA.reduce<number>((sum, value) => sum + (value ?? 0), 0) * config.voltageV;
  const batteryW = sources.batteryW ?? null;
  const charging = batteryW !== null && batteryW < 0 ? -batteryW : 0;
  const measured = config.hasSolar ? sources.solarW : undefined;
  const known = measured !== undefined && measured > 0;
  const site: EngineSite = {
    voltageV: config.voltageV,
    breakerA: config.breakerA,
    ...physical,
    surplusA,
    importNowA: stale ? Infinity : config.offGrid ? 0 : meter.importNowA,
    solarW: measured ?? exportW + charging,
    solarIsDerived: measured === undefined,
    householdW: known ? Math.max(0, measured + (batteryW ?? 0) - exportW) : null,
    householdA: config.hasInverterSensors && config.topology === "series" ? houseInSeries(sources, meter, ownA) : null,
    inverterA: config.hasInverterSensors && config.topology === "parallel" ? outputs(sources) : null,
    socPct: sources.socPct ?? null,
    socTargetPct: sources.socPct === undefined ? null : sources.socTargetPct,
    socMinPct: sources.socPct === undefined ? null : sources.socMinPct,
    batteryW,
    maxChargeW: config.batteryMaxChargeW,
    maxDischargeW: config.batteryMaxDischargeW,
    maxImportW: sources.maxImportW ?? null,
    netMeteringAcrossPhases: config.netMeteringAcrossPhases,
    inverterMaxW: config.inverterMaxW,
    inverterMaxPerPhaseW: config.inverterMaxPerPhaseW,
    inverterAsymmetric: config.inverterAsymmetric,
    allowGridCharging: settings.allowGridCharging || (stale && sources.socPct === undefined),
    offGrid: config.offGrid,
    meterless: meter.meterless && !config.offGrid,
    excessThresholdW: sources.excessThresholdW,
    distribution: settings.distribution,
  };
  return { site, result: allocate(site, loads, circuits) };
}

/** In series the inverter feeds house and chargers: what is not ours is the house. */
function houseInSeries(sources: Sources, meter: MeterView, ownA: Triple): Triple {
  return triple((place) => Math.max(0, (sources.inverterA[place] ?? meter.smoothA[place] + ownA[place]) - ownA[place]));
}

function outputs(sources: Sources): Triple {
  return triple((place) => sources.inverterA[place] ?? 0);
}

/**
 * What each charger is granted. Without doubt that is the engine's answer. With doubt nobody is raised above the cautious
 * answer nor lowered under the generous one; while anybody is held above the cautious answer, nobody else is raised.
 */
function settleShares(
  subjects: readonly Subject[],
  upper: EngineResult,
  lower: EngineResult,
  doubtful: boolean,
): number[] {
  const most = upper.shares.map((share) => share.allocatedA);
  if (!doubtful) return most;
  const held = subjects.map((subject, index) => {
    const before = subject.changed ? 0 : subject.memory.allocatedA;
    const cautious = lower.shares[index]?.allocatedA ?? 0;
    return Math.min(most[index] ?? 0, Math.max(cautious, subject.load.active ? before : 0));
  });
  const strained = held.some((value, index) => value > (lower.shares[index]?.allocatedA ?? 0) + EPS);
  return held.map((value, index) => {
    const subject = subjects[index];
    const granted =
      strained && subject !== undefined && !subject.changed
        ? Math.min(value, Math.max(subject.memory.allocatedA, 0))
        : value;
    return granted < (subject?.bounds.minA ?? 0) - EPS ? 0 : granted;
  });
}

/**
 * Shares while a user waits for current: those who asked have what is surely there, and nobody else keeps more than fits
 * beside it. Where that would stop another charger, the doubt is sat out.
 */
function hurryShares(
  subjects: readonly Subject[],
  settled: readonly number[],
  upper: EngineResult,
  sure: EngineResult,
): readonly number[] {
  const hurried = subjects.map((subject, index) => {
    const share = sure.shares[index]?.allocatedA ?? 0;
    return Math.min(share, subject.wished ? (upper.shares[index]?.allocatedA ?? 0) : (settled[index] ?? 0));
  });
  const gains = subjects.some(
    (subject, index) => subject.wished && (hurried[index] ?? 0) > (settled[index] ?? 0) + EPS,
  );
  const stops = subjects.some((_, index) => (hurried[index] ?? 0) <= 0 && (settled[index] ?? 0) > 0);
  return gains && !stops ? hurried : settled;
}

/**
 * Current per phase that breaker, cap and circuits hold for each charger: its share, and beyond it what it still has from
 * before (it may come down slowly) or needs to stay on. What one is left is not left to another.
 */
function physicalRoom(
  subjects: readonly Subject[],
  shares: readonly number[],
  { result }: Evaluation,
  circuits: readonly EngineCircuit[],
): number[] {
  const site = result.left.physical.slice();
  const nodes = new Map([...result.left.circuits].map(([id, pool]) => [id, pool.slice()]));
  return subjects.map((subject, index) => {
    const { memory, load } = subject;
    const shareA = shares[index] ?? 0;
    if (!load.active) return shareA;
    const limits = [site];
    for (const circuit of circuits)
      if (circuit.members.includes(load.id))
        for (const id of [circuit.id, ...circuit.ancestors]) {
          const pool = nodes.get(id);
          if (pool !== undefined && !limits.includes(pool)) limits.push(pool);
        }
    // Where doubt granted less than the engine's answer, the difference is free as well.
    const base = Math.max(shareA, result.shares[index]?.allocatedA ?? 0);
    const need = Math.max(memory.sentA ?? 0, memory.outputA, memory.on ? load.minA : 0) - base;
    const extra = Math.max(0, Math.min(need, ...limits.map((pool) => available(pool, subject.mask))));
    if (extra > 0) for (const pool of limits) deduct(pool, extra, subject.mask);
    return base + extra;
  });
}

function availableOf(subject: Subject, index: number, shareA: number, result: EngineResult): number {
  if (subject.standing.kind === "active") return shareA;
  if (subject.standing.kind === "stopped") return 0;
  return result.shares[index]?.availableA ?? 0;
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

function switchPhases(
  subject: Subject,
  state: SiteState,
  { result }: Evaluation,
  shareA: number,
  nowMs: number,
): { memory: ChargerMemory["phase"]; hold: boolean; phases: 1 | 3 | undefined } {
  const { charger, memory, load, standing } = subject;
  const offered =
    charger.config.phaseSwitching === "auto" &&
    charger.canSwitchPhases &&
    state.config.phases === 3 &&
    (charger.config.phases ?? charger.snapshot.facts.phases ?? 3) === 3 &&
    standing.kind === "active";
  const { left } = result;
  const first: Mask = 1 << Math.max(0, PHASES.indexOf(phaseMapOf(charger, memory)[0]));
  const sunny = load.mode === "solar" || load.mode === "eco" || load.mode === "excess";
  const source = load.mode === "excess" ? left.excess : left.solar;
  const own = shareA * count(load.mask);
  const reach = (mask: Mask): number => {
    const ownThere = (load.mask & mask) === mask ? shareA : own / 3;
    const physical = available(left.physical, mask) + ownThere;
    return sunny ? Math.min(physical, available(source, mask) + (mask === 7 ? own / 3 : shareA)) : physical;
  };
  const followed = followPhases(memory.phase, {
    nowMs,
    offered,
    charging: memory.on && subject.drawA.some((current) => current > 1),
    drawA: subject.drawA[0] + subject.drawA[1] + subject.drawA[2],
    minA: load.minA,
    maxA: load.maxA,
    threeA: reach(7),
    oneA: reach(first),
    totalA: (left.solar[7] ?? 0) + own,
    enableDelayS: charger.config.enableDelayS,
    disableDelayS: charger.config.solarGraceS,
  });
  return { ...followed, phases: offered ? followed.memory.phases : undefined };
}

interface ExplainInput {
  readonly subject: Subject;
  readonly load: EngineLoad;
  readonly state: SiteState;
  readonly shareA: number;
  readonly piped: PipelineResult;
  /** The engine's answer to what the sensors say, doubt aside. */
  readonly seen: Evaluation;
  readonly index: number;
  /** Shares of all loads on each site phase, A. */
  readonly totalA: readonly [number, number, number];
  readonly circuits: readonly EngineCircuit[];
  readonly meter: MeterView;
  readonly switching: boolean;
  readonly ignored: { readonly wantedA: number; readonly observedA: number } | undefined;
  /** When a start that nothing forbids comes at the latest, ms. */
  readonly startsByMs: number;
}

/** States of the box come first, then timers, then the limits. */
function explain(input: ExplainInput): { reason: Reason; runnerUp: Reason | undefined } {
  const { subject, load, piped, seen, meter } = input;
  const { standing, charger } = subject;
  if (standing.kind !== "active") return { reason: standing.reason, runnerUp: undefined };
  const limits = because({
    charger,
    mode: load.mode,
    mask: subject.mask,
    bounds: subject.bounds,
    site: seen.site,
    left: seen.result.left,
    circuits: input.circuits,
    shareA: seen.result.shares[input.index]?.allocatedA ?? input.shareA,
    limitA: piped.limitA,
    othersA: sharesBeside(input.totalA, load, seen.result.shares[input.index]?.allocatedA ?? 0),
  });
  const over = (reason: Reason): { reason: Reason; runnerUp: Reason | undefined } => ({
    reason,
    runnerUp: limits.reason,
  });
  if (input.ignored !== undefined) return over({ code: "limit_ignored", ...input.ignored });
  const told = charger.snapshot.statusReason;
  const status = charger.snapshot.status;
  if (told !== undefined && BOX_REASONS.has(told.code)) return over(told);
  if (input.switching) return over({ code: "phase_switch", to: subject.memory.phase.phases === 1 ? 3 : 1 });
  if (meter.staleSinceMs !== undefined) return over({ code: "meter_stale", sinceMs: meter.staleSinceMs });
  if (piped.timer !== undefined) return over(piped.timer);
  if (piped.limitA > 0 && status === "suspended_ev") return over(told ?? { code: "ev_not_ready" });
  // At 0 A although the sensors show room: only interval or doubt keep it from starting.
  if (piped.limitA <= 0 && (seen.result.shares[input.index]?.allocatedA ?? 0) > 0)
    return over({ code: "start_delay", untilMs: input.startsByMs });
  return limits;
}

function triple(value: (phase: 0 | 1 | 2) => number): Triple {
  return [value(0), value(1), value(2)];
}

/** What only the box knows outranks what the planner decided. */
const BOX_REASONS: ReadonlySet<Reason["code"]> = new Set<Reason["code"]>([
  "authorization",
  "ev_not_ready",
  "ev_full",
  "replug_required",
  "rebooting",
  "firmware",
  "fault",
  "external_limit",
]);

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

function detect(
  state: SiteState,
  memory: PlannerMemory,
  subjects: readonly Subject[],
  chargers: Record<string, ChargerMemory>,
  meter: MeterView,
  own: Triple,
  nowMs: number,
): { inversion: PlannerMemory["inversion"]; notices: PlanNotice[] } {
  const notices: PlanNotice[] = [];
  const tick = memory.atMs === undefined || nowMs - memory.atMs >= (state.config.tickS * 1000) / 2;
  const present = PHASES.slice(0, state.config.phases);
  const [a, b, c] = meter.rawA;
  const gridKnown = present.every((_, place) => meter.rawA[place] !== undefined) && !meter.meterless;
  const total = gridKnown ? (a ?? 0) + (b ?? 0) + (c ?? 0) : undefined;
  const inversion = tick
    ? followInversion(memory.inversion, own[0] + own[1] + own[2], total)
    : { memory: memory.inversion, inverted: memory.inversion.told };
  if (inversion.inverted)
    notices.push({
      id: "grid_inverted",
      title: "Grid meter: sign looks turned round",
      message:
        "The meter falls when charging rises. Check the direction of the current clamps, or set `invert: true` at the grid sensors.",
    });
  if (!tick || !gridKnown || state.config.phases !== 3 || state.config.detectPhaseMapping === false)
    return { inversion: inversion.memory, notices };
  const gridA = [a ?? 0, b ?? 0, c ?? 0] as const;
  const moved = subjects.filter((subject) => {
    const before = subject.memory.mapping.totalA;
    const now = subject.lines === undefined ? 0 : subject.lines[0] + subject.lines[1] + subject.lines[2];
    return before !== undefined && Math.abs(now - before) >= 0.5;
  });
  for (const subject of subjects) {
    const { charger, lines } = subject;
    const id = charger.config.id;
    const entry = chargers[id];
    if (lines === undefined || entry === undefined || charger.config.kind === "plug") continue;
    const status = charger.snapshot.status;
    const eligible = status === "charging" || status === "suspended_ev" || status === "suspended_evse";
    const map = phaseMapOf(charger, subject.memory);
    const hardware = charger.config.phases ?? charger.snapshot.facts.phases ?? state.config.phases;
    const alone = moved.every((other) => other === subject);
    const result = followMapping(entry.mapping, lines, gridA, map, hardware, eligible, alone);
    let next: ChargerMemory = { ...entry, mapping: result.scores };
    if (result.mismatch !== undefined) {
      const { line, phase, sure } = result.mismatch;
      const apply = sure && state.config.detectPhaseMapping === "apply";
      notices.push({
        id: `phase_map:${id}`,
        title: `${charger.config.name}: wired to other phases than configured`,
        message: `Line L${line + 1} moves with site phase L${PHASES.indexOf(phase) + 1}.${apply ? " The bridge works with that until it restarts; correct" : " Check"} \`phase_map\` of this charger.`,
      });
      if (apply)
        next = { ...next, remap: swapped(map, line, phase), mapping: freshCharger(entry.mode, false, nowMs).mapping };
    }
    chargers[id] = next;
  }
  return { inversion: inversion.memory, notices };
}
