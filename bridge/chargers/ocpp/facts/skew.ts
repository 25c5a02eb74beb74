/** How far the box's clock is off: the median over its newest live messages. */
const KEPT = 20;
const ENOUGH = 3;
/** Least time between two messages that tell a pace, ms, and how much faster than ours it may be. */
const PACE_MS = 3_000;
const PACE_RATIO = 1.25;
/** Differences between messages that delay in the network explains, ms. */
const STEADY_MS = 30_000;
/** What is told later than this is history, ms. */
export const HISTORY_MS = 300_000;

export class Skew {
  #samples: number[] = [];
  #old: { readonly receivedAtMs: number; readonly toldMs: number } | undefined;

  /** A live message: ms of receipt and the time that the box wrote on it. */
  take(receivedAtMs: number, toldMs: number | undefined): void {
    if (toldMs === undefined) return;
    this.#samples.push(receivedAtMs - toldMs);
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** receipt − told, ms; undefined until three messages have told. */
  get ms(): number | undefined {
    if (this.#samples.length < ENOUGH) return undefined;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  /** Whether its clock runs as ours does, however far off; unknown counts as steady. */
  get steady(): boolean {
    return this.#samples.length < ENOUGH || Math.max(...this.#samples) - Math.min(...this.#samples) <= STEADY_MS;
  }

  /**
   * Whether something told at `toldMs` happened long before it was received, by our clock and by the box's. What was queued comes faster
   * than it happened; old times that go on at the pace of our clock mean that the box's clock was set, and from then on count as live.
   */
  isHistory(receivedAtMs: number, toldMs: number | undefined): boolean {
    if (toldMs === undefined) return false;
    const age = receivedAtMs - toldMs;
    if (Math.abs(age) <= HISTORY_MS || Math.abs(age - (this.ms ?? 0)) <= HISTORY_MS) return false;
    const last = this.#old;
    this.#old = { receivedAtMs, toldMs };
    if (last === undefined) return true;
    const received = receivedAtMs - last.receivedAtMs;
    const told = toldMs - last.toldMs;
    const live = received >= PACE_MS && told > 0 && told <= received * PACE_RATIO;
    if (!live) return true;
    this.#samples = Array.from({ length: ENOUGH }, () => age);
    this.#old = undefined;
    return false;
  }
}
