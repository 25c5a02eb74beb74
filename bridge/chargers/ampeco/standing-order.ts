/**
 * The order in force. Public API: a standing limit of the box. App API: on and off, where 0 A is a stopped session that is started
 * again; the order is kept and carried out anew when the cloud drifts from it.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { MIN_CURRENT_A } from "../../../shared/units.ts";
import type { LimitOrder } from "../charger.ts";
import type { AmpecoApi } from "./api.ts";
import { asChargerError } from "./failure.ts";
import type { Knowing } from "./knowing.ts";
import { MIN_OFF_MS, type Sessions } from "./sessions.ts";
import type { Poller } from "./polling.ts";

export interface StandingOrderParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly api: AmpecoApi;
  readonly poller: Poller;
  readonly knowing: Knowing;
  readonly sessions: Sessions;
  /** Into the lane, as a limit. `keep`: not dropped when its caller gives up. */
  readonly submit: (run: (signal: AbortSignal) => Promise<void>, signal: AbortSignal, keep: boolean) => Promise<void>;
  /** Nothing may be begun now: the lane is busy, the token refused, the charger closed. */
  readonly blocked: () => boolean;
}

export interface StandingOrder {
  limit(order: LimitOrder, signal: AbortSignal): Promise<void>;
  /** The box's own standing limit; nothing where the API has none. Within the lane. */
  apply(limitA: number, signal: AbortSignal): Promise<void>;
  /** The last order once more, after the limits were cleared. Within the lane. */
  applyAgain(signal: AbortSignal): Promise<void>;
  /** After each reading: acts where the cloud has drifted from the order. */
  reconcile(): void;
  /** What was put off is not done: somebody else decides now. */
  forgetLater(): void;
}

export function createStandingOrder(parts: StandingOrderParts): StandingOrder {
  const { clock, log, api, poller, knowing, sessions, submit, blocked } = parts;
  let standing: LimitOrder | undefined;
  let later: Unsubscribe | undefined;

  function forgetLater(): void {
    later?.();
    later = undefined;
  }

  function laterAgain(ms: number): void {
    later?.();
    later = clock.after(ms, () => {
      later = undefined;
      quietly();
    });
  }

  /** Carries out the order in force without a caller; a failure is told in `last_error` and tried again at the next reading. */
  function quietly(): void {
    const order = standing;
    if (order === undefined || blocked()) return;
    void (async () => {
      try {
        await submit((signal) => applySwitch(order, signal), new AbortController().signal, true);
      } catch (error) {
        log.debug({ err: error }, "order not carried out yet");
      }
    })();
  }

  async function pause(signal: AbortSignal): Promise<void> {
    await sessions.pause(signal);
    knowing.learn({ offeredA: 0 });
  }

  /** App API: brings the cloud to the order in force. */
  async function applySwitch(order: LimitOrder, signal: AbortSignal): Promise<void> {
    const rating = knowing.ratingA;
    const tooMuch = knowing.onOff && order.limitA >= MIN_CURRENT_A && order.limitA < rating;
    const limitA = order.limitA < MIN_CURRENT_A || tooMuch ? 0 : order.limitA;
    const { on } = sessions;
    const ratingAbove = tooMuch ? rating : undefined;
    if (limitA === 0) {
      knowing.learn({ wantedA: 0, ratingAbove });
      if (on) await pause(signal);
      return;
    }
    const news = knowing.know.wantedA !== limitA;
    knowing.learn({ wantedA: limitA, ratingAbove });
    if (on) {
      // Nothing to send, so a fresh reading stands for the box's answer.
      if (news) await poller.readNow(signal);
      // A running session cannot be told less: it ends and starts again lower.
      if (!knowing.onOff && (sessions.startedWithA ?? rating) > limitA) {
        await pause(signal);
        laterAgain(MIN_OFF_MS);
      }
      return;
    }
    if (knowing.know.visit?.paused !== true) return;
    if (sessions.restMs > 0) {
      laterAgain(sessions.restMs);
      return;
    }
    await sessions.start(knowing.onOff ? undefined : limitA, limitA >= rating, signal);
  }

  async function apply(wishA: number, signal: AbortSignal): Promise<void> {
    const limitA = wishA < MIN_CURRENT_A ? 0 : wishA;
    const { limit } = api;
    if (limit === undefined) return;
    knowing.learn({ wantedA: limitA });
    await limit(sessions.place(), limitA, signal);
    knowing.learn({ offeredA: limitA, limitWrites: knowing.know.limitWrites + 1 });
    poller.burst([2], () => true);
  }

  return {
    async limit(order, signal) {
      if (signal.aborted) throw asChargerError(signal.reason);
      standing = order;
      forgetLater();
      const lower = order.limitA < (knowing.know.wantedA ?? Infinity);
      await submit(
        (job) => (api.flavour === "public" ? apply(order.limitA, job) : applySwitch(order, job)),
        signal,
        lower,
      );
    },
    apply,
    async applyAgain(signal) {
      if (standing !== undefined) await apply(standing.limitA, signal);
    },
    /** A session runs although 0 A is ordered, or a pause is over and nothing was started. */
    reconcile() {
      if (api.flavour === "public" || standing === undefined || blocked() || later !== undefined) return;
      const off = knowing.know.wantedA === 0;
      if (off && sessions.running && sessions.mayStopAgain) laterAgain(0);
      else if (!off && sessions.idle && knowing.know.visit?.paused === true)
        laterAgain(Math.max(0, sessions.restartMs));
    },
    forgetLater,
  };
}
