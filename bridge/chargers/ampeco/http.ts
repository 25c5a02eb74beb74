/** One HTTP exchange over undici: size and time bounded, redirects on the same origin only, the body parsed as JSON. */
import { Agent, request } from "undici";
import type { Clock } from "../../clock.ts";
import { redirectTarget } from "./address.ts";
import { AmpecoFailure } from "./failure.ts";

export interface HttpOrder {
  readonly method: "GET" | "POST";
  /** From the root, with query. */
  readonly path: string;
  readonly body?: unknown;
  /** undefined: sent without Authorization (the token calls). */
  readonly bearer: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Parsed JSON; undefined when the body is empty or no JSON. */
  readonly json: unknown;
  /** First characters of the body, for messages. */
  readonly head: string;
}

export interface HttpDoor {
  /** @throws AmpecoFailure network | timeout | bad_answer | closed, and the signal's reason when the caller gave up */
  send(order: HttpOrder, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
const TOTAL_MS = 15_000;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 307, 308]);
const HEAD_CHARS = 200;

export function createHttpDoor(clock: Clock, origin: string, extra: Readonly<Record<string, string>>): HttpDoor {
  // undici's own timers run in real time: they only back up the deadline below.
  const agent = new Agent({
    connect: { timeout: CONNECT_MS },
    connections: 2,
    pipelining: 1,
    headersTimeout: 2 * TOTAL_MS,
    bodyTimeout: 2 * TOTAL_MS,
  });
  const closing = new AbortController();

  async function exchange(url: URL, order: HttpOrder, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await request(url, {
      dispatcher: agent,
      method: order.method,
      signal,
      headers: {
        ...extra,
        accept: "application/json",
        "accept-language": "en",
        "user-agent": "evse-bridge",
        ...(order.body === undefined ? {} : { "content-type": "application/json" }),
        ...(order.bearer === undefined ? {} : { authorization: `Bearer ${order.bearer}` }),
      },
      body: order.body === undefined ? null : JSON.stringify(order.body),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > MAX_BODY_BYTES) {
        answer.body.destroy();
        throw new AmpecoFailure("bad_answer", "The cloud's answer is larger than 1 MiB; it is not read.");
      }
      chunks.push(bytes);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    return {
      status: answer.statusCode,
      header(name) {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      json: parsed(text),
      head: text.slice(0, HEAD_CHARS),
    };
  }

  return {
    async send(order, signal) {
      if (closing.signal.aborted) throw new AmpecoFailure("closed", "The connection to the cloud is closed.");
      const done = new AbortController();
      const given = signal === undefined ? [] : [signal];
      const deadline = clock.deadline(TOTAL_MS, AbortSignal.any([closing.signal, done.signal, ...given]));
      try {
        let url = new URL(order.path, origin);
        for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
          const answer = await exchange(url, order, deadline);
          if (!REDIRECTS.has(answer.status)) return answer;
          const target = redirectTarget(url, answer.header("location"));
          if (target === undefined)
            throw new AmpecoFailure(
              "bad_answer",
              "The cloud redirects to another address; the token is not sent there.",
              {
                status: answer.status,
              },
            );
          url = target;
        }
        throw new AmpecoFailure("bad_answer", "The cloud redirects in circles.");
      } catch (error) {
        if (error instanceof AmpecoFailure) throw error;
        if (closing.signal.aborted) throw new AmpecoFailure("closed", "The connection to the cloud is closed.");
        if (signal?.aborted === true) throw error;
        if (deadline.aborted)
          throw new AmpecoFailure("timeout", "The cloud did not answer within 15 s.", {}, { cause: error });
        throw new AmpecoFailure("network", networkText(error), {}, { cause: error });
      } finally {
        // Lets the deadline's timer go.
        done.abort();
      }
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

function parsed(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known (DNS)",
  EAI_AGAIN: "its name cannot be looked up now (DNS)",
  ECONNREFUSED: "it refuses the connection",
  ECONNRESET: "it broke the connection",
  UND_ERR_SOCKET: "it broke the connection",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate belongs to another name",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted",
};

function networkText(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  const word = code === undefined ? undefined : WORDS[code];
  return `The cloud cannot be reached: ${word ?? code ?? "network error"}.`;
}
