/** A request to the tenant: through the gate, with the token, every status turned into an answer or a failure. */
import type { Clock } from "../../clock.ts";
import type { WireFrame } from "../charger.ts";
import { AmpecoFailure, type FailureKind } from "./failure.ts";
import { reasonOf, type Gate, type Urgency } from "./gate.ts";
import type { HttpAnswer, HttpDoor } from "./http.ts";
import { maskedBody, maskedPath } from "./masking.ts";
import type { TokenKeeper } from "./token.ts";
import { askedWait, guessedWait } from "./waiting.ts";

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly urgency: Urgency;
  /** Only finding out which API the token is for: a 401 says nothing about the token yet. */
  readonly probe?: boolean;
  /** Called when the request leaves: its answer is older than whatever was asked later. */
  readonly onSent?: () => void;
}

export interface AmpecoClient {
  /** A 2xx answer. @throws AmpecoFailure */
  call(call: Call, signal: AbortSignal): Promise<HttpAnswer>;
  readonly frames: () => readonly WireFrame[];
}

export interface ClientParts {
  readonly clock: Clock;
  readonly http: HttpDoor;
  readonly gate: Gate;
  readonly token: TokenKeeper;
  /** The token is refused for good (true) or works (false). */
  readonly onToken: (refused: boolean) => void;
}

const FRAMES = 200;

export function createClient({ clock, http, gate, token, onToken }: ClientParts): AmpecoClient {
  const frames: WireFrame[] = [];
  let throttled = 0;

  function note(direction: "in" | "out", text: string): void {
    frames.push({ atMs: clock.nowMs(), direction, text });
    if (frames.length > FRAMES) frames.shift();
  }

  async function once(call: Call, bearer: string, signal: AbortSignal): Promise<HttpAnswer> {
    const leave = await gate.enter(call.urgency, signal);
    try {
      call.onSent?.();
      note("out", `${call.method} ${maskedPath(call.path)} ${call.body === undefined ? "" : maskedBody(call.body)}`);
      const answer = await http.send({ ...call, bearer }, signal);
      note("in", `${answer.status} ${answer.json === undefined ? "" : maskedBody(answer.json)}`);
      if (answer.status === 429) {
        throttled++;
        gate.pause(askedWait((name) => answer.header(name), clock.nowMs()) ?? guessedWait(throttled));
      } else if (answer.status < 400) throttled = 0;
      return answer;
    } finally {
      leave();
    }
  }

  return {
    async call(call, signal) {
      const bearer = await raced(token.bearer(), signal);
      let answer = await once(call, bearer, signal);
      if (answer.status === 401) {
        const renewed = await raced(token.renew(bearer), signal);
        if (renewed !== undefined && renewed !== bearer) answer = await once(call, renewed, signal);
      }
      if (answer.status === 401 && call.probe !== true) onToken(true);
      if (answer.status < 400) onToken(false);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw failureOf(answer, clock.nowMs());
    },
    frames: () => frames,
  };
}

/** A refresh is shared by several callers, so none of them may abort it; each may stop waiting. */
async function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw reasonOf(signal);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(reasonOf(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const KINDS: Readonly<Record<number, readonly [FailureKind, string]>> = {
  400: ["bad_request", "The cloud does not understand the request"],
  401: ["auth", "The cloud refuses the token: it is wrong or has expired. Enter a new one"],
  403: ["forbidden", "The token is not allowed to do this"],
  404: ["gone", "The cloud does not know this charger or session any more"],
  405: ["gone", "The cloud does not offer this"],
  406: ["refused", "The charge point refused"],
  409: ["conflict", "The charge point is in another state than this needs"],
  410: ["gone", "The cloud does not offer this any more"],
  422: ["invalid", "The cloud finds a value wrong"],
  429: ["rate_limited", "The cloud asks for fewer requests; it is left alone for a while"],
};

function failureOf(answer: HttpAnswer, nowMs: number): AmpecoFailure {
  const { status, json } = answer;
  const [kind, text] =
    KINDS[status] ??
    (status >= 500
      ? (["server", `The cloud is in trouble (status ${status})`] as const)
      : (["bad_answer", `The cloud answers with status ${status}`] as const));
  const fields = fieldsOf(json);
  const told = [messageOf(json), ...Object.values(fields)].filter((word) => word !== undefined);
  return new AmpecoFailure(kind, `${text}${told.length === 0 ? "" : `: ${told.join("; ")}`}.`, {
    status,
    waitMs: status === 429 || status === 503 ? askedWait((name) => answer.header(name), nowMs) : undefined,
    fields,
    errorCode: errorCodeOf(json),
  });
}

const MAX_MESSAGE = 200;

function messageOf(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  for (const key of ["message", "error_description", "error"]) {
    const value: unknown = (json as Record<string, unknown>)[key];
    if (typeof value === "string" && value !== "") return value.slice(0, MAX_MESSAGE).replace(/[.\s]+$/, "");
  }
  return undefined;
}

function errorCodeOf(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { errorCode, code } = json as { errorCode?: unknown; code?: unknown };
  return typeof errorCode === "string" ? errorCode : typeof code === "string" ? code : undefined;
}

function fieldsOf(json: unknown): Readonly<Record<string, string>> {
  if (typeof json !== "object" || json === null || !("errors" in json)) return {};
  const { errors } = json;
  if (typeof errors !== "object" || errors === null) return {};
  return Object.fromEntries(
    Object.entries(errors).map(([field, words]) => [
      field,
      `${field}: ${(Array.isArray(words) ? words.map(String).join(", ") : String(words)).slice(0, MAX_MESSAGE)}`,
    ]),
  );
}
