/** The bearer token: as configured, or rotated by OAuth. Refreshes are shared; the rotated pair is kept as one secret. */
import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { SecretStore } from "../charger.ts";
import { AmpecoFailure } from "./failure.ts";
import type { HttpDoor, HttpOrder } from "./http.ts";
import type { AmpecoOAuth } from "./options.ts";

export interface TokenKeeper {
  /** @throws AmpecoFailure auth when there is none and none can be got */
  bearer(): Promise<string>;
  /** After a 401 with `used`: a new token, or undefined when nothing helps. Parallel calls share one refresh. */
  renew(used: string): Promise<string | undefined>;
}

export interface TokenParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: HttpDoor;
  readonly secrets: SecretStore;
  readonly token: string;
  readonly oauth: AmpecoOAuth | undefined;
  readonly report: (problem: { readonly title: string; readonly detail: string }) => void;
}

interface Pair {
  readonly access: string;
  readonly refresh: string | undefined;
  /** ms since the epoch; undefined = not told. */
  readonly expiresAtMs: number | undefined;
}

const SECRET_KEY = "ampeco_oauth";
const EARLY_MS = 60_000;

export function createTokenKeeper(parts: TokenParts): TokenKeeper {
  const { clock, log, http, secrets, token, oauth, report } = parts;
  // A token newly entered by the user wins over a pair rotated from an older one.
  const origin = createHash("sha256")
    .update([token, oauth?.clientId, oauth?.refreshToken].join("\n"))
    .digest("hex")
    .slice(0, 16);
  let pair: Pair | undefined = oauth === undefined ? undefined : stored();
  let refreshing: Promise<string | undefined> | undefined;

  function stored(): Pair | undefined {
    const text = secrets.get(SECRET_KEY);
    if (text === undefined) return undefined;
    try {
      const kept = JSON.parse(text) as Pair & { readonly origin?: string };
      return kept.origin === origin && typeof kept.access === "string" ? kept : undefined;
    } catch (error) {
      log.warn({ err: error }, "stored token pair is unreadable");
      return undefined;
    }
  }

  const access = (): string | undefined => pair?.access ?? (token === "" ? undefined : token);

  async function refresh(material: AmpecoOAuth): Promise<string | undefined> {
    const refreshToken = pair?.refresh ?? material.refreshToken;
    const app = refreshToken !== undefined;
    const order: HttpOrder = {
      method: "POST",
      path: app ? "/api/v1/app/oauth/token" : "/public-api/oauth/token",
      bearer: undefined,
      body: {
        grant_type: app ? "refresh_token" : "client_credentials",
        client_id: material.clientId,
        client_secret: material.clientSecret,
        ...(app ? { refresh_token: refreshToken } : {}),
      },
    };
    const answer = await http.send(order);
    if (answer.status >= 500)
      throw new AmpecoFailure("server", `The cloud could not renew the token (status ${answer.status}).`, {
        status: answer.status,
      });
    const next = answer.status < 300 ? pairFrom(answer.json, refreshToken, clock.nowMs()) : undefined;
    if (next === undefined) {
      log.warn({ status: answer.status }, "token not renewed");
      return undefined;
    }
    pair = next;
    log.info("token renewed");
    try {
      await secrets.set(SECRET_KEY, JSON.stringify({ ...next, origin }));
    } catch (error) {
      log.error({ err: error }, "renewed token could not be saved");
      report({
        title: "Renewed token not saved",
        detail: "The cloud's new token works until the bridge restarts; the data folder cannot be written.",
      });
    }
    return next.access;
  }

  function renewOnce(material: AmpecoOAuth): Promise<string | undefined> {
    refreshing ??= (async () => {
      try {
        return await refresh(material);
      } finally {
        refreshing = undefined;
      }
    })();
    return refreshing;
  }

  return {
    async bearer() {
      const soon = pair?.expiresAtMs !== undefined && clock.nowMs() > pair.expiresAtMs - EARLY_MS;
      const now = access();
      if (now !== undefined && !soon) return now;
      const next = oauth === undefined ? undefined : await renewOnce(oauth);
      const usable = next ?? now;
      if (usable === undefined) throw new AmpecoFailure("auth", "There is no valid token for this cloud.");
      return usable;
    },
    async renew(used) {
      if (oauth === undefined) return undefined;
      const now = access();
      // Another call has renewed it meanwhile.
      if (now !== undefined && now !== used) return now;
      return await renewOnce(oauth);
    },
  };
}

function pairFrom(json: unknown, oldRefresh: string | undefined, nowMs: number): Pair | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const body = json as { access_token?: unknown; refresh_token?: unknown; expires_in?: unknown };
  if (typeof body.access_token !== "string" || body.access_token === "") return undefined;
  const seconds = Number(body.expires_in ?? Number.NaN);
  return {
    access: body.access_token,
    refresh: typeof body.refresh_token === "string" ? body.refresh_token : oldRefresh,
    expiresAtMs: Number.isFinite(seconds) ? nowMs + seconds * 1000 : undefined,
  };
}
