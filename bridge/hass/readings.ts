/**
 * What the bridge reads from Home Assistant: one subscription of just the ids somebody watches, for the site's sensors and
 * for the drivers over existing entities alike. Silence is told from death by one template for all sensors, asked only after silence.
 * Longer than two screens: pictures, signs of life and units of one reading belong together.
 */
import type { Reading } from "../../shared/site.ts";
import { ampsFromWatts, roundTo } from "../../shared/units.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import { createEntityDecoder, type SeenState } from "./compressed.ts";
import type { HassLink } from "./doors.ts";
import { isRecord, toHassError } from "./errors.ts";

/** A foreign entity as the drivers `hass` and `plug` see it (chargers/entity/port.ts, by structure). */
export interface WatchedState {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly changedAtMs: number;
}

export interface SensorWish {
  readonly key: string;
  readonly entityId: string;
  readonly invert: boolean;
  /** What the planner wants. A sensor in W wanted in A is taken per phase. */
  readonly unit: "A" | "W" | "%" | "price";
  /** Asked for a sign of life after this much silence, s. */
  readonly staleAfterS?: number;
}

export interface StateWatcher {
  readonly up: boolean;
  onUp(listener: (up: boolean) => void): Unsubscribe;
  read(entityId: string): WatchedState | undefined;
  watch(entityIds: readonly string[], listener: (state: WatchedState) => void): Unsubscribe;
  /** @throws HassError with Home Assistant's own words */
  call(domain: string, service: string, data: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /** Follows sensors for the planner; called at once with what is known, on each change and on each sign of life. */
  sensors(
    wishes: readonly SensorWish[],
    voltageV: number,
    listener: (key: string, reading: Reading) => void,
  ): Unsubscribe;
  close(): void;
}

const GATHER_MS = 20;
/** Half of the default limit: a silent meter is asked about before it counts as dead. */
const DEFAULT_STALE_S = 15;
const LIFE_CHECK_MS = 2_000;
const TEMPLATE_MS = 5_000;

interface Sensor {
  readonly wish: SensorWish;
  readonly voltageV: number;
  readonly listener: (key: string, reading: Reading) => void;
  reading: Reading | undefined;
  /** A unit was told once. */
  hadUnit: boolean;
}

export function createStateWatcher({
  link,
  clock,
  log: parent,
}: {
  link: HassLink;
  clock: Clock;
  log: Log;
}): StateWatcher {
  const log = parent.child({ room: "hass", part: "readings" });
  const states = new Map<string, SeenState>();
  const watchers = new Map<string, Set<(state: WatchedState) => void>>();
  const sensors = new Set<Sensor>();
  const ups = new Set<(up: boolean) => void>();
  let unsubscribe: Unsubscribe | undefined;
  let subscribed = "";
  let gathering: Unsubscribe | undefined;
  let asking = false;

  const guard = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      log.error({ err: error }, "listener failed");
    }
  };

  const idsInUse = (): string[] => [...watchers.keys()].sort();

  /** Ids come in one by one at start; one subscription follows them all. */
  const resubscribe = (): void => {
    gathering ??= clock.after(GATHER_MS, () => {
      gathering = undefined;
      const ids = idsInUse();
      const signature = ids.join(" ");
      if (signature === subscribed) return;
      subscribed = signature;
      const old = unsubscribe;
      const decoder = createEntityDecoder();
      unsubscribe =
        ids.length === 0
          ? undefined
          : link.subscribe({ type: "subscribe_entities", entity_ids: ids }, (event) => {
              for (const { entityId, now } of decoder.decode(event)) hear(entityId, now);
            });
      old?.();
      for (const id of [...states.keys()]) if (!watchers.has(id)) states.delete(id);
    });
  };

  const hear = (entityId: string, now: SeenState | undefined): void => {
    const state: SeenState = now ?? {
      entityId,
      state: "unavailable",
      attributes: {},
      changedAtMs: clock.nowMs(),
      updatedAtMs: clock.nowMs(),
      contextId: undefined,
      userId: undefined,
      caused: false,
    };
    const before = states.get(entityId);
    states.set(entityId, state);
    if (before?.state === state.state && before.updatedAtMs === state.updatedAtMs) return;
    for (const listener of [...(watchers.get(entityId) ?? [])]) guard(() => listener(state));
  };

  const watch = (entityIds: readonly string[], listener: (state: WatchedState) => void): Unsubscribe => {
    const ids = new Set(entityIds);
    for (const id of ids) {
      let set = watchers.get(id);
      if (set === undefined) watchers.set(id, (set = new Set<(state: WatchedState) => void>()));
      set.add(listener);
      const known = states.get(id);
      if (known !== undefined) guard(() => listener(known));
    }
    resubscribe();
    return () => {
      for (const id of ids) {
        const set = watchers.get(id);
        set?.delete(listener);
        if (set?.size === 0) watchers.delete(id);
      }
      resubscribe();
    };
  };

  const tell = (sensor: Sensor, reading: Reading): void => {
    sensor.reading = reading;
    guard(() => sensor.listener(sensor.wish.key, reading));
  };

  // ---- signs of life

  /** Asks once for all sensors that have been silent for half of their limit. */
  async function askForLife(): Promise<void> {
    if (asking || !link.up) return;
    const now = clock.nowMs();
    const silent = [...sensors].filter(({ reading, wish }) => {
      const patienceMs = ((wish.staleAfterS ?? DEFAULT_STALE_S) * 1000) / 2;
      return reading?.value !== undefined && now - reading.aliveAtMs > patienceMs;
    });
    if (silent.length === 0) return;
    asking = true;
    try {
      const alive = await lifeSigns([...new Set(silent.map(({ wish }) => wish.entityId))]);
      for (const sensor of silent) {
        const ageMs = alive.get(sensor.wish.entityId);
        if (ageMs === undefined || sensor.reading === undefined) continue;
        const aliveAtMs = clock.nowMs() - ageMs;
        if (aliveAtMs > sensor.reading.aliveAtMs) tell(sensor, { ...sensor.reading, aliveAtMs });
      }
    } catch (error) {
      log.debug({ err: toHassError(error, "ask for signs of life") }, "signs of life not known");
    } finally {
      asking = false;
    }
  }

  /**
   * Age of the newest sign of life of each entity, ms: its own last report, or that of another entity of its device.
   * Computed inside Home Assistant as ages, so a skew between the two clocks does not matter.
   */
  async function lifeSigns(ids: readonly string[]): Promise<Map<string, number>> {
    const text = await renderOnce(LIFE_TEMPLATE, { ids });
    const ages = new Map<string, number>();
    const parsed: unknown = typeof text === "string" ? JSON.parse(text) : text;
    if (isRecord(parsed))
      for (const [id, age] of Object.entries(parsed))
        if (typeof age === "number") ages.set(id, Math.max(0, age * 1000));
    return ages;
  }

  function renderOnce(template: string, variables: Record<string, unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = clock.after(TEMPLATE_MS, () => {
        stop();
        reject(new Error("no answer"));
      });
      const stop = link.subscribe({ type: "render_template", template, variables, report_errors: true }, (event) => {
        late();
        stop();
        if (isRecord(event) && "result" in event) resolve(event["result"]);
        else reject(new Error(isRecord(event) && typeof event["error"] === "string" ? event["error"] : "no result"));
      });
    });
  }

  const stopLife = clock.every(LIFE_CHECK_MS, askForLife, (error) => log.error({ err: error }, "signs of life failed"));
  let wasUp = link.up;
  const stopStatus = link.onStatus(() => {
    if (link.up === wasUp) return;
    wasUp = link.up;
    for (const listener of [...ups]) guard(() => listener(wasUp));
  });

  return {
    get up() {
      return link.up;
    },
    onUp(listener) {
      ups.add(listener);
      return () => ups.delete(listener);
    },
    read: (entityId) => states.get(entityId),
    watch,
    async call(domain, service, data, signal) {
      const { entity_id: target, ...rest } = data;
      return link.send(
        {
          type: "call_service",
          domain,
          service,
          service_data: rest,
          ...(target === undefined ? {} : { target: { entity_id: target } }),
        },
        signal,
      );
    },
    sensors(wishes, voltageV, listener) {
      const stops = wishes.map((wish) => {
        const sensor: Sensor = { wish, voltageV, listener, reading: undefined, hadUnit: false };
        sensors.add(sensor);
        const stop = watch([wish.entityId], (state) => {
          const hasUnit = typeof state.attributes["unit_of_measurement"] === "string";
          // A meter that lost its unit may count in kW or W: a thousandfold error is worse than no value.
          const known = hasUnit || !sensor.hadUnit ? state : { ...state, state: "unknown" };
          sensor.hadUnit ||= hasUnit;
          tell(sensor, readingOf(known, wish, voltageV, sensor.reading, clock.nowMs()));
        });
        return () => {
          sensors.delete(sensor);
          stop();
        };
      });
      return () => {
        for (const stop of stops) stop();
      };
    },
    close() {
      stopLife();
      stopStatus();
      gathering?.();
      unsubscribe?.();
      sensors.clear();
    },
  };
}

/** Reports of the entity itself and of its device's others; `last_reported` moves where a value stays the same. */
const LIFE_TEMPLATE = `{% set ns = namespace(out={}) %}
{%- for id in ids %}
{%- set all = [id] + (device_entities(device_id(id)) if device_id(id) else []) %}
{%- set own = namespace(at=none) %}
{%- for one in all %}{% set s = states[one] %}{% if s and s.state not in ['unavailable', 'unknown'] and (own.at is none or s.last_reported > own.at) %}{% set own.at = s.last_reported %}{% endif %}{% endfor %}
{%- if own.at is not none %}{% set ns.out = dict(ns.out, **{id: (utcnow() - own.at).total_seconds()}) %}{% endif %}
{%- endfor %}{{ ns.out | to_json }}`;

/**
 * A Home Assistant state in the planner's unit and sign. A text that is no number, or a unit that cannot be turned into the
 * wanted one, gives `value` undefined: unknown, never 0. A unit that was never told is taken for the wanted one.
 */
export function readingOf(
  state: WatchedState & { readonly updatedAtMs?: number },
  wish: SensorWish,
  voltageV: number,
  before: Reading | undefined,
  nowMs: number,
): Reading {
  const number = state.state.trim() === "" ? NaN : Number(state.state);
  const told = state.attributes["unit_of_measurement"];
  const value = Number.isFinite(number)
    ? convert(number, typeof told === "string" ? told : undefined, wish.unit, voltageV)
    : undefined;
  // Home Assistant's times are of its own clock, and ours may have been set back: a sign of life from the future would hide a dead meter.
  const aliveAtMs = Math.min(
    nowMs,
    Math.max(state.changedAtMs, state.updatedAtMs ?? 0, value === undefined ? 0 : (before?.aliveAtMs ?? 0)),
  );
  return {
    entityId: state.entityId,
    value: value === undefined ? undefined : (wish.invert ? -value : value) + 0,
    unit: wish.unit,
    atMs: state.changedAtMs,
    aliveAtMs,
  };
}

const AMPS: Readonly<Record<string, number>> = { A: 1, mA: 0.001 };
const WATTS: Readonly<Record<string, number>> = { W: 1, kW: 1000, MW: 1_000_000, mW: 0.001 };

function convert(
  value: number,
  told: string | undefined,
  wanted: SensorWish["unit"],
  voltageV: number,
): number | undefined {
  const volts = voltageV > 0 ? voltageV : 230;
  switch (wanted) {
    case "A": {
      const unit = told ?? "A";
      const amps = AMPS[unit];
      if (amps !== undefined) return value * amps;
      const watts = WATTS[unit];
      return watts === undefined ? undefined : ampsFromWatts(value * watts, volts, 1);
    }
    case "W": {
      const watts = WATTS[told ?? "W"];
      return watts === undefined ? undefined : value * watts;
    }
    case "%":
      return told === undefined || told === "%" ? value : undefined;
    case "price": {
      // Per kWh: some tariffs tell it per MWh.
      if (told === undefined) return value;
      if (/\/\s*MWh$/i.test(told)) return value / 1000;
      return /\/\s*Wh$/i.test(told) ? value * 1000 : roundTo(value, 6);
    }
  }
}
