/** What one entity says, ready for either way of publishing: rounded, never NaN, never longer than Home Assistant takes. */
import type { DeviceState, EntityState } from "../../shared/entities.ts";
import { roundTo } from "../../shared/units.ts";

/** Home Assistant refuses longer states. */
const LONGEST_STATE = 255;
export const UNAVAILABLE = "unavailable";

export interface Payload {
  /** null = unknown. A binary sensor has true and false. */
  readonly state: string | number | boolean | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function payloadOf(device: DeviceState, entity: EntityState): Payload {
  const { spec } = entity;
  return {
    state: entity.unavailable === true ? UNAVAILABLE : stateOf(entity),
    attributes: {
      ...(spec.options === undefined ? {} : { options: spec.options }),
      ...entity.attributes,
      evse_id: device.id,
      evse_role: spec.key,
    },
  };
}

function stateOf({ spec, value }: EntityState): Payload["state"] {
  if (value === undefined) return null;
  if (spec.platform === "binary_sensor") return value === true || value === "on";
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return null;
    const rounded = spec.precision === undefined ? value : roundTo(value, spec.precision);
    return (Number.isFinite(rounded) ? rounded : value) || 0; // never -0
  }
  if (typeof value === "string") return value.length > LONGEST_STATE ? `${value.slice(0, LONGEST_STATE - 1)}…` : value;
  return String(value);
}

/** As `POST /api/states` and a person read it. */
export function stateText(state: Payload["state"]): string {
  if (state === null) return "unknown";
  if (state === true) return "on";
  if (state === false) return "off";
  return String(state);
}

/** Same state and attributes; attribute objects are compared by content only when they are not the same object. */
export function samePayload(a: Payload, b: Payload): boolean {
  return (
    a.state === b.state &&
    (a.attributes === b.attributes || JSON.stringify(a.attributes) === JSON.stringify(b.attributes))
  );
}
