/**
 * What the events of transactions do to the outlets, in any version: live ones, those told late, and those found again after a restart
 * share their rules and are read side by side.
 */
import type { Clock } from "../../../clock.ts";
import type { Reading } from "./meter-values.ts";
import type { ModelEvents } from "./model.ts";
import type { Outlet } from "./outlet.ts";
import type { Skew } from "./skew.ts";
import { newTransaction, SequenceRecords, sessionOf, type Transaction } from "./transaction.ts";

export interface TxReport {
  readonly kind: "Started" | "Updated" | "Ended";
  readonly id: string;
  readonly atMs: number | undefined;
  readonly seqNo: number | undefined;
  readonly offline: boolean;
  readonly outlet: Outlet | undefined;
  readonly chargingState: string | undefined;
  readonly triggerReason: string | undefined;
  readonly stoppedReason: string | undefined;
  readonly idTag: string | undefined;
  readonly tokenType: string | undefined;
  readonly remoteStartId: number | undefined;
  readonly phasesUsed: number | undefined;
  readonly cableMaxA: number | undefined;
  readonly reservationId: number | undefined;
  readonly reading: Reading | undefined;
}

/** The station as its transactions see it. */
export interface TransactionStation {
  readonly clock: Clock;
  readonly outlets: readonly Outlet[];
  readonly skew: Skew;
  readonly events: ModelEvents;
  readonly family: "1.6" | "2.x";
}

export class Transactions {
  readonly #station: TransactionStation;
  readonly #sequences = new SequenceRecords();
  /** Told late and not over yet. */
  readonly #dormant = new Map<string, Transaction>();

  constructor(station: TransactionStation) {
    this.#station = station;
  }

  /** Ids and numbers may begin anew. */
  forgetSequences(): void {
    this.#sequences.clear();
  }

  /** All events of transactions, any version. 1.6 Start/Stop are told as Started/Ended. */
  take(report: TxReport, receivedAtMs: number): void {
    const { fresh, gap } = this.#sequences.admit(report.id, report.seqNo, report.kind === "Ended");
    if (!fresh) return;
    const known = this.#station.outlets.find((outlet) => outlet.tx?.id === report.id);
    const outlet = known ?? report.outlet;
    if (outlet === undefined) return;
    const history = report.offline || this.#station.skew.isHistory(receivedAtMs, report.atMs);
    if (!history) this.#station.skew.take(receivedAtMs, report.atMs);
    if (history && known === undefined) {
      this.#historical(outlet, report, receivedAtMs);
      return;
    }
    const dormant = this.#awake(report.id);
    const tx = this.#live(outlet, report, receivedAtMs, dormant);
    if (tx === undefined) return;
    tx.seqMax = report.seqNo ?? tx.seqMax;
    tx.gaps += gap;
    this.#describe(outlet, tx, report);
    if (report.reading !== undefined) outlet.take(report.reading, receivedAtMs, !history);
    const began = report.chargingState !== undefined && outlet.setChargingState(report.chargingState, receivedAtMs);
    if (report.kind === "Ended") {
      outlet.end(history ? (report.atMs ?? receivedAtMs) : receivedAtMs, report.stoppedReason ?? "Local");
      this.#station.events.ended(outlet);
    } else if (began) this.#station.events.charging(outlet);
    if (report.kind !== "Updated") outlet.save();
    outlet.refreshPlug(this.#station.family);
  }

  #live(
    outlet: Outlet,
    report: TxReport,
    receivedAtMs: number,
    dormant: Transaction | undefined,
  ): Transaction | undefined {
    const present = outlet.tx;
    if (present?.id === report.id) {
      const wasLive = present.live;
      present.live = true;
      outlet.eventType = report.kind;
      if (!wasLive) this.#station.events.started(outlet);
      return present;
    }
    if (report.kind === "Ended" && dormant === undefined) {
      // The end of something we never saw: energy counts, nothing live changes.
      if (report.reading !== undefined) outlet.take(report.reading, receivedAtMs, false);
      if (outlet.lastTxId === report.id) return undefined;
      const tx = newTransaction(report.id, undefined);
      outlet.history.push(sessionOf(tx, receivedAtMs, report.stoppedReason ?? "Local"));
      return undefined;
    }
    if (present !== undefined) {
      outlet.end(receivedAtMs, "lost");
      this.#station.events.ended(outlet);
    }
    if (report.kind === "Started") outlet.begin(report.id, receivedAtMs, receivedAtMs, undefined);
    else outlet.adopt(report.id);
    const tx = outlet.tx;
    if (tx === undefined) return undefined;
    if (dormant !== undefined) Object.assign(tx, { ...dormant, live: true });
    this.#station.events.started(outlet);
    return tx;
  }

  /** Told after the fact: kept beside the live picture. A later live event of the same transaction brings it to life. */
  #historical(outlet: Outlet, report: TxReport, receivedAtMs: number): void {
    const tx = this.#dormant.get(report.id) ?? newTransaction(report.id, report.atMs);
    this.#dormant.set(report.id, tx);
    tx.live = false;
    tx.idTag = report.idTag ?? tx.idTag;
    if (report.reading !== undefined) {
      const live = outlet.tx;
      outlet.tx = tx;
      outlet.take(report.reading, receivedAtMs, false);
      outlet.tx = live;
    }
    if (report.chargingState !== undefined) tx.chargingState = report.chargingState;
    if (report.kind !== "Ended") return;
    this.#dormant.delete(report.id);
    outlet.history.push(sessionOf(tx, report.atMs ?? receivedAtMs, report.stoppedReason ?? "Local"));
    outlet.lastTxId = report.id;
  }

  /** 1.6: a transaction told with its meter start. */
  begun16(outlet: Outlet, id: string, meterStartWh: number | undefined): void {
    const tx = outlet.tx?.id === id ? outlet.tx : this.#dormant.get(id);
    if (tx === undefined || meterStartWh === undefined) return;
    tx.meterStartWh = meterStartWh;
    tx.energyWh ??= 0;
    outlet.save();
  }

  /** 1.6 recovery: readings or a status of a transaction that we do not know to run. */
  recover16(outlet: Outlet, id: string): void {
    if (outlet.liveTx !== undefined || id === outlet.lastTxId) return;
    const words = ["Charging", "SuspendedEV", "SuspendedEVSE"];
    const confirmed = outlet.tx?.id === id || (outlet.connector !== undefined && words.includes(outlet.connector));
    if (!confirmed) return;
    const dormant = this.#awake(id);
    const tx = outlet.adopt(id);
    if (dormant !== undefined) Object.assign(tx, { ...dormant, live: true });
    this.#station.events.started(outlet);
  }

  /** The tag of this transaction was refused. */
  refuse(id: string): void {
    const tx = this.#station.outlets.find((outlet) => outlet.tx?.id === id)?.tx;
    if (tx !== undefined) tx.refusedAtMs ??= this.#station.clock.monotonicMs();
  }

  /** Takes a transaction out of those told late. */
  #awake(id: string): Transaction | undefined {
    if (this.#dormant.size === 0) return undefined;
    const dormant = this.#dormant.get(id);
    this.#dormant.delete(id);
    return dormant;
  }

  isDormant(id: string): boolean {
    return this.#dormant.has(id);
  }

  #describe(outlet: Outlet, tx: Transaction, report: TxReport): void {
    outlet.eventType = report.kind;
    outlet.triggerReason = report.triggerReason ?? outlet.triggerReason;
    outlet.sequenceNumber = report.seqNo ?? outlet.sequenceNumber;
    tx.idTag = report.idTag ?? tx.idTag;
    tx.tokenType = report.tokenType ?? tx.tokenType;
    tx.remoteStartId = report.remoteStartId ?? tx.remoteStartId;
    tx.phasesUsed = report.phasesUsed ?? tx.phasesUsed;
    tx.cableMaxA = report.cableMaxA ?? tx.cableMaxA;
    tx.reservationId = report.reservationId ?? tx.reservationId;
  }
}
