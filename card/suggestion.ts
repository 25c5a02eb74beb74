/** "Add card" → an entity of a wallbox → our card. Asked for every selected entity: look-ups only, never throws. */
import { fields, type Hass, list, text } from "./hass.ts";
import { ROOT } from "./discovery.ts";

export function getEntitySuggestion(hass: Hass, entityId: string): unknown {
  const attributes = hass.states[entityId]?.attributes;
  if (attributes === undefined) return null;
  const id = text(attributes["evse_id"]);
  let status: string | undefined;
  if (attributes["evse"] !== undefined) status = entityId;
  else if (id !== undefined || attributes["evse_schema"] !== undefined) {
    for (const item of list(hass.states[ROOT]?.attributes["chargers"])) {
      const charger = fields(item);
      if (charger["id"] === id) status = text(charger["status"]);
    }
  } else {
    // A helper carries no attributes of ours: it is named in a map.
    for (const item of list(hass.states[ROOT]?.attributes["chargers"])) {
      const candidate = text(fields(item)["status"]) ?? "";
      const map = fields(hass.states[candidate]?.attributes["evse_entities"]);
      if (Object.values(map).includes(entityId)) status = candidate;
    }
  }
  if (status === undefined) {
    const site = id === "site" || attributes["evse_schema"] !== undefined;
    return site ? [{ config: { type: "custom:evse-card", layout: "site" } }] : null;
  }
  const config = { type: "custom:evse-card", entity: status };
  return [{ config }, { label: "Compact", config: { ...config, layout: "compact" } }];
}
