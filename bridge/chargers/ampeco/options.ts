import type { ChargerOptions } from "../charger.ts";

/** The `ampeco:` keys of the configuration. */
export interface AmpecoChargerOptions extends ChargerOptions {
  /** Tenant's host, with or without scheme and trailing slash. */
  readonly host: string;
  /** Bearer token; empty where `oauth` gives one. */
  readonly token: string;
  readonly api: "auto" | "app" | "public";
  /** undefined = every charge point that the token sees. */
  readonly chargePoint: string | undefined;
  readonly powerUnit: "W" | "kW";
  readonly energyUnit: "Wh" | "kWh";
  /** The user has checked that the tenant obeys `maxCurrent` at the start of a session (app API). */
  readonly appMaxCurrent: boolean;
  /** Extra request headers some tenants ask for. */
  readonly headers: Readonly<Record<string, string>>;
  /** s between polls while a session runs, 15-3600. */
  readonly pollActiveS: number;
  /** s between polls otherwise, 15-3600. */
  readonly pollIdleS: number;
  readonly oauth: AmpecoOAuth | undefined;
}

/** With a refresh token: the app API's refresh grant. Without: the public API's client credentials. */
export interface AmpecoOAuth {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly refreshToken: string | undefined;
}
