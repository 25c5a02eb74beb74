/** A reboot as the last means against a box that does not pause. Guards: permission, at most one in 15 min and three in a day. */
import type { Clock } from "../../../clock.ts";
import type { Drawer } from "../drawer.ts";

const APART_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const PER_DAY = 3;
/** Power that must have flowed against the pause for this long, W and ms. */
const DEFIANT_W = 500;
const DEFIANT_MS = 60_000;

export class LastResort {
  readonly #clock: Clock;
  readonly #drawer: Drawer;
  readonly #allowed: "never" | "failed_pause" | "always";
  #defiantSinceMs: number | undefined;
  #pauseFailed = false;

  constructor(clock: Clock, drawer: Drawer, allowed: "never" | "failed_pause" | "always") {
    this.#clock = clock;
    this.#drawer = drawer;
    this.#allowed = allowed;
  }

  /** A pause was refused, timed out or is not obeyed. */
  pauseFailed(): void {
    this.#pauseFailed = true;
  }

  /** Whether to reboot now because a pause is defied: power above 500 W for a minute on a plugged, connected box. */
  due(state: { readonly paused: boolean; readonly plugged: boolean; readonly powerW: number | undefined }): boolean {
    const now = this.#clock.monotonicMs();
    const defiant = state.paused && state.plugged && (state.powerW ?? 0) > DEFIANT_W;
    if (!defiant) {
      this.#defiantSinceMs = undefined;
      if (!state.paused) this.#pauseFailed = false;
      return false;
    }
    this.#defiantSinceMs ??= now;
    return (
      this.#pauseFailed && now - this.#defiantSinceMs >= DEFIANT_MS && this.#allowed !== "never" && this.#roomForOne()
    );
  }

  /** Whether a failed start may be answered by a reboot. */
  mayForStart(): boolean {
    return this.#allowed === "always" && this.#roomForOne();
  }

  /** Counts a reboot. */
  done(): void {
    const now = this.#clock.nowMs();
    this.#drawer.write("resets", [...this.#recent(now), now]);
    this.#defiantSinceMs = undefined;
  }

  #roomForOne(): boolean {
    const now = this.#clock.nowMs();
    const recent = this.#recent(now);
    const newest = recent.at(-1);
    return recent.length < PER_DAY && (newest === undefined || now - newest >= APART_MS);
  }

  #recent(now: number): number[] {
    const stored = this.#drawer.read("resets");
    if (!Array.isArray(stored)) return [];
    return stored.filter((at: unknown): at is number => typeof at === "number" && at <= now && now - at < DAY_MS);
  }
}
