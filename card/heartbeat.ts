/** Is the bridge alive? Judged by when this browser saw its heartbeat change, because clocks differ. */
import type { HassEntity } from "./hass.ts";
import { number, time } from "./hass.ts";
import type { Timers } from "./timers.ts";

const MISSED = 3;
/** Grace for the first look, when only Home Assistant's own time stamp is known, ms. */
const SEED_GRACE_MS = 60_000;
const DEFAULT_S = 60;

export class Heartbeat {
  #beat: string | undefined;
  #deadline = 0;
  #heardMs: number | undefined;
  readonly #timers: Timers;
  readonly #expired: () => void;

  constructor(timers: Timers, expired: () => void) {
    this.#timers = timers;
    this.#expired = expired;
  }

  /** Takes the root entity as it stands; starts no timer. */
  look(root: HassEntity | undefined, now: number): void {
    if (root === undefined) {
      // What comes after this was seen to come: no guess by time stamps is needed then.
      this.#beat = "";
      this.#heardMs = undefined;
      return;
    }
    if (root.state === this.#beat) return;
    const first = this.#beat === undefined;
    this.#beat = root.state;
    const patience = (number(root.attributes["heartbeat_s"]) ?? DEFAULT_S) * MISSED * 1000;
    this.#heardMs = first ? Math.min(time(root.last_updated) ?? now, now) : now;
    this.#deadline = this.#heardMs + patience + (first ? SEED_GRACE_MS : 0);
  }

  silent(now: number): boolean {
    return this.#heardMs !== undefined && now >= this.#deadline;
  }

  /** When it was last heard. */
  get heardMs(): number | undefined {
    return this.#heardMs;
  }

  /** One timer to the deadline, while the card is on the page. */
  arm(now: number): void {
    if (this.#heardMs === undefined || this.silent(now)) this.#timers.clear("heartbeat");
    else this.#timers.set("heartbeat", this.#deadline - now + 50, this.#expired);
  }
}
