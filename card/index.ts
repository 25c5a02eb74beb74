/** Entry of `dist/evse-bridge.js`: registers elements and tells Home Assistant's pickers. Nothing here may wait. */
import { EvseCard } from "./evse-card.ts";
import type { Hass } from "./hass.ts";
import { getEntitySuggestion } from "./suggestion.ts";
import { TILE_FEATURES } from "./tile-features.ts";
import { MANUAL, VERSION } from "./version.ts";

interface PickerEntry {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly preview?: boolean;
  readonly documentationURL?: string;
  readonly getEntitySuggestion?: (hass: Hass, entityId: string) => unknown;
}

declare global {
  interface Window {
    customCards?: PickerEntry[];
    customCardFeatures?: object[];
  }
}

// A resource can be listed twice (by HACS and by hand): the first one stays.
if (!customElements.get("evse-card")) {
  customElements.define("evse-card", EvseCard);
  (window.customCards ??= []).push({
    type: "evse-card",
    name: "EVSE Bridge",
    description: "Your wallbox: charging, waiting and why, with mode, limit and energy flow.",
    preview: true,
    ...(MANUAL ? { documentationURL: MANUAL } : {}),
    getEntitySuggestion,
  });
  for (const { element, ...entry } of TILE_FEATURES) {
    customElements.define(entry.type, element);
    (window.customCardFeatures ??= []).push(entry);
  }
  // eslint-disable-next-line no-console -- one line that tells which card is loaded
  console.info(`evse-card ${VERSION}`);
}
