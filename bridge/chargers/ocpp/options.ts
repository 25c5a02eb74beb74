/** What the configuration says about one OCPP charger. */
import type { OcppVersion } from "../../ocpp/station.ts";
import type { ChargerOptions } from "../charger.ts";

export interface TagEntry {
  readonly tag: string;
  readonly name: string | undefined;
  /** Answer for this tag; a tag in the list without one is accepted. */
  readonly status: "accepted" | "blocked" | "expired" | "invalid";
  /** ms since the epoch, or undefined = never. */
  readonly expiryMs: number | undefined;
}

export interface OcppChargerOptions extends ChargerOptions {
  /** Identity in the charger's URL. */
  readonly station: string;
  /** Serial number that the box's own certificate may be made out to (security profile 3); undefined = only to its identity. */
  readonly serial?: string | undefined;
  /** Text, or hex of bytes. A rotated one in the secret store wins. */
  readonly password: string | undefined;
  readonly version: "auto" | OcppVersion;
  /** Only this outlet of the station; undefined = all. */
  readonly connector: number | undefined;
  readonly anonymous: boolean;
  readonly chargeRateUnit: "auto" | "A" | "W";
  readonly layers: "auto" | "two" | "single";
  readonly profileValidityMode: "auto" | "absolute" | "relative";
  /** 0-10; undefined = 2, or what the ladder finds. */
  readonly stackLevel: number | undefined;
  /** Life of the leased limit, s, 30-900. */
  readonly profileTimeoutS: number;
  readonly auth: "accept_all" | "allow_list" | "block";
  /** Tag of remote starts; undefined = one is made up and kept. */
  readonly idTag: string | undefined;
  readonly autoStart: boolean;
  /** undefined = by model. */
  readonly stop: "end" | "pause" | undefined;
  readonly allowReset: "never" | "failed_pause" | "always";
  readonly strict: boolean;
  /** Names from the quirk table in place of those of the model; undefined = by model. */
  readonly quirks: readonly string[] | undefined;
  readonly meterIntervalS: number;
  readonly callTimeoutMs: number;
  readonly authorization: readonly TagEntry[];
}
