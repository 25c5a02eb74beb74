/** Names that must never be minted twice: prefixes of entity ids, ids of devices. */
import { slugify } from "../../shared/slug.ts";
import type { HassMemory } from "./doors.ts";

/** The site's own device; every other device id is a charger's. */
export const SITE = "site";

/** Prefix of a device's entity ids: slug of its name when it was first published; a later rename changes no entity id. */
export function prefixOf(memory: HassMemory, id: string, name: string): string {
  const key = `prefix:${id}`;
  const stored = memory.get(key);
  if (typeof stored === "string" && stored !== "") return stored;
  const prefix = slugify(name);
  memory.set(key, prefix);
  return prefix;
}

export const APP_ID = "evse_bridge";

/** `device_id` of the mobile_app registration, and with it the identifier in the device registry. Fixed, so that a lost memory finds the old device again. */
export function appDeviceId(instance: string | undefined, id: string): string {
  return instance === undefined ? `${APP_ID}_${id}` : `${APP_ID}_${instance}_${id}`;
}

/** `sensor.evse_bridge`, or with the instance's name behind it. */
export function withInstance(objectId: string, instance: string | undefined): string {
  return instance === undefined ? objectId : `${objectId}_${instance}`;
}
