/** The card's version; rollup puts in what package.json says. */
declare const __EVSE_VERSION__: string | undefined;

export const VERSION = typeof __EVSE_VERSION__ === "string" ? __EVSE_VERSION__ : "0.0.0-dev";
