/**
 * From plan to wire: one limit in flight per charger, newest wins, silent when nothing changed. A lower limit never waits for a higher one.
 * The last gate: whatever the plan says, nothing above the configured ceiling and nothing between 0 and the smallest offer passes.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { ChargerError, type Charger, type LimitOrder } from "../chargers/charger.ts";
import type { ChargerId } from "../../shared/charger.ts";
import type { Allocation } from "../../shared/plan.ts";
import type { ChargerConfig } from "../../shared/site.ts";
import { MIN_CURRENT_A } from "../../shared/units.ts";

export interface Dispatcher {
  /** Hands each charger its share; returns at once. */
  dispatch(allocations: readonly Allocation[]): void;
  /** The link came up or the box forgot: the next plan is sent even if nothing changed. */
  forget(charger: ChargerId): void;
  /** Resolves when the order now on its way to this charger is answered; undefined = accepted or nothing to send. */
  settled(charger: ChargerId): Promise<ChargerError | undefined>;
  close(): void;
}

export interface DispatcherParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly chargers: () => ReadonlyMap<ChargerId, { readonly charger: Charger; readonly config: ChargerConfig }>;
  readonly onError: (charger: ChargerId, error: ChargerError) => void;
}

/** After a refusal the same order is tried again, but not on every tick. */
const RETRY_MS = 15_000;

interface Lane {
  /** Answered with success. */
  done: LimitOrder | undefined;
  flying:
    | {
        readonly order: LimitOrder;
        readonly abort: AbortController;
        readonly result: Promise<ChargerError | undefined>;
      }
    | undefined;
  waiting: LimitOrder | undefined;
  failed: { readonly order: LimitOrder; readonly atMs: number } | undefined;
  lastError: ChargerError | undefined;
  phases: 1 | 3 | undefined;
}

export function createDispatcher({ clock, log, chargers, onError }: DispatcherParts): Dispatcher {
  const lanes = new Map<ChargerId, Lane>();
  const laneOf = (id: ChargerId): Lane => {
    let lane = lanes.get(id);
    if (lane === undefined) {
      lane = {
        done: undefined,
        flying: undefined,
        waiting: undefined,
        failed: undefined,
        lastError: undefined,
        phases: undefined,
      };
      lanes.set(id, lane);
    }
    return lane;
  };

  function send(id: ChargerId, order: LimitOrder): void {
    const entry = chargers().get(id);
    if (entry === undefined) return;
    const lane = laneOf(id);
    const { charger } = entry;
    lane.waiting = undefined;
    const abort = new AbortController();
    const result = (async (): Promise<ChargerError | undefined> => {
      try {
        await charger.limit(order, clock.deadline(charger.snapshot.facts.commandTimeoutS * 1000, abort.signal));
        lane.done = order;
        lane.failed = undefined;
        if (lane.lastError !== undefined) log.info({ charger: id, limitA: order.limitA }, "limit accepted again");
        lane.lastError = undefined;
        return undefined;
      } catch (error) {
        if (abort.signal.aborted) return undefined; // replaced by a newer order: its answer counts
        const told = asChargerError(error);
        lane.failed = { order, atMs: clock.monotonicMs() };
        if (lane.lastError?.code !== told.code && told.code !== "offline")
          log.warn({ charger: id, limitA: order.limitA, code: told.code, detail: told.message }, "limit not accepted");
        lane.lastError = told;
        if (told.code !== "offline") onError(id, told);
        return told;
      } finally {
        if (lane.flying?.order === order) lane.flying = undefined;
        // `waiting` may have been set while this one flew.
        const next = lane.waiting;
        if (lane.flying === undefined && next !== undefined) send(id, next);
      }
    })();
    lane.flying = { order, abort, result };
  }

  function deliver(allocation: Allocation): void {
    const id = allocation.charger;
    const entry = chargers().get(id);
    if (entry === undefined) return;
    const lane = laneOf(id);
    switchPhases(id, lane, entry.charger, allocation.phases);
    if (allocation.keep) return;
    const order = gate(allocation, entry.config);
    if (lane.flying !== undefined) {
      if (same(lane.flying.order, order)) {
        lane.waiting = undefined;
        return;
      }
      if (order.limitA < lane.flying.order.limitA || allocation.urgent) {
        lane.flying.abort.abort();
        lane.flying = undefined;
        send(id, order);
      } else lane.waiting = order;
      return;
    }
    if (same(lane.done, order) && lane.failed === undefined) return;
    const { failed } = lane;
    if (failed !== undefined && clock.monotonicMs() - failed.atMs < RETRY_MS) {
      // A refused order is not repeated on every tick; a different one that lowers goes out at once.
      if (same(failed.order, order)) return;
      if (order.limitA >= failed.order.limitA && !allocation.urgent) return;
    }
    log.debug({ charger: id, limitA: order.limitA, reason: allocation.reason }, "limit sent");
    send(id, order);
  }

  function switchPhases(id: ChargerId, lane: Lane, charger: Charger, count: 1 | 3 | undefined): void {
    const { phases } = charger.can;
    if (count === undefined || phases === undefined || lane.phases === count) return;
    lane.phases = count;
    void (async () => {
      try {
        await phases.use(count, clock.deadline(charger.snapshot.facts.commandTimeoutS * 1000));
        log.info({ charger: id, phases: count }, "phases switched");
      } catch (error) {
        lane.phases = undefined;
        onError(id, asChargerError(error));
      }
    })();
  }

  return {
    dispatch(allocations) {
      // Lower first: current is freed before somebody else is given it.
      const rising = (allocation: Allocation): number =>
        allocation.limitA - (lanes.get(allocation.charger)?.done?.limitA ?? 0);
      for (const allocation of [...allocations].sort((a, b) => rising(a) - rising(b))) deliver(allocation);
    },
    forget(id) {
      const lane = laneOf(id);
      lane.done = undefined;
      lane.failed = undefined;
    },
    async settled(id) {
      const lane = laneOf(id);
      return lane.flying === undefined ? lane.lastError : await lane.flying.result;
    },
    close() {
      for (const lane of lanes.values()) {
        lane.waiting = undefined;
        lane.flying?.abort.abort();
      }
    },
  };
}

/** The last gate before the wire. */
function gate(allocation: Allocation, config: ChargerConfig): LimitOrder {
  const smallest = config.kind === "plug" ? config.minA : MIN_CURRENT_A;
  const capped = Math.min(allocation.limitA, config.maxA);
  // The guard forgives binary dust of a plug's rating, never an ampere.
  const limitA = Number.isFinite(capped) && capped >= smallest - 1e-9 ? capped : 0;
  return { limitA, hold: limitA === 0 ? allocation.hold : undefined };
}

function same(a: LimitOrder | undefined, b: LimitOrder): boolean {
  return a !== undefined && a.limitA === b.limitA && a.hold === b.hold;
}

export function asChargerError(error: unknown): ChargerError {
  if (error instanceof ChargerError) return error;
  const timedOut = error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError");
  return new ChargerError(timedOut ? "timeout" : "protocol", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
