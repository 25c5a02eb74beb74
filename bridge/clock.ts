/** Time, injected: rooms never read `Date` or set timers themselves, so a test can run real sockets under fake time. */

export type Unsubscribe = () => void;

export interface Clock {
  /** ms since the epoch; may jump when the machine's clock is set. */
  nowMs(): number;
  /** Monotonic ms, for ages and durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs once after `ms`, unless unsubscribed. The task must not throw. */
  after(ms: number, task: () => void): Unsubscribe;
  /** A signal that aborts with a `TimeoutError` after `ms`, or when `signal` does. */
  deadline(ms: number, signal?: AbortSignal): AbortSignal;
  /** Every `ms`; skips a beat rather than overlap. A rejection goes to `onError`. */
  every(ms: number, task: () => Promise<void> | void, onError: (error: unknown) => void): Unsubscribe;
}

/** The machine's own time. */
export const systemClock: Clock = clockFrom({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  setDeadline(ms, task) {
    // What is waited for holds the process; its deadline alone does not, or a stopped bridge would linger for half a minute.
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
});

/** The few primitives a clock is made of; a test's fake clock supplies its own. */
export interface ClockSource {
  nowMs(): number;
  monotonicMs(): number;
  setTimer(ms: number, task: () => void): Unsubscribe;
  /** For deadlines; default `setTimer`. */
  setDeadline?(ms: number, task: () => void): Unsubscribe;
}

export function clockFrom(source: ClockSource): Clock {
  return {
    nowMs: () => source.nowMs(),
    monotonicMs: () => source.monotonicMs(),
    after: (ms, task) => source.setTimer(ms, task),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(asError(signal.reason));
          return;
        }
        const onAbort = (): void => {
          cancel();
          reject(asError(signal?.reason));
        };
        const cancel = source.setTimer(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    deadline(ms, signal) {
      const controller = new AbortController();
      const late = (): void => controller.abort(new DOMException(`No answer within ${ms} ms`, "TimeoutError"));
      const cancel = source.setDeadline?.(ms, late) ?? source.setTimer(ms, late);
      const stop = (): void => {
        cancel();
        controller.abort(signal?.reason);
      };
      if (signal?.aborted === true) stop();
      else signal?.addEventListener("abort", stop, { once: true });
      controller.signal.addEventListener("abort", () => signal?.removeEventListener("abort", stop), { once: true });
      return controller.signal;
    },
    every(ms, task, onError) {
      let stopped = false;
      let cancel: Unsubscribe = () => undefined;
      const arm = (): void => {
        if (stopped) return;
        cancel = source.setTimer(ms, () => {
          void (async () => {
            try {
              await task();
            } catch (error) {
              onError(error);
            }
            arm();
          })();
        });
      };
      arm();
      return () => {
        stopped = true;
        cancel();
      };
    },
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException("Aborted", "AbortError");
}
