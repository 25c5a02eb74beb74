/** The smart-charging part of a charge point: which profile binds at which moment (OCPP 1.6 3.13, 2.0.1 K01). */
import type { Json, JsonObject } from "../../ocpp/station.ts";

export interface InstalledProfile {
  readonly id: number;
  /** 0 = the whole station. */
  readonly outlet: number;
  readonly purpose: string;
  readonly stackLevel: number;
  readonly kind: string;
  readonly transactionId: string | undefined;
  readonly validFromMs: number | undefined;
  readonly validToMs: number | undefined;
  readonly startMs: number | undefined;
  readonly durationS: number | undefined;
  readonly unit: "A" | "W";
  readonly periods: readonly { readonly startS: number; readonly limit: number }[];
  readonly installedAtMs: number;
  /** 2.1, kind Dynamic: how often its limit is asked for, s. */
  readonly updateEveryS: number | undefined;
}

export interface Moment {
  readonly atMs: number;
  readonly transactionId: string | undefined;
  readonly startedAtMs: number | undefined;
}

/** Reads `csChargingProfiles` (1.6) or `chargingProfile` (2.x); undefined when a part that matters is missing. */
export function readProfile(raw: JsonObject, outlet: number, nowMs: number): InstalledProfile | undefined {
  const schedules = raw["chargingSchedule"];
  const schedule = Array.isArray(schedules) ? schedules[0] : schedules;
  const id = raw["chargingProfileId"] ?? raw["id"];
  if (!isObject(schedule) || typeof id !== "number") return undefined;
  const { chargingProfilePurpose: purpose, chargingProfileKind: kind, stackLevel } = raw;
  if (typeof purpose !== "string" || typeof kind !== "string" || typeof stackLevel !== "number") return undefined;
  const list = schedule["chargingSchedulePeriod"];
  const periods = (Array.isArray(list) ? list : []).flatMap((period) =>
    isObject(period) && typeof period["limit"] === "number" && typeof period["startPeriod"] === "number"
      ? [{ startS: period["startPeriod"], limit: period["limit"] }]
      : [],
  );
  if (periods.length === 0) return undefined;
  const transaction = raw["transactionId"];
  return {
    id,
    outlet,
    purpose,
    stackLevel,
    kind,
    transactionId: typeof transaction === "string" || typeof transaction === "number" ? String(transaction) : undefined,
    validFromMs: time(raw["validFrom"]),
    validToMs: time(raw["validTo"]),
    startMs: time(schedule["startSchedule"]),
    durationS: typeof schedule["duration"] === "number" ? schedule["duration"] : undefined,
    unit: schedule["chargingRateUnit"] === "W" ? "W" : "A",
    periods,
    installedAtMs: nowMs,
    updateEveryS: typeof raw["dynUpdateInterval"] === "number" ? raw["dynUpdateInterval"] : undefined,
  };
}

export class ProfileStack {
  #profiles: InstalledProfile[] = [];
  readonly #lowestWins: boolean;

  constructor(lowestWins = false) {
    this.#lowestWins = lowestWins;
  }

  get all(): readonly InstalledProfile[] {
    return this.#profiles;
  }

  /** Replaces what has its id, or its place (outlet, purpose, level). */
  install(profile: InstalledProfile): void {
    this.#profiles = this.#profiles.filter(
      (other) =>
        other.id !== profile.id &&
        !(
          other.outlet === profile.outlet &&
          other.purpose === profile.purpose &&
          other.stackLevel === profile.stackLevel
        ),
    );
    this.#profiles.push(profile);
  }

  /** Moves the limit of a dynamic profile in place. Answers whether there is one. */
  move(id: number, limit: number): boolean {
    const found = this.#profiles.find((profile) => profile.id === id && profile.kind === "Dynamic");
    if (found === undefined) return false;
    const moved = { ...found, periods: [{ startS: 0, limit }] };
    this.#profiles = this.#profiles.map((profile) => (profile === found ? moved : profile));
    return true;
  }

  /** How many went. */
  clear(doomed: (profile: InstalledProfile) => boolean): number {
    const before = this.#profiles.length;
    this.#profiles = this.#profiles.filter((profile) => !doomed(profile));
    return before - this.#profiles.length;
  }

  /** The lowest of station maximum and the outlet's own limit; undefined = no profile binds. In A per phase. */
  limitAt(outlet: number, moment: Moment, toA: (limit: number, unit: "A" | "W") => number): number | undefined {
    const best = (purposes: readonly string[], of: number): number | undefined => {
      const candidates = this.#profiles
        .filter((profile) => profile.outlet === of || (of !== 0 && profile.outlet === 0))
        .filter((profile) => purposes.includes(profile.purpose))
        .toSorted((a, b) => b.stackLevel - a.stackLevel || b.installedAtMs - a.installedAtMs);
      const limits: number[] = [];
      for (const profile of candidates) {
        const limit = limitOf(profile, moment);
        if (limit !== undefined) limits.push(toA(limit, profile.unit));
      }
      return this.#lowestWins && limits.length > 0 ? Math.min(...limits) : limits[0];
    };
    const station = best(["ChargePointMaxProfile", "ChargingStationMaxProfile"], 0);
    const own = best(["TxProfile"], outlet) ?? best(["TxDefaultProfile"], outlet);
    const limits = [station, own].filter((limit) => limit !== undefined);
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  /** Steps of the limit from now over `durationS`, one probe a second. */
  composite(
    outlet: number,
    moment: Moment,
    durationS: number,
    toA: (limit: number, unit: "A" | "W") => number,
    freeA: number,
  ): readonly { readonly startS: number; readonly limitA: number }[] {
    const steps: { startS: number; limitA: number }[] = [];
    for (let s = 0; s < durationS; s++) {
      const limitA = Math.min(freeA, this.limitAt(outlet, { ...moment, atMs: moment.atMs + s * 1000 }, toA) ?? freeA);
      if (steps.at(-1)?.limitA !== limitA) steps.push({ startS: s, limitA });
    }
    return steps;
  }
}

function limitOf(profile: InstalledProfile, moment: Moment): number | undefined {
  const { atMs } = moment;
  if (
    profile.purpose === "TxProfile" &&
    (moment.transactionId === undefined ||
      (profile.transactionId !== undefined && profile.transactionId !== moment.transactionId))
  )
    return undefined;
  if (profile.validFromMs !== undefined && atMs < profile.validFromMs) return undefined;
  if (profile.validToMs !== undefined && atMs >= profile.validToMs) return undefined;
  const relative = profile.kind === "Relative";
  const startMs = relative ? (moment.startedAtMs ?? profile.installedAtMs) : (profile.startMs ?? profile.installedAtMs);
  const intoS = (atMs - startMs) / 1000;
  if (intoS < 0) return undefined;
  if (profile.durationS !== undefined && intoS >= profile.durationS) return undefined;
  return profile.periods.findLast((period) => period.startS <= intoS)?.limit;
}

function time(value: Json | undefined): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return Number.isFinite(ms) ? ms : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
