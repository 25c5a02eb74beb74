/** A car on the cable: takes what is offered, within what its charger and battery can. */
import { clamp, MIN_CURRENT_A } from "../../shared/units.ts";

export interface CarOptions {
  /** Legs its on-board charger uses. */
  readonly phases: 1 | 2 | 3;
  /** Most it takes, A per phase. */
  readonly maxA: number;
  readonly capacityWh: number;
  /** 0-100. */
  readonly socPct: number;
  /** Rise and fall of its current, A per second. */
  readonly rampAPerS?: number;
}

export const COMPACT_CAR: CarOptions = { phases: 3, maxA: 16, capacityWh: 58_000, socPct: 40 };

/** Most of what is taken from the wall reaches the battery. */
const EFFICIENCY = 0.92;
/** The last tenth is filled at a falling current. */
const TAPER_FROM_PCT = 95;

export class Car {
  readonly options: CarOptions;
  #energyWh: number;
  #currentA = 0;
  /** The driver told it not to charge (timer, app). */
  asleep = false;

  constructor(options: CarOptions = COMPACT_CAR) {
    this.options = options;
    this.#energyWh = (options.capacityWh * clamp(options.socPct, 0, 100)) / 100;
  }

  get socPct(): number {
    return (this.#energyWh / this.options.capacityWh) * 100;
  }

  get full(): boolean {
    return this.#energyWh >= this.options.capacityWh - 1;
  }

  /** A per phase flowing now. */
  get currentA(): number {
    return this.#currentA;
  }

  /** Lets `seconds` pass with `offeredA` on the pilot; answers A per used phase at the end. Below 6 A a pilot means "do not charge". */
  step(offeredA: number, voltageV: number, phases: number, seconds: number): number {
    const wanted = this.#wanted(offeredA);
    const ramp = (this.options.rampAPerS ?? 8) * seconds;
    this.#currentA =
      wanted === 0
        ? Math.max(0, this.#currentA - ramp * 2)
        : clamp(wanted, this.#currentA - 2 * ramp, this.#currentA + ramp);
    // A relay opens at once when the offer ends: nothing trickles below the least current.
    if (wanted === 0 && this.#currentA < MIN_CURRENT_A) this.#currentA = 0;
    const legs = Math.min(phases, this.options.phases);
    const taken = (this.#currentA * voltageV * legs * seconds) / 3600;
    this.#energyWh = Math.min(this.options.capacityWh, this.#energyWh + taken * EFFICIENCY);
    return this.#currentA;
  }

  /** Pulled off the cable. */
  stop(): void {
    this.#currentA = 0;
  }

  #wanted(offeredA: number): number {
    if (offeredA < MIN_CURRENT_A || this.full || this.asleep) return 0;
    const taper =
      this.socPct > TAPER_FROM_PCT
        ? Math.max(MIN_CURRENT_A, this.options.maxA * ((100 - this.socPct) / (100 - TAPER_FROM_PCT)))
        : this.options.maxA;
    return Math.min(offeredA, this.options.maxA, taper);
  }
}
