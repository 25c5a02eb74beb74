/**
 * The connection to Home Assistant. home-assistant-js-websocket carries the messages of one socket; connecting again,
 * subscribing again and waiting for RUNNING are done here, because the library does them without a catch and without a clock.
 */
import { Connection } from "home-assistant-js-websocket";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HassLink, HassLinkStatus } from "./doors.ts";
import { HassError, isRecord, toHassError, within } from "./errors.ts";
import { openSocket } from "./socket.ts";

export interface HassLinkOptions {
  /** Base URL; the Supervisor's proxy is `http://supervisor/core`. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0..1, for the jitter of the back-off; tests give a fixed one. */
  readonly random?: () => number;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** A refused token does not get better by asking often, and Home Assistant bans addresses that try. */
const AUTH_RETRY_MS = 60_000;
const ANSWER_MS = 15_000;
const PING_MS = 15_000;
const PONG_MS = 10_000;
const STARTING_POLL_MS = 1_000;

interface Subscription {
  readonly message: { readonly type: string; readonly [key: string]: unknown };
  readonly listener: (event: unknown) => void;
  /** Ends it on the present socket. */
  stop: (() => void) | undefined;
}

export function createHassLink({ url, token, clock, log: parent, random = Math.random }: HassLinkOptions): HassLink {
  const log = parent.child({ room: "hass" });
  const listeners = new Set<(status: HassLinkStatus) => void>();
  const subscriptions = new Set<Subscription>();
  let status: HassLinkStatus = {
    state: "down",
    detail: "Not started",
    sinceMs: clock.nowMs(),
    version: undefined,
    timeZone: undefined,
    currency: undefined,
    isAdmin: undefined,
    pingMs: undefined,
  };
  let connection: Connection | undefined;
  let running: Promise<void> | undefined;
  const closing = new AbortController();

  const setStatus = (change: Partial<HassLinkStatus>): void => {
    const turned = change.state !== undefined && change.state !== status.state;
    const saidAnew = turned || (change.detail !== undefined && change.detail !== status.detail);
    status = { ...status, ...change, ...(turned ? { sinceMs: clock.nowMs() } : {}) };
    if (saidAnew) {
      const bad = status.state === "down" || status.state === "refused";
      log[bad ? "warn" : "info"]({ state: status.state, detail: status.detail }, "home assistant link");
      for (const listener of [...listeners]) guard(() => listener(status));
    }
  };
  const guard = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      log.error({ err: error }, "listener failed");
    }
  };

  const ask = <T>(over: Connection, message: HassMessage, signal?: AbortSignal): Promise<T> =>
    // The library writes the id into the object it is given.
    within(clock, ANSWER_MS, message.type, over.sendMessagePromise<T>({ ...message }), signal);

  const begin = (over: Connection, subscription: Subscription): void => {
    let ended = false;
    let end: (() => Promise<void>) | undefined;
    const stop = (): void => {
      ended = true;
      end?.().catch((error: unknown) => log.debug({ err: toHassError(error, "unsubscribe") }, "unsubscribe failed"));
    };
    subscription.stop = stop;
    const heard = (event: unknown): void => {
      if (!ended) guard(() => subscription.listener(event));
    };
    const asked = over.subscribeMessage(heard, { ...subscription.message }, { resubscribe: false });
    within(clock, ANSWER_MS, subscription.message.type, asked).then(
      (unsubscribe) => {
        end = unsubscribe;
        if (ended) stop();
      },
      (error: unknown) => {
        if (over === connection)
          log.warn({ type: subscription.message.type, err: toHassError(error, "subscribe") }, "subscription refused");
      },
    );
  };

  /** One socket's life: resolves when it has ended. @throws HassError when it never came up */
  async function live(): Promise<void> {
    let fault: Error | undefined;
    const opened = await openSocket({
      url,
      token,
      clock,
      signal: closing.signal,
      onFault: (error) => (fault = error),
    });
    const terminate = (): void => opened.terminate();
    const over = new Connection(opened.socket, {
      setupRetry: 0,
      createSocket: () => Promise.reject(new HassError("offline", "connects once")),
    });
    const ended = new AbortController();
    const lost = new Promise<void>((resolve) => {
      over.addEventListener("disconnected", () => {
        over.close(); // tells the library not to connect again
        ended.abort();
        resolve();
      });
      closing.signal.addEventListener(
        "abort",
        () => {
          over.close();
          ended.abort();
          resolve();
        },
        { once: true },
      );
    });
    try {
      await untilRunning(over, opened.version, ended.signal);
      connection = over;
      for (const subscription of subscriptions) begin(over, subscription);
      setStatus({ state: "up", detail: `Connected to Home Assistant ${opened.version}` });
      watch(over, terminate, ended.signal).catch((error: unknown) => log.error({ err: error }, "ping failed"));
      await lost;
    } finally {
      connection = undefined;
      for (const subscription of subscriptions) subscription.stop = undefined;
      ended.abort();
      over.close();
      terminate();
    }
    if (!closing.signal.aborted)
      throw new HassError("offline", fault?.message ?? "The connection was lost", { cause: fault });
  }

  async function untilRunning(over: Connection, version: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const config = await ask<unknown>(over, { type: "get_config" }, signal);
      if (!isRecord(config)) throw new HassError("protocol", "get_config: an answer that cannot be read");
      const state = config["state"];
      setStatus({
        version,
        timeZone: typeof config["time_zone"] === "string" ? config["time_zone"] : undefined,
        currency: typeof config["currency"] === "string" ? config["currency"] : undefined,
      });
      if (state === "RUNNING") break;
      setStatus({ state: "starting", detail: `Home Assistant ${version} is ${String(state).toLowerCase()}` });
      await clock.sleep(STARTING_POLL_MS, signal);
    }
    const user = await ask<unknown>(over, { type: "auth/current_user" }, signal);
    setStatus({ isAdmin: isRecord(user) && user["is_admin"] === true });
  }

  /** Silence: a peer that neither answers nor closes is given up. */
  async function watch(over: Connection, terminate: () => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      const sent = clock.monotonicMs();
      try {
        await within(clock, PONG_MS, "ping", over.ping(), signal);
        setStatus({ pingMs: Math.round((clock.monotonicMs() - sent) * 10) / 10 });
        await clock.sleep(PING_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        log.debug({ err: error }, "no pong");
        terminate();
        return;
      }
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      let wait = FIRST_RETRY_MS;
      try {
        if (failures === 0) setStatus({ state: "connecting", detail: `Connecting to ${url}` });
        await live();
      } catch (error) {
        if (closing.signal.aborted) break;
        const reason = toHassError(error, `connect to ${url}`);
        if (status.state === "up") failures = 0;
        failures++;
        if (reason.code === "auth") {
          wait = AUTH_RETRY_MS;
          setStatus({ state: "refused", detail: REFUSED });
        } else {
          wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
          setStatus({ state: "down", detail: `Home Assistant is not reachable at ${url}: ${reason.message}` });
        }
      }
      // Half of it is chance, so that many clients do not come back in one beat.
      await clock.sleep(wait * (0.5 + random() / 2), closing.signal).catch(() => undefined);
    }
  }

  return {
    get up() {
      return connection !== undefined;
    },
    get status() {
      return status;
    },
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async send<T>(message: HassMessage, signal?: AbortSignal): Promise<T> {
      if (connection === undefined) throw new HassError("offline", `Home Assistant is not connected: ${message.type}`);
      return ask<T>(connection, message, signal);
    },
    subscribe(message, listener): Unsubscribe {
      const subscription: Subscription = { message, listener, stop: undefined };
      subscriptions.add(subscription);
      if (connection !== undefined) begin(connection, subscription);
      return () => {
        subscriptions.delete(subscription);
        subscription.stop?.();
      };
    },
    start() {
      running ??= run().catch((error: unknown) => log.error({ err: error }, "home assistant link ended"));
    },
    async close() {
      closing.abort();
      await running;
      setStatus({ state: "down", detail: "Closed" });
    },
  };
}

const REFUSED =
  "The token was refused: make a new long-lived token under your Home Assistant profile, Security, as an administrator, and give it as home_assistant.token";

interface HassMessage {
  readonly type: string;
  readonly [key: string]: unknown;
}
