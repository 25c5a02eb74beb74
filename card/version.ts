/** What the build puts in from package.json. */
declare const __EVSE_VERSION__: string | undefined;
declare const __EVSE_HOME__: string | undefined;

export const VERSION = typeof __EVSE_VERSION__ === "string" ? __EVSE_VERSION__ : "0.0.0-dev";

/** The card's page of the manual; undefined while package.json names no `homepage`: then Home Assistant shows no link. */
export const MANUAL =
  typeof __EVSE_HOME__ === "string" && __EVSE_HOME__ !== "" ? `${__EVSE_HOME__}/blob/main/docs/card.md` : undefined;
