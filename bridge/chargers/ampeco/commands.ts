/** Start and stop with all that may come of them: adopted sessions, refusals, and answers that never arrive. */
import type { Clock } from "../../clock.ts";
import { ChargerError } from "../charger.ts";
import type { AmpecoApi, Place } from "./api.ts";
import type { SessionReading } from "./reading.ts";
import { ALREADY_CHARGING, AmpecoFailure, outcomeUnknown } from "./failure.ts";

export interface CommandParts {
  readonly clock: Clock;
  readonly api: AmpecoApi;
  /** The charger as last read. */
  readonly place: () => Place;
  /** A fresh reading; afterwards `place` is new. @throws AmpecoFailure */
  readonly read: (signal: AbortSignal) => Promise<void>;
}

export interface StartOutcome {
  /** A session ran already; it is ours now. */
  readonly adopted: boolean;
  readonly sessionId: string | undefined;
  /** The tenant refused `maxCurrent` and was asked without it. */
  readonly withoutMax: boolean;
}

/** Outcome unknown: how long until the second look. */
const SECOND_LOOK_MS = 5_000;
const MAX_CURRENT = "maxCurrent";

const activeId = (place: Place): string | undefined =>
  place.evse.session?.active === true ? place.evse.session.id : undefined;

/** @throws AmpecoFailure or ChargerError; never starts twice what may run already */
export async function startSession(
  parts: CommandParts,
  maxA: number | undefined,
  /** Without a cap the box may charge with its own current. */
  mayRunUncapped: boolean,
  signal: AbortSignal,
): Promise<StartOutcome> {
  const { api, place } = parts;
  await parts.read(signal);
  const running = activeId(place());
  if (running !== undefined) return { adopted: true, sessionId: running, withoutMax: false };
  let cap = maxA;
  let retried = false;
  for (;;) {
    try {
      const sessionId = await api.start(place(), cap, signal);
      return { adopted: false, sessionId, withoutMax: cap !== maxA };
    } catch (error) {
      if (!(error instanceof AmpecoFailure)) throw error;
      if (cap !== undefined && error.kind === "invalid" && MAX_CURRENT in (error.facts.fields ?? {})) {
        if (!mayRunUncapped)
          throw new ChargerError("unsupported", "This tenant knows no maximum current; nothing was started.", {
            cause: error,
          });
        cap = undefined;
        continue;
      }
      if (
        error.facts.status === 406 ||
        error.kind === "conflict" ||
        ALREADY_CHARGING.has(error.facts.errorCode ?? "")
      ) {
        await parts.read(signal);
        const adopted = activeId(place());
        if (adopted !== undefined) return { adopted: true, sessionId: adopted, withoutMax: false };
        throw error;
      }
      if (!outcomeUnknown(error)) throw error;
      const found = await lookTwice(parts, (now) => activeId(now) !== undefined, signal);
      if (found) return { adopted: true, sessionId: activeId(place()), withoutMax: cap !== maxA };
      if (retried) throw error;
      retried = true;
    }
  }
}

/** Succeeds when nothing charges. @returns the ended session's last values where the answer tells them */
export async function stopSession(
  parts: CommandParts,
  cachedId: string | undefined,
  force: boolean,
  signal: AbortSignal,
): Promise<SessionReading | undefined> {
  const { api, place } = parts;
  let id = activeId(place()) ?? cachedId;
  if (id === undefined) {
    await parts.read(signal);
    id = activeId(place());
    if (id === undefined) {
      ensureIdle(place(), undefined);
      return undefined;
    }
  }
  for (let retried = false; ; retried = true) {
    try {
      return await api.stop(place(), id, force, signal);
    } catch (error) {
      if (!(error instanceof AmpecoFailure)) throw error;
      if (error.kind === "gone" || error.kind === "conflict") {
        await parts.read(signal);
        ensureIdle(place(), error);
        return undefined;
      }
      if (error.kind === "refused") {
        await readQuietly(parts, signal);
        throw error;
      }
      if (!outcomeUnknown(error)) throw error;
      if (await lookTwice(parts, (now) => activeId(now) === undefined, signal)) return undefined;
      if (retried) throw error;
    }
  }
}

function ensureIdle(place: Place, cause: AmpecoFailure | undefined): void {
  const status = (place.evse.status ?? "").toLowerCase();
  if (activeId(place) === undefined && status !== "charging") return;
  throw cause ?? new ChargerError("rejected", "The cloud tells of no session that could be stopped.");
}

/** Two readings 5 s apart; unreadable ones decide nothing. @throws when neither could be had */
async function lookTwice(parts: CommandParts, holds: (place: Place) => boolean, signal: AbortSignal): Promise<boolean> {
  let last: unknown;
  let seen = 0;
  for (const look of [1, 2]) {
    if (look === 2) await parts.clock.sleep(SECOND_LOOK_MS, signal);
    try {
      await parts.read(signal);
      seen++;
      if (holds(parts.place())) return true;
    } catch (error) {
      if (!(error instanceof AmpecoFailure)) throw error;
      last = error;
    }
  }
  // Blind, a second start could begin a second session.
  if (seen === 0) throw last;
  return false;
}

async function readQuietly(parts: CommandParts, signal: AbortSignal): Promise<void> {
  try {
    await parts.read(signal);
  } catch (error) {
    if (!(error instanceof AmpecoFailure)) throw error;
    // The refusal is the news; the failed reading is counted by the poller.
  }
}
