/** Numbers from entity states, in the project's units. */
import type { ForeignState } from "./port.ts";

const FACTORS: Readonly<Record<string, number>> = {
  W: 1,
  kW: 1000,
  MW: 1_000_000,
  mW: 0.001,
  A: 1,
  mA: 0.001,
  Wh: 1,
  kWh: 1000,
  MWh: 1_000_000,
  "%": 1,
};

/** W, A, Wh or %; a state without a unit is taken as `fallback` names it. undefined = not a number. */
export function measure(state: ForeignState | undefined, fallback: keyof typeof FACTORS): number | undefined {
  if (state === undefined) return undefined;
  const value = plainNumber(state.state);
  if (value === undefined) return undefined;
  const unit = state.attributes["unit_of_measurement"];
  const factor = FACTORS[typeof unit === "string" ? unit : fallback];
  return factor === undefined ? undefined : value * factor;
}

/** Home Assistant's `unknown` and `unavailable` are no numbers, nor is empty text. */
export function plainNumber(text: unknown): number | undefined {
  if (typeof text === "number") return Number.isFinite(text) ? text : undefined;
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export function isThere(state: ForeignState | undefined): boolean {
  return state !== undefined && state.state !== "unavailable";
}
