/** Sampled values of 1.6 and 2.x as one list of samples in base units (W, Wh, A, V, Hz, °C, %); what cannot be read is dropped and counted. */
import type { JsonObject } from "../../../ocpp/station.ts";
import { isObject, numberOf, objectsOf, textOf, timeOf } from "../wire/json.ts";

export type SampleContext =
  | "Interruption.Begin"
  | "Interruption.End"
  | "Other"
  | "Sample.Clock"
  | "Sample.Periodic"
  | "Transaction.Begin"
  | "Transaction.End"
  | "Trigger";

export interface Sample {
  readonly measurand: string;
  /** Upper case: `L1`, `L1-N`, `L1-L2`, `N`; undefined = the total. */
  readonly phase: string | undefined;
  readonly context: string;
  readonly location: string | undefined;
  /** Base unit of the measurand. */
  readonly value: number;
  /** By the charger's own clock; undefined when it told none that can be trusted. */
  readonly timestampMs: number | undefined;
}

export interface Reading {
  readonly samples: readonly Sample[];
  /** Values that were empty, not numeric or beyond any plausible figure. */
  readonly dropped: number;
  /** Signed meter data as told, by `<context>`, if any: kept with the session, never read as a number. */
  readonly signed: Readonly<Record<string, string>> | undefined;
}

export interface ReadingRules {
  /** Heidelberg: the state of charge arrives with unit V. */
  readonly ignoreSocUnit?: boolean;
  readonly excludeMeasurands?: readonly string[];
}

const DEFAULT_MEASURAND = "Energy.Active.Import.Register";

/** Reads the `meterValue` list of a MeterValues, TransactionEvent or `transactionData` payload. */
export function readMeterValues(list: readonly JsonObject[], rules: ReadingRules = {}): Reading {
  const samples: Sample[] = [];
  let signed: Record<string, string> | undefined;
  let dropped = 0;
  for (const { timestamp, sampledValue } of list) {
    const at = timeOf(timestamp);
    for (const raw of objectsOf(sampledValue)) {
      const context = textOf(raw["context"]) ?? "Sample.Periodic";
      const signedData = raw["signedMeterValue"];
      if (isObject(signedData)) (signed ??= {})[context] = JSON.stringify(signedData);
      if (raw["format"] === "SignedData") {
        (signed ??= {})[context] = textOf(raw["value"]) ?? "";
        continue;
      }
      const measurand = measurandOf(textOf(raw["measurand"]) ?? DEFAULT_MEASURAND);
      if (rules.excludeMeasurands?.includes(measurand.name) === true) continue;
      const value = baseValue(raw, measurand, rules);
      if (value === undefined || !plausible(measurand, value)) {
        dropped++;
        continue;
      }
      samples.push({
        measurand: measurand.name,
        phase: phaseOf(textOf(raw["phase"])),
        context,
        location: textOf(raw["location"]),
        value,
        timestampMs: at,
      });
    }
  }
  return { samples, dropped, signed };
}

const USUAL_PHASES: ReadonlySet<string> = new Set(["L1", "L2", "L3", "L1-N", "L2-N", "L3-N", "N"]);

function phaseOf(word: string | undefined): string | undefined {
  return word === undefined || USUAL_PHASES.has(word) ? word : word.trim().toUpperCase();
}

/** What is to know of a measurand by its name. */
interface Measurand {
  readonly name: string;
  readonly scale: "soc" | "temperature" | "factor" | "metric";
  /** Bounds beyond which a figure is a fault of the wire. */
  readonly least: number;
  readonly most: number;
}

const MOST_MEASURANDS = 200;
const measurands = new Map<string, Measurand>();

/** Names come again with each value: they are judged once. */
function measurandOf(name: string): Measurand {
  const known = measurands.get(name);
  if (known !== undefined) return known;
  const measurand = judgeMeasurand(name);
  if (measurands.size < MOST_MEASURANDS) measurands.set(name, measurand);
  return measurand;
}

/** 400 kW, 600 A, 50-1000 V, 0-100 %. */
function judgeMeasurand(name: string): Measurand {
  const of = (least: number, most: number, scale: Measurand["scale"] = "metric"): Measurand => ({
    name,
    scale,
    least,
    most,
  });
  if (name === "SoC") return of(0, 100, "soc");
  if (name === "Voltage") return of(50, 1000);
  if (name.startsWith("Temperature")) return of(-60, 200, "temperature");
  if (name.startsWith("Power.Factor")) return of(-1.0001, 1.0001, name === "Power.Factor" ? "factor" : "metric");
  if (name.startsWith("Power.")) return of(-400_000, 400_000);
  if (name.startsWith("Current.")) return of(-600, 600);
  if (name.startsWith("Energy.")) return of(0, 1e11);
  return of(-Number.MAX_VALUE, Number.MAX_VALUE);
}

function plausible({ name, least, most }: Measurand, value: number): boolean {
  // 0 V is a phase without voltage.
  return (value >= least && value <= most) || (value === 0 && name === "Voltage");
}

function baseValue(raw: JsonObject, measurand: Measurand, rules: ReadingRules): number | undefined {
  const plain = numberOf(raw["value"]);
  if (plain === undefined) return undefined;
  const told = raw["unitOfMeasure"];
  const unitOfMeasure = isObject(told) ? told : undefined;
  const multiplier = numberOf(unitOfMeasure?.["multiplier"]) ?? 0;
  const unit = (textOf(raw["unit"]) ?? textOf(unitOfMeasure?.["unit"]) ?? "").trim();
  const scaled = multiplier === 0 ? plain : plain * 10 ** multiplier;
  switch (measurand.scale) {
    case "soc": {
      const percent = rules.ignoreSocUnit === true || unit === "" || unit.toLowerCase() === "percent" || unit === "%";
      return percent ? scaled : undefined;
    }
    case "temperature":
      return celsius(scaled, unit);
    case "factor":
      return /percent|%/i.test(unit) || Math.abs(scaled) > 1 ? scaled / 100 : scaled;
    case "metric": {
      const value = unit === "" ? scaled : scaled * prefix(unit);
      return Number.isFinite(value) ? value : undefined;
    }
  }
}

/** Metric prefixes of the units OCPP knows: kWh, mA, kvarh... A bare unit, a foreign word and `m`-less units count as 1. */
function prefix(unit: string): number {
  if (!"kKmM".includes(unit.charAt(0))) return 1;
  if (/^k(w|wh|v|a|va|var|vah|varh)$/i.test(unit)) return 1000;
  if (/^m(W|Wh|V|A|VA|var|VAh|varh)$/.test(unit)) return 0.001;
  if (/^M(W|Wh|V|A|VA|var)$/.test(unit)) return 1_000_000;
  return 1;
}

function celsius(value: number, unit: string): number {
  if (/^(k|kelvin)$/i.test(unit)) return value - 273.15;
  if (/^(f|°f|fahrenheit)$/i.test(unit)) return ((value - 32) * 5) / 9;
  return value;
}

const CONTEXT_RANK: readonly string[] = ["Transaction.End", "Sample.Periodic", "Sample.Clock"];

/** The energy register, Wh, by context: the end of a transaction wins, its begin never counts. Unphased first, else the sum of phases. */
export function energyRegister(samples: readonly Sample[], measurand = DEFAULT_MEASURAND): number | undefined {
  const usable: Sample[] = [];
  for (const sample of samples)
    if (sample.measurand === measurand && sample.context !== "Transaction.Begin") usable.push(sample);
  const [only] = usable;
  if (only === undefined) return undefined;
  if (usable.length === 1 && only.phase === undefined) return only.value;
  for (const context of [...CONTEXT_RANK, undefined]) {
    const group = context === undefined ? usable : usable.filter((sample) => sample.context === context);
    if (group.length === 0) continue;
    const total = group.findLast((sample) => sample.phase === undefined);
    if (total !== undefined) return total.value;
    const phases = new Map(group.map((sample) => [leg(sample.phase), sample.value]));
    phases.delete(undefined);
    if (phases.size > 0) return [...phases.values()].reduce((sum, value) => sum + value, 0);
  }
  return undefined;
}

/** The register when the transaction began, Wh; undefined where no sample tells. */
export function energyAtBegin(samples: readonly Sample[]): number | undefined {
  const first: Sample[] = [];
  for (const sample of samples)
    if (sample.context === "Transaction.Begin") first.push({ ...sample, context: "Sample.Periodic" });
  return first.length === 0 ? undefined : energyRegister(first);
}

const LEGS: ReadonlyMap<string, 1 | 2 | 3> = new Map([
  ["L1", 1],
  ["L1-N", 1],
  ["L2", 2],
  ["L2-N", 2],
  ["L3", 3],
  ["L3-N", 3],
]);

/** `L1`, `L1-N` → 1; `N`, `L1-L2` and totals → undefined. */
export function leg(phase: string | undefined): 1 | 2 | 3 | undefined {
  return phase === undefined ? undefined : LEGS.get(phase);
}
