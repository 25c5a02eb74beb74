/** Sampled values of 1.6 and 2.x as one list of samples in base units (W, Wh, A, V, Hz, °C, %); what cannot be read is dropped and counted. */
import type { JsonObject } from "../../ocpp/station.ts";
import { number, object, objects, text, timestampMs } from "./json.ts";

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
  /** Signed meter data as told, by `<context>`: kept with the session, never read as a number. */
  readonly signed: Readonly<Record<string, string>>;
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
  const signed: Record<string, string> = {};
  let dropped = 0;
  for (const entry of list) {
    const at = timestampMs(entry, "timestamp");
    for (const raw of objects(entry, "sampledValue")) {
      const context = text(raw, "context") ?? "Sample.Periodic";
      const signedData = object(raw, "signedMeterValue");
      if (signedData !== undefined) signed[context] = JSON.stringify(signedData);
      if (text(raw, "format") === "SignedData") {
        signed[context] = text(raw, "value") ?? "";
        continue;
      }
      const measurand = text(raw, "measurand") ?? DEFAULT_MEASURAND;
      if (rules.excludeMeasurands?.includes(measurand) === true) continue;
      const value = baseValue(raw, measurand, rules);
      if (value === undefined || !plausible(measurand, value)) {
        dropped++;
        continue;
      }
      samples.push({
        measurand,
        phase: text(raw, "phase")?.trim().toUpperCase(),
        context,
        location: text(raw, "location"),
        value,
        timestampMs: at,
      });
    }
  }
  return { samples, dropped, signed };
}

function baseValue(raw: JsonObject, measurand: string, rules: ReadingRules): number | undefined {
  const plain = number(raw, "value");
  if (plain === undefined) return undefined;
  const unitOfMeasure = object(raw, "unitOfMeasure");
  const multiplier = number(unitOfMeasure, "multiplier") ?? 0;
  const unit = (text(raw, "unit") ?? text(unitOfMeasure, "unit") ?? "").trim();
  const scaled = multiplier === 0 ? plain : plain * 10 ** multiplier;
  if (measurand === "SoC")
    return rules.ignoreSocUnit === true || unit === "" || unit.toLowerCase() === "percent" || unit === "%"
      ? scaled
      : undefined;
  if (measurand.startsWith("Temperature")) return celsius(scaled, unit);
  if (measurand === "Power.Factor") return /percent|%/i.test(unit) || Math.abs(scaled) > 1 ? scaled / 100 : scaled;
  const value = unit === "" ? scaled : scaled * prefix(unit);
  return Number.isFinite(value) ? value : undefined;
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

/** Bounds beyond which a figure is a fault of the wire: 400 kW, 600 A, 50-1000 V (0 V = a phase without voltage), 0-100 %. */
function plausible(measurand: string, value: number): boolean {
  if (measurand.startsWith("Power.Factor")) return Math.abs(value) <= 1.0001;
  if (measurand.startsWith("Power.")) return Math.abs(value) <= 400_000;
  if (measurand.startsWith("Current.")) return Math.abs(value) <= 600;
  if (measurand === "Voltage") return value === 0 || (value >= 50 && value <= 1000);
  if (measurand === "SoC") return value >= 0 && value <= 100;
  if (measurand.startsWith("Energy.")) return value >= 0 && value <= 1e11;
  if (measurand.startsWith("Temperature")) return value > -60 && value < 200;
  return Number.isFinite(value);
}

const CONTEXT_RANK: readonly string[] = ["Transaction.End", "Sample.Periodic", "Sample.Clock"];

/** The energy register, Wh, by context: the end of a transaction wins, its begin never counts. Unphased first, else the sum of phases. */
export function energyRegister(samples: readonly Sample[], measurand = DEFAULT_MEASURAND): number | undefined {
  const usable = samples.filter((sample) => sample.measurand === measurand && sample.context !== "Transaction.Begin");
  if (usable.length === 0) return undefined;
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

/** `L1`, `L1-N` → 1; `N`, `L1-L2` and totals → undefined. */
export function leg(phase: string | undefined): 1 | 2 | 3 | undefined {
  const match = phase === undefined ? null : /^L([123])(?:-N)?$/.exec(phase);
  return match === null ? undefined : match[1] === "1" ? 1 : match[1] === "2" ? 2 : 3;
}
