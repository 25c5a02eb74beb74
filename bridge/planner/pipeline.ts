/**
 * From a charger's share to what it is told now: smoothing, delays, pauses and the least time between commands, in a fixed
 * order. A decrease that breaker, cap or circuit demands passes all of them at once. Source: docs/planner.md, "Pipeline".
 */
import type { ChargeMode } from "../../shared/modes.ts";
import type { ChargerConfig, Pace } from "../../shared/site.ts";
import type { ChargerMemory } from "./memory.ts";
import { toStep } from "./eligibility.ts";

export interface PipelineInput {
  readonly nowMs: number;
  /** Since the last evaluation, s. */
  readonly dtS: number;
  readonly tickS: number;
  readonly config: ChargerConfig;
  readonly pace: Pace;
  readonly mode: ChargeMode;
  /** The user changed mode or distribution since the last evaluation. */
  readonly changed: boolean;
  /** The user asked for current a moment ago and has had none yet. */
  readonly wished: boolean;
  readonly shareA: number;
  readonly minA: number;
  readonly maxA: number;
  /** What breaker, cap and circuits hold for this charger, its own share included, A per phase. */
  readonly physicalA: number;
  /** Another charger is being cut for safety now: nobody is raised in the same breath. */
  readonly holdRaises: boolean;
  readonly forceZero: boolean;
}

export interface PipelineResult {
  readonly memory: ChargerMemory;
  readonly limitA: number;
  readonly urgent: boolean;
  readonly keep: boolean;
  /** What holds it, if a timer does. */
  readonly timer:
    { readonly code: "start_delay" | "grace" | "pause_timer" | "cooldown"; readonly untilMs: number } | undefined;
  readonly overBudget: boolean;
  /** A raise is held back until then, ms; undefined = none is. */
  readonly raiseAtMs: number | undefined;
}

const EMA_ALPHA = 0.3;
const DEAD_BAND_A = 0.3;
const RAMP_UP_A_PER_S = 0.1;
const RAMP_DOWN_A_PER_S = 0.2;
const DAY_MS = 86_400_000;
const EPS = 1e-6;

export function pipe(memory: ChargerMemory, input: PipelineInput): PipelineResult {
  const { nowMs, config, minA, physicalA } = input;
  const sunny = input.mode === "solar" || input.mode === "excess";
  let state: ChargerMemory = input.changed
    ? { ...memory, mode: input.mode, graceSinceMs: undefined, pauseSinceMs: undefined, readySinceMs: undefined }
    : { ...memory, mode: input.mode };
  let timer: PipelineResult["timer"];
  const physicalHolds = physicalA >= minA - EPS;

  // 2. Smoothing, unless breaker, cap or circuit ask for less.
  let { outputA, smoothA } = smooth(state, input);
  if (outputA > physicalA + EPS) {
    outputA = input.shareA;
    smoothA = input.shareA;
  }
  state = { ...state, outputA, smoothA };
  let wantedA = outputA < minA - EPS ? 0 : outputA;

  // Enable delay and least time off: the sun must have been enough for a while before a start.
  if (wantedA > 0 && !state.on) {
    const readySinceMs = state.readySinceMs ?? nowMs;
    state = { ...state, readySinceMs };
    const waits: NonNullable<PipelineResult["timer"]>[] = [];
    if (sunny && !input.changed && !input.wished) {
      waits.push({ code: "start_delay", untilMs: readySinceMs + config.enableDelayS * 1000 });
      if (state.offSinceMs !== undefined)
        waits.push({ code: "cooldown", untilMs: state.offSinceMs + config.minOffS * 1000 });
    }
    // 6. After a drop below the minimum it rests for the pause time.
    if (state.pauseSinceMs !== undefined)
      waits.push({ code: "pause_timer", untilMs: state.pauseSinceMs + config.pauseTimeS * 1000 });
    const longest = waits.filter((wait) => wait.untilMs > nowMs).sort((a, b) => b.untilMs - a.untilMs)[0];
    if (longest !== undefined) {
      wantedA = 0;
      timer = longest;
    }
  } else if (wantedA <= 0) {
    state = { ...state, readySinceMs: undefined };
  }

  // 3. Grace and least time on: a cloud does not end a charge while the house connection holds the minimum.
  if (wantedA <= 0 && state.on && sunny && !input.forceZero && timer === undefined) {
    const graceSinceMs = state.graceSinceMs ?? nowMs;
    const graceUntilMs = graceSinceMs + config.solarGraceS * 1000;
    const onUntilMs = (state.onSinceMs ?? nowMs) + config.minOnS * 1000;
    const untilMs = config.solarGraceS > 0 ? Math.max(graceUntilMs, onUntilMs) : graceUntilMs;
    if (physicalHolds && nowMs < untilMs) {
      state = { ...state, graceSinceMs };
      wantedA = minA;
      timer = { code: "grace", untilMs };
    } else {
      state = { ...state, graceSinceMs: undefined };
    }
  } else if (wantedA > 0) {
    state = { ...state, graceSinceMs: undefined };
  }

  if (input.forceZero) wantedA = 0;
  const on = wantedA > 0;
  // By the sun it starts at its minimum and rises from there.
  if (on && !state.on && sunny) wantedA = minA;
  if (on !== state.on) {
    state = on
      ? {
          ...state,
          on,
          onSinceMs: nowMs,
          offSinceMs: undefined,
          pauseSinceMs: undefined,
          readySinceMs: undefined,
          outputA: sunny ? minA : state.outputA,
          smoothA: sunny ? minA : state.smoothA,
        }
      : {
          ...state,
          on,
          onSinceMs: undefined,
          offSinceMs: nowMs,
          pauseSinceMs: input.forceZero ? undefined : nowMs,
          outputA: 0,
          smoothA: 0,
        };
  }
  const steppedA = config.kind === "plug" ? wantedA : toStep(wantedA, input.pace);
  const targetA = steppedA < minA - EPS ? (on ? minA : 0) : steppedA;
  return { ...command(state, input, targetA), timer };
}

function smooth(memory: ChargerMemory, input: PipelineInput): { outputA: number; smoothA: number } {
  const share = input.shareA;
  const before = memory.outputA;
  if (input.changed || share <= 0 || before <= 0) return { outputA: share, smoothA: share };
  const alpha = 1 - (1 - EMA_ALPHA) ** Math.min(100, input.dtS / input.tickS);
  const smoothA = alpha * share + (1 - alpha) * memory.smoothA;
  if (Math.abs(smoothA - before) < DEAD_BAND_A && before >= input.minA && before <= input.maxA)
    return { outputA: before, smoothA };
  const moved = Math.min(
    before + RAMP_UP_A_PER_S * input.dtS,
    Math.max(before - RAMP_DOWN_A_PER_S * input.dtS, smoothA),
  );
  return { outputA: Math.min(input.maxA, Math.max(input.minA, moved)), smoothA };
}

/** 4. Throttle: raises wait for their interval and their worth; decreases go through. */
function command(
  memory: ChargerMemory,
  input: PipelineInput,
  targetA: number,
): Pick<PipelineResult, "memory" | "limitA" | "urgent" | "keep" | "overBudget" | "raiseAtMs"> {
  const { nowMs, pace, config } = input;
  const sentA = memory.sentA;
  const writesAtMs = memory.writesAtMs.filter((at) => nowMs - at < DAY_MS);
  const overBudget = config.limitWritesPerDay !== undefined && writesAtMs.length >= config.limitWritesPerDay;
  const same = { memory: { ...memory, writesAtMs }, urgent: false, keep: true, overBudget, raiseAtMs: undefined };
  if (sentA !== undefined) {
    if (Math.abs(targetA - sentA) <= EPS) {
      // Nothing to say is not the same as saying nothing: a command that failed is tried again by the dispatcher.
      return { ...same, keep: false, limitA: sentA };
    }
    const urgent = sentA > input.physicalA + EPS && targetA < sentA;
    const small = Math.abs(targetA - sentA) < pace.minChangeA - EPS && targetA > 0 && sentA > 0;
    if (small && !urgent) return { ...same, limitA: sentA };
    if (targetA > sentA) {
      const waitMs = Math.max(config.commandIntervalS, pace.minIntervalS) * 1000;
      // An answer to the user's own act is not made to wait, a safety cut elsewhere goes first.
      const dueMs = input.changed || input.wished || memory.sentAtMs === undefined ? nowMs : memory.sentAtMs + waitMs;
      const freeMs = overBudget ? (writesAtMs[0] ?? nowMs) + DAY_MS : nowMs;
      const calmMs = input.holdRaises ? nowMs + input.tickS * 1000 : nowMs;
      const raiseAtMs = Math.max(dueMs, freeMs, calmMs);
      if (raiseAtMs > nowMs) return { ...same, limitA: sentA, raiseAtMs };
    }
    return {
      memory: {
        ...memory,
        sentA: targetA,
        sentAtMs: nowMs,
        raisedAtMs: targetA > sentA ? nowMs : memory.raisedAtMs,
        writesAtMs: [...writesAtMs, nowMs],
      },
      limitA: targetA,
      urgent,
      keep: false,
      overBudget,
      raiseAtMs: undefined,
    };
  }
  return {
    memory: { ...memory, sentA: targetA, sentAtMs: nowMs, raisedAtMs: nowMs, writesAtMs: [...writesAtMs, nowMs] },
    limitA: targetA,
    urgent: targetA <= 0,
    keep: false,
    overBudget,
    raiseAtMs: undefined,
  };
}

/** A limit that is not planned but given (idle, stopped, lost): sent as it is, raises within their interval. */
export function tell(memory: ChargerMemory, input: PipelineInput, limitA: number): PipelineResult {
  const state: ChargerMemory = {
    ...memory,
    mode: input.mode,
    outputA: 0,
    smoothA: 0,
    on: false,
    onSinceMs: undefined,
    graceSinceMs: undefined,
    readySinceMs: undefined,
    pauseSinceMs: undefined,
    offSinceMs: undefined,
  };
  return { ...command(state, { ...input, changed: true }, limitA), timer: undefined };
}
