/** Systems that this bridge takes over from, as found in Home Assistant, and how. It changes nothing: two masters of one wallbox are worse than none. */
import type { HassLink } from "../../hass/doors.ts";

export interface ReplacedSystem {
  readonly name: string;
  readonly steps: readonly string[];
}

const HOW: Readonly<Record<string, { readonly name: string; readonly driver: string; readonly key: string }>> = {
  ocpp: {
    name: "OCPP integration (lbbrhzn/ocpp)",
    driver: "ocpp",
    key: "station: its charge point id, seen as the last part of the wallbox's OCPP address",
  },
  bmw_wallbox: {
    name: "BMW wallbox (bmw-wallbox-ha)",
    driver: "ocpp",
    key: "station: the identity of the wallbox; tls.cert and tls.key as before",
  },
  dynamic_ocpp_evse: {
    name: "Dynamic OCPP EVSE / Load Juggler",
    driver: "ocpp (or hass with preset lbbrhzn_ocpp)",
    key: "site: breaker, grid sensors and battery as in its hub",
  },
  ampeco_ev_charger: { name: "AMPECO EV charger", driver: "ampeco", key: "host and token_file as before" },
  besen: { name: "Besen (Home Assistant's own)", driver: "besen", key: "address, pin_file" },
};

/** @throws HassError */
export async function replacedSystems(link: HassLink): Promise<readonly ReplacedSystem[]> {
  const entries = await link.send<
    readonly { readonly domain: string; readonly title: string; readonly disabled_by: string | null }[]
  >({ type: "config_entries/get" });
  return entries.flatMap((entry) => {
    const known = HOW[entry.domain];
    if (known === undefined) return [];
    return [
      {
        name: `${known.name}: "${entry.title}"${entry.disabled_by === null ? "" : " (disabled)"}`,
        steps: [
          ...(entry.disabled_by === null
            ? ["Disable it: Settings → Devices & services → its three dots → Disable."]
            : []),
          `Add a charger with driver: ${known.driver}; ${known.key}.`,
          "Give the charger the old device's name, and the entities that automations use keep their ids once the old ones are removed.",
        ],
      },
    ];
  });
}
