/** A station as the driver knows it: identity, outlets, and what its messages do to them. Changes are told through `ModelEvents`. */
import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../log.ts";
import type { OcppVersion } from "../../../ocpp/station.ts";
import type { Authorisation, TagJudgement } from "../authorisation.ts";
import type { ConfigEntry } from "../wire/dialect.ts";
import { nextNumber, type Drawer } from "../drawer.ts";
import { Neighbour } from "./neighbour.ts";
import type { Outlet } from "./outlet.ts";
import { Outlets } from "./outlets.ts";
import { deviationsOf, matchingQuirks, type Deviations, type Identity } from "../boxes/quirks.ts";
import { Skew } from "./skew.ts";
import { Transactions } from "./transactions.ts";

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

export class StationModel {
  readonly clock: Clock;
  readonly log: Log;
  readonly drawer: Drawer;
  readonly events: ModelEvents;
  readonly authorisation: Authorisation;
  readonly #quirkNames: readonly string[] | undefined;
  readonly #outlets: Outlets;
  readonly skew = new Skew();
  readonly transactions: Transactions;
  readonly config = new Map<string, ConfigEntry>();
  /** Figures for people: last heartbeat, firmware status, last data transfer, ... */
  readonly notes: Record<string, string | number | undefined> = {};
  readonly neighbour = new Neighbour();
  /** 2.x: the report that is being told. */
  report: { readonly id: number; heardAtMs: number; done: boolean } | undefined;
  identity: Identity;
  version: OcppVersion | undefined;
  deviations: Deviations = {};
  quirkNames: readonly string[] = [];
  stationStatus: string | undefined;
  expecting: "reboot" | "firmware" | undefined;
  lastTag: { readonly tag: string; readonly type: string | undefined; readonly name: string | undefined } | undefined;
  unknownTag: string | undefined;
  violations = 0;

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
    this.#outlets = new Outlets(parts.drawer, parts.connector, (outlet) => parts.events.outletFound(outlet));
    this.transactions = new Transactions(this);
  }

  get outlets(): readonly Outlet[] {
    return this.#outlets.list;
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
    this.transactions.forgetSequences();
    this.expecting = undefined;
    this.identify(identity);
    for (const outlet of this.outlets) outlet.connectorAtMs = undefined;
    this.events.booted(reason);
  }

  /** 1.6: the outlet that a message means; undefined = none of ours, or not to be told. */
  outlet16(connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    const zeroIsOne = connectorId === 0 && this.deviations.connectorZeroIsOne === true;
    return this.#outlets.ofConnector(zeroIsOne ? 1 : connectorId, mayGrow);
  }

  /** 2.x: the outlet that a message means; undefined = none of ours, or not to be told. */
  outlet20(evseId: number | undefined, connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    return this.#outlets.ofEvse(evseId, connectorId, mayGrow);
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
}
