/** "Add card" → an entity of a wallbox → our card. Asked for every selected entity: look-ups only, never throws. */
import { readRoot } from "./discovery.ts";
import type { Hass } from "./hass.ts";

export function getEntitySuggestion(hass: Hass, entityId: string): unknown {
  const { evse, evse_id, evse_schema } = hass.states[entityId]?.attributes ?? {};
  const entity = evse
    ? entityId
    : readRoot(hass).chargers.find(
        // A helper carries no attributes of ours: it is named in a map.
        ({ id, map }) => id === evse_id || Object.values(map).includes(entityId),
      )?.status;
  const type = "custom:evse-card";
  if (entity) return [{ config: { type, entity } }, { label: "Compact", config: { type, entity, layout: "compact" } }];
  return evse_id === "site" || evse_schema ? [{ config: { type, layout: "site" } }] : null;
}
