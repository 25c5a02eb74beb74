import type { ChargerOptions } from "../charger.ts";

/** The `besen:` keys of the configuration. Address or name pattern with `ble`, host with `udp`. */
export interface BesenChargerOptions extends ChargerOptions {
  /** Bluetooth MAC; wins over the name. */
  readonly address: string | undefined;
  /** Beginning or part of the advertised name, e.g. `ACP#Garage`; default `ACP#`. */
  readonly nameFilter: string | undefined;
  /** IP or name on the LAN; with `:port` for a forwarded or simulated box. */
  readonly host: string | undefined;
  /** Six digits; undefined = the factory's, with a lasting warning. */
  readonly pin: string | undefined;
  readonly transport: "ble" | "udp";
  readonly bleDriver: "auto" | "noble" | "noble-next";
  /** `hci0`, ...; undefined = the first. */
  readonly adapter: string | undefined;
  /** IANA zone of the box's display; undefined = Home Assistant's. */
  readonly zone: string | undefined;
  /** Leave charge records unacknowledged, so that the vendor's app still gets them. */
  readonly keepRecordsForApp: boolean;
  /** Read the signal strength of the live link every 60 s. */
  readonly rssi: boolean;
  /** Least time between a forced stop and the next start, s; default 300. */
  readonly minOffS?: number | undefined;
}
