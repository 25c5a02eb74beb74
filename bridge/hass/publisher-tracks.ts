/** What the publisher knows of each device and entity: wanted, sent, when. No I/O. */
import type { DeviceState, EntitySpec, EntityState } from "../../shared/entities.ts";
import type { Unsubscribe } from "../clock.ts";
import { payloadOf, samePayload, type Payload } from "./payload.ts";
import type { WriteItem } from "./way.ts";

export interface Track {
  entity: EntityState;
  payload: Payload;
  /** What Home Assistant has from us; undefined: write whatever it is. */
  sent: Payload | undefined;
  /** Monotonic. */
  sentAtMs: number;
}

export interface Device {
  state: DeviceState;
  readonly tracks: Map<string, Track>;
  /** Structure that was prepared on the present connection. */
  prepared: string | undefined;
  busy: boolean;
  /** Something came while it was busy. */
  again: boolean;
  failures: number;
  /** Monotonic; not tried before, after a failure. */
  notBeforeMs: number;
  wake: Unsubscribe | undefined;
  retired: boolean;
  disabled: Set<string>;
}

/** What `prepare` depends on. */
export function structureOf(state: DeviceState): string {
  return JSON.stringify([
    state.name,
    state.manufacturer,
    state.model,
    state.firmware,
    state.entities.map((one) => one.spec),
  ]);
}

export function forgetSent(entry: Device): void {
  for (const track of entry.tracks.values()) track.sent = undefined;
}

export function newDevice(state: DeviceState): Device {
  return {
    state,
    tracks: new Map(),
    prepared: undefined,
    busy: false,
    again: false,
    failures: 0,
    notBeforeMs: -Infinity,
    wake: undefined,
    retired: false,
    disabled: new Set(),
  };
}

export function takeState(entry: Device, state: DeviceState): void {
  entry.state = state;
  for (const entity of state.entities) {
    const payload = payloadOf(state, entity);
    const track = entry.tracks.get(entity.spec.key);
    if (track === undefined)
      entry.tracks.set(entity.spec.key, { entity, payload, sent: undefined, sentAtMs: -Infinity });
    else {
      track.entity = entity;
      track.payload = payload;
    }
  }
}

export interface Due {
  readonly due: readonly { readonly track: Track; readonly item: WriteItem }[];
  /** In how many ms the next one is due; undefined: none waits. */
  readonly next: number | undefined;
}

/** What differs from what was sent and may be written at `nowMs` (monotonic), each entity at most once per `gapMs`. */
export function dueItems(entry: Device, nowMs: number, gapMs: number, writable: (spec: EntitySpec) => boolean): Due {
  const due: { readonly track: Track; readonly item: WriteItem }[] = [];
  let next: number | undefined;
  for (const track of entry.tracks.values()) {
    const { spec } = track.entity;
    if (track.sent !== undefined && samePayload(track.sent, track.payload)) continue;
    if (!writable(spec)) continue;
    const wait = track.sentAtMs + gapMs - nowMs;
    if (wait > 0) next = Math.min(next ?? wait, wait);
    else due.push({ track, item: { spec, payload: track.payload } });
  }
  return { due, next };
}
