/** Whom a service call is for. */
import { texts, type Json } from "./json.ts";

/** `entity_id` as a text, a list or a comma-separated text. */
export function entityIds(data: Json): string[] {
  return texts(data["entity_id"]).flatMap((ids) => ids.split(",").map((id) => id.trim()));
}
