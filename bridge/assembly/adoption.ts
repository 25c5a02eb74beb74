/** Stations that wait to be adopted, as notices in Home Assistant: what to write so that they are let in. */
import { stringify } from "yaml";
import type { PlanNotice } from "../../shared/plan.ts";
import { slugify } from "../../shared/slug.ts";
import type { WaitingStation } from "../ocpp/station.ts";

/** More at once are no wallboxes of this house; the status page has them all. */
const MOST = 3;

/** Only for `ocpp.unknown_stations: show`: else anybody who knocks would write into Home Assistant. */
export function adoptionNotices(waiting: readonly WaitingStation[], shown: boolean): readonly PlanNotice[] {
  if (!shown) return [];
  return waiting
    .filter(({ why }) => why === "unknown_station")
    .slice(0, MOST)
    .map(({ identity, remoteAddress }) => {
      const id = slugify(identity) || "wallbox";
      const entry = stringify([{ id, name: identity, driver: "ocpp", station: identity }]);
      return {
        id: `adopt_${id}`,
        title: "EVSE Bridge: a wallbox waits",
        message: `A wallbox that calls itself \`${plain(identity)}\` (${plain(remoteAddress)}) has connected and is not controlled. If it is yours, add it to \`chargers:\` in evse-bridge.yaml:\n\n\`\`\`yaml\n${plain(entry)}\`\`\``,
      };
    });
}

/** What a stranger calls itself ends no quotation. */
function plain(text: string): string {
  return text.replaceAll("`", "'").slice(0, 500);
}
