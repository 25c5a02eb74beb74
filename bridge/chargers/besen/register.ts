/** The box's lifetime counter as a register that never runs backwards, across resets of the box and restarts of the bridge. */
import type { DriverStore, JsonValue } from "../charger.ts";

const KEY = "register";
/** A lower counter seen this often in a row is a new counter (board exchanged, counter reset), not a slip. */
const SURE = 3;

export class Register {
  readonly #store: DriverStore;
  /** Added to the box's counter, Wh. */
  #offsetWh = 0;
  #lastWh: number | undefined;
  #lower = 0;

  constructor(store: DriverStore) {
    this.#store = store;
    const kept = store.get(KEY);
    if (!isRecord(kept)) return;
    if (typeof kept["offsetWh"] === "number") this.#offsetWh = kept["offsetWh"];
    if (typeof kept["lastWh"] === "number") this.#lastWh = kept["lastWh"];
  }

  /** Wh; undefined until the box has told. */
  get wh(): number | undefined {
    return this.#lastWh;
  }

  /** @returns the register, Wh */
  take(rawWh: number): number {
    const now = rawWh + this.#offsetWh;
    if (this.#lastWh === undefined || now >= this.#lastWh) {
      this.#lower = 0;
      return this.#keep(now);
    }
    this.#lower++;
    if (this.#lower < SURE) return this.#lastWh;
    this.#lower = 0;
    this.#offsetWh = this.#lastWh - rawWh;
    return this.#keep(this.#lastWh);
  }

  #keep(wh: number): number {
    if (wh !== this.#lastWh) this.#store.set(KEY, { offsetWh: this.#offsetWh, lastWh: wh });
    this.#lastWh = wh;
    return wh;
  }
}

export function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
