/**
 * Entities into Home Assistant: diffed, coalesced, at most one write per second and entity, newest wins, whole again after every restart.
 * Longer than two screens: when a device is tried, written and tried again is one piece of reasoning; what is due is in publisher-tracks.ts.
 */
import type { DeviceState, EvseEntities } from "../../shared/entities.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import { createDeviceWay } from "./device-way.ts";
import type { HassLink, HassMemory, Publisher } from "./doors.ts";
import { toHassError, type HassError } from "./errors.ts";
import { SITE } from "./identity.ts";
import { UNAVAILABLE } from "./payload.ts";
import { dueItems, forgetSent, newDevice, structureOf, takeState, type Device } from "./publisher-tracks.ts";
import type { Registry } from "./registry.ts";
import type { HassRest } from "./rest.ts";
import { createStatesWay } from "./states-way.ts";
import { createTurnstile } from "./turnstile.ts";
import type { Way, WriteItem } from "./way.ts";

export interface PublisherOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly way: "device" | "states";
  /** Plain states only: false leaves out what a device has off by default. */
  readonly advancedSensors: boolean;
  readonly instance: string | undefined;
  /** Of the bridge. */
  readonly version: string;
}

const LEAST_GAP_MS = 1_000;
/** After registration a state may stay unknown until the second update (home-assistant/core#79837). */
const SAY_AGAIN_MS = 2_000;
/** An entity that the user enables appears when Home Assistant reloads the device, 30 s later. */
const AFTER_ENABLE_MS = [32_000, 45_000];
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
const CLOSE_MS = 5_000;
/** Devices being set up at once: each asks Home Assistant a few dozen times. */
const SETTING_UP = 4;
const TELL_MS = 50;
/** Home Assistant writes its registries down within ten seconds of a change. */
const SETTLE_MS = 30_000;

export function createPublisher(options: PublisherOptions): Publisher {
  const { link, registry, clock, memory, rest } = options;
  const log = options.log.child({ room: "hass", part: "publisher" });
  const devices = new Map<string, Device>();
  const heard = new Set<() => void>();
  const turnstile = createTurnstile(SETTING_UP);
  const states = createStatesWay({ rest, memory, advancedSensors: options.advancedSensors });
  const device = createDeviceWay({ ...options, log });
  let way: Way = options.way === "device" ? device : states;
  let why: string | undefined;
  let closed = false;
  let told = "";
  let telling: Unsubscribe | undefined;

  const timers = new Set<Unsubscribe>();
  const later = (ms: number, task: () => void): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      task();
    });
    timers.add(cancel);
  };

  /** Only when the connection has held meanwhile: a Home Assistant that was killed may have lost what is new. */
  const settleLater = (id: string): void => {
    const { sinceMs } = link.status;
    later(SETTLE_MS, () => {
      if (link.up && link.status.sinceMs === sinceMs) way.settle(id);
    });
  };

  const tellSoon = (): void => {
    telling ??= clock.after(TELL_MS, () => {
      telling = undefined;
      const now = JSON.stringify([...devices.keys()].map((id) => [id, entitiesOf(id)]));
      if (now === told || closed) return;
      told = now;
      for (const listener of [...heard]) listener();
    });
  };

  function entitiesOf(id: string): EvseEntities {
    const out: Record<string, string> = {};
    for (const { entity } of devices.get(id)?.tracks.values() ?? []) {
      const entityId = way.entityId(id, entity.spec);
      if (entityId !== undefined) out[entity.spec.key] = entityId;
    }
    return out;
  }

  const take = (state: DeviceState): Device => {
    const entry = devices.get(state.id) ?? newDevice(state);
    devices.set(state.id, entry);
    takeState(entry, state);
    return entry;
  };

  const ready = (): boolean => link.up && (way.word === "states" || registry.ready);

  /** Runs the device once more in `delayMs`, or as soon as it may; never throws. */
  const kick = (entry: Device, delayMs = 0): void => {
    if (entry.retired) return;
    if (entry.busy) {
      entry.again = true;
      return;
    }
    entry.wake?.();
    entry.wake = undefined;
    const wait = Math.max(delayMs, entry.notBeforeMs - clock.monotonicMs());
    if (wait > 0) {
      entry.wake = clock.after(wait, () => {
        entry.wake = undefined;
        kick(entry);
      });
      return;
    }
    if (!ready()) return; // the connection wakes everybody when it is up
    entry.busy = true;
    entry.again = false;
    work(entry).then(
      (next) => {
        entry.busy = false;
        entry.failures = 0;
        if (entry.again) kick(entry);
        else if (next !== undefined) kick(entry, next);
      },
      (error: unknown) => {
        entry.busy = false;
        failed(entry, toHassError(error, `publish ${entry.state.id}`));
      },
    );
  };

  const failed = (entry: Device, reason: HassError): void => {
    if (reason.code === "unsupported" && way === device) {
      way = states;
      why = reason.message;
      log.warn({ err: reason }, "publishing plain states instead of devices");
      for (const other of devices.values()) {
        other.prepared = undefined;
        forgetSent(other);
        kick(other);
      }
      return;
    }
    entry.failures++;
    if (reason.word === "webhook_gone") entry.prepared = undefined;
    const wait =
      reason.word === "disabled"
        ? LAST_RETRY_MS
        : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(entry.failures - 1, 10));
    const level = reason.code === "offline" || entry.failures > 1 ? "debug" : "warn";
    log[level]({ device: entry.state.id, err: reason }, "publishing failed, trying again");
    entry.notBeforeMs = clock.monotonicMs() + wait;
    kick(entry);
  };

  /** Prepares and writes what is due. Answers in how many ms to come back; undefined: when something changes. */
  async function work(entry: Device): Promise<number | undefined> {
    const structure = structureOf(entry.state);
    if (entry.prepared !== structure) {
      // Plain states of an earlier time would keep the public ids from the entities.
      if (way === device && memory.get(`states:${entry.state.id}`) !== undefined) await states.retire(entry.state.id);
      const fresh = await turnstile.pass(() => way.prepare(entry.state));
      entry.prepared = structure;
      for (const key of fresh) {
        const track = entry.tracks.get(key);
        if (track !== undefined) track.sent = undefined;
      }
      settleLater(entry.state.id);
      if (fresh.size > 0)
        later(SAY_AGAIN_MS, () => {
          for (const key of fresh) {
            const track = entry.tracks.get(key);
            if (track !== undefined) track.sent = undefined;
          }
          kick(entry);
        });
      tellSoon();
      return 0;
    }
    const now = clock.monotonicMs();
    const { due, next } = dueItems(entry, now, LEAST_GAP_MS, (spec) => way.writable(entry.state.id, spec));
    if (due.length === 0) return next;
    const results = await way.write(
      entry.state,
      due.map(({ item }) => item),
    );
    due.forEach(({ track, item }, index) => {
      const result = results[index];
      track.sentAtMs = now;
      // A refused payload is not sent again as it is; the next value is.
      track.sent = item.payload;
      if (result === "refused")
        log.warn({ device: entry.state.id, role: item.spec.key }, "home assistant refused a state");
      // Not registered: prepare finds out whether the user deleted it.
      if (result === "missing") entry.prepared = undefined;
    });
    if (way.word === "states") tellSoon();
    return 0;
  }

  const stops = [
    link.onStatus((status) => {
      if (status.state !== "up") return;
      if (options.way === "device" && way === states) {
        way = device; // it may have been given mobile_app meanwhile
        why = undefined;
      }
      if (way.word === "states") wakeAll();
    }),
    registry.onReady(() => {
      if (way.word === "device") wakeAll();
    }),
    registry.onChange(() => {
      tellSoon();
      if (!ready() || way.word === "states") return;
      for (const entry of devices.values()) {
        noticeEnabled(entry);
        if (entry.prepared === undefined || way.present(entry.state.id)) continue;
        entry.prepared = undefined;
        kick(entry);
      }
    }),
  ];

  function wakeAll(): void {
    for (const entry of devices.values()) {
      entry.prepared = undefined;
      entry.failures = 0;
      entry.notBeforeMs = -Infinity;
      forgetSent(entry);
      kick(entry);
    }
  }

  function noticeEnabled(entry: Device): void {
    let enabled = false;
    for (const { entity } of entry.tracks.values()) {
      const { key } = entity.spec;
      if (!way.writable(entry.state.id, entity.spec)) entry.disabled.add(key);
      else if (entry.disabled.delete(key)) enabled = true;
    }
    if (!enabled || entry.prepared === undefined) return;
    kick(entry);
    for (const delay of AFTER_ENABLE_MS)
      later(delay, () => {
        forgetSent(entry);
        kick(entry);
      });
  }

  return {
    publish(list) {
      if (closed) return;
      for (const state of list) {
        try {
          kick(take(state), 0);
        } catch (error) {
          log.error({ device: state.id, err: error }, "device could not be published");
        }
      }
    },
    entitiesOf,
    onEntities(listener) {
      heard.add(listener);
      return () => heard.delete(listener);
    },
    async retire(id) {
      const entry = devices.get(id);
      if (entry !== undefined) {
        entry.retired = true;
        entry.wake?.();
        devices.delete(id);
      }
      for (const one of [device, states]) await one.retire(id);
      memory.delete(`prefix:${id}`);
      tellSoon();
    },
    get mode() {
      return { way: way.word, why };
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const stop of stops) stop();
      telling?.();
      for (const cancel of timers) cancel();
      for (const entry of devices.values()) {
        entry.retired = true; // nothing of ours follows the farewell
        entry.wake?.();
      }
      if (!ready()) return;
      const farewells = Promise.allSettled([...devices.values()].map((entry) => farewell(entry)));
      const late = new AbortController();
      await Promise.race([farewells, clock.sleep(CLOSE_MS, late.signal).catch(() => undefined)]);
      late.abort();
    },
  };

  async function farewell(entry: Device): Promise<void> {
    const items: WriteItem[] = [];
    for (const { entity, payload } of entry.tracks.values()) {
      const { spec } = entity;
      if (!way.writable(entry.state.id, spec) || spec.objectId !== undefined) continue;
      const status = spec.key === "status" && entry.state.id !== SITE;
      items.push({ spec, payload: { ...payload, state: status ? "offline" : UNAVAILABLE } });
    }
    await way.write(entry.state, items);
  }
}
