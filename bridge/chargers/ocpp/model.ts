/**
 * A station as the driver knows it: identity, outlets, and what any version's messages do to them. Changes are told through
 * `ModelEvents`. A little long: live, late and recovered transactions share their rules and are read side by side.
 */
import type { JsonValue } from "../charger.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { OcppVersion } from "../../ocpp/station.ts";
import type { Authorisation, TagJudgement } from "./authorisation.ts";
import type { ConfigEntry, OutletRef } from "./dialect.ts";
import { nextNumber, type Drawer } from "./drawer.ts";
import type { Reading } from "./meter-values.ts";
import { Neighbour } from "./neighbour.ts";
import { Outlet } from "./outlet.ts";
import { deviationsOf, matchingQuirks, type Deviations, type Identity } from "./quirks.ts";
import { Skew } from "./skew.ts";
import { newTransaction, SequenceRecords, sessionOf, type Transaction } from "./transaction.ts";

const MOST_OUTLETS = 16;
/** A status told this much before the newest one is old, unless the clocks agree that it is fresh, ms. */
const FRESH_MS = 60_000;

export interface ModelEvents {
  booted(reason: string | undefined): void;
  outletFound(outlet: Outlet): void;
  /** Any live transaction began on this outlet, seen or recovered. */
  started(outlet: Outlet): void;
  /** The charging state changed to Charging. */
  charging(outlet: Outlet): void;
  ended(outlet: Outlet): void;
  /** A car has come and nothing runs. */
  preparing(outlet: Outlet): void;
  unknownTag(tag: string): void;
  /** What a dynamic profile (2.1) of ours ought to hold now, in the box's unit; undefined when it is none of ours. */
  dynamicLimit(profileId: number): number | undefined;
  identified(): void;
}

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

export class StationModel {
  readonly clock: Clock;
  readonly log: Log;
  readonly drawer: Drawer;
  readonly events: ModelEvents;
  readonly authorisation: Authorisation;
  readonly #quirkNames: readonly string[] | undefined;
  readonly #only: number | undefined;
  readonly outlets: Outlet[] = [];
  readonly skew = new Skew();
  readonly sequences = new SequenceRecords();
  readonly config = new Map<string, ConfigEntry>();
  /** Figures for people: last heartbeat, firmware status, last data transfer, ... */
  readonly notes: Record<string, string | number | undefined> = {};
  readonly neighbour = new Neighbour();
  /** 2.x: the report that is being told. */
  report: { readonly id: number; heardAtMs: number; done: boolean } | undefined;
  /** Transactions told late and not over yet. */
  readonly #dormant = new Map<string, Transaction>();
  identity: Identity;
  version: OcppVersion | undefined;
  deviations: Deviations = {};
  quirkNames: readonly string[] = [];
  stationStatus: string | undefined;
  expecting: "reboot" | "firmware" | undefined;
  lastTag: { readonly tag: string; readonly type: string | undefined; readonly name: string | undefined } | undefined;
  unknownTag: string | undefined;
  violations = 0;
  /** Outlet 1 has not been told of yet: the first that is becomes it. */
  #provisional: boolean;

  constructor(parts: {
    readonly clock: Clock;
    readonly log: Log;
    readonly drawer: Drawer;
    readonly events: ModelEvents;
    readonly authorisation: Authorisation;
    readonly quirks: readonly string[] | undefined;
    readonly connector: number | undefined;
  }) {
    this.clock = parts.clock;
    this.log = parts.log;
    this.drawer = parts.drawer;
    this.events = parts.events;
    this.authorisation = parts.authorisation;
    this.#quirkNames = parts.quirks;
    this.#only = parts.connector;
    const stored = parts.drawer.record("identity");
    const word = (key: string): string | undefined => (typeof stored?.[key] === "string" ? stored[key] : undefined);
    this.identity = {
      vendor: word("vendor"),
      model: word("model"),
      serial: word("serial"),
      firmware: word("firmware"),
    };
    const version = stored?.["version"];
    this.version = version === "1.6" || version === "2.0.1" || version === "2.1" ? version : undefined;
    this.#judge();
    const refs = readRefs(parts.drawer.read("outlets"));
    this.#provisional = refs.length === 0;
    const first = { n: 1, evseId: parts.connector ?? 1, connectorId: parts.connector ?? 1 };
    for (const { n, ...ref } of refs.length === 0 ? [first] : refs) this.#add(n, ref);
  }

  get family(): "1.6" | "2.x" {
    return this.version === undefined || this.version === "1.6" ? "1.6" : "2.x";
  }

  /** Key under which is remembered what holds for all boxes of this kind. */
  get kind(): string | undefined {
    const { vendor, model, firmware } = this.identity;
    return vendor === undefined && model === undefined
      ? undefined
      : [vendor, model, firmware].map((part) => part ?? "").join("|");
  }

  identify(identity: Identity): void {
    this.identity = identity;
    this.drawer.write("identity", {
      vendor: identity.vendor ?? null,
      model: identity.model ?? null,
      serial: identity.serial ?? null,
      firmware: identity.firmware ?? null,
      version: this.version ?? null,
    });
    this.#judge();
    this.events.identified();
  }

  #judge(): void {
    const quirks = matchingQuirks(this.identity, this.#quirkNames);
    this.quirkNames = quirks.map((quirk) => quirk.name);
    this.deviations = deviationsOf(quirks);
  }

  booted(identity: Identity, reason: string | undefined): void {
    this.sequences.clear();
    this.expecting = undefined;
    this.identify(identity);
    for (const outlet of this.outlets) outlet.connectorAtMs = undefined;
    this.events.booted(reason);
  }

  outlet16(connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    if (connectorId === undefined) return this.#likely(this.outlets);
    const asked = connectorId === 0 && this.deviations.connectorZeroIsOne === true ? 1 : connectorId;
    return this.#find({ evseId: asked, connectorId: asked }, (outlet) => outlet.ref.connectorId === asked, mayGrow);
  }

  outlet20(evseId: number | undefined, connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    if (evseId === undefined) return this.#likely(this.outlets);
    const [first] = this.outlets;
    if (!this.#provisional && first?.ref.evseId === evseId && first.ref.connectorId === connectorId) return first;
    if (connectorId === undefined) {
      const known = this.outlets.filter((outlet) => outlet.ref.evseId === evseId);
      return known.length > 0 ? this.#likely(known) : this.#find({ evseId, connectorId: 1 }, () => false, mayGrow);
    }
    const same = (outlet: Outlet): boolean => outlet.ref.evseId === evseId && outlet.ref.connectorId === connectorId;
    return this.#find({ evseId, connectorId }, same, mayGrow);
  }

  /** The outlet meant when none was named: the only one, else the one with a transaction or a car. */
  #likely(among: readonly Outlet[]): Outlet | undefined {
    if (among.length === 1) return among[0];
    const busy = among.filter((outlet) => outlet.tx !== undefined);
    const plugged = among.filter((outlet) => outlet.plugged === true);
    return busy.length === 1 ? busy[0] : plugged.length === 1 ? plugged[0] : undefined;
  }

  #find(ref: OutletRef, same: (outlet: Outlet) => boolean, mayGrow: boolean): Outlet | undefined {
    if (ref.evseId < 1 || ref.connectorId < 1) return undefined;
    if (this.#only !== undefined && ref.evseId !== this.#only) return undefined;
    const known = this.outlets.find(same);
    const first = this.outlets[0];
    if (known !== undefined) {
      if (this.#provisional && mayGrow) this.#settleFirst();
      return known;
    }
    if (!mayGrow) return undefined;
    if (this.#provisional && first !== undefined) {
      first.ref = ref;
      this.#settleFirst();
      return first;
    }
    if (this.outlets.length >= MOST_OUTLETS || ref.connectorId > MOST_OUTLETS || ref.evseId > MOST_OUTLETS)
      return undefined;
    const outlet = this.#add(Math.max(0, ...this.outlets.map((item) => item.n)) + 1, ref);
    this.#saveRefs();
    this.events.outletFound(outlet);
    return outlet;
  }

  #settleFirst(): void {
    this.#provisional = false;
    this.#saveRefs();
  }

  #add(n: number, ref: OutletRef): Outlet {
    const outlet = new Outlet(n, ref, this.drawer.of(String(n)));
    this.outlets.push(outlet);
    return outlet;
  }

  #saveRefs(): void {
    this.drawer.write(
      "outlets",
      this.outlets.map((outlet) => ({ n: outlet.n, evseId: outlet.ref.evseId, connectorId: outlet.ref.connectorId })),
    );
  }

  /** Answers whether the message was told in order; an old one that was queued changes nothing. */
  connectorStatus(outlet: Outlet, word: string, toldMs: number | undefined, receivedAtMs: number): boolean {
    const old =
      toldMs !== undefined &&
      outlet.connectorAtMs !== undefined &&
      toldMs < outlet.connectorAtMs &&
      Math.abs(receivedAtMs - toldMs) > FRESH_MS &&
      Math.abs(receivedAtMs - toldMs - (this.skew.ms ?? 0)) > FRESH_MS;
    this.skew.take(receivedAtMs, toldMs);
    if (old) return false;
    const before = outlet.connector;
    const hadTx = outlet.tx;
    outlet.setConnector(word, receivedAtMs, this.family);
    outlet.connectorAtMs = toldMs ?? receivedAtMs;
    if (hadTx !== undefined && outlet.tx === undefined) this.events.ended(outlet);
    // 1.6 tells no transaction with a status: one that we remember goes on with the state that fits.
    const remembered = outlet.tx !== undefined && !outlet.tx.live && /^(Charging|Suspended)/.test(word);
    if (remembered && this.family === "1.6" && outlet.tx !== undefined) {
      outlet.adopt(outlet.tx.id);
      this.events.started(outlet);
    }
    const began = word === "Charging" && before !== "Charging";
    if (began) {
      if (outlet.tx !== undefined) outlet.tx.charged = true;
      this.events.charging(outlet);
    }
    const waits = this.family === "1.6" ? word === "Preparing" : word === "Occupied";
    if (waits && before !== word && outlet.tx === undefined) this.events.preparing(outlet);
    return true;
  }

  judgeTag(tag: string, type: string | undefined): TagJudgement {
    const judgement = this.authorisation.judge(tag, type, this.clock.nowMs());
    this.lastTag = { tag, type, name: judgement.name };
    if (judgement.unknown && tag !== "") {
      this.unknownTag = tag;
      this.events.unknownTag(tag);
    }
    return judgement;
  }

  /** Ids of 1.6 transactions are ours: a counter that starts at the present second and never repeats. */
  nextTransactionId(): number {
    return nextNumber(this.drawer, "tx_counter", Math.floor(this.clock.nowMs() / 1000) % 2_000_000_000);
  }

  /** All events of transactions, any version. 1.6 Start/Stop are told as Started/Ended. */
  transaction(report: TxReport, receivedAtMs: number): void {
    const { fresh, gap } = this.sequences.admit(report.id, report.seqNo, report.kind === "Ended");
    if (!fresh) return;
    const known = this.outlets.find((outlet) => outlet.tx?.id === report.id);
    const outlet = known ?? report.outlet;
    if (outlet === undefined) return;
    const history = report.offline || this.skew.isHistory(receivedAtMs, report.atMs);
    if (!history) this.skew.take(receivedAtMs, report.atMs);
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
      this.events.ended(outlet);
    } else if (began) this.events.charging(outlet);
    if (report.kind !== "Updated") outlet.save();
    outlet.refreshPlug(this.family);
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
      if (!wasLive) this.events.started(outlet);
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
      this.events.ended(outlet);
    }
    if (report.kind === "Started") outlet.begin(report.id, receivedAtMs, receivedAtMs, undefined);
    else outlet.adopt(report.id);
    const tx = outlet.tx;
    if (tx === undefined) return undefined;
    if (dormant !== undefined) Object.assign(tx, { ...dormant, live: true });
    this.events.started(outlet);
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
    this.events.started(outlet);
  }

  /** The tag of this transaction was refused. */
  refuse(id: string): void {
    const tx = this.outlets.find((outlet) => outlet.tx?.id === id)?.tx;
    if (tx !== undefined) tx.refusedAtMs ??= this.clock.monotonicMs();
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

function readRefs(value: JsonValue | undefined): readonly { n: number; evseId: number; connectorId: number }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { n, evseId, connectorId } = item as Record<string, unknown>;
    return typeof n === "number" && typeof evseId === "number" && typeof connectorId === "number"
      ? [{ n, evseId, connectorId }]
      : [];
  });
}
