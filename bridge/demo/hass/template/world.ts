/** What a template may ask of Home Assistant: states, devices, time. */
import type { Core } from "../core.ts";
import { equal, isRecord, texts } from "../json.ts";
import type { State } from "../states.ts";
import type { Scope } from "./expression.ts";
import { Instant, show } from "./values.ts";

const GONE = ["unknown", "unavailable"];

/** Global names of templates; `seen` is told every entity that one looks at. */
export function globals(core: Core, seen: (entityId: string) => void): Scope {
  const find = (entityId: unknown): State | undefined => {
    const id = show(entityId);
    seen(id);
    return core.states.get(id);
  };
  const stateObject = (state: State | undefined): unknown =>
    state === undefined
      ? undefined
      : {
          entity_id: state.entity_id,
          state: state.state,
          attributes: state.attributes,
          name: state.attributes["friendly_name"],
          last_changed: new Instant(state.changedMs),
          last_updated: new Instant(state.updatedMs),
          last_reported: new Instant(state.reportedMs),
        };
  const states = new Proxy((entityId: unknown) => find(entityId)?.state ?? "unknown", {
    get: (_target, domain) => {
      const name = String(domain);
      // `states['sensor.x']` and `states.sensor.x`
      if (name.includes(".")) return stateObject(find(name));
      return new Proxy(() => undefined, { get: (_inner, object) => stateObject(find(`${name}.${String(object)}`)) });
    },
  });
  const attribute = (entityId: unknown, name: unknown): unknown => find(entityId)?.attributes[show(name)] ?? null;
  return new Map<string, unknown>([
    ["states", states],
    ["state_attr", attribute],
    [
      "is_state",
      (entityId: unknown, value: unknown) =>
        Array.isArray(value)
          ? texts(value).includes(find(entityId)?.state ?? "")
          : find(entityId)?.state === show(value),
    ],
    ["is_state_attr", (entityId: unknown, name: unknown, value: unknown) => equal(attribute(entityId, name), value)],
    [
      "has_value",
      (entityId: unknown) => {
        const state = find(entityId);
        return state !== undefined && !GONE.includes(state.state);
      },
    ],
    ["device_id", (entityId: unknown) => core.registries.entity(show(entityId))?.device_id ?? null],
    [
      "device_entities",
      (deviceId: unknown) =>
        core.registries.entities.filter((entry) => entry.device_id === deviceId).map((entry) => entry.entity_id),
    ],
    ["now", () => new Instant(core.clock.nowMs())],
    ["utcnow", () => new Instant(core.clock.nowMs())],
    ["range", (from: unknown, to?: unknown) => range(Number(from), to === undefined ? undefined : Number(to))],
    ["namespace", (values?: unknown) => ({ ...(isRecord(values) ? values : {}) })],
    [
      "dict",
      (first?: unknown, more?: unknown) => ({
        ...(Array.isArray(first) ? pairs(first) : isRecord(first) ? first : {}),
        ...(isRecord(more) ? more : {}),
      }),
    ],
  ]);
}

function range(from: number, to: number | undefined): number[] {
  const [start, end] = to === undefined ? [0, from] : [from, to];
  return Array.from({ length: Math.max(0, end - start) }, (_none, i) => start + i);
}

function pairs(list: readonly unknown[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const pair of list) if (Array.isArray(pair)) found[show(pair[0])] = pair[1];
  return found;
}
