/** What the box ought to offer: one wish, written down, that grows old when nobody confirms it. */
import type { LimitOrder } from "../../charger.ts";
import type { Clock } from "../../../clock.ts";
import type { Drawer } from "../drawer.ts";

/** An older wish is not trusted to be above the fail-safe any more, ms. */
const LASTS_MS = 120_000;
/** Its age is written down this often, ms. */
const SAVED_MS = 30_000;

export class LimitWish {
  readonly #clock: Clock;
  readonly #drawer: Drawer;
  #wish: { readonly limitA: number; readonly hold: "user" | undefined; readonly atMs: number } | undefined;
  /** When it was last known to be wanted in this process, monotonic ms; undefined = from the database. */
  #atMono: number | undefined;

  constructor(clock: Clock, drawer: Drawer) {
    this.#clock = clock;
    this.#drawer = drawer;
    const stored = drawer.record("limit");
    const limitA = stored?.["limitA"];
    const atMs = stored?.["atMs"];
    if (typeof limitA === "number" && typeof atMs === "number")
      this.#wish = { limitA, hold: stored?.["hold"] === "user" ? "user" : undefined, atMs };
  }

  /** A person's pause. */
  get held(): boolean {
    return this.#wish?.hold === "user";
  }

  /** A per phase, not yet cut to what may reach the wire. An old wish counts up to the fail-safe only, no wish is the fail-safe. */
  limitA(failSafeA: number): number {
    const wish = this.#wish;
    if (wish === undefined) return failSafeA;
    // The machine's clock may be set at any moment: within the process only the monotonic one counts.
    const ageMs =
      this.#atMono === undefined ? this.#clock.nowMs() - wish.atMs : this.#clock.monotonicMs() - this.#atMono;
    return ageMs <= LASTS_MS ? wish.limitA : Math.min(wish.limitA, failSafeA);
  }

  set({ limitA, hold }: LimitOrder): void {
    this.#take(limitA, hold);
    this.#save();
  }

  /** For the end of the process only: what is written down stays. */
  lowerTo(limitA: number): void {
    this.#take(limitA, this.#wish?.hold);
  }

  /** It is carried out and the link is up: it does not grow old. */
  keep(): void {
    const wish = this.#wish;
    if (wish === undefined || this.#atMono === undefined) return;
    this.#atMono = this.#clock.monotonicMs();
    if (Math.abs(this.#clock.nowMs() - wish.atMs) < SAVED_MS) return;
    this.#take(wish.limitA, wish.hold);
    this.#save();
  }

  #take(limitA: number, hold: "user" | undefined): void {
    this.#wish = { limitA, hold, atMs: this.#clock.nowMs() };
    this.#atMono = this.#clock.monotonicMs();
  }

  #save(): void {
    const wish = this.#wish;
    if (wish !== undefined)
      this.#drawer.write("limit", { limitA: wish.limitA, hold: wish.hold ?? null, atMs: wish.atMs });
  }
}
