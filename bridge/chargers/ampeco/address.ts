/** Where a tenant lives. The token is sent there and nowhere else. */
import { ChargerError } from "../charger.ts";

/** @returns origin, such as `https://vendor.eu.charge.ampeco.tech` @throws ChargerError for a host the token must not go to */
export function tenantOrigin(host: string): string {
  const text = host.trim();
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) throw new ChargerError("protocol", `"${host}" is not a host name.`);
  const url = new URL(withScheme);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return url.origin;
  throw new ChargerError(
    "protocol",
    "The tenant's host is reached over https only: plain http would show the token to the network.",
  );
}

/** Redirects are followed on the same origin only. */
export function redirectTarget(from: URL, location: string | undefined): URL | undefined {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from.href);
  return target.origin === from.origin ? target : undefined;
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}
