/** Home Assistant's state machine: what `state_changed` tells, and what an unchanged write does (it moves `last_reported` alone). */
import type { Clock } from "../../clock.ts";
import { isoTime, newContext, type Bus, type Context } from "./bus.ts";
import { equal, type Json } from "./json.ts";

export interface State {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Json;
  /** ms since the epoch. */
  readonly changedMs: number;
  readonly updatedMs: number;
  readonly reportedMs: number;
  readonly context: Context;
}

export interface States {
  get(entityId: string): State | undefined;
  all(): readonly State[];
  set(entityId: string, state: string, attributes: Json, context?: Context): State;
  remove(entityId: string, context?: Context): boolean;
}

/** The long form: `get_states`, REST and `state_changed`. */
export function stateJson(state: State): Json {
  return {
    entity_id: state.entity_id,
    state: state.state,
    attributes: state.attributes,
    last_changed: isoTime(state.changedMs),
    last_reported: isoTime(state.reportedMs),
    last_updated: isoTime(state.updatedMs),
    context: state.context,
  };
}

export function createStates(clock: Clock, bus: Bus): States {
  const states = new Map<string, State>();
  const announce = (entityId: string, old: State | undefined, next: State | undefined, context: Context): void => {
    bus.fire(
      "state_changed",
      {
        entity_id: entityId,
        old_state: old === undefined ? null : stateJson(old),
        new_state: next === undefined ? null : stateJson(next),
      },
      context,
    );
  };
  return {
    get: (entityId) => states.get(entityId),
    all: () => [...states.values()],
    set(entityId, value, attributes, context = newContext()) {
      const now = clock.nowMs();
      const old = states.get(entityId);
      if (old?.state === value && equal(old.attributes, attributes)) {
        const reported = { ...old, reportedMs: now };
        states.set(entityId, reported);
        return reported;
      }
      const next: State = {
        entity_id: entityId,
        state: value,
        attributes,
        changedMs: old?.state === value ? old.changedMs : now,
        updatedMs: now,
        reportedMs: now,
        context,
      };
      states.set(entityId, next);
      announce(entityId, old, next, context);
      return next;
    },
    remove(entityId, context = newContext()) {
      const old = states.get(entityId);
      if (old === undefined) return false;
      states.delete(entityId);
      announce(entityId, old, undefined, context);
      return true;
    },
  };
}
