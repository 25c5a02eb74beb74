/** The tenant's turnstile: at most two requests at a time, commands before reads, all of them paused after a 429. */
import type { Clock, Unsubscribe } from "../../clock.ts";

export type Urgency = "command" | "read";

export interface Gate {
  /** Resolves with the function that gives the place back. Rejects with the signal's reason. */
  enter(urgency: Urgency, signal: AbortSignal): Promise<() => void>;
  /** Nobody enters for `ms`; a longer pause already set stays. */
  pause(ms: number): void;
  /** ms left of the pause, 0 when open. */
  readonly pausedMs: number;
  close(): void;
}

const PLACES = 2;

interface Visitor {
  readonly urgency: Urgency;
  readonly admit: () => void;
}

export function createGate(clock: Clock): Gate {
  let inside = 0;
  let openAt = 0;
  let timer: Unsubscribe | undefined;
  const queue: Visitor[] = [];
  const left = (): number => Math.max(0, openAt - clock.monotonicMs());

  function serve(): void {
    if (queue.length === 0) return;
    const wait = left();
    if (wait > 0) {
      timer ??= clock.after(wait, () => {
        timer = undefined;
        serve();
      });
      return;
    }
    while (inside < PLACES) {
      const urgent = queue.findIndex((visitor) => visitor.urgency === "command");
      const [next] = queue.splice(Math.max(0, urgent), 1);
      if (next === undefined) return;
      inside++;
      next.admit();
    }
  }

  return {
    enter(urgency, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(reasonOf(signal));
          return;
        }
        const visitor: Visitor = {
          urgency,
          admit: () => {
            signal.removeEventListener("abort", leave);
            let gone = false;
            resolve(() => {
              if (gone) return;
              gone = true;
              inside--;
              serve();
            });
          },
        };
        const leave = (): void => {
          const place = queue.indexOf(visitor);
          if (place >= 0) queue.splice(place, 1);
          reject(reasonOf(signal));
        };
        signal.addEventListener("abort", leave, { once: true });
        queue.push(visitor);
        serve();
      });
    },
    pause(ms) {
      openAt = Math.max(openAt, clock.monotonicMs() + ms);
      timer?.();
      timer = undefined;
      serve();
    },
    get pausedMs() {
      return left();
    },
    close() {
      timer?.();
      timer = undefined;
      queue.length = 0;
    },
  };
}

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("Aborted", "AbortError");
}
