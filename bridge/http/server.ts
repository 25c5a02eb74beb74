/**
 * THE WINDOW: a small HTTP server for people, probes and the command line. Loopback by default; beyond it everything needs a token,
 * Home Assistant's ingress proxy excepted. Only routes marked `control` change anything.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../log.ts";

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Exact path. */
  readonly path: string;
  /** Changes something or shows secrets: needs the control token of the data folder, whatever the address. */
  readonly control?: boolean;
  /** Open to everybody: health probes. */
  readonly open?: boolean;
  handle(request: {
    readonly query: URLSearchParams;
    readonly body: string;
    readonly ingressPath: string;
  }): Reply | Promise<Reply>;
}

export interface HttpParts {
  readonly log: Log;
  readonly listen: { readonly host: string; readonly port: number };
  readonly token: string | undefined;
  readonly controlToken: string;
  readonly routes: readonly Route[];
  /** How long a visitor may take to say what it wants, ms. */
  readonly patienceMs?: number;
}

export interface HttpServer {
  /** undefined until started. */
  readonly port: number | undefined;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The Supervisor's ingress proxy has this one address; it has authenticated the user. */
const INGRESS_ADDRESS = "172.30.32.2";
const MAX_BODY_BYTES = 256 * 1024;
const PATIENCE_MS = 5_000;
const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

export function createHttpServer({
  log,
  listen,
  token,
  controlToken,
  routes,
  patienceMs = PATIENCE_MS,
}: HttpParts): HttpServer {
  // Half a question must not hold a place for long: Node itself would look after such visitors twice a minute only.
  const server: Server = createServer({ connectionsCheckingInterval: patienceMs / 5 }, (request, response) => {
    void (async () => {
      let reply: Reply;
      try {
        reply = await answer(request);
      } catch (error) {
        log.error({ err: error, path: request.url }, "page failed");
        reply = text(500, "Something went wrong; the log says more.");
      }
      if (response.destroyed) return;
      response.writeHead(reply.status, { ...SECURITY_HEADERS, "Content-Type": reply.type, ...reply.headers });
      response.end(request.method === "HEAD" ? undefined : reply.body);
    })();
  });
  server.headersTimeout = patienceMs;
  server.requestTimeout = 3 * patienceMs;
  server.maxConnections = 64;
  // A visitor who breaks off must not end the process.
  server.on("clientError", (_error, socket) => socket.destroy());

  async function answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? "/", "http://bridge.invalid");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const here = routes.filter((route) => route.path === url.pathname);
    const route = here.find((one) => one.method === method);
    if (route === undefined)
      return here.length > 0 ? text(405, "This page does not take that.") : text(404, "There is no such page.");
    if (route.open !== true && !allowed(request, url, route))
      return {
        ...text(401, "A token is needed: set http.token and send it as `Authorization: Bearer ...` or ?token=..."),
        headers: { "WWW-Authenticate": "Bearer" },
      };
    const body = method === "POST" ? await bodyOf(request) : "";
    if (body === undefined)
      return { ...text(413, `At most ${MAX_BODY_BYTES / 1024} KiB.`), headers: { Connection: "close" } };
    return await route.handle({
      query: url.searchParams,
      body,
      ingressPath: headerOf(request, "x-ingress-path"),
    });
  }

  function allowed(request: IncomingMessage, url: URL, route: Route): boolean {
    const given = headerOf(request, "authorization").replace(/^Bearer /i, "") || (url.searchParams.get("token") ?? "");
    if (route.control === true) return isLoopback(request) && equal(given, controlToken);
    if (given !== "" && token !== undefined && equal(given, token)) return true;
    if (given !== "" && equal(given, controlToken)) return true;
    if (request.socket.remoteAddress?.endsWith(INGRESS_ADDRESS) === true && headerOf(request, "x-ingress-path") !== "")
      return true;
    // A page of a foreign site could point its own name at this address: only our own names count as local.
    return isLoopback(request) && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headerOf(request, "host"));
  }

  return {
    get port() {
      return server.listening ? (server.address() as AddressInfo).port : undefined;
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(listen.port, listen.host, () => {
          server.off("error", reject);
          server.on("error", (error) => log.error({ err: error }, "http server error"));
          resolve();
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function text(status: number, body: string): Reply {
  return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}

export function json(status: number, value: unknown): Reply {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function isLoopback(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? "";
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

/** Without telling by time how much of it was right. */
function equal(a: string, b: string): boolean {
  const hash = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** undefined: longer than any of our forms. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
