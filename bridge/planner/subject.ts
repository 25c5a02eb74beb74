/** One charger on its way through the stages: what is known of it, and the load that it is to the engine. */
import { observedA, shownStatus } from "../../shared/charger.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";
import { count, type Mask } from "./constraints.ts";
import {
  PLUG_SAMPLES,
  boundsOf,
  modeInForce,
  standingOf,
  vehicleSoc,
  type Bounds,
  type Standing,
} from "./eligibility.ts";
import { freshCharger, type ChargerMemory, type PlannerMemory } from "./memory.ts";
import type { EngineLoad } from "./problem.ts";
import type { Three } from "./shape.ts";
import { addLines, addMask, followLines, hardwareLines, lineCurrents, maskOf, phaseMapOf } from "./wiring.ts";

export interface Subject {
  readonly charger: ChargerState;
  readonly memory: ChargerMemory;
  readonly standing: Standing;
  readonly bounds: Bounds;
  readonly mask: Mask;
  readonly load: EngineLoad;
  readonly lines: readonly [number, number, number] | undefined;
  /** Measured draw per site phase, A. */
  readonly drawA: Three;
  readonly socPct: number | undefined;
  readonly changed: boolean;
  /** The user asked for current a moment ago and it has had none yet. */
  readonly wished: boolean;
}

/** A wish that could not be met within this time is no longer hurried, ms. */
const WISH_MS = 60_000;
const PLUG_STANDBY_W = 10;

/** Reads one charger: draw, wiring, standing, bounds, and the load it is to the engine. */
export function study(
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
  const drawA: Three = [0, 0, 0];
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

/** Stale meter: what charges goes to its minimum, everything else rests; modes and sun say nothing. */
export function staleLoad(subject: Subject): EngineLoad {
  const charging =
    subject.charger.snapshot.status === "charging" || subject.charger.config.kind === "plug" || subject.memory.on;
  return {
    ...subject.load,
    mode: subject.load.mode === "off" ? "off" : "standard",
    maxA: Math.min(subject.load.maxA, subject.load.minA),
    active: subject.load.active && charging,
  };
}
