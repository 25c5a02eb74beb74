/**
 * One EVSE as a charger. Public API: a standing current limit. App API: on and off, where 0 A is a stopped session that is started again;
 * the order in force is kept and carried out anew when the cloud drifts from it.
 * Longer than most: readings, commands and the order in force meet here and nowhere else.
 */
import type { Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ChargerSnapshot } from "../../../shared/charger.ts";
import type { Pace } from "../../../shared/site.ts";
import { MIN_CURRENT_A } from "../../../shared/units.ts";
import {
  ChargerError,
  type Capabilities,
  type Charger,
  type ChargerContext,
  type LimitOrder,
  type WireFrame,
} from "../charger.ts";
import type { AmpecoApi } from "./api.ts";
import { startSession, stopSession, type CommandParts } from "./commands.ts";
import { AMPECO_ENTITIES } from "./entities.ts";
import { asChargerError, type AmpecoFailure } from "./failure.ts";
import { createLane, type JobKind } from "./lane.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import { ratingA, snapshotFrom, type Knowledge } from "./picture.ts";
import type { PollInfo, Poller } from "./polling.ts";
import { carConnected, statusOf } from "./status.ts";
import type { ChargePointReading } from "./reading.ts";
import { endVisit, followRegister, followVisit, newVisit, parseRegister, parseVisit, storable } from "./visit.ts";

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

/** Contactor wear and billing: a stopped box rests this long before the planner may start it again. */
const MIN_OFF_MS = 60_000;
/** How often a session that ought not to run is stopped again. */
const RESTOP_MS = 60_000;
/** How often a start of the planner's own that came to nothing is tried again. */
const RESTART_MS = 300_000;
const CONFIRM_S = [2, 4, 8, 15, 30, 60, 90];
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
  const { clock, store } = context;
  const log: Log = context.log.child({ room: "ampeco", charger: id });
  const lane = createLane();
  const listeners = new Set<(next: ChargerSnapshot) => void>();
  const keys = { visit: `visit:${evseId}`, register: `register:${evseId}`, uncapped: `uncapped:${evseId}` };
  /** The tenant was seen to refuse `maxCurrent`. */
  let uncapped = store.get(keys.uncapped) === true;
  let standing: LimitOrder | undefined;
  let sessionId: string | undefined;
  /** What the running session was started with, A; undefined = not by us or without a cap. */
  let startedWithA: number | undefined;
  /** Its stop is accepted; until a reading shows it ended, it no longer counts as running. */
  let endingId: string | undefined;
  /** A start is accepted and not yet seen: its session may still be missing from a reading. */
  let starting = false;
  let lastStartMs = -RESTART_MS;
  let lastStopMs = -MIN_OFF_MS;
  let confirming: Unsubscribe | undefined;
  let later: Unsubscribe | undefined;
  let closed = false;

  const onOff = (): boolean => api.flavour === "app" && (!options.appMaxCurrent || uncapped);
  const place = () => ({ options, site: context.site, onOff: onOff() });

  let know: Knowledge = {
    atMs: clock.nowMs(),
    flavour: api.flavour,
    chargePoint: poller.last,
    evse: poller.last.evses.find((evse) => evse.id === evseId),
    unread: true,
    linkUp: false,
    visit: parseVisit(store.get(keys.visit)),
    register: parseRegister(store.get(keys.register)),
    wantedA: undefined,
    offeredA: undefined,
    tokenRefused: parts.tokenRefused(),
    gone: false,
    ratingAbove: undefined,
    lastError: undefined,
    poll: poller.info,
    limitWrites: 0,
  };
  let snapshot = snapshotFrom(know, place());

  function learn(change: Partial<Knowledge>): void {
    if (closed) return;
    const before = know;
    know = { ...know, ...change };
    if (know.visit !== before.visit) {
      if (know.visit === undefined) store.delete(keys.visit);
      else store.set(keys.visit, storable(know.visit));
    }
    if (know.register !== before.register && know.register !== undefined)
      store.set(keys.register, storable(know.register));
    snapshot = snapshotFrom(know, place());
    for (const listener of listeners) listener(snapshot);
  }

  function take(chargePoint: ChargePointReading): void {
    const evse = chargePoint.evses.find((one) => one.id === evseId);
    const atMs = clock.nowMs();
    const session = evse?.session;
    const ending = session?.active === true && session.id === endingId;
    if (!ending && evse !== undefined) endingId = undefined;
    const visit = evse === undefined || ending ? know.visit : followVisit(know.visit, session, statusOf(evse), atMs);
    if (ending) sessionId = undefined;
    else if (session?.active === true) {
      sessionId = session.id;
      starting = false;
    } else if (!starting && evse !== undefined && statusOf(evse) !== undefined) {
      sessionId = undefined;
      startedWithA = undefined;
    }
    learn({
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
    reconcile();
  }

  /** An on/off box offers its own current while a session runs; the public API's limit is known from its answer. */
  function offered(running: boolean, paused: boolean): number | undefined {
    if (api.flavour === "public") return know.offeredA;
    if (running) return startedWithA ?? ratingA(know.chargePoint, know.evse, options.maxA);
    return paused ? 0 : undefined;
  }

  function failed(error: AmpecoFailure, info: PollInfo): void {
    const gone = error.facts.status === 404 || error.facts.status === 410;
    const lost = gone || info.failures >= LOST_AFTER || error.kind === "auth";
    if (lost && know.linkUp) log.warn({ reason: error.message }, "charger lost");
    learn({ poll: info, lastError: error.message, gone: gone || know.gone, ...(lost ? { linkUp: false } : {}) });
  }

  const commandParts: CommandParts = {
    clock,
    api,
    place: () => {
      if (know.evse === undefined) throw new ChargerError("offline", "The cloud does not list this outlet any more.");
      return { chargePoint: know.chargePoint, evse: know.evse };
    },
    read: async (signal) => {
      await poller.readNow(signal);
    },
  };

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
      if (know.lastError !== undefined) learn({ lastError: undefined });
    } catch (error) {
      const told = asChargerError(error);
      learn({ lastError: told.message });
      throw told;
    }
  }

  const running = (): boolean => know.evse?.session?.active === true && know.evse.session.id !== endingId;

  function confirm(holds: () => boolean, silent: string, unconfirmed: () => void = () => undefined): void {
    confirming?.();
    confirming = poller.burst(CONFIRM_S, holds, () => {
      log.warn({ command: silent }, "accepted, not confirmed");
      unconfirmed();
      learn({ lastError: `${silent}: accepted by the cloud, not confirmed by the box within 90 s.` });
    });
  }

  async function start(maxA: number | undefined, mayRunUncapped: boolean, signal: AbortSignal): Promise<void> {
    const outcome = await startSession(commandParts, maxA, mayRunUncapped, signal);
    if (outcome.withoutMax) {
      uncapped = true;
      store.set(keys.uncapped, true);
      log.warn("tenant refuses a maximum current; the charger knows on and off only from now on");
      context.report({
        title: `${options.name}: no maximum current`,
        detail: "The AMPECO tenant refuses `maxCurrent`. The session was started at the box's own current.",
      });
    }
    sessionId = outcome.sessionId ?? sessionId;
    if (!outcome.adopted) startedWithA = outcome.withoutMax ? undefined : maxA;
    log.info({ adopted: outcome.adopted }, "session started");
    if (outcome.adopted) return;
    starting = true;
    lastStartMs = clock.monotonicMs();
    // What is stopped before it was ever seen is a pause of this visit too.
    if (api.flavour === "app" && (know.visit === undefined || know.visit.endedAtMs !== undefined))
      learn({ visit: newVisit(sessionId ?? `armed-${clock.nowMs()}`, clock.nowMs(), true) });
    confirm(
      () => know.evse?.session?.active === true && !waiting(),
      "Start",
      () => {
        starting = false;
        sessionId = undefined;
        if (know.visit?.part === undefined) learn({ visit: undefined });
      },
    );
  }

  const waiting = (): boolean => {
    const status = statusOf(know.evse);
    return status === "available" || status === "preparing";
  };

  async function stop(force: boolean, signal: AbortSignal): Promise<void> {
    confirming?.();
    starting = false;
    const id = know.evse?.session?.active === true ? know.evse.session.id : sessionId;
    const last = await stopSession(commandParts, sessionId, force, signal);
    lastStopMs = clock.monotonicMs();
    sessionId = undefined;
    startedWithA = undefined;
    endingId = running() ? id : undefined;
    if (last !== undefined && last.id === know.visit?.part?.id)
      learn({
        visit: followVisit(know.visit, { ...last, active: false }, undefined, clock.nowMs()),
        register: followRegister(know.register, last),
      });
    log.info("session stopped");
    confirm(
      () => know.evse?.session?.active !== true,
      "Stop",
      () => {
        endingId = undefined;
      },
    );
  }

  /** App API: brings the cloud to the order in force. */
  async function applySwitch(order: LimitOrder, signal: AbortSignal): Promise<void> {
    const rating = ratingA(know.chargePoint, know.evse, options.maxA);
    const tooMuch = onOff() && order.limitA >= MIN_CURRENT_A && order.limitA < rating;
    const limitA = order.limitA < MIN_CURRENT_A || tooMuch ? 0 : order.limitA;
    const on = running() || sessionId !== undefined;
    const ratingAbove = tooMuch ? rating : undefined;
    if (limitA === 0) {
      learn({ wantedA: 0, ratingAbove });
      if (!on) return;
      await pause(signal);
      return;
    }
    const news = know.wantedA !== limitA;
    learn({ wantedA: limitA, ratingAbove });
    if (on) {
      // Nothing to send, so a fresh reading stands for the box's answer.
      if (news) await poller.readNow(signal);
      // A running session cannot be told less: it ends and starts again lower.
      if (!onOff() && (startedWithA ?? rating) > limitA) {
        await pause(signal);
        laterAgain(MIN_OFF_MS);
      }
      return;
    }
    if (know.visit?.paused !== true) return;
    const rest = lastStopMs + MIN_OFF_MS - clock.monotonicMs();
    if (rest > 0) {
      laterAgain(rest);
      return;
    }
    await start(onOff() ? undefined : limitA, limitA >= rating, signal);
  }

  async function pause(signal: AbortSignal): Promise<void> {
    const visit = know.visit;
    // Marked first: the reading that shows the session gone must find a pause, not an end.
    const open = visit !== undefined && visit.endedAtMs === undefined;
    if (open) learn({ visit: { ...visit, paused: true } });
    try {
      await stop(false, signal);
    } catch (error) {
      if (open && know.visit?.id === visit.id) learn({ visit: { ...know.visit, paused: false } });
      throw error;
    }
    learn({ offeredA: offered(false, true) });
  }

  function laterAgain(ms: number): void {
    later?.();
    later = clock.after(ms, () => {
      later = undefined;
      quietly();
    });
  }

  /** Carries out the order in force without a caller; a failure is told in `last_error` and tried again at the next reading. */
  function quietly(): void {
    const order = standing;
    if (order === undefined || closed || lane.busy || parts.tokenRefused()) return;
    void (async () => {
      try {
        await submit("limit", (signal) => applySwitch(order, signal), new AbortController().signal, true);
      } catch (error) {
        log.debug({ err: error }, "order not carried out yet");
      }
    })();
  }

  /** The cloud has drifted: a session runs although 0 A is ordered, or a pause is over and nothing was started. */
  function reconcile(): void {
    if (api.flavour === "public" || standing === undefined || lane.busy || later !== undefined) return;
    const off = know.wantedA === 0;
    if (off && running() && clock.monotonicMs() - lastStopMs >= RESTOP_MS) laterAgain(0);
    else if (!off && !running() && know.visit?.paused === true && sessionId === undefined && !starting) {
      const dueMs = Math.max(lastStopMs + MIN_OFF_MS, lastStartMs + RESTART_MS);
      laterAgain(Math.max(0, dueMs - clock.monotonicMs()));
    }
  }

  async function applyLimit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    const limitA = order.limitA < MIN_CURRENT_A ? 0 : order.limitA;
    const { limit } = api;
    if (limit === undefined) return;
    learn({ wantedA: limitA });
    await limit(commandParts.place(), limitA, signal);
    learn({ offeredA: limitA, limitWrites: know.limitWrites + 1 });
    poller.burst([2], () => true);
  }

  async function limit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw asChargerError(signal.reason);
    standing = order;
    later?.();
    later = undefined;
    const lower = order.limitA < (know.wantedA ?? Infinity);
    const run = api.flavour === "public" ? applyLimit : applySwitch;
    await submit("limit", (job) => run(order, job), signal, lower);
  }

  async function userStart(signal: AbortSignal, maxA?: number): Promise<void> {
    if (maxA !== undefined) {
      if (maxA < MIN_CURRENT_A || maxA > MAX_START_A)
        throw new ChargerError("rejected", `max_current should be ${MIN_CURRENT_A} to ${MAX_START_A} A.`);
      if (onOff())
        throw new ChargerError("unsupported", "This cloud charger takes no maximum current: it knows on and off only.");
    }
    if (api.flavour === "app" && know.wantedA === 0) {
      // The planner holds it at 0 A: the visit begins as a pause and the current comes when there is some.
      if (carConnected(statusOf(know.evse)) === false)
        throw new ChargerError("rejected", "No car is connected, and the planner holds this charger at 0 A now.");
      if (know.visit === undefined || know.visit.endedAtMs !== undefined)
        learn({ visit: newVisit(`armed-${clock.nowMs()}`, clock.nowMs(), true) });
      return;
    }
    await submit(
      "start",
      async (job) => {
        if (maxA !== undefined && api.limit !== undefined) await applyLimit({ limitA: maxA, hold: undefined }, job);
        const cap = api.flavour === "app" && !onOff() ? (maxA ?? know.wantedA) : undefined;
        const rating = ratingA(know.chargePoint, know.evse, options.maxA);
        await start(cap, know.wantedA === undefined || know.wantedA >= rating, job);
      },
      signal,
    );
  }

  async function userStop(signal: AbortSignal, force = false): Promise<void> {
    later?.();
    later = undefined;
    await submit(
      "stop",
      async (job) => {
        await stop(force, job);
        if (know.visit !== undefined && know.visit.endedAtMs === undefined)
          learn({ visit: know.visit.part === undefined ? undefined : endVisit(know.visit, clock.nowMs(), undefined) });
      },
      signal,
    );
  }

  const leaves: Unsubscribe[] = [poller.join({ onReading: take, onFailure: failed })];
  const { unlock, reset, clearLimit } = api;
  const fixed: Omit<Capabilities, "pace"> = {
    session: { start: userStart, stop: (signal) => userStop(signal), stopEnds: true },
    refresh: (signal) => submit("other", commandParts.read, signal),
    cost: true,
    soc: true,
    wireLog: parts.frames,
    ...(unlock === undefined
      ? {}
      : { unlock: (signal) => submit("other", (job) => unlock(commandParts.place(), job), signal) }),
    ...(reset === undefined
      ? {}
      : { reset: (kind, signal) => submit("other", (job) => reset(commandParts.place(), kind, job), signal) }),
    ...(clearLimit === undefined
      ? {}
      : {
          resetProfiles: (signal) =>
            submit(
              "other",
              async (job) => {
                await clearLimit(commandParts.place(), job);
                if (standing !== undefined) await applyLimit(standing, job);
              },
              signal,
            ),
          services: {
            ampeco_force_stop: async (_fields, signal) => {
              await userStop(signal, true);
              return { ok: true };
            },
          },
        }),
  };

  return {
    id,
    evseId,
    entities: AMPECO_ENTITIES,
    get snapshot() {
      return snapshot;
    },
    get can() {
      return { ...fixed, pace: paceOf(api.flavour, onOff()) };
    },
    onSnapshot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    limit,
    onToken() {
      const refused = parts.tokenRefused();
      learn({ tokenRefused: refused, ...(refused ? { linkUp: false } : {}) });
    },
    async close() {
      if (closed) return;
      // The box keeps its last limit, so it is left on the fail-safe one.
      const apply = api.limit;
      if (apply !== undefined && know.linkUp && know.evse !== undefined && (know.wantedA ?? 0) > options.failSafeA) {
        const done = new AbortController();
        try {
          await apply(commandParts.place(), options.failSafeA, clock.deadline(CLOSE_MS, done.signal));
        } catch (error) {
          log.warn({ err: error }, "fail-safe limit not set on leaving");
        } finally {
          done.abort();
        }
      }
      closed = true;
      lane.close();
      confirming?.();
      later?.();
      for (const leave of leaves) leave();
      know = { ...know, linkUp: false };
      snapshot = snapshotFrom(know, place());
      listeners.clear();
    },
  };
}
