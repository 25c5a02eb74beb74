/** One EVSE as a charger: what is read becomes knowledge, what is asked becomes a job in its lane. */
import type { Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { MIN_CURRENT_A } from "../../../shared/units.ts";
import type { Pace } from "../../../shared/site.ts";
import { ChargerError, type Capabilities, type Charger, type ChargerContext, type WireFrame } from "../charger.ts";
import type { AmpecoApi } from "./api.ts";
import { AMPECO_ENTITIES } from "./entities.ts";
import { asChargerError, type AmpecoFailure } from "./failure.ts";
import { createKnowing } from "./knowing.ts";
import { createLane, type JobKind } from "./lane.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import type { PollInfo, Poller } from "./polling.ts";
import type { ChargePointReading } from "./reading.ts";
import { createSessions } from "./sessions.ts";
import { createStandingOrder } from "./standing-order.ts";
import { carConnected, statusOf } from "./status.ts";
import { followRegister, followVisit, newVisit } from "./visit.ts";

export interface AmpecoChargerParts {
  readonly id: string;
  readonly evseId: string;
  readonly options: AmpecoChargerOptions;
  readonly context: ChargerContext;
  readonly api: AmpecoApi;
  readonly poller: Poller;
  readonly tokenRefused: () => boolean;
  readonly frames: () => readonly WireFrame[];
}

/** Failed polls after which the last values no longer count. */
const LOST_AFTER = 3;
const MAX_START_A = 32;
const CLOSE_MS = 5_000;

const PACE = { minIntervalS: 60, minChangeA: 1, stepA: 1 } as const;
function paceOf(flavour: "app" | "public", onOff: boolean): Pace {
  if (flavour === "public") return { ...PACE, zeroAmps: "hold", applies: "now" };
  return onOff
    ? { ...PACE, onOff: true, zeroAmps: "stop", applies: "now" }
    : { ...PACE, zeroAmps: "stop", applies: "next_start" };
}

export interface AmpecoCharger extends Charger {
  onToken(): void;
  readonly evseId: string;
}

export function createAmpecoCharger(parts: AmpecoChargerParts): AmpecoCharger {
  const { id, evseId, options, context, api, poller } = parts;
  const { clock } = context;
  const log: Log = context.log.child({ room: "ampeco", charger: id });
  const lane = createLane();
  const knowing = createKnowing({ ...parts, flavour: api.flavour });
  const sessions = createSessions({ name: options.name, context, log, api, poller, knowing });
  const order = createStandingOrder({
    clock,
    log,
    api,
    poller,
    knowing,
    sessions,
    submit: (run, signal, keep) => submit("limit", run, signal, keep),
    blocked: () => closed || lane.busy || parts.tokenRefused(),
  });
  let closed = false;

  async function submit(
    kind: JobKind,
    run: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    keep?: boolean,
  ): Promise<void> {
    if (closed) throw new ChargerError("offline", "The charger's connection is closed.");
    if (parts.tokenRefused())
      throw new ChargerError("auth", "The AMPECO cloud refuses the token. Enter a new one in the configuration.");
    try {
      await lane.submit(kind, run, signal, keep);
      if (knowing.know.lastError !== undefined) knowing.learn({ lastError: undefined });
    } catch (error) {
      const told = asChargerError(error);
      knowing.learn({ lastError: told.message });
      throw told;
    }
  }

  function take(chargePoint: ChargePointReading): void {
    const { know } = knowing;
    const evse = chargePoint.evses.find((one) => one.id === evseId);
    const atMs = clock.nowMs();
    const session = evse?.session;
    const ending = sessions.follow(evse);
    const visit = evse === undefined || ending ? know.visit : followVisit(know.visit, session, statusOf(evse), atMs);
    knowing.learn({
      atMs,
      chargePoint,
      evse,
      unread: false,
      linkUp: chargePoint.reachable && !parts.tokenRefused(),
      gone: false,
      tokenRefused: parts.tokenRefused(),
      visit,
      register: followRegister(know.register, session),
      offeredA: offered(session?.active === true && !ending, visit?.paused === true),
      poll: poller.info,
    });
    order.reconcile();
  }

  /** An on/off box offers its own current while a session runs; the public API's limit is known from its answer. */
  function offered(running: boolean, paused: boolean): number | undefined {
    if (api.flavour === "public") return knowing.know.offeredA;
    if (running) return sessions.startedWithA ?? knowing.ratingA;
    return paused ? 0 : undefined;
  }

  function failed(error: AmpecoFailure, info: PollInfo): void {
    const { know } = knowing;
    const gone = error.facts.status === 404 || error.facts.status === 410;
    const lost = gone || info.failures >= LOST_AFTER || error.kind === "auth";
    if (lost && know.linkUp) log.warn({ reason: error.message }, "charger lost");
    knowing.learn({
      poll: info,
      lastError: error.message,
      gone: gone || know.gone,
      ...(lost ? { linkUp: false } : {}),
    });
  }

  async function userStart(signal: AbortSignal, maxA?: number): Promise<void> {
    if (maxA !== undefined) {
      if (maxA < MIN_CURRENT_A || maxA > MAX_START_A)
        throw new ChargerError("rejected", `max_current should be ${MIN_CURRENT_A} to ${MAX_START_A} A.`);
      if (knowing.onOff)
        throw new ChargerError("unsupported", "This cloud charger takes no maximum current: it knows on and off only.");
    }
    const { evse, visit, wantedA } = knowing.know;
    if (api.flavour === "app" && wantedA === 0) {
      // The planner holds it at 0 A: the visit begins as a pause and the current comes when there is some.
      if (carConnected(statusOf(evse)) === false)
        throw new ChargerError("rejected", "No car is connected, and the planner holds this charger at 0 A now.");
      if (visit === undefined || visit.endedAtMs !== undefined)
        knowing.learn({ visit: newVisit(`armed-${clock.nowMs()}`, clock.nowMs(), true) });
      return;
    }
    await submit(
      "start",
      async (job) => {
        // A person's wish lies under the order in force, which knows breaker and circuits.
        const ordered = knowing.know.wantedA;
        const given = Math.min(maxA ?? Infinity, ordered ?? Infinity);
        if (api.flavour === "public" && maxA !== undefined) await order.apply(given, job);
        const cap = api.flavour === "app" && !knowing.onOff && given !== Infinity ? given : undefined;
        await sessions.start(cap, ordered === undefined || ordered >= knowing.ratingA, job);
      },
      signal,
    );
  }

  async function userStop(signal: AbortSignal, force = false): Promise<void> {
    order.forgetLater();
    await submit("stop", (job) => sessions.end(force, job), signal);
  }

  const leaves: Unsubscribe[] = [poller.join({ onReading: take, onFailure: failed })];
  const { unlock, reset, clearLimit } = api;
  const other = (run: (job: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> =>
    submit("other", run, signal);
  const fixed: Omit<Capabilities, "pace"> = {
    session: { start: userStart, stop: (signal) => userStop(signal), stopEnds: true },
    refresh: (signal) => other(sessions.read, signal),
    cost: true,
    soc: true,
    wireLog: parts.frames,
    ...(unlock === undefined ? {} : { unlock: (signal) => other((job) => unlock(sessions.place(), job), signal) }),
    ...(reset === undefined
      ? {}
      : { reset: (kind, signal) => other((job) => reset(sessions.place(), kind, job), signal) }),
    ...(clearLimit === undefined
      ? {}
      : {
          resetProfiles: (signal) =>
            other(async (job) => {
              await clearLimit(sessions.place(), job);
              await order.applyAgain(job);
            }, signal),
          services: {
            ampeco_force_stop: async (_fields, signal) => {
              await userStop(signal, true);
              return { ok: true };
            },
          },
        }),
  };

  /** The box keeps its last limit, so it is left on the fail-safe one. */
  async function leaveSafe(): Promise<void> {
    const { linkUp, evse, wantedA } = knowing.know;
    if (api.limit === undefined || !linkUp || evse === undefined || (wantedA ?? 0) <= options.failSafeA) return;
    const done = new AbortController();
    try {
      await api.limit(sessions.place(), options.failSafeA, clock.deadline(CLOSE_MS, done.signal));
    } catch (error) {
      log.warn({ err: error }, "fail-safe limit not set on leaving");
    } finally {
      done.abort();
    }
  }

  return {
    id,
    evseId,
    entities: AMPECO_ENTITIES,
    get snapshot() {
      return knowing.snapshot;
    },
    get can() {
      return { ...fixed, pace: paceOf(api.flavour, knowing.onOff) };
    },
    onSnapshot: (listener) => knowing.onSnapshot(listener),
    limit: (wish, signal) => order.limit(wish, signal),
    onToken() {
      const refused = parts.tokenRefused();
      knowing.learn({ tokenRefused: refused, ...(refused ? { linkUp: false } : {}) });
    },
    async close() {
      if (closed) return;
      await leaveSafe();
      closed = true;
      lane.close();
      sessions.close();
      order.forgetLater();
      for (const leave of leaves) leave();
      knowing.close();
    },
  };
}
