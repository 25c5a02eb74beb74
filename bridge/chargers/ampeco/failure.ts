/** What can go wrong with a request, as a closed set; translated to `ChargerError` at the driver's border. */
import { ChargerError, type ChargerErrorCode } from "../charger.ts";

export type FailureKind =
  | "auth"
  | "forbidden"
  | "gone"
  | "refused"
  | "conflict"
  | "bad_request"
  | "invalid"
  | "rate_limited"
  | "server"
  | "network"
  | "timeout"
  | "bad_answer"
  | "closed";

export interface FailureFacts {
  readonly status?: number;
  /** ms the platform asks to wait. */
  readonly waitMs?: number | undefined;
  /** Fields a 422 complains about, with its words. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The platform's own code, such as `SESSION_EXISTS`. */
  readonly errorCode?: string | undefined;
}

export class AmpecoFailure extends Error {
  readonly kind: FailureKind;
  readonly facts: FailureFacts;
  constructor(kind: FailureKind, message: string, facts: FailureFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = "AmpecoFailure";
    this.kind = kind;
    this.facts = facts;
  }
}

/** Whether the request may have been carried out although no clear answer came (spec: outcome unknown). */
export function outcomeUnknown(error: unknown): boolean {
  return error instanceof AmpecoFailure && ["server", "network", "timeout", "bad_answer"].includes(error.kind);
}

/** The tenant as a whole is in trouble, not this one charger. */
export function tenantTrouble(error: unknown): boolean {
  return error instanceof AmpecoFailure && ["server", "network", "timeout"].includes(error.kind);
}

const CODES: Readonly<Record<FailureKind, ChargerErrorCode>> = {
  auth: "auth",
  forbidden: "rejected",
  gone: "offline",
  refused: "rejected",
  conflict: "rejected",
  bad_request: "rejected",
  invalid: "rejected",
  rate_limited: "timeout",
  server: "offline",
  network: "offline",
  timeout: "timeout",
  bad_answer: "protocol",
  closed: "offline",
};

export function asChargerError(error: unknown): ChargerError {
  if (error instanceof ChargerError) return error;
  if (error instanceof AmpecoFailure) return new ChargerError(CODES[error.kind], error.message, { cause: error });
  if (error instanceof DOMException && (error.name === "AbortError" || error.name === "TimeoutError"))
    return new ChargerError("timeout", "The cloud did not answer in time.", { cause: error });
  return new ChargerError("protocol", error instanceof Error ? error.message : String(error), { cause: error });
}

/** Words for the platform's refusal codes (AMPECO public API, start action). */
const REFUSALS: Readonly<Record<string, string>> = {
  CHARGING_NOT_ALLOWED: "charging is not allowed for this user",
  ACCESS_RESTRICTED: "access to this charge point is restricted",
  USER_IS_DISABLED: "the user is disabled",
  TERMS_NOT_ACCEPTED: "the terms of use are not accepted yet; open the operator's app",
  SUBSCRIPTION_REQUIRED: "a subscription is required",
  PREVIOUS_SESSION_NOT_PAID: "an earlier session is not paid",
  PAYMENT_METHOD_REQUIRED: "a payment method is required",
  PAYMENT_NO_FUNDS: "the payment method has no funds",
  LOCATION_IS_CLOSED: "the location is closed",
  INTERNAL_ISSUE: "the platform has an internal issue",
};
export const ALREADY_CHARGING: ReadonlySet<string> = new Set(["SESSION_EXISTS", "SESSION_ALREADY_RUNNING"]);

export function refusalText(code: string | undefined, message: string | undefined): string {
  const known = code === undefined ? undefined : REFUSALS[code];
  return `Refused by the platform: ${known ?? message ?? code ?? "no reason given"}.`;
}
