/** The cloud's sessions of one outlet: started, stopped and paused by us, recognised in what is read, confirmed by polling. */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { ChargerError, type ChargerContext } from "../charger.ts";
import type { AmpecoApi, Place } from "./api.ts";
import { startSession, stopSession, type CommandParts } from "./commands.ts";
import type { Knowing } from "./knowing.ts";
import type { Poller } from "./polling.ts";
import type { EvseReading } from "./reading.ts";
import { statusOf } from "./status.ts";
import { endVisit, followRegister, followVisit, newVisit } from "./visit.ts";

/** Contactor wear and billing: a stopped box rests this long before the planner may start it again. */
export const MIN_OFF_MS = 60_000;
/** How often a session that ought not to run is stopped again. */
const RESTOP_MS = 60_000;
/** How often a start of the planner's own that came to nothing is tried again. */
const RESTART_MS = 300_000;
const CONFIRM_S = [2, 4, 8, 15, 30, 60, 90];

export interface SessionsParts {
  readonly name: string;
  readonly context: ChargerContext;
  readonly log: Log;
  readonly api: AmpecoApi;
  readonly poller: Poller;
  readonly knowing: Knowing;
}

export interface Sessions {
  /** @throws ChargerError when the cloud does not list the outlet any more */
  readonly place: () => Place;
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** Seen to run, and not by us on its way to its end. */
  readonly running: boolean;
  /** Runs, or was started and is not yet seen. */
  readonly on: boolean;
  /** Neither runs nor is a start under way. */
  readonly idle: boolean;
  /** What the running session was started with, A; undefined = not by us or without a cap. */
  readonly startedWithA: number | undefined;
  /** ms until the planner may start again after a stop. */
  readonly restMs: number;
  /** ms until a start of the planner's own is due again. */
  readonly restartMs: number;
  /** The last stop is so long ago that it may be sent again. */
  readonly mayStopAgain: boolean;
  /** A reading's session. @returns it is one that we have stopped and that only still shows */
  follow(evse: EvseReading | undefined): boolean;
  start(maxA: number | undefined, mayRunUncapped: boolean, signal: AbortSignal): Promise<void>;
  /** A stop that leaves the visit open. */
  pause(signal: AbortSignal): Promise<void>;
  /** A stop that ends the visit. */
  end(force: boolean, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createSessions({ name, context, log, api, poller, knowing }: SessionsParts): Sessions {
  const clock: Clock = context.clock;
  let sessionId: string | undefined;
  let startedWithA: number | undefined;
  /** Its stop is accepted; until a reading shows it ended, it no longer counts as running. */
  let endingId: string | undefined;
  /** A start is accepted and not yet seen: its session may still be missing from a reading. */
  let starting = false;
  let lastStartMs = -RESTART_MS;
  let lastStopMs = -MIN_OFF_MS;
  let confirming: Unsubscribe | undefined;
  const sinceMs = (moment: number): number => clock.monotonicMs() - moment;
  const seen = () => knowing.know.evse?.session;
  const running = (): boolean => seen()?.active === true && seen()?.id !== endingId;

  const parts: CommandParts = {
    clock,
    api,
    place: () => {
      const { chargePoint, evse } = knowing.know;
      if (evse === undefined) throw new ChargerError("offline", "The cloud does not list this outlet any more.");
      return { chargePoint, evse };
    },
    read: async (signal) => {
      await poller.readNow(signal);
    },
  };

  function confirm(holds: () => boolean, silent: string, unconfirmed: () => void): void {
    confirming?.();
    confirming = poller.burst(CONFIRM_S, holds, () => {
      log.warn({ command: silent }, "accepted, not confirmed");
      unconfirmed();
      knowing.learn({ lastError: `${silent}: accepted by the cloud, not confirmed by the box within 90 s.` });
    });
  }

  const waiting = (): boolean => {
    const status = statusOf(knowing.know.evse);
    return status === "available" || status === "preparing";
  };

  async function stop(force: boolean, signal: AbortSignal): Promise<void> {
    confirming?.();
    starting = false;
    const id = seen()?.active === true ? seen()?.id : sessionId;
    const last = await stopSession(parts, sessionId, force, signal);
    lastStopMs = clock.monotonicMs();
    sessionId = undefined;
    startedWithA = undefined;
    endingId = running() ? id : undefined;
    const { visit, register } = knowing.know;
    if (last !== undefined && last.id === visit?.part?.id)
      knowing.learn({
        visit: followVisit(visit, { ...last, active: false }, undefined, clock.nowMs()),
        register: followRegister(register, last),
      });
    log.info("session stopped");
    confirm(
      () => seen()?.active !== true,
      "Stop",
      () => {
        endingId = undefined;
      },
    );
  }

  return {
    place: parts.place,
    read: parts.read,
    get running() {
      return running();
    },
    get on() {
      return running() || sessionId !== undefined;
    },
    get idle() {
      return !running() && sessionId === undefined && !starting;
    },
    get startedWithA() {
      return startedWithA;
    },
    get restMs() {
      return MIN_OFF_MS - sinceMs(lastStopMs);
    },
    get restartMs() {
      return Math.max(MIN_OFF_MS - sinceMs(lastStopMs), RESTART_MS - sinceMs(lastStartMs));
    },
    get mayStopAgain() {
      return sinceMs(lastStopMs) >= RESTOP_MS;
    },
    follow(evse) {
      const session = evse?.session;
      const ending = session?.active === true && session.id === endingId;
      if (!ending && evse !== undefined) endingId = undefined;
      if (ending) sessionId = undefined;
      else if (session?.active === true) {
        sessionId = session.id;
        starting = false;
      } else if (!starting && evse !== undefined && statusOf(evse) !== undefined) {
        sessionId = undefined;
        startedWithA = undefined;
      }
      return ending;
    },
    async start(maxA, mayRunUncapped, signal) {
      const outcome = await startSession(parts, maxA, mayRunUncapped, signal);
      if (outcome.withoutMax) {
        knowing.uncap();
        log.warn("tenant refuses a maximum current; the charger knows on and off only from now on");
        context.report({
          title: `${name}: no maximum current`,
          detail: "The AMPECO tenant refuses `maxCurrent`. The session was started at the box's own current.",
        });
      }
      sessionId = outcome.sessionId ?? sessionId;
      if (!outcome.adopted) startedWithA = outcome.withoutMax ? undefined : maxA;
      log.info({ adopted: outcome.adopted }, "session started");
      if (outcome.adopted) return;
      starting = true;
      lastStartMs = clock.monotonicMs();
      const { visit } = knowing.know;
      // What is stopped before it was ever seen is a pause of this visit too.
      if (api.flavour === "app" && (visit === undefined || visit.endedAtMs !== undefined))
        knowing.learn({ visit: newVisit(sessionId ?? `armed-${clock.nowMs()}`, clock.nowMs(), true) });
      confirm(
        () => seen()?.active === true && !waiting(),
        "Start",
        () => {
          starting = false;
          sessionId = undefined;
          if (knowing.know.visit?.part === undefined) knowing.learn({ visit: undefined });
        },
      );
    },
    async pause(signal) {
      const { visit } = knowing.know;
      // Marked first: the reading that shows the session gone must find a pause, not an end.
      const open = visit !== undefined && visit.endedAtMs === undefined;
      if (open) knowing.learn({ visit: { ...visit, paused: true } });
      try {
        await stop(false, signal);
      } catch (error) {
        const now = knowing.know.visit;
        if (open && now?.id === visit.id) knowing.learn({ visit: { ...now, paused: false } });
        throw error;
      }
    },
    async end(force, signal) {
      await stop(force, signal);
      const { visit } = knowing.know;
      if (visit !== undefined && visit.endedAtMs === undefined)
        knowing.learn({ visit: visit.part === undefined ? undefined : endVisit(visit, clock.nowMs(), undefined) });
    },
    close() {
      confirming?.();
    },
  };
}
