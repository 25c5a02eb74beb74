/** Publishing as plain states: `POST /api/states`. No registry, gone with a restart of Home Assistant, written anew after it. */
import type { DeviceState, EntitySpec } from "../../shared/entities.ts";
import { suffixOf } from "../../shared/entities.ts";
import type { HassMemory } from "./doors.ts";
import { HassError } from "./errors.ts";
import { prefixOf } from "./identity.ts";
import { UNAVAILABLE, stateText } from "./payload.ts";
import { refusalOf, type HassRest } from "./rest.ts";
import type { Way, WriteItem, WriteResult } from "./way.ts";

export interface StatesWayOptions {
  readonly rest: HassRest;
  readonly memory: HassMemory;
  /** false: what a device has off by default is never published. */
  readonly advancedSensors: boolean;
}

export function createStatesWay({ rest, memory, advancedSensors }: StatesWayOptions): Way {
  /** Entity ids written in this run, by device and key. */
  const written = new Map<string, Map<string, string>>();
  /** Those of earlier runs too: there is no registry that would know whose they are. */
  const remembered = (deviceId: string): Set<string> => {
    const raw = memory.get(`states:${deviceId}`);
    return new Set(Array.isArray(raw) ? raw.filter((id) => typeof id === "string") : []);
  };

  const idOf = (deviceId: string, name: string, spec: EntitySpec): string =>
    `${spec.platform}.${spec.objectId ?? `${prefixOf(memory, deviceId, name)}_${suffixOf(spec)}`}`;

  async function post(device: DeviceState, { spec, payload }: WriteItem): Promise<WriteResult> {
    const entityId = idOf(device.id, device.name, spec);
    let known = written.get(device.id);
    if (known === undefined) written.set(device.id, (known = new Map<string, string>()));
    // There is no "disabled by default" here: such an entity appears with its first value.
    if (spec.enabled === false && !known.has(spec.key) && (payload.state === null || payload.state === UNAVAILABLE))
      return "disabled";
    const answer = await rest.ask("POST", `/api/states/${entityId}`, {
      state: stateText(payload.state),
      attributes: {
        friendly_name: `${device.name} ${spec.name}`,
        ...(spec.deviceClass === undefined ? {} : { device_class: spec.deviceClass }),
        ...(spec.unit === undefined ? {} : { unit_of_measurement: spec.unit }),
        ...(spec.stateClass === undefined ? {} : { state_class: spec.stateClass }),
        ...(spec.icon === undefined ? {} : { icon: spec.icon }),
        ...payload.attributes,
      },
    });
    if (answer.status >= 400) return "refused";
    if (!known.has(spec.key)) memory.set(`states:${device.id}`, [...remembered(device.id).add(entityId)]);
    known.set(spec.key, entityId);
    return "written";
  }

  return {
    word: "states",
    prepare: () => Promise.resolve(new Set<string>()),
    settle: () => undefined,
    present: () => true,
    writable: (_, spec) => advancedSensors || spec.enabled !== false,
    write: (device, items) => Promise.all(items.map((item) => post(device, item))),
    entityId: (deviceId, spec) => written.get(deviceId)?.get(spec.key),
    async retire(deviceId) {
      for (const entityId of remembered(deviceId)) {
        const answer = await rest.ask("DELETE", `/api/states/${entityId}`);
        if (answer.status >= 400 && answer.status !== 404)
          throw new HassError("rejected", `${entityId} could not be removed: ${refusalOf(answer)}`);
      }
      written.delete(deviceId);
      memory.delete(`states:${deviceId}`);
    },
  };
}
