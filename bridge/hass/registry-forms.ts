/** Entries of Home Assistant's registries, as far as the bridge looks at them. */
import { isRecord } from "./errors.ts";

export interface RegistryEntry {
  readonly entityId: string;
  /** `mobile_app`, `template`, `input_number`, ... */
  readonly platform: string;
  readonly uniqueId: string;
  readonly deviceId: string | undefined;
  readonly configEntryId: string | undefined;
  readonly disabled: boolean;
  /** `user`, `integration` (off by default), ... */
  readonly disabledBy: string | undefined;
  readonly areaId: string | undefined;
  readonly labels: readonly string[];
}

export interface RegistryDevice {
  readonly id: string;
  /** `domain:id` of each identifier. */
  readonly identifiers: readonly string[];
  readonly configEntries: readonly string[];
  readonly areaId: string | undefined;
  readonly name: string | undefined;
  readonly disabled: boolean;
}

/** The owner's user id is made once with each Home Assistant and stays. */
export function ownerOf(users: unknown): string | undefined {
  const owner = Array.isArray(users) ? users.filter(isRecord).find((user) => user["is_owner"] === true) : undefined;
  return typeof owner?.["id"] === "string" ? owner["id"] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function parseEntry(raw: unknown): RegistryEntry | undefined {
  if (!isRecord(raw)) return undefined;
  const entityId = text(raw["entity_id"]);
  const platform = text(raw["platform"]);
  const uniqueId = raw["unique_id"];
  if (
    entityId === undefined ||
    platform === undefined ||
    (typeof uniqueId !== "string" && typeof uniqueId !== "number")
  )
    return undefined;
  return {
    entityId,
    platform,
    uniqueId: String(uniqueId),
    deviceId: text(raw["device_id"]),
    configEntryId: text(raw["config_entry_id"]),
    disabled: typeof raw["disabled_by"] === "string",
    disabledBy: text(raw["disabled_by"]),
    areaId: text(raw["area_id"]),
    labels: texts(raw["labels"]),
  };
}

export function parseDevice(raw: unknown): RegistryDevice | undefined {
  if (!isRecord(raw) || typeof raw["id"] !== "string") return undefined;
  const identifiers = Array.isArray(raw["identifiers"])
    ? raw["identifiers"].filter(Array.isArray).map((pair) => pair.map(String).join(":"))
    : [];
  return {
    id: raw["id"],
    identifiers,
    configEntries: texts(raw["config_entries"]),
    areaId: text(raw["area_id"]),
    name: text(raw["name_by_user"]) ?? text(raw["name"]),
    disabled: typeof raw["disabled_by"] === "string",
  };
}
