/** Which of the two APIs the token is for: the first that answers with a list decides. */
import type { AmpecoApi } from "./api.ts";
import { AmpecoFailure } from "./failure.ts";
import type { ChargePointReading } from "./reading.ts";

export interface Detected {
  readonly api: AmpecoApi;
  readonly readings: readonly ChargePointReading[];
}

/** Failures that mean "not this API" rather than "not now". */
const NOT_THIS = new Set(["auth", "forbidden", "gone", "bad_answer"]);

/** @throws AmpecoFailure of the last API asked */
export async function detectApi(candidates: readonly AmpecoApi[], signal: AbortSignal): Promise<Detected> {
  let last: unknown;
  for (const api of candidates) {
    try {
      return { api, readings: await api.list(signal, candidates.length > 1) };
    } catch (error) {
      if (!(error instanceof AmpecoFailure) || !NOT_THIS.has(error.kind)) throw error;
      last = error;
    }
  }
  throw last instanceof Error ? last : new AmpecoFailure("bad_answer", "Neither API answers.");
}
