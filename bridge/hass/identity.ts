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

/**
 * `device_id` of the mobile_app registration, and with it the identifier in the device registry: `evse_bridge:garage`, of a second
 * bridge `evse_bridge@barn:garage`. Fixed, so that a lost memory finds the old device again, and unambiguous, as ids are slugs.
 */
export function appDeviceId(instance: string | undefined, id: string): string {
  return `${appPrefix(instance)}${id}`;
}

function appPrefix(instance: string | undefined): string {
  return instance === undefined ? `${APP_ID}:` : `${APP_ID}@${instance}:`;
}

/** The identifier in the device registry. */
export function deviceIdentifier(instance: string | undefined, id: string): string {
  return `mobile_app:${appDeviceId(instance, id)}`;
}

/** The charger (or `site`) behind an identifier of the device registry; undefined: none of this bridge's. */
export function idBehind(identifier: string, instance: string | undefined): string | undefined {
  const prefix = `mobile_app:${appPrefix(instance)}`;
  return identifier.startsWith(prefix) ? identifier.slice(prefix.length) : undefined;
}

/** `sensor.evse_bridge`, or with the instance's name behind it. */
export function withInstance(objectId: string, instance: string | undefined): string {
  return instance === undefined ? objectId : `${objectId}_${instance}`;
}
