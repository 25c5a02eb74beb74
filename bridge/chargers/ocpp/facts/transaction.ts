/** One transaction of the box, and the rules by which its events count. */
import type { SessionSnapshot } from "../../../../shared/charger.ts";
import type { JsonValue } from "../../charger.ts";

export interface Transaction {
  readonly id: string;
  /** ms by our clock; undefined when it began unseen. */
  startedAtMs: number | undefined;
  /** Highest seqNo seen; undefined for boxes that send none. */
  seqMax: number | undefined;
  gaps: number;
  idTag: string | undefined;
  tokenType: string | undefined;
  remoteStartId: number | undefined;
  chargingState: string | undefined;
  meterStartWh: number | undefined;
  /** Lifetime total when it began, Wh: the session's energy is the difference. */
  startTotalWh: number | undefined;
  energyWh: number | undefined;
  phasesUsed: number | undefined;
  cableMaxA: number | undefined;
  reservationId: number | undefined;
  charged: boolean;
  /** When its tag was refused, monotonic ms: it must not charge on. */
  refusedAtMs: number | undefined;
  /** false: known from the database or from queued old events; live once the box confirms it. */
  live: boolean;
  evidence: Record<string, string>;
}

export function newTransaction(id: string, startedAtMs: number | undefined): Transaction {
  return {
    id,
    startedAtMs,
    seqMax: undefined,
    gaps: 0,
    idTag: undefined,
    tokenType: undefined,
    remoteStartId: undefined,
    chargingState: undefined,
    meterStartWh: undefined,
    startTotalWh: undefined,
    energyWh: undefined,
    phasesUsed: undefined,
    cableMaxA: undefined,
    reservationId: undefined,
    charged: false,
    refusedAtMs: undefined,
    live: true,
    evidence: {},
  };
}

export function sessionOf(tx: Transaction, endedAtMs?: number, stopReason?: string): SessionSnapshot {
  return {
    id: tx.id,
    startedAtMs: tx.startedAtMs,
    endedAtMs,
    energyWh: tx.energyWh,
    idTag: tx.idTag,
    stopReason,
    ...(Object.keys(tx.evidence).length === 0 ? {} : { evidence: { ...tx.evidence } }),
  };
}

export function transactionToJson(tx: Transaction): JsonValue {
  return {
    id: tx.id,
    startedAtMs: tx.startedAtMs ?? null,
    idTag: tx.idTag ?? null,
    chargingState: tx.chargingState ?? null,
    meterStartWh: tx.meterStartWh ?? null,
    startTotalWh: tx.startTotalWh ?? null,
    energyWh: tx.energyWh ?? null,
    charged: tx.charged,
    evidence: tx.evidence,
  };
}

/** A persisted transaction, not live until the box confirms it; undefined when the record is not one. */
export function transactionFromJson(value: Readonly<Record<string, JsonValue>> | undefined): Transaction | undefined {
  if (value === undefined || typeof value["id"] !== "string") return undefined;
  const figure = (key: string): number | undefined => {
    const found = value[key];
    return typeof found === "number" && Number.isFinite(found) ? found : undefined;
  };
  const word = (key: string): string | undefined => {
    const found = value[key];
    return typeof found === "string" ? found : undefined;
  };
  const evidence = value["evidence"];
  return {
    ...newTransaction(value["id"], figure("startedAtMs")),
    idTag: word("idTag"),
    chargingState: word("chargingState"),
    meterStartWh: figure("meterStartWh"),
    startTotalWh: figure("startTotalWh"),
    energyWh: figure("energyWh"),
    charged: value["charged"] === true,
    live: false,
    evidence:
      typeof evidence === "object" && evidence !== null
        ? Object.fromEntries(
            Object.entries(evidence).flatMap(([key, item]) => (typeof item === "string" ? [[key, item]] : [])),
          )
        : {},
  };
}

/** Order of 2.x events per transaction: duplicates, replays and events after the end are dropped (at most 1024 are remembered). */
export class SequenceRecords {
  readonly #seen = new Map<string, { max: number | undefined; ended: boolean }>();

  #newest: string | undefined;

  /** Boot: ids and numbers may begin anew. */
  clear(): void {
    this.#newest = undefined;
    this.#seen.clear();
  }

  /** Whether this event is new, and how many before it are missing. */
  admit(id: string, seqNo: number | undefined, ends: boolean): { readonly fresh: boolean; readonly gap: number } {
    const known = this.#seen.get(id);
    if (known?.ended === true) return { fresh: false, gap: 0 };
    if (seqNo !== undefined && known?.max !== undefined && seqNo <= known.max) return { fresh: false, gap: 0 };
    const gap = seqNo !== undefined && known?.max !== undefined ? seqNo - known.max - 1 : 0;
    if (known !== undefined && id === this.#newest) {
      known.max = seqNo ?? known.max;
      known.ended = ends;
      return { fresh: true, gap };
    }
    this.#seen.delete(id); // the oldest stays first
    this.#newest = id;
    this.#seen.set(id, { max: seqNo ?? known?.max, ended: ends });
    if (this.#seen.size <= 1024) return { fresh: true, gap };
    const oldest = this.#seen.keys().next();
    if (oldest.done !== true) this.#seen.delete(oldest.value);
    return { fresh: true, gap };
  }
}
