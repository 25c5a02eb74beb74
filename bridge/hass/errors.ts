/** One error for everything that Home Assistant or the way to it may answer. */
import type { Clock } from "../clock.ts";

/**
 * - `offline`: not connected, or lost while asking; retried after the next connect.
 * - `timeout`: no answer in time; retried.
 * - `auth`: the token is wrong or not an administrator's; retried slowly.
 * - `rejected`: Home Assistant said no; not retried as it stands.
 * - `unsupported`: this Home Assistant does not know the command (integration not loaded, older version); not retried.
 * - `protocol`: an answer that makes no sense; retried after the next connect.
 */
export type HassErrorCode = "offline" | "timeout" | "auth" | "rejected" | "unsupported" | "protocol";

/** `message` is English and fit for the user; callers switch on `code`. `word` is Home Assistant's own error word where it gave one. */
export class HassError extends Error {
  readonly code: HassErrorCode;
  readonly word: string | undefined;
  constructor(code: HassErrorCode, message: string, options: ErrorOptions & { readonly word?: string } = {}) {
    super(message, options);
    this.name = "HassError";
    this.code = code;
    this.word = options.word;
  }
}

// Numbers of home-assistant-js-websocket 9.7, which throws them bare.
const CANNOT_CONNECT = 1;
const INVALID_AUTH = 2;
const CONNECTION_LOST = 3;

/**
 * The one translator. home-assistant-js-websocket rejects in three shapes: `{code, message}` from Home Assistant,
 * `{type, success, error: {code: 3}}` when lost in flight, the bare number `3` when sent while down; undici and ws throw Errors.
 * @param what what was asked, for the message: "create input_number"
 */
export function toHassError(raw: unknown, what: string): HassError {
  if (raw instanceof HassError) return raw;
  if (typeof raw === "number") return fromNumber(raw, what, raw);
  if (raw instanceof Error) {
    if (raw.name === "TimeoutError") return new HassError("timeout", `No answer in time: ${what}`, { cause: raw });
    if (raw.name === "AbortError") return new HassError("offline", `Given up: ${what}`, { cause: raw });
    return new HassError("offline", `${what}: ${deepestMessage(raw)}`, { cause: raw });
  }
  if (isRecord(raw)) {
    const inner = isRecord(raw["error"]) ? raw["error"] : raw;
    const { code, message } = inner;
    const text = typeof message === "string" && message !== "" ? message : "no reason given";
    if (typeof code === "number") return fromNumber(code, what, raw);
    if (typeof code === "string") {
      const mapped: HassErrorCode =
        code === "unknown_command"
          ? "unsupported"
          : code === "unauthorized"
            ? "auth"
            : code === "timeout"
              ? "timeout"
              : "rejected";
      return new HassError(mapped, `${what}: ${text}`, { cause: raw, word: code });
    }
  }
  return new HassError("protocol", `${what}: an answer that cannot be read`, { cause: raw });
}

function fromNumber(number: number, what: string, cause: unknown): HassError {
  if (number === INVALID_AUTH) return new HassError("auth", `The token was refused: ${what}`, { cause });
  if (number === CONNECTION_LOST || number === CANNOT_CONNECT)
    return new HassError("offline", `Home Assistant is not connected: ${what}`, { cause });
  return new HassError("protocol", `${what}: error ${number}`, { cause });
}

/** An Error's own words; a refused connection hides them in `cause` or in an AggregateError. */
export function deepestMessage(error: Error): string {
  if (error instanceof AggregateError) {
    const first: unknown = error.errors[0];
    if (first instanceof Error) return deepestMessage(first);
  }
  if (error.cause instanceof Error) return deepestMessage(error.cause);
  return error.message === "" ? error.name : error.message;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Races a promise against a deadline; the promise itself is left to settle unheard. @throws HassError */
export async function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  task: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ms, signal === undefined ? done.signal : AbortSignal.any([done.signal, signal])).then(
    () => {
      throw new HassError("timeout", `No answer within ${ms / 1000} s: ${what}`);
    },
    (reason: unknown) => {
      throw toHassError(reason, what);
    },
  );
  // Whichever loses the race must not surface as an unhandled rejection.
  late.catch(() => undefined);
  task.catch(() => undefined);
  try {
    return await Promise.race([task, late]);
  } catch (error) {
    throw toHassError(error, what);
  } finally {
    done.abort();
  }
}
