/** The newest readings of one outlet and the headline figures drawn from them. */
import { NO_PHASES, type PerPhase } from "../../../../shared/charger.ts";
import { leg, type Sample } from "./meter-values.ts";

/** The newest value of one measurand and phase; written over with each message. */
interface Kept {
  value: number;
  /** Receipt time, ms: the charger's clock is not trusted for freshness. */
  atMs: number;
  readonly leg: 1 | 2 | 3 | undefined;
}

const NOTHING: readonly number[] = [];

/** Measurands, and phases of each: more than any standard names, for boxes that invent them. */
const MOST_KEPT = 100;

/** Flow values (power, current, ...) by measurand and phase. Energy is the business of `Register`. */
export class Meter {
  readonly #latest = new Map<string, Map<string, Kept>>();
  context: string | undefined;
  location: string | undefined;
  /** Receipt time of the newest flow reading. */
  flowAtMs: number | undefined;

  take(samples: readonly Sample[], receivedAtMs: number): void {
    for (const sample of samples) {
      this.context = sample.context;
      this.location = sample.location;
      if (sample.context === "Transaction.Begin" && sample.measurand.startsWith("Energy.")) continue;
      this.#keep(sample, receivedAtMs);
      if (sample.measurand === "Power.Active.Import" || sample.measurand === "Current.Import")
        this.flowAtMs = receivedAtMs;
    }
  }

  #keep({ measurand, phase, value }: Sample, atMs: number): void {
    let phases = this.#latest.get(measurand);
    if (phases === undefined) {
      if (this.#latest.size >= MOST_KEPT) return;
      phases = new Map<string, Kept>();
      this.#latest.set(measurand, phases);
    }
    const kept = phases.get(phase ?? "");
    if (kept !== undefined) {
      kept.value = value;
      kept.atMs = atMs;
    } else if (phases.size < MOST_KEPT) phases.set(phase ?? "", { value, atMs, leg: leg(phase) });
  }

  /** Nothing flows: known power and currents become 0, unknown ones stay unknown. */
  zero(atMs: number): void {
    for (const [measurand, phases] of this.#latest) {
      if (!isFlow(measurand)) continue;
      for (const kept of phases.values()) {
        kept.value = 0;
        kept.atMs = atMs;
      }
    }
  }

  /** Forgets flow values older than `maxAgeMs`: what they were true for is over. */
  expire(nowMs: number, maxAgeMs: number): void {
    for (const [measurand, phases] of this.#latest) {
      if (measurand.startsWith("Energy.")) continue;
      for (const [phase, kept] of phases) if (nowMs - kept.atMs > maxAgeMs) phases.delete(phase);
    }
  }

  /** One value by measurand and phase as told. */
  value(measurand: string, phase = ""): number | undefined {
    return this.#latest.get(measurand)?.get(phase)?.value;
  }

  /** Receipt time of the newest sample of a measurand. */
  atMs(measurand: string): number | undefined {
    const times = [...(this.#latest.get(measurand)?.values() ?? [])].map((kept) => kept.atMs);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  has(measurand: string): boolean {
    return (this.#latest.get(measurand)?.size ?? 0) > 0;
  }

  legs(measurand: string): PerPhase<number | undefined> {
    const phases = this.#latest.get(measurand);
    if (phases === undefined) return NO_PHASES;
    let l1: number | undefined;
    let l2: number | undefined;
    let l3: number | undefined;
    for (const kept of phases.values())
      if (kept.leg === 1) l1 = kept.value;
      else if (kept.leg === 2) l2 = kept.value;
      else if (kept.leg === 3) l3 = kept.value;
    return { l1, l2, l3 };
  }

  /** Unphased, else the sum of the phases; `preferPhases` turns that round (Autel's total is a third of L1). */
  total(measurand: string, preferPhases = false): number | undefined {
    const unphased = this.value(measurand);
    if (unphased !== undefined && !preferPhases) return unphased;
    const legs = this.has(measurand) ? present(this.legs(measurand)) : NOTHING;
    return legs.length === 0 ? unphased : legs.reduce((total, value) => total + value, 0);
  }

  mean(measurand: string): number | undefined {
    return this.has(measurand) ? (this.value(measurand) ?? average(present(this.legs(measurand)))) : undefined;
  }

  voltageLegs(): PerPhase<number | undefined> {
    const legs = this.legs("Voltage");
    const live = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
    return { l1: live(legs.l1), l2: live(legs.l2), l3: live(legs.l3) };
  }

  /** Line to neutral, V. The neutral's own voltage never counts. */
  headlineV(): number | undefined {
    const unphased = this.value("Voltage");
    if (unphased !== undefined && unphased > 0) return unphased;
    const neutral = average(present(this.voltageLegs()));
    if (neutral !== undefined) return neutral;
    const phases = this.#latest.get("Voltage");
    const between = [...(phases ?? [])].filter(([phase, kept]) => /^L\d-L\d$/.test(phase) && kept.value > 0);
    const line = average(between.map(([, kept]) => kept.value));
    return line === undefined ? undefined : line / Math.sqrt(3);
  }

  /**
   * A per active phase: the mean of legs above 0.1 A, else from power, else the unphased figure last (Delta's freezes at the value it
   * had before the limit changed). `phases` = legs that carry current where known.
   */
  headlineA(powerW: number | undefined, phases: number | undefined): number | undefined {
    const legs = present(this.legs("Current.Import"));
    if (legs.length > 0) return average(legs.filter((value) => value > 0.1)) ?? 0;
    const unphased = this.value("Current.Import");
    const volts = this.headlineV();
    if (powerW !== undefined && volts !== undefined && volts > 0) return powerW / (Math.max(1, phases ?? 1) * volts);
    return unphased;
  }

  /** Legs carrying more than 1 A; undefined while no leg is told. */
  phasesCarrying(): number | undefined {
    const legs = present(this.legs("Current.Import"));
    return legs.length === 0 ? undefined : legs.filter((value) => value > 1).length;
  }
}

function isFlow(measurand: string): boolean {
  return /^(Power\.(Active|Reactive)|Current\.(Import|Export))/.test(measurand);
}

export function present(legs: PerPhase<number | undefined>): readonly number[] {
  return [legs.l1, legs.l2, legs.l3].filter((value) => value !== undefined);
}

function average(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
