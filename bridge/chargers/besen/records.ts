/** Charge records that the box uploads: collected once each, by serial, charge id and start. */
import type { SessionSnapshot } from "../../../shared/charger.ts";
import type { DriverStore } from "../charger.ts";
import type { ChargeRecord } from "./messages.ts";
import { epochFromWire } from "./time.ts";
import { stopReasonWord } from "./words.ts";

const KEY = "records";
/** Keys remembered: more than a unit holds. */
const KEPT = 500;

export class Records {
  readonly #store: DriverStore;
  readonly #zone: string;
  readonly #seen: string[];

  constructor(store: DriverStore, zone: string) {
    this.#store = store;
    this.#zone = zone;
    const kept = store.get(KEY);
    this.#seen = Array.isArray(kept) ? kept.filter((key): key is string => typeof key === "string") : [];
  }

  /** @returns the record as a session when it has not been seen before and holds a whole charge */
  take(serial: string, record: ChargeRecord): SessionSnapshot | undefined {
    const key = `${serial}/${record.chargeId}/${record.startWire ?? 0}`;
    if (this.#seen.includes(key)) return undefined;
    this.#seen.push(key);
    if (this.#seen.length > KEPT) this.#seen.shift();
    this.#store.set(KEY, [...this.#seen]);
    if (record.startWire === null || record.endWire === null) return undefined;
    return {
      id: record.chargeId === "" ? key : record.chargeId,
      startedAtMs: epochFromWire(record.startWire, this.#zone) * 1000,
      endedAtMs: epochFromWire(record.endWire, this.#zone) * 1000,
      energyWh: Math.round(record.chargeKwh * 1000),
      idTag: record.startUserId === "" ? undefined : record.startUserId,
      stopReason: stopReasonWord(record.stopReason),
    };
  }
}
