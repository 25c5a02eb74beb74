/** Two kinds of unit: one applies a new current at once, one at its next start only. The first decrease shows which, and is remembered. */
import type { Clock } from "../../clock.ts";
import { DEFAULT_PACE, type Pace } from "../../../shared/site.ts";
import type { DriverStore } from "../charger.ts";
import { CHARGING, measuredA, type Told } from "./picture.ts";

/** Each start and stop moves relay and car contactors, and a change of current interrupts charging for about 20 s. */
const PACE: Pace = { ...DEFAULT_PACE, minIntervalS: 60, minChangeA: 2, stepA: 1, zeroAmps: "stop", applies: "now" };
const PACE_NEXT_START: Pace = { ...PACE, applies: "next_start" };
/** A change shows in the measured current by then. */
const PROOF_MS = 30_000;
const PROOF_A = 0.8;

interface Trial {
  readonly fromA: number;
  readonly toA: number;
  readonly atMs: number;
}

export class UnitKind {
  readonly #store: DriverStore;
  readonly #clock: Clock;
  #pace = PACE;
  #trial: Trial | undefined;

  constructor(store: DriverStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** One of two objects, so that a change is seen by identity. */
  get pace(): Pace {
    return this.#pace;
  }

  recall(told: Told): void {
    if (this.#store.get(keyOf(told)) === "next_start") this.#pace = PACE_NEXT_START;
  }

  /** The box has confirmed a new current while charging. Only a decrease of a car that took more than that proves anything. */
  changed(fromA: number | undefined, toA: number, measured: number): void {
    if (fromA === undefined || fromA === toA) return;
    const telling = fromA - toA >= PROOF_A && measured > toA + PROOF_A;
    this.#trial = telling ? { fromA, toA, atMs: this.#clock.monotonicMs() } : undefined;
  }

  /** After each status. @returns once, when the unit has proven to go on with its former current */
  judge(told: Told, interrupted: boolean): { readonly runningA: number } | undefined {
    const { status } = told;
    const trial = this.#trial;
    if (trial === undefined || status === undefined) return undefined;
    if (status.currentState !== CHARGING) {
      if (!interrupted) this.#trial = undefined;
      return undefined;
    }
    if (this.#clock.monotonicMs() - trial.atMs < PROOF_MS || status.outputState !== 1) return undefined;
    this.#trial = undefined;
    if (measuredA(status) <= trial.toA + PROOF_A) return undefined;
    this.#store.set(keyOf(told), "next_start");
    this.#pace = PACE_NEXT_START;
    return { runningA: trial.fromA };
  }
}

function keyOf({ info, version }: Told): string {
  return `applies:${info?.model ?? "?"}:${version?.softwareVersion ?? info?.hardwareVersion ?? "?"}`;
}
