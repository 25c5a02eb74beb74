/** One operation on the box at a time; of limits only the newest waits, and those it replaces share its outcome. */
import { underSignal } from "./transport.ts";

export class Lane {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting: { run: () => Promise<void>; readonly outcome: Promise<void> } | undefined;

  /** Runs after what is under way. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const done = this.#tail.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#tail = done.catch(() => undefined);
    return underSignal(done, signal);
  }

  /** As `run`, but takes the place of the newest one that has not begun. */
  replace(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#waiting !== undefined) {
      this.#waiting.run = work;
      return underSignal(this.#waiting.outcome, signal);
    }
    const slot: { run: () => Promise<void>; outcome: Promise<void> } = { run: work, outcome: Promise.resolve() };
    slot.outcome = this.#tail.then(() => {
      this.#waiting = undefined;
      return slot.run();
    });
    this.#waiting = slot;
    this.#tail = slot.outcome.catch(() => undefined);
    return underSignal(slot.outcome, signal);
  }
}
