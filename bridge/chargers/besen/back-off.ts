/** Waits between connection attempts: 2, 5, 10, 20, 40, then 60 s for ever, each +-20 %, so that many bridges do not call at once. */
const STEPS_S = [2, 5, 10, 20, 40, 60] as const;
const JITTER = 0.2;

export class BackOff {
  #attempt = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  nextMs(): number {
    const step = STEPS_S[Math.min(this.#attempt, STEPS_S.length - 1)] ?? 60;
    this.#attempt++;
    return Math.round(step * 1000 * (1 - JITTER + 2 * JITTER * this.#random()));
  }

  reset(): void {
    this.#attempt = 0;
  }
}
