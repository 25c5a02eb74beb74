/** The lifetime energy register: what the charger tells, stitched so that it only grows. */
import type { JsonValue } from "../../charger.ts";

/** A fall of more than this starts a new segment, Wh; smaller ones are jitter of the meter. */
const RESET_FALL_WH = 100;
/** A rise of more than this in one step is believed at the third telling only, Wh. */
const JUMP_WH = 1_000_000;
const JUMP_TELLINGS = 2;

export interface RegisterState {
  /** Energy of the segments before this one, Wh. */
  readonly baseWh: number;
  /** The charger's own register as last believed, Wh. */
  readonly rawWh: number | undefined;
}

export class Register {
  #state: RegisterState;
  #jumps = 0;

  constructor(state: RegisterState = { baseWh: 0, rawWh: undefined }) {
    this.#state = state;
  }

  get state(): RegisterState {
    return this.#state;
  }

  /** Wh, never falling; undefined until the charger has told one. */
  get totalWh(): number | undefined {
    return this.#state.rawWh === undefined ? undefined : this.#state.baseWh + this.#state.rawWh;
  }

  /**
   * Takes a register reading, Wh; answers the total after it, or undefined when the reading was not believed.
   * `inTransaction` false: a lone 0 (a meter that starts up) is ignored while the total is above 0.
   */
  take(rawWh: number, inTransaction: boolean): number | undefined {
    const before = this.#state.rawWh;
    if (before === undefined) {
      this.#state = { ...this.#state, rawWh };
      return this.totalWh;
    }
    if (rawWh === 0 && before > 0 && !inTransaction) return undefined;
    if (rawWh - before > JUMP_WH && this.#jumps < JUMP_TELLINGS) {
      this.#jumps++;
      return undefined;
    }
    this.#jumps = 0;
    if (rawWh < before - RESET_FALL_WH) {
      this.#state = { baseWh: this.#state.baseWh + before, rawWh };
      return this.totalWh;
    }
    if (rawWh > before) this.#state = { ...this.#state, rawWh };
    return this.totalWh;
  }
}

export function registerToJson(state: RegisterState): JsonValue {
  return { baseWh: state.baseWh, rawWh: state.rawWh ?? null };
}

export function registerFromJson(value: JsonValue | undefined): RegisterState | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { baseWh, rawWh } = value as { baseWh?: unknown; rawWh?: unknown };
  if (typeof baseWh !== "number" || !Number.isFinite(baseWh)) return undefined;
  return { baseWh, rawWh: typeof rawWh === "number" && Number.isFinite(rawWh) ? rawWh : undefined };
}
