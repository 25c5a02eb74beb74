/** How an unknown station is kept waiting at the door (`unknown_stations: show`): polite, without consequences, without commands. */
import type { Clock } from "../clock.ts";
import { OcppError } from "./errors.ts";
import { schemaOf, type Schema } from "./schemas.ts";
import type { Json, JsonObject, OcppVersion, StationHandler } from "./station.ts";

/** A pending station asks again after this many seconds, so it is in a minute after its adoption. */
const RETRY_S = 60;
/** Answers that promise nothing, most fitting first; a station nobody knows may not charge on our word. */
const NEUTRAL_WORDS = ["Rejected", "Failed", "NotSupported", "UnknownVendorId", "Unknown", "Invalid", "Accepted"];

export function pendingStation(clock: Clock): StationHandler {
  return {
    onLink: () => undefined,
    onUnlink: () => undefined,
    onCall(action, _payload, _meta, link) {
      const currentTime = new Date(clock.nowMs()).toISOString();
      if (action === "BootNotification") return { status: "Pending", currentTime, interval: RETRY_S };
      if (action === "Heartbeat") return { currentTime };
      return neutralResult(link.version, action, currentTime);
    },
  };
}

/** The smallest answer that satisfies the schema and commits to nothing. @throws OcppError NotImplemented */
export function neutralResult(version: OcppVersion, action: string, nowText: string): JsonObject {
  const schema = schemaOf(version, action, "Response");
  if (schema === undefined) throw new OcppError("NotImplemented", `${action.slice(0, 60)} has no answer`);
  return neutralObject(schema, schema, nowText);
}

function neutralObject(schema: Schema, root: Schema, nowText: string): JsonObject {
  const result: JsonObject = {};
  for (const key of schema.required ?? []) result[key] = neutralValue(schema.properties?.[key] ?? {}, root, nowText);
  return result;
}

function neutralValue(reference: Schema, root: Schema, nowText: string): Json {
  const name = reference.$ref?.slice("#/definitions/".length);
  const schema = name === undefined ? reference : (root.definitions?.[name] ?? {});
  switch (schema.type) {
    case "object":
      return neutralObject(schema, root, nowText);
    case "array":
      return [neutralValue(schema.items ?? {}, root, nowText)];
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    default:
      if (schema.format === "date-time") return nowText;
      return schema.enum === undefined
        ? ""
        : (NEUTRAL_WORDS.find((word) => schema.enum?.includes(word) === true) ?? schema.enum[0] ?? "");
  }
}
