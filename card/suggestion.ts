/** "Add card" → an entity of a wallbox → our card. Asked for every selected entity: look-ups only, never throws. */
import { readRoot } from "./discovery.ts";
import { type Hass, text } from "./hass.ts";

export function getEntitySuggestion(hass: Hass, entityId: string): unknown {
  const attributes = hass.states[entityId]?.attributes;
  if (attributes === undefined) return null;
  const id = text(attributes["evse_id"]);
  const ours = id !== undefined || attributes["evse_schema"] !== undefined;
  const status =
    attributes["evse"] !== undefined
      ? entityId
      : readRoot(hass).chargers.find((charger) =>
          ours
            ? charger.id === id
            : // A helper carries no attributes of ours: it is named in a map.
              Object.values(charger.map).includes(entityId),
        )?.status;
  if (status === undefined) {
    const site = id === "site" || attributes["evse_schema"] !== undefined;
    return site ? [{ config: { type: "custom:evse-card", layout: "site" } }] : null;
  }
  const config = { type: "custom:evse-card", entity: status };
  return [{ config }, { label: "Compact", config: { ...config, layout: "compact" } }];
}
