/** Who may come in: from a handshake request to a station and a version, or to a refusal with its remedy. Opens nothing itself. */
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Clock } from "../clock.ts";
import { identityOf, shownPath, type ProxyTrust } from "./address.ts";
import { basicCredentials, matchingPassword, namesIdentity, Throttle } from "./security.ts";
import type { StationPolicy, WaitingStation } from "./station.ts";
import { negotiate, type Negotiated } from "./subprotocol.ts";
import type { Refusal } from "./waiting.ts";

const AUTH_DELAY_MS = 1000;

export interface Admitted {
  readonly kind: "admitted";
  readonly identity: string;
  /** Undefined: unknown, to be shown at the door. */
  readonly policy: StationPolicy | undefined;
  readonly remoteAddress: string;
  readonly negotiated: Extract<Negotiated, { kind: "version" | "none" }>;
  /** 0 none, 1 password, 2 password over TLS, 3 certificate; over TLS without either it is still 0. */
  readonly profile: 0 | 1 | 2 | 3;
}

export interface Refused {
  readonly kind: "refused";
  readonly status: 400 | 401 | 403 | 404 | 429;
  readonly delayMs: number;
  readonly refusal: Refusal;
}

export interface AdmissionOptions {
  readonly clock: Clock;
  readonly proxies: ProxyTrust;
  readonly unknownStations: "reject" | "show";
  policies(): Iterable<StationPolicy>;
  policyOf(identity: string): StationPolicy | undefined;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #throttle: Throttle;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.clock);
  }

  decide(request: IncomingMessage): Admitted | Refused {
    const remoteAddress = this.#options.proxies.callerOf(request);
    const path = identityOf(request.url);
    const refuse = (
      status: Refused["status"],
      why: WaitingStation["why"],
      detail: string,
      identity = remoteAddress,
      delayMs = 0,
    ): Refused => ({
      kind: "refused",
      status,
      delayMs,
      refusal: { identity, remoteAddress, path: shownPath(request.url), why, detail },
    });

    if (path.kind === "bad")
      return refuse(
        400,
        "bad_path",
        `Its address ends in no usable identity: ${path.detail}. Set the URL to ws://HOST:PORT/IDENTITY.`,
      );
    const credentials = basicCredentials(request.headers.authorization);
    const identity = path.kind === "identity" ? path.identity : this.#namedBy(credentials);
    if (identity === undefined)
      return refuse(
        404,
        "bad_path",
        "Its address names no station. Put the identity at the end of the URL, or set `anonymous: true` for the one charger that cannot.",
      );
    const policy = this.#options.policyOf(identity);
    if (policy === undefined) {
      if (this.#options.unknownStations === "reject")
        return refuse(
          404,
          "unknown_station",
          `No charger is configured with this identity. If it is yours, add one with driver ocpp and station: ${JSON.stringify(identity)} (capital letters count).`,
          identity,
        );
      return this.#negotiate(request, identity, undefined, remoteAddress, 0, refuse);
    }
    if (this.#throttle.blocked(identity, remoteAddress))
      return refuse(
        429,
        "throttled",
        "Five wrong passwords within a minute: it may try again a minute after the last.",
        identity,
      );

    const certificate = certificateNames(request);
    if (certificate !== undefined && ![policy.identity, ...policy.certificateNames].includes(certificate))
      return refuse(
        403,
        "certificate",
        `Its certificate is made out to ${JSON.stringify(certificate.slice(0, 80))}. The common name must be the identity or a name listed for this charger.`,
        identity,
      );
    const profile = this.#authenticate(request, credentials, policy, remoteAddress, certificate !== undefined);
    if (typeof profile === "string") {
      this.#throttle.fail(identity, remoteAddress);
      const detail =
        profile === "no_password"
          ? "It sent no password, but one is configured. Set it in the charger, or remove it here."
          : "Its user name or password is wrong. The user name must be the identity; enter the same password here and in the charger.";
      return refuse(401, profile, detail, identity, AUTH_DELAY_MS);
    }
    return this.#negotiate(request, identity, policy, remoteAddress, profile, refuse);
  }

  #authenticate(
    request: IncomingMessage,
    credentials: Buffer | undefined,
    policy: StationPolicy,
    remoteAddress: string,
    certified: boolean,
  ): Admitted["profile"] | "no_password" | "wrong_password" {
    const asked = policy.passwords().length > 0;
    const header = request.headers.authorization;
    if (!asked || (certified && header === undefined)) return certified ? 3 : 0;
    if (header === undefined) return "no_password";
    const password = credentials === undefined ? undefined : matchingPassword(credentials, policy);
    if (password === undefined) return "wrong_password";
    this.#throttle.succeed(policy.identity, remoteAddress);
    policy.onPasswordUsed?.(password);
    if (certified) return 3;
    return request.socket instanceof TLSSocket ? 2 : 1;
  }

  #negotiate(
    request: IncomingMessage,
    identity: string,
    policy: StationPolicy | undefined,
    remoteAddress: string,
    profile: Admitted["profile"],
    refuse: (status: 400, why: "wrong_subprotocol", detail: string, identity: string) => Refused,
  ): Admitted | Refused {
    const pinned = policy?.version ?? "auto";
    const negotiated = negotiate(request.headers["sec-websocket-protocol"], pinned);
    if (negotiated.kind === "missing")
      return refuse(
        400,
        "wrong_subprotocol",
        `It names no OCPP version, but this charger is pinned to ${pinned}. Choose the version in the charger, or set version: auto here.`,
        identity,
      );
    return { kind: "admitted", identity, policy, remoteAddress, negotiated, profile };
  }

  /** Whom an empty path means: the user of the credentials, else the one charger that may come without a name. */
  #namedBy(credentials: Buffer | undefined): string | undefined {
    const policies = [...this.#options.policies()];
    if (credentials !== undefined) {
      const named = policies.find((policy) => namesIdentity(credentials, policy.identity));
      if (named !== undefined) return named.identity;
    }
    const anonymous = policies.filter((policy) => policy.anonymous);
    return anonymous.length === 1 ? anonymous[0]?.identity : undefined;
  }
}

/** The common name of a verified client certificate; "" when it has none or several. Undefined: none was asked for. */
function certificateNames(request: IncomingMessage): string | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject: unknown = socket.getPeerCertificate().subject;
  if (typeof subject !== "object" || subject === null || !("CN" in subject)) return "";
  return typeof subject.CN === "string" ? subject.CN : "";
}
