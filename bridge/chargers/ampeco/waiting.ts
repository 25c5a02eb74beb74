/** How long to wait: what the platform asks for, else a ladder with jitter. */

const MAX_WAIT_MS = 3_600_000;
const LADDER_S = [30, 60, 120, 240, 480, 900];
/** Larger numbers in X-RateLimit-Reset are points in time, smaller ones durations. */
const EPOCH_S = 1_000_000_000;

/** ms asked for by `Retry-After` (seconds or HTTP date), else by `X-RateLimit-Reset` (epoch or delta); undefined when neither is readable. */
export function askedWait(header: (name: string) => string | undefined, nowMs: number): number | undefined {
  const after = header("retry-after");
  if (after !== undefined) {
    const ms = /^\s*\d+(\.\d+)?\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - nowMs;
    if (Number.isFinite(ms)) return bounded(ms);
  }
  const reset = Number(header("x-ratelimit-reset") ?? Number.NaN);
  if (!Number.isFinite(reset)) return undefined;
  return bounded(reset > EPOCH_S ? reset * 1000 - nowMs : reset * 1000);
}

/** 60 s doubling with each 429 in a row, when the platform says nothing. `times` from 1. */
export function guessedWait(times: number): number {
  return bounded(60_000 * 2 ** (times - 1));
}

/** Pause after `failures` failed reads in a row (from 1), ms, 10 % jitter. */
export function backoff(failures: number, random: () => number): number {
  const seconds = LADDER_S[Math.min(failures, LADDER_S.length) - 1] ?? LADDER_S[0] ?? 30;
  return jittered(seconds * 1000, random);
}

export function jittered(ms: number, random: () => number): number {
  return ms * (0.9 + 0.2 * random());
}

function bounded(ms: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(1000, ms));
}
