/** What a charger's reason is: states of the box come first, then timers, then the limits. */
import type { Reason } from "../../shared/reasons.ts";
import type { Evaluation } from "./evaluate.ts";
import type { MeterView } from "./meter.ts";
import type { PipelineResult } from "./pipeline.ts";
import type { EngineCircuit, EngineLoad } from "./problem.ts";
import { because, sharesBeside } from "./reasons.ts";
import type { Subject } from "./subject.ts";

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

export interface ExplainInput {
  readonly subject: Subject;
  readonly load: EngineLoad;
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

export function explain(input: ExplainInput): { reason: Reason; runnerUp: Reason | undefined } {
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
