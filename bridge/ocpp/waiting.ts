/** Stations that knocked and were not let in: for the status page, in words that say what to do. */
import type { Clock } from "../clock.ts";
import type { WaitingStation } from "./station.ts";

const MAX_ENTRIES = 50;

export type Refusal = Omit<WaitingStation, "tries" | "lastAtMs">;

export class WaitingList {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #entries = new Map<string, WaitingStation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns how often the same was refused for the same reason, this time included */
  add(refusal: Refusal): number {
    const key = JSON.stringify([refusal.identity, refusal.remoteAddress, refusal.why]);
    const tries = (this.#entries.get(key)?.tries ?? 0) + 1;
    this.#entries.delete(key);
    this.#entries.set(key, { ...refusal, tries, lastAtMs: this.#clock.nowMs() });
    if (this.#entries.size > MAX_ENTRIES) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    return tries;
  }

  /** It came in after all. */
  admitted(identity: string, remoteAddress: string): void {
    for (const [key, entry] of this.#entries)
      if (entry.identity === identity || (entry.identity === remoteAddress && entry.remoteAddress === remoteAddress))
        this.#entries.delete(key);
  }

  list(): readonly WaitingStation[] {
    return [...this.#entries.values()].reverse();
  }
}
