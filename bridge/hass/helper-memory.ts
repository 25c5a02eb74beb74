/** What is known of each helper: remembered for ever, and in this run. */
import type { HelperSpec } from "../../shared/entities.ts";
import type { Unsubscribe } from "../clock.ts";
import type { HassMemory } from "./doors.ts";
import { isRecord } from "./errors.ts";
import type { HelperValue } from "./helper-forms.ts";

/** Remembered under `helper:<owner>`, in `keys`. */
export interface HelperMemory {
  /** Unique id in the registry. */
  id?: string;
  /** Set before it is made, so that a crash in between makes no second one. */
  making?: string;
  form?: string;
  name?: string;
  area?: string;
  shown?: HelperValue;
  /** Values that Home Assistant may still bring back after a kill (helper-history.ts). */
  earlier?: HelperValue[];
  /** Made so lately that a killed Home Assistant may have lost it. */
  fresh?: boolean;
  deleted?: boolean;
}

export interface Helper {
  spec: HelperSpec;
  readonly owner: string;
  memory: HelperMemory;
  entityId: string | undefined;
  /** Found again without a memory of it: its value is the user's wish, not ours. */
  adopted: boolean;
  /** Seen on the present subscription. */
  live: boolean;
  truth: HelperValue | undefined;
  expected: HelperValue | undefined;
  /** Home Assistant may move the value while it takes new limits or options. */
  reshaping: boolean;
  writing: boolean;
  /** Refused as it stands: not tried again until the truth changes. */
  refused: HelperValue | undefined;
  /** Monotonic, of this run: when its value was last replaced by another, and when it was made. */
  replacedMs: number;
  madeMs: number;
}

export interface Owner {
  name: string;
  readonly id: string;
  readonly helpers: Map<string, Helper>;
  /** Which Home Assistant they were made in. */
  house: string | undefined;
  busy: boolean;
  again: boolean;
  failures: number;
  wake: Unsubscribe | undefined;
  retired: boolean;
}

export function saveOwner(memory: HassMemory, owner: Owner): void {
  const keys = Object.fromEntries([...owner.helpers].map(([key, helper]) => [key, helper.memory]));
  memory.set(`helper:${owner.id}`, structuredClone({ house: owner.house, keys }));
}

export interface OwnerMemory {
  readonly house: string | undefined;
  readonly keys: Readonly<Record<string, HelperMemory>>;
}

export function readOwner(memory: HassMemory, id: string): OwnerMemory {
  const raw = memory.get(`helper:${id}`);
  if (!isRecord(raw)) return { house: undefined, keys: {} };
  const keys = isRecord(raw["keys"]) ? raw["keys"] : {};
  return {
    house: typeof raw["house"] === "string" ? raw["house"] : undefined,
    keys: Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, parseMemory(value)])),
  };
}

function parseMemory(raw: unknown): HelperMemory {
  if (!isRecord(raw)) return {};
  const { id, making, form, name, area, shown, earlier, fresh, deleted } = raw;
  return {
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof making === "string" ? { making } : {}),
    ...(typeof form === "string" ? { form } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof area === "string" ? { area } : {}),
    ...(isValue(shown) ? { shown } : {}),
    ...(Array.isArray(earlier) ? { earlier: earlier.filter(isValue) } : {}),
    ...(fresh === true ? { fresh } : {}),
    ...(deleted === true ? { deleted } : {}),
  };
}

function isValue(raw: unknown): raw is HelperValue {
  return typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean";
}
