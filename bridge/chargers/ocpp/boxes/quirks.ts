/** Boxes that deviate: which ones, how, and who found out. Data; the rest of the driver reads `Deviations` only. */
import { QUIRKS } from "./quirk-table.ts";
import type { RateUnit } from "../limits/profile.ts";

export interface Identity {
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  readonly serial: string | undefined;
  readonly firmware: string | undefined;
}

/** Each key is the remedy for an oddity; absent = the box is as the standard says. */
export interface Deviations {
  // limits
  readonly stackLevel?: number;
  readonly singleLayer?: true;
  readonly noTxProfile?: true;
  readonly noStationMax?: true;
  readonly noClearAll?: true;
  readonly kind?: "absolute" | "relative";
  readonly unit?: RateUnit;
  readonly stepA?: number;
  readonly stepListA?: readonly number[];
  readonly clearBeforeSet?: true;
  /** Leases end after a while, not at a time of the box's clock. */
  readonly noClock?: true;
  readonly vendorKey?: { readonly key: string; readonly scale: number };
  /** Limits are written to flash: leases last 15 min, raises come at most each 30 s and by 1 A. */
  readonly flashWear?: true;
  // sessions
  readonly stopPauses?: true;
  readonly needsRemoteStart?: true;
  readonly tokenType?: string;
  /** Configuration key that holds the tag for remote starts. */
  readonly tagKey?: string;
  // meter
  readonly measurands?: readonly string[];
  readonly excludeMeasurands?: readonly string[];
  readonly meterIntervalS?: number;
  readonly preferPhases?: true;
  readonly ignoreSocUnit?: true;
  readonly pollInTxOnly?: true;
  readonly alwaysPoll?: true;
  // set-up
  readonly noConfigRead?: true;
  readonly neverTriggerBoot?: true;
  readonly noTriggers?: readonly string[];
  readonly noAvailability?: true;
  readonly skipKeys?: readonly string[];
  readonly wsPingIntervalS?: number;
  readonly connectorZeroIsOne?: true;
  readonly pinVersion?: "1.6";
  /** Told to the owner. */
  readonly hint?: string;
}

export interface Quirk {
  /** Option name. */
  readonly name: string;
  readonly vendor?: RegExp;
  readonly model?: RegExp;
  readonly firmware?: RegExp;
  /** Only by option: nothing in Boot tells these boxes apart. */
  readonly manualOnly?: true;
  readonly symptom: string;
  readonly source: string;
  readonly remedy: Deviations;
}

export function matchingQuirks(identity: Identity, forced: readonly string[] | undefined): readonly Quirk[] {
  if (forced !== undefined) return QUIRKS.filter((quirk) => forced.includes(quirk.name));
  return QUIRKS.filter((quirk) => {
    if (quirk.manualOnly === true) return false;
    const fits = (pattern: RegExp | undefined, value: string | undefined): boolean =>
      pattern === undefined || (value !== undefined && pattern.test(value));
    return (
      fits(quirk.vendor, identity.vendor) &&
      fits(quirk.model, identity.model) &&
      fits(quirk.firmware, identity.firmware)
    );
  });
}

/** All remedies together; a later quirk wins where two speak of the same thing. */
export function deviationsOf(quirks: readonly Quirk[]): Deviations {
  const all: Deviations = Object.assign({}, ...quirks.map((quirk) => quirk.remedy)) as Deviations;
  const excluded = quirks.flatMap((quirk) => quirk.remedy.excludeMeasurands ?? []);
  const hints = quirks.flatMap((quirk) => (quirk.remedy.hint === undefined ? [] : [quirk.remedy.hint]));
  return {
    ...all,
    ...(excluded.length === 0 ? {} : { excludeMeasurands: excluded }),
    ...(hints.length === 0 ? {} : { hint: hints.join(" ") }),
  };
}
