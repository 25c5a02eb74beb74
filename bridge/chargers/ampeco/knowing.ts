/** What is known of one outlet: replaced piece by piece, shown as one snapshot, and kept in the store as far as it must outlive the process. */
import type { Unsubscribe } from "../../clock.ts";
import type { ChargerSnapshot } from "../../../shared/charger.ts";
import type { ChargerContext } from "../charger.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import { ratingA, snapshotFrom, type Knowledge } from "./picture.ts";
import type { Poller } from "./polling.ts";
import { parseRegister, parseVisit, storable } from "./visit.ts";

export interface KnowingParts {
  readonly evseId: string;
  readonly options: AmpecoChargerOptions;
  readonly context: ChargerContext;
  readonly flavour: "app" | "public";
  readonly poller: Poller;
  readonly tokenRefused: () => boolean;
}

export interface Knowing {
  readonly know: Knowledge;
  readonly snapshot: ChargerSnapshot;
  /** The box knows on and off only: nobody can give it a current. */
  readonly onOff: boolean;
  /** What the box draws at most when nobody caps it, A per phase. */
  readonly ratingA: number;
  learn(change: Partial<Knowledge>): void;
  /** The tenant was seen to refuse `maxCurrent`: remembered for ever. */
  uncap(): void;
  onSnapshot(listener: (next: ChargerSnapshot) => void): Unsubscribe;
  /** Link down, nobody told any more. */
  close(): void;
}

export function createKnowing({ evseId, options, context, flavour, poller, tokenRefused }: KnowingParts): Knowing {
  const { clock, store, site } = context;
  const listeners = new Set<(next: ChargerSnapshot) => void>();
  const keys = { visit: `visit:${evseId}`, register: `register:${evseId}`, uncapped: `uncapped:${evseId}` };
  let uncapped = store.get(keys.uncapped) === true;
  let closed = false;
  const onOff = (): boolean => flavour === "app" && (!options.appMaxCurrent || uncapped);
  const picture = (): ChargerSnapshot => snapshotFrom(know, { options, site, onOff: onOff() });

  let know: Knowledge = {
    atMs: clock.nowMs(),
    flavour,
    chargePoint: poller.last,
    evse: poller.last.evses.find((evse) => evse.id === evseId),
    unread: true,
    linkUp: false,
    visit: parseVisit(store.get(keys.visit)),
    register: parseRegister(store.get(keys.register)),
    wantedA: undefined,
    offeredA: undefined,
    tokenRefused: tokenRefused(),
    gone: false,
    ratingAbove: undefined,
    lastError: undefined,
    poll: poller.info,
    limitWrites: 0,
  };
  let snapshot = picture();

  return {
    get know() {
      return know;
    },
    get snapshot() {
      return snapshot;
    },
    get onOff() {
      return onOff();
    },
    get ratingA() {
      return ratingA(know.chargePoint, know.evse, options.maxA);
    },
    learn(change) {
      if (closed) return;
      const before = know;
      know = { ...know, ...change };
      if (know.visit !== before.visit) {
        if (know.visit === undefined) store.delete(keys.visit);
        else store.set(keys.visit, storable(know.visit));
      }
      if (know.register !== before.register && know.register !== undefined)
        store.set(keys.register, storable(know.register));
      snapshot = picture();
      for (const listener of listeners) listener(snapshot);
    },
    uncap() {
      uncapped = true;
      store.set(keys.uncapped, true);
    },
    onSnapshot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      know = { ...know, linkUp: false };
      snapshot = picture();
      listeners.clear();
    },
  };
}
