/** Does the box obey? Compares what it offers with what it was told, and asks for a remedy when it does not. */
import type { ChargerState } from "../../shared/site.ts";
import { observedA } from "../../shared/charger.ts";
import type { WatchMemory } from "./memory.ts";

export interface WatchResult {
  readonly memory: WatchMemory;
  readonly remedy: "reset_profiles" | "reset" | undefined;
  /** The box draws more than it was told, and has had time to obey. */
  readonly ignored: { readonly wantedA: number; readonly observedA: number } | undefined;
}

/** A per second of command interval that an offer may differ. */
const TOLERANCE_A_PER_S = 0.2;
const MISMATCHES = 5;
const PROFILE_COOLDOWN_MS = 120_000;
const RESET_COOLDOWN_MS = 300_000;
const RESETS_BEFORE_REBOOT = 3;
/** Draw above the limit that counts as ignoring it, A, and how long it must last, ms. */
const IGNORED_A = 1.5;
const IGNORED_AFTER_MS = 30_000;
/** A paused box that still draws for this long has failed to pause, ms. */
const PAUSE_FAILED_AFTER_MS = 60_000;

export function watch(
  memory: WatchMemory,
  charger: ChargerState,
  sentA: number | undefined,
  sentAtMs: number | undefined,
  plugged: boolean,
  nowMs: number,
): WatchResult {
  const { snapshot, config, pace } = charger;
  const observed = observedA(snapshot);
  const over =
    sentA !== undefined && plugged && observed !== undefined && observed > sentA + Math.max(IGNORED_A, sentA * 0.1);
  const settled = sentAtMs === undefined || nowMs - sentAtMs >= IGNORED_AFTER_MS;
  const ignoredSinceMs = over && settled ? (memory.ignoredSinceMs ?? nowMs) : undefined;
  const base: WatchMemory = { ...memory, ignoredSinceMs };
  const ignored =
    ignoredSinceMs === undefined || sentA === undefined || observed === undefined
      ? undefined
      : { wantedA: sentA, observedA: observed };
  if (
    sentA === undefined ||
    !plugged ||
    !charger.settings.dynamicControl ||
    pace.applies === "next_start" ||
    config.kind === "plug"
  )
    return { memory: { ...base, mismatches: 0 }, remedy: undefined, ignored };
  if (memory.quietUntilMs !== undefined && nowMs < memory.quietUntilMs)
    return { memory: base, remedy: undefined, ignored };
  const intervalMs = Math.max(config.commandIntervalS, 5) * 1000;
  if (memory.checkedAtMs !== undefined && nowMs - memory.checkedAtMs < intervalMs)
    return { memory: base, remedy: undefined, ignored };
  if (sentAtMs !== undefined && nowMs - sentAtMs < intervalMs) return { memory: base, remedy: undefined, ignored };
  const failedPause =
    sentA <= 0 && ignoredSinceMs !== undefined && nowMs - ignoredSinceMs >= PAUSE_FAILED_AFTER_MS - IGNORED_AFTER_MS;
  const offered = snapshot.offeredA;
  const differs =
    sentA > 0 && offered !== undefined && Math.abs(offered - sentA) > TOLERANCE_A_PER_S * config.commandIntervalS;
  if (!differs && !failedPause) {
    const resets = ignored === undefined ? 0 : memory.resets;
    return { memory: { ...base, checkedAtMs: nowMs, mismatches: 0, resets }, remedy: undefined, ignored };
  }
  const mismatches = memory.mismatches + 1;
  if (mismatches < MISMATCHES)
    return { memory: { ...base, checkedAtMs: nowMs, mismatches }, remedy: undefined, ignored };
  const reboot =
    memory.resets >= RESETS_BEFORE_REBOOT - 1 &&
    (config.allowReset === "always" || (config.allowReset === "failed_pause" && failedPause));
  return {
    memory: {
      ...base,
      checkedAtMs: nowMs,
      mismatches: 0,
      resets: reboot ? 0 : memory.resets + 1,
      quietUntilMs: nowMs + (reboot ? RESET_COOLDOWN_MS : PROFILE_COOLDOWN_MS),
    },
    remedy: reboot ? "reset" : "reset_profiles",
    ignored,
  };
}
