/** Is the bridge alive? Judged by when this browser saw its heartbeat change, because clocks differ. */
import { type HassEntity, number, time } from "./hass.ts";
import type { Timers } from "./timers.ts";

const MISSED = 3;
/** Grace for the first look, when only Home Assistant's own time stamp is known, ms. */
const SEED_GRACE_MS = 60_000;
const DEFAULT_S = 60;

export class Heartbeat {
  #beat: string | undefined;
  #deadline = Infinity;
  /** When it was last heard. */
  heardMs: number | undefined;

  /** Takes the root entity as it stands; starts no timer. */
  look(root: HassEntity | undefined, now: number): void {
    const first = this.#beat === undefined;
    // What comes after nothing was seen to come: no guess by time stamps is needed then.
    const beat = root?.state ?? "";
    if (beat === this.#beat) return;
    this.#beat = beat;
    this.heardMs = root && (first ? Math.min(time(root.last_updated) ?? now, now) : now);
    const patience = (number(root?.attributes["heartbeat_s"]) ?? DEFAULT_S) * MISSED * 1000;
    this.#deadline = (this.heardMs ?? Infinity) + patience + (first ? SEED_GRACE_MS : 0);
  }

  silent(now: number): boolean {
    return now >= this.#deadline;
  }

  /** One timer to the deadline, while the card is on the page. */
  arm(timers: Timers, now: number, expired: () => void): void {
    if (this.silent(now)) timers.clear("heartbeat");
    else timers.set("heartbeat", this.#deadline - now + 50, expired);
  }
}
