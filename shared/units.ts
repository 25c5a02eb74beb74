/** Conversions and rounding. One internal unit per quantity (A, W, Wh, V, ms); conversion happens only at the wire. */

/** IEC 61851-1: the smallest offer a control pilot can signal; below it there is only "pause". */
export const MIN_CURRENT_A = 6;
export const NOMINAL_VOLTAGE_V = 230;

/** Power of a load, W. `phases` counts the legs that carry `currentA`. */
export function wattsFromAmps(currentA: number, voltageV: number, phases: number): number {
  return currentA * voltageV * phases;
}

/** A per phase. */
export function ampsFromWatts(powerW: number, voltageV: number, phases: number): number {
  return powerW / (voltageV * phases);
}

/** Rounds half away from zero to `decimals`; used at the border only, inside nothing is rounded. */
export function roundTo(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return (Math.sign(value) * Math.round(Math.abs(value) * factor + 1e-9)) / factor || 0;
}

/** Rounds down to 0.1 with a guard for binary dust: a limit is never rounded up. */
export function floorTenth(value: number): number {
  return Math.floor(value * 10 + 1e-6) / 10;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
