/**
 * THE CLOCKWORK: events mark the state dirty; on each tick, and early on a safety event or a person's wish, the loop decides, acts and shows.
 * Never two rounds at once; the planner is pure, so a round is one synchronous step.
 */
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../../shared/plan.ts";
import type { SiteState } from "../../shared/site.ts";
import { reduce, type SiteEvent } from "./state.ts";

export interface SiteLoop {
  readonly state: SiteState;
  readonly plan: Plan | undefined;
  /** When the last plan was made, monotonic ms; undefined before the first. */
  readonly plannedAtMs: number | undefined;
  /** The front door of every fact and wish. */
  apply(event: SiteEvent): void;
  /** Decides now instead of on the next tick. */
  hurry(): void;
  start(): void;
  stop(): void;
}

export interface LoopParts<Memory> {
  readonly clock: Clock;
  readonly log: Log;
  readonly initial: SiteState;
  readonly decide: (
    state: SiteState,
    memory: Memory,
    nowMs: number,
  ) => { readonly plan: Plan; readonly memory: Memory };
  readonly memory: Memory;
  /** What to send when deciding fails: every charger on its fail-safe. */
  readonly fallback: (state: SiteState, nowMs: number) => Plan;
  readonly act: (plan: Plan, state: SiteState) => void;
  /** Called after every round, and soon after a change that needs no decision (a reading of a charger). */
  readonly show: (state: SiteState, plan: Plan | undefined) => void;
}

/** Bursts of events (two wallboxes booting, five sensors of one meter) make one early round, not one each. */
const EARLY_MS = 20;
/** Readings of a charger reach Home Assistant without waiting for the tick. */
const SHOW_MS = 5;

export function createSiteLoop<Memory>({
  clock,
  log,
  initial,
  decide,
  memory: firstMemory,
  fallback,
  act,
  show,
}: LoopParts<Memory>): SiteLoop {
  let state = initial;
  let memory = firstMemory;
  let plan: Plan | undefined;
  let plannedAtMs: number | undefined;
  let early: Unsubscribe | undefined;
  let showing: Unsubscribe | undefined;
  let ticking: Unsubscribe | undefined;
  let stopped = false;

  function round(): void {
    early?.();
    early = undefined;
    if (stopped) return;
    try {
      const result = decide(state, memory, clock.nowMs());
      plan = result.plan;
      memory = result.memory;
      plannedAtMs = clock.monotonicMs();
    } catch (error) {
      // A planner that fails must not leave the last limits standing: without a decision every charger goes to its fail-safe.
      log.error({ err: error }, "planner failed; chargers go to their fail-safe");
      plan = fallback(state, clock.nowMs());
    }
    act(plan, state);
    showNow();
  }
  function showNow(): void {
    showing?.();
    showing = undefined;
    show(state, plan);
  }
  function hurry(): void {
    if (ticking !== undefined) early ??= clock.after(EARLY_MS, round);
  }
  return {
    get state() {
      return state;
    },
    get plan() {
      return plan;
    },
    get plannedAtMs() {
      return plannedAtMs;
    },
    apply(event) {
      const before = state;
      state = reduce(state, event);
      if (state === before) return;
      if (isUrgent(event, before, state)) hurry();
      if (ticking !== undefined) showing ??= clock.after(SHOW_MS, showNow);
    },
    hurry,
    start() {
      const failed = (error: unknown): void => log.error({ err: error }, "round failed");
      ticking = clock.every(state.config.tickS * 1000, round, failed);
      hurry();
    },
    stop() {
      stopped = true;
      ticking?.();
      early?.();
      showing?.();
      // Chargers that close tell of it: nothing may be armed by that any more, the store is about to close.
      ticking = undefined;
      early = undefined;
      showing = undefined;
    },
  };
}

/** What must not wait for the tick: wishes, a change of what a charger is doing, and a meter at or past a limit. */
function isUrgent(event: SiteEvent, before: SiteState, after: SiteState): boolean {
  switch (event.kind) {
    case "command":
    case "settings":
    case "charger":
    case "manners":
    case "ceiling":
      return true;
    case "snapshot": {
      const was = before.chargers.find((one) => one.config.id === event.charger)?.snapshot;
      const is = event.snapshot;
      return (
        was?.link !== is.link ||
        was.status !== is.status ||
        was.carConnected !== is.carConnected ||
        was.session?.id !== is.session?.id
      );
    }
    case "reading":
      return isPastLimit(event.key, after);
    case "hass":
    case "command_state":
      return false;
  }
}

/** The raw reading at once: smoothing is for rising only. */
function isPastLimit(key: string, state: SiteState): boolean {
  if (key === "maxImport") return true;
  if (key.startsWith("circuit:")) {
    const circuit = state.config.circuits.find((one) => key.startsWith(`circuit:${one.id}:`));
    const value = state.readings.more?.[key]?.value;
    return circuit?.limitA !== undefined && value !== undefined && value > circuit.limitA;
  }
  if (!key.startsWith("grid")) return false;
  const { gridA, gridB, gridC } = state.readings;
  const amps = [gridA, gridB, gridC].map((reading) => reading?.value);
  if (amps.some((a) => a !== undefined && a > state.config.breakerA)) return true;
  const cap = state.readings.maxImport?.value ?? state.settings.maxImportW;
  if (cap === undefined) return false;
  const importA = amps.reduce<number>((sum, a) => sum + Math.max(0, a ?? 0), 0);
  return importA * state.config.voltageV > cap - state.settings.powerBufferW;
}
