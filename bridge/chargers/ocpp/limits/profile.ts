/** Charging profiles as plain data, and the arithmetic of limits. */
import { clamp } from "../../../../shared/units.ts";

export type Purpose = "tx_default" | "tx" | "station_max";
export type RateUnit = "A" | "W";
/** `dynamic`: 2.1 only. */
export type ProfileKind = "absolute" | "relative" | "dynamic";

export interface Profile {
  /** Small and unique per station: some boxes take ids only up to their number of profiles. */
  readonly id: number;
  readonly stackLevel: number;
  readonly purpose: Purpose;
  readonly kind: ProfileKind;
  readonly unit: RateUnit;
  /** In `unit`. */
  readonly limit: number;
  /** Only when set on purpose: a box assumes 3 when absent. */
  readonly phases: 1 | 3 | undefined;
  /** Charger's time, ms; absolute only. */
  readonly startMs: number | undefined;
  /** Charger's time, ms. */
  readonly validToMs: number | undefined;
  readonly durationS: number | undefined;
  /** Dynamic only: how often the box asks for the limit by itself, s. */
  readonly updateEveryS: number | undefined;
  readonly transactionId: string | undefined;
}

/** Id scheme, `n` = outlet 1..: base and single-level 2n, transaction 2n+1, lease 2n+100, station maximum 1. */
export const profileIds = {
  stationMax: 1,
  base: (n: number): number => 2 * n,
  tx: (n: number): number => 2 * n + 1,
  lease: (n: number): number => 2 * n + 100,
};

/** Words of `chargingProfileKind`. */
export const KIND_WORDS: Readonly<Record<ProfileKind, string>> = {
  absolute: "Absolute",
  relative: "Relative",
  dynamic: "Dynamic",
};

export interface Electric {
  /** Measured line to neutral, V; used from 180 to 260, else `nominalV`. */
  readonly measuredV: number | undefined;
  readonly nominalV: number;
  readonly phases: number;
}

/** A per phase to the wire's unit: A cut to 0.1, W cut to whole. Never rounded up. */
export function toWire(limitA: number, unit: RateUnit, electric: Electric): number {
  if (unit === "A") return Math.floor(limitA * 10 + 1e-6) / 10;
  return Math.trunc(volts(electric) * limitA * electric.phases + 1e-6);
}

/** The wire's unit back to A per phase. */
export function fromWire(limit: number, unit: RateUnit, electric: Electric): number {
  return unit === "A" ? limit : limit / (volts(electric) * electric.phases);
}

function volts({ measuredV, nominalV }: Electric): number {
  return measuredV !== undefined && measuredV >= 180 && measuredV <= 260 ? measuredV : nominalV;
}

/**
 * What may reach the wire for a wanted limit: 0, or 6 A up to the ceiling on the box's own grid, cut down. Below the smallest current
 * of the grid there is only a pause.
 */
export function wireLimit(wantedA: number, maxA: number, stepA: number, listA: readonly number[] | undefined): number {
  if (!Number.isFinite(wantedA) || wantedA < 6) return 0;
  const capped = clamp(wantedA, 0, maxA);
  if (listA !== undefined) return listA.filter((a) => a <= capped + 1e-6 && a >= 6).at(-1) ?? 0;
  const cut = Math.floor(capped / stepA + 1e-6) * stepA;
  const limit = Math.round(cut * 1000) / 1000;
  return limit < 6 ? 0 : limit;
}

/** `ChargingScheduleAllowedChargingRateUnit` / `RateUnit`: A wins where both are told; nothing understood = undefined. */
export function readRateUnit(value: string | undefined): RateUnit | undefined {
  const tokens = (value ?? "").toLowerCase().split(/[,;\s]+/);
  if (tokens.some((token) => /^(current|a|amps?|amperes?)$/.test(token))) return "A";
  return tokens.some((token) => /^(power|w|watts?)$/.test(token)) ? "W" : undefined;
}
