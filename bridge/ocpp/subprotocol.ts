/** Which version a connection speaks. */
import { SUBPROTOCOLS, type OcppVersion, type StationPolicy } from "./station.ts";

/** Ours, never the client's order: 2.1 comes last because boxes that offer it are the least proven. */
const PREFERENCE: readonly OcppVersion[] = ["2.0.1", "1.6", "2.1"];

export type Negotiated =
  | {
      readonly kind: "version";
      readonly version: OcppVersion;
      /** Echoed in the handshake, in the station's own spelling. */ readonly token: string | undefined;
    }
  /** The handshake is completed without the header and closed at once, as OCPP-J 3.3 asks. */
  | { readonly kind: "none"; readonly offered: readonly string[] }
  /** No header, and 1.6, which it then means, is not allowed. */
  | { readonly kind: "missing" };

export function negotiate(header: string | undefined, pinned: StationPolicy["version"]): Negotiated {
  const allowed = pinned === "auto" ? PREFERENCE : [pinned];
  if (header === undefined)
    return allowed.includes("1.6") ? { kind: "version", version: "1.6", token: undefined } : { kind: "missing" };
  const offered = header.split(",").map((token) => token.trim());
  for (const version of allowed) {
    const token = offered.find((candidate) => candidate.toLowerCase() === SUBPROTOCOLS[version]);
    if (token !== undefined) return { kind: "version", version, token };
  }
  return { kind: "none", offered };
}
