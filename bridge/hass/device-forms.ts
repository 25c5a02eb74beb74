/** Forms of mobile_app's webhook and of what is remembered about a device. */
import type { DeviceState, EntitySpec } from "../../shared/entities.ts";
import { isRecord } from "./errors.ts";
import type { WriteItem, WriteResult } from "./way.ts";

export interface KeyMemory {
  /** Where it was last seen; the wish when it has to be made anew. */
  entityId?: string;
  /** What was registered; a change registers again. */
  hash?: string;
  /** Was once in the registry under the present webhook: missing later means deleted by the user. */
  seen?: boolean;
  /** Made so lately that a killed Home Assistant may have lost it. */
  fresh?: boolean;
  deleted?: boolean;
}
/** Under the key `device:<id>`. */
export interface DeviceMemory {
  webhookId?: string;
  header?: string;
  /** Which Home Assistant it was registered in. */
  house?: string;
  keys: Record<string, KeyMemory>;
}

export function registrationOf(device: DeviceState, spec: EntitySpec): Record<string, unknown> {
  return {
    type: spec.platform,
    unique_id: spec.key,
    name: spec.name,
    state: null,
    icon: spec.icon ?? null,
    ...(spec.deviceClass === undefined ? {} : { device_class: spec.deviceClass }),
    ...(spec.unit === undefined ? {} : { unit_of_measurement: spec.unit }),
    ...(spec.stateClass === undefined ? {} : { state_class: spec.stateClass }),
    ...(spec.category === undefined ? {} : { entity_category: spec.category }),
    attributes: { evse_id: device.id, evse_role: spec.key },
  };
}

export function updateOf({ spec, payload }: WriteItem): Record<string, unknown> {
  return {
    type: spec.platform,
    unique_id: spec.key,
    state: payload.state,
    // Left out, icon and attributes would fall back to a phone and to nothing.
    icon: spec.icon ?? null,
    attributes: payload.attributes,
  };
}

export function resultOf(answer: unknown): WriteResult {
  if (!isRecord(answer)) return "refused";
  if (answer["is_disabled"] === true) return "disabled";
  if (answer["success"] === true) return "written";
  const error = isRecord(answer["error"]) ? answer["error"]["code"] : undefined;
  return error === "not_registered" ? "missing" : "refused";
}

export function parseMemory(raw: unknown): DeviceMemory {
  if (!isRecord(raw)) return { keys: {} };
  const keys: Record<string, KeyMemory> = {};
  if (isRecord(raw["keys"]))
    for (const [key, value] of Object.entries(raw["keys"])) {
      if (!isRecord(value)) continue;
      keys[key] = {
        ...(typeof value["entityId"] === "string" ? { entityId: value["entityId"] } : {}),
        ...(typeof value["hash"] === "string" ? { hash: value["hash"] } : {}),
        ...(value["seen"] === true ? { seen: true } : {}),
        ...(value["fresh"] === true ? { fresh: true } : {}),
        ...(value["deleted"] === true ? { deleted: true } : {}),
      };
    }
  return {
    ...(typeof raw["webhookId"] === "string" ? { webhookId: raw["webhookId"] } : {}),
    ...(typeof raw["header"] === "string" ? { header: raw["header"] } : {}),
    ...(typeof raw["house"] === "string" ? { house: raw["house"] } : {}),
    keys,
  };
}
