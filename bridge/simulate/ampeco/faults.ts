/** What may go wrong on demand: the next answers, or all of them, on chosen requests. */
import type { ServerResponse } from "node:http";

export interface Fault {
  /** Requests it meets; all when undefined. */
  readonly on?: { readonly method?: string; readonly path?: RegExp };
  /** How often it strikes; default for ever. */
  readonly times?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  /** The true answer of the moment the request came, sent only so much later, ms of the tenant's clock. */
  readonly lateMs?: number;
  /** `silent`: no answer. `drip`: headers, then a byte now and then. `reset`: the connection breaks. `huge`: over 1 MiB. `truncated`: half an answer. */
  readonly how?: "silent" | "drip" | "reset" | "huge" | "truncated";
  /** The platform carries the order out and then answers like this all the same. */
  readonly afterwards?: boolean;
}

export interface ArmedFault {
  readonly fault: Fault;
  left: number;
}

export function meets({ fault, left }: ArmedFault, method: string, path: string): boolean {
  if (left <= 0) return false;
  const { on } = fault;
  return (on?.method === undefined || on.method === method) && (on?.path === undefined || on.path.test(path));
}

const HUGE_BYTES = 1024 * 1024 + 1;

export function strike(fault: Fault, response: ServerResponse): void {
  const status = fault.status ?? 200;
  switch (fault.how) {
    case "silent":
      return;
    case "reset":
      response.destroy();
      return;
    case "drip":
      response.writeHead(status, { "content-type": "application/json" });
      response.write('{"data":');
      return;
    case "huge":
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`{"data":"${"x".repeat(HUGE_BYTES)}"}`);
      return;
    case "truncated":
      response.writeHead(status, { "content-type": "application/json" });
      response.end('{"data":{"id":"cp-');
      return;
    case undefined: {
      const text =
        typeof fault.body === "string" ? fault.body : fault.body === undefined ? "" : JSON.stringify(fault.body);
      response.writeHead(status, { "content-type": "application/json", ...fault.headers });
      response.end(text);
    }
  }
}
