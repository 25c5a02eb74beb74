/** Planner scenarios as JSON (test/scenarios/README.md): reads and checks them, naming the path of a bad field. */
import { MODE_LABELS, parseMode, type Distribution } from "../../shared/modes.ts";
import type { EngineMode } from "../planner/problem.ts";

/** `path` names the field, such as `scenarios[0].site.voltage`. */
export class ScenarioError extends Error {
  readonly path: string;
  constructor(path: string, what: string) {
    super(`${path}: ${what}`);
    this.path = path;
  }
}

export interface ScenarioSite {
  readonly voltageV: number;
  readonly breakerA: number;
  readonly maxImportW: number | null;
  /** Household per phase, A; null = the phase does not exist. */
  readonly householdA: readonly [number | null, number | null, number | null];
  readonly solarW: number;
  readonly solarIsDirect: boolean;
  readonly socPct: number | null;
  readonly socMinPct: number | null;
  readonly socTargetPct: number | null;
  readonly maxChargeW: number | null;
  readonly maxDischargeW: number | null;
  readonly inverterMaxW: number | null;
  readonly inverterMaxPerPhaseW: number | null;
  readonly inverterAsymmetric: boolean;
  readonly topology: "parallel" | "series";
  readonly inverterSensors: boolean;
  readonly excessThresholdW: number;
  readonly allowGridCharging: boolean;
  readonly distribution: Distribution;
  readonly groups: readonly { readonly name: string; readonly limitA: number; readonly members: readonly string[] }[];
}

export interface ScenarioLoad {
  readonly id: string;
  readonly plug: boolean;
  readonly minA: number;
  readonly maxA: number;
  readonly phases: 1 | 2 | 3;
  readonly priority: number;
  readonly mode: EngineMode;
  /** Site phase of each line, 0-2. */
  readonly lines: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2];
  readonly active: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly site: ScenarioSite;
  readonly loads: readonly ScenarioLoad[];
}

/** Connector words that take no share, in the data's own spelling. */
const INACTIVE = new Set(["Available", "Unknown", "Unavailable", "Finishing", "Faulted"]);
const PHASE_NAMES = ["A", "B", "C"] as const;

type Fields = Readonly<Record<string, unknown>>;

/**
 * One scenario, a list of them, or a file with `scenarios`.
 * @throws ScenarioError
 */
export function readScenarios(input: unknown): readonly Scenario[] {
  if (Array.isArray(input)) return input.map((item, index) => readScenario(item, `[${index}]`));
  const file = fieldsOf(input, "(input)");
  if (!("scenarios" in file)) return [readScenario(file, "")];
  return listOf(file["scenarios"], "scenarios").map((item, index) => readScenario(item, `scenarios[${index}]`));
}

function readScenario(input: unknown, path: string): Scenario {
  const fields = fieldsOf(input, path === "" ? "(input)" : path);
  const sitePath = join(path, "site");
  const siteFields = fieldsOf(fields["site"], sitePath);
  const site = readSite(siteFields, sitePath);
  const fallback = textOr(siteFields, "charging_mode", undefined, sitePath);
  const chargers = listOf(fields["chargers"], join(path, "chargers"));
  const loads = chargers.map((item, index) =>
    readLoad(item, index, site.voltageV, fallback, `${join(path, "chargers")}[${index}]`),
  );
  const seen = new Set<string>();
  for (const [index, load] of loads.entries()) {
    if (seen.has(load.id))
      throw new ScenarioError(`${join(path, "chargers")}[${index}].entity_id`, `"${load.id}" is there twice`);
    seen.add(load.id);
  }
  return { name: textOr(fields, "name", "unnamed", path), site, loads };
}

function readSite(fields: Fields, path: string): ScenarioSite {
  const soc = percentOrNull(fields, "battery_soc", null, path);
  const inverterSensors = flag(fields, "inverter_output_sensors", false, path);
  const topology = textOr(fields, "wiring_topology", inverterSensors && soc !== null ? "series" : "parallel", path);
  if (topology !== "parallel" && topology !== "series")
    throw new ScenarioError(join(path, "wiring_topology"), "must be parallel or series");
  const house = (key: string): number | null => numberOrNull(fields, key, null, path);
  return {
    voltageV: above(fields, "voltage", 230, path),
    breakerA: atLeast(fields, "main_breaker_rating", 63, path),
    maxImportW: nonNegativeOrNull(fields, "max_import_power", null, path),
    householdA: [house("phase_a_consumption"), house("phase_b_consumption"), house("phase_c_consumption")],
    solarW: atLeast(fields, "solar_production", 0, path),
    solarIsDirect: flag(fields, "solar_production_direct", false, path),
    socPct: soc,
    socMinPct: percentOrNull(fields, "battery_soc_min", 20, path),
    socTargetPct: percentOrNull(fields, "battery_soc_target", 80, path),
    maxChargeW: nonNegativeOrNull(fields, "battery_max_charge_power", 5000, path),
    maxDischargeW: nonNegativeOrNull(fields, "battery_max_discharge_power", 5000, path),
    inverterMaxW: nonNegativeOrNull(fields, "inverter_max_power", null, path),
    inverterMaxPerPhaseW: nonNegativeOrNull(fields, "inverter_max_power_per_phase", null, path),
    inverterAsymmetric: flag(fields, "inverter_supports_asymmetric", false, path),
    topology,
    inverterSensors,
    excessThresholdW: atLeast(fields, "excess_export_threshold", 13000, path),
    allowGridCharging: flag(fields, "allow_grid_charging", true, path),
    distribution: distributionOf(textOr(fields, "distribution_mode", "priority", path)),
    groups: readGroups(fields, path),
  };
}

function readGroups(fields: Fields, path: string): ScenarioSite["groups"] {
  const key = join(path, "circuit_groups");
  return listOf(fields["circuit_groups"] ?? [], key).map((item, index) => {
    const at = `${key}[${index}]`;
    const group = fieldsOf(item, at);
    if (group["current_limit"] === undefined || group["current_limit"] === null)
      throw new ScenarioError(join(at, "current_limit"), "is missing");
    return {
      name: textOr(group, "name", `group_${index}`, at),
      limitA: atLeast(group, "current_limit", 0, at),
      members: listOf(group["members"] ?? [], join(at, "members")).map((member, place) => {
        if (typeof member !== "string") throw new ScenarioError(`${at}.members[${place}]`, "must be text");
        return member;
      }),
    };
  });
}

function readLoad(
  input: unknown,
  index: number,
  voltageV: number,
  fallbackMode: string | undefined,
  path: string,
): ScenarioLoad {
  const fields = fieldsOf(input, path);
  const kind = textOr(fields, "device_type", "evse", path);
  if (kind !== "evse" && kind !== "plug") throw new ScenarioError(join(path, "device_type"), "must be evse or plug");
  const phases = atLeast(fields, "phases", 1, path);
  if (phases !== 1 && phases !== 2 && phases !== 3) throw new ScenarioError(join(path, "phases"), "must be 1, 2 or 3");
  const plug = kind === "plug";
  const rating = Math.round((above(fields, "power_rating", 2000, path) / (voltageV * phases)) * 10) / 10;
  const minA = plug ? rating : atLeast(fields, "min_current", 6, path);
  const maxA = plug ? rating : atLeast(fields, "max_current", 16, path);
  if (minA > maxA) throw new ScenarioError(join(path, "min_current"), `must not be above max_current (${maxA})`);
  const status = textOr(fields, "connector_status", undefined, path);
  const active = flag(fields, "active", true, path);
  return {
    id: textOr(fields, "entity_id", `charger_${index}`, path),
    plug,
    minA,
    maxA,
    phases,
    priority: number(fields, "priority", index, path),
    mode: modeOf(textOr(fields, "operating_mode", undefined, path) ?? fallbackMode, plug),
    lines: [line(fields, "l1_phase", 0, path), line(fields, "l2_phase", 1, path), line(fields, "l3_phase", 2, path)],
    active: status === undefined ? active : !INACTIVE.has(status),
  };
}

/** Any text that is no mode means Standard, as in the data's own engine. */
function modeOf(text: string | undefined, plug: boolean): EngineMode {
  if (text === undefined) return plug ? "continuous" : "standard";
  return parseMode(text) ?? "standard";
}

/** By substring, case ignored, in this order; anything else is Priority. */
function distributionOf(text: string): Distribution {
  const word = text.toLowerCase();
  if (word.includes("priority")) return "priority";
  if (word.includes("shared")) return "shared";
  if (word.includes("strict")) return "sequential_strict";
  if (word.includes("optimized")) return "sequential_optimized";
  return "priority";
}

function line(fields: Fields, key: string, fallback: 0 | 1 | 2, path: string): 0 | 1 | 2 {
  const text = textOr(fields, key, undefined, path);
  if (text === undefined) return fallback;
  const place = PHASE_NAMES.findIndex((name) => name === text.toUpperCase());
  if (place === 0 || place === 1 || place === 2) return place;
  throw new ScenarioError(join(path, key), "must be A, B or C");
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function fieldsOf(input: unknown, path: string): Fields {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new ScenarioError(path, input === undefined ? "is missing" : "must be an object");
  return Object.fromEntries(Object.entries(input));
}

function listOf(input: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(input)) throw new ScenarioError(path, input === undefined ? "is missing" : "must be a list");
  return input;
}

/** A finite number; absent and null both take the fallback. */
function number(fields: Fields, key: string, fallback: number, path: string): number {
  return numberOrNull(fields, key, fallback, path) ?? fallback;
}

/** Absent takes the fallback, null stays null. */
function numberOrNull(fields: Fields, key: string, fallback: number | null, path: string): number | null {
  const value = fields[key];
  if (value === undefined) return fallback;
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new ScenarioError(join(path, key), "must be a number");
  return value;
}

function nonNegativeOrNull(fields: Fields, key: string, fallback: number | null, path: string): number | null {
  const value = numberOrNull(fields, key, fallback, path);
  if (value !== null && value < 0) throw new ScenarioError(join(path, key), "must not be negative");
  return value;
}

function percentOrNull(fields: Fields, key: string, fallback: number | null, path: string): number | null {
  const value = nonNegativeOrNull(fields, key, fallback, path);
  if (value !== null && value > 100) throw new ScenarioError(join(path, key), "must be 0 to 100");
  return value;
}

function atLeast(fields: Fields, key: string, fallback: number, path: string): number {
  return nonNegativeOrNull(fields, key, fallback, path) ?? fallback;
}

function above(fields: Fields, key: string, fallback: number, path: string): number {
  const value = number(fields, key, fallback, path);
  if (value <= 0) throw new ScenarioError(join(path, key), "must be above 0");
  return value;
}

function flag(fields: Fields, key: string, fallback: boolean, path: string): boolean {
  const value = fields[key];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "boolean") throw new ScenarioError(join(path, key), "must be true or false");
  return value;
}

function textOr<T extends string | undefined>(fields: Fields, key: string, fallback: T, path: string): string | T {
  const value = fields[key];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "string")
    throw new ScenarioError(
      join(path, key),
      `must be text${key.endsWith("mode") ? ` (such as ${MODE_LABELS.standard})` : ""}`,
    );
  return value;
}
