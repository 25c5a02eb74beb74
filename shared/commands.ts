/** What a person (or an automation) asks for. Read from helpers and services, reduced into the site's state, carried out by the dispatcher. */
import type { ChargerId } from "./charger.ts";
import type { ChargeMode, Distribution } from "./modes.ts";

export type ChargerCommand =
  | { readonly kind: "set_mode"; readonly charger: ChargerId; readonly mode: ChargeMode }
  /** A; 0 pauses, 6 or more ends that pause. */
  | { readonly kind: "set_max_current"; readonly charger: ChargerId; readonly limitA: number }
  | { readonly kind: "set_min_current"; readonly charger: ChargerId; readonly limitA: number }
  /** The charging switch: false = paused by the user. */
  | { readonly kind: "set_enabled"; readonly charger: ChargerId; readonly on: boolean }
  | { readonly kind: "set_dynamic_control"; readonly charger: ChargerId; readonly on: boolean }
  | {
      readonly kind: "set_setting";
      readonly charger: ChargerId;
      readonly key: string;
      readonly value: string | number | boolean;
    }
  | {
      readonly kind: "start" | "stop" | "pause" | "reset" | "reset_profiles" | "unlock" | "refresh";
      readonly charger: ChargerId;
    };

export type SiteNumber =
  "max_import_power" | "battery_soc_target" | "battery_soc_min" | "excess_threshold" | "power_buffer";

export type SiteCommand =
  | { readonly kind: "set_site_mode"; readonly mode: ChargeMode }
  | { readonly kind: "set_distribution"; readonly distribution: Distribution }
  | { readonly kind: "set_site_number"; readonly key: SiteNumber; readonly value: number }
  | { readonly kind: "set_allow_grid_charging"; readonly on: boolean };

export type Command = ChargerCommand | SiteCommand;

/** `sensor.<charger>_command`: the fate of the newest command. */
export interface CommandState {
  readonly state: "idle" | "pending" | "accepted" | "rejected" | "timeout";
  readonly commandId: string | undefined;
  readonly name: string | undefined;
  readonly value: string | number | boolean | undefined;
  /** Why it was refused, in English; undefined while pending and when accepted. */
  readonly detail: string | undefined;
  readonly atMs: number;
}
