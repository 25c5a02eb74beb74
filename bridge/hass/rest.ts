/** Home Assistant over HTTP: states, webhooks, registrations, config flows and scripts, over a few kept-alive connections. */
import { Agent, request } from "undici";
import type { Clock } from "../clock.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";

export interface RestAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

export interface HassRest {
  /** `path` begins with `/api/`. Resolves for every HTTP status below 500 but 401. @throws HassError `auth`, `offline`, `timeout`, `protocol` */
  ask(method: "GET" | "POST" | "DELETE", path: string, body?: unknown, signal?: AbortSignal): Promise<RestAnswer>;
  /** Home Assistant's clock now, ms since the epoch, behind it by at most a second or so; undefined before the first answer. */
  hassNowMs(): number | undefined;
  close(): Promise<void>;
}

const ANSWER_MS = 15_000;
const CONNECTIONS = 4;

export function createHassRest({ url, token, clock }: { url: string; token: string; clock: Clock }): HassRest {
  const base = url.replace(/\/+$/, "");
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1, keepAliveTimeout: 30_000 });
  const closing = new AbortController();
  /** Told with an answer; our own wall clock has no part in it, it may be set. */
  let told: { readonly hassMs: number; readonly monotonicMs: number } | undefined;
  return {
    hassNowMs: () => (told === undefined ? undefined : told.hassMs + clock.monotonicMs() - told.monotonicMs),
    async ask(method, path, body, signal) {
      // A webhook's path is a secret: it is never part of a message.
      const what = `${method} ${path.startsWith("/api/webhook/") ? "/api/webhook/***" : path}`;
      const done = new AbortController();
      const signals = [closing.signal, done.signal, ...(signal === undefined ? [] : [signal])];
      const deadline = clock.deadline(ANSWER_MS, AbortSignal.any(signals));
      try {
        const answer = await request(base + path, {
          method,
          dispatcher: agent,
          signal: deadline,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const hassMs = Date.parse(String(answer.headers["date"]));
        if (Number.isFinite(hassMs)) told = { hassMs, monotonicMs: clock.monotonicMs() };
        const text = await answer.body.text();
        if (answer.statusCode === 401) throw new HassError("auth", `The token was refused: ${what}`);
        if (answer.statusCode >= 500) throw new HassError("offline", `${what}: HTTP ${answer.statusCode}`);
        return { status: answer.statusCode, body: text === "" ? undefined : parse(text) };
      } catch (error) {
        throw toHassError(error, what);
      } finally {
        done.abort();
      }
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

/** Home Assistant answers some errors as plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The words of a refusal, as Home Assistant gave them. */
export function refusalOf(answer: RestAnswer): string {
  if (isRecord(answer.body) && typeof answer.body["message"] === "string") return answer.body["message"];
  if (typeof answer.body === "string" && answer.body.length < 200) return answer.body;
  return `HTTP ${answer.status}`;
}
