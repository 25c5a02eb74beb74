/** Measured against wanted: a box that draws more than it may for a minute does not obey. */
import type { LimitPort } from "./limit-port.ts";

const TOLERANCE_A = 1;
const LASTS_MS = 60_000;
/** A reading older than this says nothing, ms. */
const FRESH_MS = 60_000;
/** More than this against a pause is charging, W. */
const STILL_W = 100;

export class OverCurrent {
  readonly #port: LimitPort;
  #sinceMs: number | undefined;

  constructor(port: LimitPort) {
    this.#port = port;
  }

  forget(): void {
    this.#sinceMs = undefined;
  }

  /** What it draws, A, once it has done so against `wantedA` for a minute; the minute then begins anew. */
  defiance(wantedA: number | undefined, sentAtMs: number): number | undefined {
    const { clock } = this.#port;
    const { currentA = 0, powerW = 0, atMs } = this.#port.measured();
    const fresh = atMs !== undefined && atMs > sentAtMs && clock.nowMs() - atMs < FRESH_MS;
    const over =
      wantedA !== undefined &&
      fresh &&
      this.#port.transactionId() !== undefined &&
      (currentA > wantedA + TOLERANCE_A || (wantedA === 0 && powerW > STILL_W));
    const now = clock.monotonicMs();
    if (!over) this.#sinceMs = undefined;
    else this.#sinceMs ??= now;
    if (this.#sinceMs === undefined || now - this.#sinceMs < LASTS_MS) return undefined;
    this.#sinceMs = undefined;
    return currentA;
  }
}
