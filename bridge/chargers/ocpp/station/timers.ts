/** One-shot timers of one station, by name: set again, a timer starts anew. */
import type { Clock, Unsubscribe } from "../../../clock.ts";

export class Timers {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Unsubscribe>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `ms` from now. The task must not throw. */
  set(name: string, ms: number, task: () => void): void {
    this.cancel(name);
    if (this.#closed) return;
    const cancel = this.#clock.after(ms, () => {
      this.#pending.delete(name);
      task();
    });
    this.#pending.set(name, cancel);
  }

  cancel(name: string): void {
    this.#pending.get(name)?.();
    this.#pending.delete(name);
  }

  /** Nothing rings any more. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#pending.values()) cancel();
    this.#pending.clear();
  }
}
