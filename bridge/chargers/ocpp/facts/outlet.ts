/** One outlet of a station: what the box has told of it. Facts only; limits are the business of `LimitController`. */
import type { SessionSnapshot } from "../../../../shared/charger.ts";
import type { Drawer } from "../drawer.ts";
import type { OutletRef } from "../wire/dialect.ts";
import { energyAtBegin, energyRegister, type Reading, type Sample } from "./meter-values.ts";
import { Meter } from "./meter.ts";
import { Register, registerFromJson, registerToJson } from "./register.ts";
import { CHARGING_W, deriveStatus, pluggedIn, type DerivedStatus, type StatusFacts } from "./status.ts";
import { newTransaction, sessionOf, transactionFromJson, transactionToJson, type Transaction } from "./transaction.ts";

/** An `Available` ends a transaction that is older than this: younger ones may be a late status of before. */
const AVAILABLE_ENDS_AFTER_MS = 10_000;
/** Registers closer than this to the last known one are the same lifetime register, Wh. */
const SAME_REGISTER_WH = 100;
const FLUSH_MS = 30_000;

export class Outlet {
  readonly n: number;
  ref: OutletRef;
  readonly meter = new Meter();
  readonly register: Register;
  readonly #drawer: Drawer;
  connector: string | undefined;
  connectorAtMs: number | undefined;
  errorCode: string | undefined;
  vendorError: string | undefined;
  /** Live or recovered; `tx.live` tells which. */
  tx: Transaction | undefined;
  last: SessionSnapshot | undefined;
  lastTxId: string | undefined;
  /** Queued sessions of an offline time, told after the fact, to be shown one after the other. */
  readonly history: SessionSnapshot[] = [];
  plugged: boolean | undefined;
  powerReadings = 0;
  #ended = false;
  #unsaved = false;
  #unsavedTx = false;
  #flushedAtMs = 0;
  /** Values that could not be read, since start. */
  dropped = 0;
  eventType: string | undefined;
  triggerReason: string | undefined;
  stoppedReason: string | undefined;
  sequenceNumber: number | undefined;
  signedAtMs: number | undefined;

  constructor(n: number, ref: OutletRef, drawer: Drawer) {
    this.n = n;
    this.ref = ref;
    this.#drawer = drawer;
    this.register = new Register(registerFromJson(drawer.read("register")));
    this.tx = transactionFromJson(drawer.record("tx"));
    this.lastTxId = drawer.text("last_tx");
  }

  /** The transaction that the box has confirmed. */
  get liveTx(): Transaction | undefined {
    return this.tx?.live === true ? this.tx : undefined;
  }

  status(family: "1.6" | "2.x", station: string | undefined, expecting: StatusFacts["expecting"]): DerivedStatus {
    const tx = this.liveTx;
    return deriveStatus({
      family,
      station,
      connector: this.connector,
      tx: tx === undefined ? undefined : { chargingState: tx.chargingState, charged: tx.charged },
      powerReadings: this.powerReadings,
      ended: this.#ended,
      errorCode: this.errorCode,
      expecting,
    });
  }

  setConnector(word: string, atMs: number, family: "1.6" | "2.x"): void {
    this.connector = word;
    this.connectorAtMs = atMs;
    if (word === "Available") {
      const tx = this.tx;
      if (tx !== undefined && (!tx.live || atMs - (tx.startedAtMs ?? 0) > AVAILABLE_ENDS_AFTER_MS))
        this.end(atMs, "lost");
      this.#ended = false;
      this.still(atMs);
    }
    if (family === "1.6" && /^(Suspended|Finishing|Preparing)/.test(word)) this.still(atMs);
    this.#plug(family);
  }

  /** 2.x chargingState: sent only when it changed. Answers whether charging began with this event. */
  setChargingState(state: string, atMs: number): boolean {
    const tx = this.tx;
    if (tx === undefined) return false;
    const began = state === "Charging" && tx.chargingState !== "Charging";
    const same = tx.chargingState === state;
    tx.chargingState = state;
    if (state === "Charging") tx.charged = true;
    if (same) return false;
    if (state.startsWith("Suspended")) this.still(atMs);
    this.#save();
    return began;
  }

  begin(id: string, startedAtMs: number | undefined, nowMs: number, meterStartWh: number | undefined): Transaction {
    if (this.tx !== undefined && this.tx.id !== id) this.end(nowMs, "lost");
    const tx = newTransaction(id, startedAtMs);
    tx.meterStartWh = meterStartWh;
    if (meterStartWh !== undefined) tx.energyWh = 0;
    this.tx = tx;
    this.#ended = false;
    this.powerReadings = 0;
    this.eventType = "Started";
    this.stoppedReason = undefined;
    this.plugged = true;
    this.#save();
    return tx;
  }

  /** A transaction learnt from later events than its first: nothing is known of its beginning. */
  adopt(id: string): Transaction {
    const persisted = this.tx;
    if (persisted?.id === id) {
      persisted.live = true;
      this.plugged = true;
      return persisted;
    }
    const tx = this.begin(id, undefined, 0, undefined);
    this.eventType = "Updated";
    return tx;
  }

  end(endedAtMs: number, reason: string): SessionSnapshot | undefined {
    const tx = this.tx;
    if (tx === undefined) return undefined;
    this.flush();
    const session = sessionOf(tx, endedAtMs, reason);
    this.last = session;
    this.lastTxId = tx.id;
    this.tx = undefined;
    this.#ended = true;
    this.eventType = "Ended";
    this.stoppedReason = reason;
    this.still(endedAtMs);
    this.#drawer.drop("tx");
    this.#drawer.write("last_tx", tx.id);
    return session;
  }

  /** Power and currents are 0 now. */
  still(atMs: number): void {
    this.powerReadings = 0;
    this.meter.zero(atMs);
  }

  /**
   * Takes readings. `live` false: told late or for a transaction that is over, so only the register and the session count.
   * Negative or falling energy never gets through.
   */
  take(reading: Reading, receivedAtMs: number, live: boolean): void {
    this.dropped += reading.dropped;
    const tx = this.tx;
    if (tx !== undefined) {
      const begun = tx.meterStartWh === undefined && tx.startTotalWh === undefined && energyAtBegin(reading.samples);
      if (typeof begun === "number") {
        tx.meterStartWh = begun;
        tx.energyWh ??= 0;
      }
      if (reading.signed !== undefined) Object.assign(tx.evidence, reading.signed);
    }
    const raw = energyRegister(reading.samples);
    if (raw !== undefined) this.#takeEnergy(raw);
    if (this.#unsavedTx || receivedAtMs - this.#flushedAtMs >= FLUSH_MS || receivedAtMs < this.#flushedAtMs) {
      this.#flushedAtMs = receivedAtMs;
      this.flush();
    }
    if (!live) return;
    this.meter.take(reading.samples, receivedAtMs);
    const powerW = reading.samples.some(isPower) ? this.meter.total("Power.Active.Import") : undefined;
    if (powerW === undefined) return;
    this.powerReadings = powerW > CHARGING_W ? this.powerReadings + 1 : 0;
    if (powerW > CHARGING_W && tx?.live === true) tx.charged = true;
  }

  #takeEnergy(raw: number): void {
    const before = this.register.state;
    const segment = before.baseWh;
    const totalBefore = this.register.totalWh;
    const total = this.register.take(raw, this.tx !== undefined);
    if (total === undefined) return;
    if (before !== this.register.state) this.#unsaved = true;
    if (segment !== this.register.state.baseWh || before.rawWh === undefined) this.flush();
    const tx = this.tx;
    if (tx === undefined) return;
    if (tx.startTotalWh === undefined) this.#unsavedTx = true;
    tx.startTotalWh ??= startTotal(tx, raw, total, before.rawWh, totalBefore);
    const energy = Math.max(tx.energyWh ?? 0, total - tx.startTotalWh);
    if (energy !== tx.energyWh) {
      tx.energyWh = energy;
      this.#unsaved = true;
    }
  }

  /** Writes down what grows. A figure some seconds old is as good: the box tells the newest one again. */
  flush(): void {
    if (this.#unsaved && this.register.state.rawWh !== undefined)
      this.#drawer.write("register", registerToJson(this.register.state));
    if (this.#unsaved || this.#unsavedTx) this.#save();
    this.#unsaved = false;
    this.#unsavedTx = false;
  }

  #plug(family: "1.6" | "2.x"): void {
    const { status } = this.status(family, undefined, undefined);
    this.plugged = pluggedIn(status) ?? this.plugged;
  }

  /** After a change that may tell of the cable. */
  refreshPlug(family: "1.6" | "2.x"): void {
    this.#plug(family);
  }

  save(): void {
    this.#save();
  }

  #save(): void {
    if (this.tx !== undefined) this.#drawer.write("tx", transactionToJson(this.tx));
  }
}

function isPower(sample: Sample): boolean {
  return sample.measurand === "Power.Active.Import";
}

/**
 * Lifetime total at which the transaction began, Wh. A start figure of 0 may be a true zero (the box counts per session) or a box that
 * does not tell it: a register that goes on where it was is a lifetime one.
 */
function startTotal(
  tx: Transaction,
  raw: number,
  total: number,
  rawBefore: number | undefined,
  totalBefore: number | undefined,
): number {
  if (tx.meterStartWh !== undefined && tx.meterStartWh > 0 && raw >= tx.meterStartWh - SAME_REGISTER_WH) {
    return total - Math.max(0, raw - tx.meterStartWh);
  }
  if (rawBefore !== undefined && totalBefore !== undefined && raw >= rawBefore - SAME_REGISTER_WH) {
    return tx.meterStartWh === undefined ? total : totalBefore;
  }
  const perSession = tx.meterStartWh === 0 && (rawBefore !== undefined || raw < 1000);
  return perSession ? total - raw : total;
}
