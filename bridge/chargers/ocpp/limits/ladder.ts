/** The ladder of ways to tell a box its limit, best first. Data; `LimitController` climbs it. */
import type { ProfileKind, Purpose, RateUnit } from "./profile.ts";

export type LeaseForm = "until" | "duration";

export const RUNG_NAMES = [
  "dynamic",
  "two_layers",
  "two_layers_duration",
  "tx_default",
  "tx_default_0",
  "other_kind",
  "other_kind_0",
  "tx_too",
  "station_max",
  "vendor_key",
] as const;
export type RungName = (typeof RUNG_NAMES)[number];

export interface Rung {
  readonly name: RungName;
  readonly purpose: Purpose;
  readonly stackLevel: number;
  readonly kind: ProfileKind;
  /** A standing fail-safe under a leased limit. */
  readonly layers: 1 | 2;
  /** How a lease ends: at a time of the clock, or after a while. */
  readonly lease: LeaseForm;
  /** The running transaction gets a profile of its own as well. */
  readonly alsoTx: boolean;
}

/** What options, quirks and the box's own configuration say about limits. */
export interface LimitTraits {
  readonly stackLevel: number;
  readonly layers: 1 | 2;
  /** The level cannot be left: it was fixed by hand. */
  readonly levelFixed: boolean;
  readonly kind: "absolute" | "relative";
  readonly kindFixed: boolean;
  /** The box asks for dynamic profiles (2.1): their limit is updated in place. */
  readonly dynamic: boolean;
  /** Ways to end a lease, best first. */
  readonly leases: readonly LeaseForm[];
  readonly unit: RateUnit;
  readonly stepA: number;
  readonly stepListA: readonly number[] | undefined;
  /** A profile of the transaction is never installed (Delta orphans it). */
  readonly noTxProfile: boolean;
  /** The station's maximum is never touched. */
  readonly noStationMax: boolean;
  /** Own clear before each set (Sungrow). */
  readonly clearBeforeSet: boolean;
  readonly vendorKey: { readonly key: string; readonly scale: number } | undefined;
  readonly leaseS: number;
  /** Refusals just after connecting are waited out before another way is tried. */
  readonly patient: boolean;
  /** Smallest time between raises, s, and smallest raise, A. */
  readonly raiseEveryS: number;
  readonly raiseByA: number;
}

export function ladderOf(traits: LimitTraits): readonly Rung[] {
  const { stackLevel, kind } = traits;
  const other = kind === "absolute" ? "relative" : "absolute";
  const base = { purpose: "tx_default", alsoTx: false, layers: 1, lease: "until" } as const;
  const rungs: Rung[] = [];
  const twoLayers = traits.layers === 2 && stackLevel >= 1;
  if (twoLayers && traits.dynamic) rungs.push({ ...base, name: "dynamic", stackLevel, kind: "dynamic", layers: 2 });
  for (const lease of twoLayers ? traits.leases : [])
    rungs.push(
      lease === "until"
        ? { ...base, name: "two_layers", stackLevel, kind, layers: 2 }
        : { ...base, name: "two_layers_duration", stackLevel, kind: "relative", layers: 2, lease },
    );
  if (!twoLayers || traits.levelFixed) rungs.push({ ...base, name: "tx_default", stackLevel, kind });
  if (stackLevel > 0 && !traits.levelFixed) rungs.push({ ...base, name: "tx_default_0", stackLevel: 0, kind });
  if (!traits.kindFixed) {
    rungs.push({ ...base, name: "other_kind", stackLevel, kind: other, layers: twoLayers ? 2 : 1 });
    if (stackLevel > 0 && !traits.levelFixed) rungs.push({ ...base, name: "other_kind_0", stackLevel: 0, kind: other });
  }
  if (!traits.noTxProfile)
    rungs.push({ ...base, name: "tx_too", stackLevel: Math.min(stackLevel, 1), kind, alsoTx: true });
  // Kept in flash by many boxes and never relative on 2.x: late in the ladder.
  if (!traits.noStationMax)
    rungs.push({ ...base, name: "station_max", purpose: "station_max", stackLevel: 0, kind: "absolute" });
  if (traits.vendorKey !== undefined) rungs.push({ ...base, name: "vendor_key", stackLevel: 0, kind });
  return rungs;
}
