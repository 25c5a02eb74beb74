/** Where a request says it goes and where it comes from. */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

const MAX_IDENTITY_CHARS = 255;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export type PathIdentity =
  | { readonly kind: "identity"; readonly identity: string }
  | { readonly kind: "empty" }
  | { readonly kind: "bad"; readonly detail: string };

/** The last non-empty segment of the path, percent-decoded once; the query does not count. */
export function identityOf(url: string | undefined): PathIdentity {
  const path = (url ?? "/").split(/[?#]/, 1)[0] ?? "";
  const segment = path.split("/").findLast((part) => part !== "");
  if (segment === undefined) return { kind: "empty" };
  let identity: string;
  try {
    identity = decodeURIComponent(segment);
  } catch {
    return { kind: "bad", detail: "the path is not percent-encoded properly" };
  }
  if (CONTROL.test(identity)) return { kind: "bad", detail: "the identity contains a control character" };
  if (identity.length > MAX_IDENTITY_CHARS)
    return { kind: "bad", detail: "the identity is longer than 255 characters" };
  return { kind: "identity", identity };
}

/** For logs and the status page: a query may carry a password. */
export function shownPath(url: string | undefined): string {
  const [path = "/", query] = (url ?? "/").split("?", 2);
  return `${path.slice(0, 200)}${query === undefined ? "" : "?…"}`;
}

/** Decides whose `X-Forwarded-For` is believed. */
export class ProxyTrust {
  readonly #trusted = new BlockList();

  /** @param entries addresses or networks (`10.0.0.0/8`) @throws RangeError naming an entry that is neither */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = "", bits] = entry.split("/", 2);
      const family = isIP(address);
      if (family === 0) throw new RangeError(`${entry} is no address`);
      const type = family === 6 ? "ipv6" : "ipv4";
      if (bits === undefined) this.#trusted.addAddress(address, type);
      else this.#trusted.addSubnet(address, Number(bits), type);
    }
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? "ipv6" : "ipv4");
  }

  /** The caller's address: read from the right past trusted proxies, for whatever is left of them could be invented. */
  callerOf(request: IncomingMessage): string {
    const direct = plainAddress(request.socket.remoteAddress);
    if (!this.trusts(direct)) return direct;
    const header = request.headers["x-forwarded-for"];
    const hops = (Array.isArray(header) ? header.join(",") : (header ?? ""))
      .split(",")
      .map((hop) => plainAddress(hop.trim()));
    return hops.findLast((hop) => isIP(hop) !== 0 && !this.trusts(hop)) ?? direct;
  }
}

/** `::ffff:192.0.2.7` is 192.0.2.7 seen through an IPv6 socket. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "unknown").replace(/^::ffff:(?=\d+\.)/i, "");
}
