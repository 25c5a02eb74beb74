/** What the driver wants of a box, in words common to all versions; `commands16` and `commands20` write it down for the wire. */
import type { JsonObject, OcppVersion } from "../../../ocpp/station.ts";
import type { Profile, RateUnit } from "../limits/profile.ts";

/** One outlet: 1.6 knows the connector only. */
export interface OutletRef {
  readonly evseId: number;
  readonly connectorId: number;
}

export interface Request {
  readonly action: string;
  readonly payload: JsonObject;
}

export interface Token {
  readonly tag: string;
  /** 2.x `idToken.type`. */
  readonly type: string;
}

export interface ProfileFilter {
  readonly id?: number;
  readonly purpose?: Profile["purpose"];
  readonly stackLevel?: number;
  readonly outlet?: OutletRef;
}

export interface Composite {
  readonly unit: RateUnit | undefined;
  /** `startS` from the schedule's begin, ascending. */
  readonly periods: readonly { readonly startS: number; readonly limit: number; readonly phases: number | undefined }[];
}

export type TriggerTopic = "BootNotification" | "StatusNotification" | "MeterValues" | "TransactionEvent" | "Heartbeat";

export interface ConfigEntry {
  readonly key: string;
  readonly value: string | undefined;
  readonly readonly: boolean;
}

export interface Commands {
  readonly version: OcppVersion;
  /** `outlet` undefined = the whole station. */
  setProfile(outlet: OutletRef | undefined, profile: Profile): Request;
  /** Moves the limit of a dynamic profile, in its unit; undefined where there is no such thing. */
  updateLimit(profileId: number, limit: number): Request | undefined;
  clearProfiles(filter: ProfileFilter): Request;
  compositeSchedule(outlet: OutletRef, durationS: number, unit: RateUnit | undefined): Request;
  start(outlet: OutletRef, token: Token, remoteStartId: number): Request;
  stop(transactionId: string): Request | undefined;
  reset(kind: "soft" | "hard"): Request;
  trigger(topic: TriggerTopic, outlet: OutletRef | undefined): Request | undefined;
  availability(outlet: OutletRef | undefined, operative: boolean): Request;
  unlock(outlet: OutletRef): Request;
  /** Empty keys = everything the box has (1.6 only). */
  readConfig(keys: readonly string[]): Request;
  writeConfig(key: string, value: string): Request;
  parseConfig(result: JsonObject): readonly ConfigEntry[];
  /** Status word of a write: Accepted, RebootRequired, Rejected, ... */
  writeStatus(result: JsonObject): string;
}
