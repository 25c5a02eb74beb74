/** How one charger charges, and how chargers share. Ids are the configuration's words; labels are what Home Assistant's selects show. */

export const CHARGE_MODES = ["standard", "eco", "solar", "excess", "off", "continuous"] as const;
export type ChargeMode = (typeof CHARGE_MODES)[number];

/** A wallbox's options, in the order shown. */
export const WALLBOX_MODES = ["standard", "eco", "solar", "excess", "off"] as const satisfies readonly ChargeMode[];
/** A plug's options, in the order shown. */
export const PLUG_MODES = ["continuous", "solar", "excess", "off"] as const satisfies readonly ChargeMode[];

export const MODE_LABELS: Readonly<Record<ChargeMode, string>> = {
  standard: "Standard",
  eco: "Eco",
  solar: "Solar",
  excess: "Excess",
  off: "Off",
  continuous: "Continuous",
};
/** Shown by the site's mode select while its chargers differ; choosing it changes nothing. */
export const MIXED_LABEL = "Mixed";

export const DISTRIBUTIONS = ["shared", "priority", "sequential_optimized", "sequential_strict"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];
export const DISTRIBUTION_LABELS: Readonly<Record<Distribution, string>> = {
  shared: "Shared",
  priority: "Priority",
  sequential_optimized: "Sequential - Optimized",
  sequential_strict: "Sequential - Strict",
};

const MODE_ALIASES: Readonly<Record<string, ChargeMode>> = {
  "solar priority": "eco",
  "solar only": "solar",
};

/** A label's word in either name set, case ignored; what is no mode stays as it is. */
export function modeWord(text: string): string {
  const word = text.trim().toLowerCase().replaceAll("_", " ");
  return MODE_ALIASES[word] ?? word;
}

/** Reads a mode in either name set, case ignored; undefined when it is none. */
export function parseMode(text: string): ChargeMode | undefined {
  const word = modeWord(text);
  return CHARGE_MODES.find((mode) => mode === word);
}

/** Reads a distribution by label or id, case ignored; undefined when it is none. */
export function parseDistribution(text: string): Distribution | undefined {
  const word = text.trim().toLowerCase();
  return DISTRIBUTIONS.find((id) => id === word || DISTRIBUTION_LABELS[id].toLowerCase() === word);
}

/** The mode a plug takes when the whole site is set: Standard and Eco mean "on". */
export function plugMode(mode: ChargeMode): ChargeMode {
  return mode === "standard" || mode === "eco" ? "continuous" : mode;
}
/** The mode a wallbox takes when the whole site is set. */
export function wallboxMode(mode: ChargeMode): ChargeMode {
  return mode === "continuous" ? "standard" : mode;
}
