/** How far the box's clock is off: the median over its newest live messages. */
const KEPT = 20;
const ENOUGH = 3;
/** What is told later than this is history, ms. */
export const HISTORY_MS = 300_000;

export class Skew {
  #samples: number[] = [];

  /** A live message: ms of receipt and the time that the box wrote on it. */
  take(receivedAtMs: number, toldMs: number | undefined): void {
    if (toldMs === undefined) return;
    this.#samples = [...this.#samples, receivedAtMs - toldMs].slice(-KEPT);
  }

  /** receipt − told, ms; undefined until three messages have told. */
  get ms(): number | undefined {
    if (this.#samples.length < ENOUGH) return undefined;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  /** Whether something told at `toldMs` happened long before it was received, by our clock or by the box's. */
  isHistory(receivedAtMs: number, toldMs: number | undefined): boolean {
    if (toldMs === undefined) return false;
    const age = receivedAtMs - toldMs;
    return Math.abs(age) > HISTORY_MS && Math.abs(age - (this.ms ?? 0)) > HISTORY_MS;
  }
}
