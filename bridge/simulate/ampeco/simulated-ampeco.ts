/** A whole AMPECO tenant on a local port: both APIs, OAuth with rotation, and faults on demand. For tests, the demo and `simulate ampeco`. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock, type Clock } from "../../clock.ts";
import { answerApp, type Answer } from "./app-routes.ts";
import { meets, strike, type ArmedFault, type Fault } from "./faults.ts";
import { answerPublic } from "./public-routes.ts";
import { AmpecoWorld, type ChargePointPlan } from "./world.ts";

export interface SimulatedAmpecoOptions {
  readonly clock?: Clock;
  readonly host?: string;
  /** 0 = any free one. */
  readonly port?: number;
  readonly chargePoints?: readonly ChargePointPlan[];
  /** Which APIs the token opens. */
  readonly apis?: readonly ("app" | "public")[];
  /** Minted at random when not given. */
  readonly token?: string;
  readonly refusesMaxCurrent?: boolean;
}

export interface RequestNote {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SimulatedAmpeco {
  readonly world: AmpecoWorld;
  /** `http://127.0.0.1:PORT`, once started. */
  readonly url: string;
  /** Opens both APIs as far as configured; assigning makes every other one invalid. */
  token: string;
  /** Accepted once by the refresh grant, then rotated. */
  refreshToken: string;
  readonly oauth: { readonly clientId: string; readonly clientSecret: string };
  /** Every request, oldest first. */
  readonly requests: RequestNote[];
  refusesMaxCurrent: boolean;
  /** Newest fault first. @returns takes it away */
  fault(fault: Fault): () => void;
  start(): Promise<void>;
  close(): Promise<void>;
}

const EXPIRES_S = 3600;

export function createSimulatedAmpeco(options: SimulatedAmpecoOptions = {}): SimulatedAmpeco {
  const clock = options.clock ?? systemClock;
  const host = options.host ?? "127.0.0.1";
  const apis = options.apis ?? ["app", "public"];
  const world = new AmpecoWorld(clock, options.chargePoints ?? [{ id: "cp-77", name: "Carport" }]);
  const mint = (): string => randomBytes(16).toString("hex");
  const oauth = { clientId: "bridge", clientSecret: mint() };
  const faults: ArmedFault[] = [];
  const requests: RequestNote[] = [];
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://tenant.invalid");
    const body = await bodyOf(request);
    const armed = faults.find((one) => meets(one, method, url.pathname));
    if (armed !== undefined) armed.left--;
    const fault = armed?.fault;
    const late = fault?.lateMs;
    const truly = fault === undefined || fault.afterwards === true || late !== undefined;
    const own = truly ? reply(request, method, url, body) : undefined;
    requests.push({
      atMs: clock.nowMs(),
      method,
      path: url.pathname,
      status: fault?.status ?? own?.status ?? 200,
      body,
    });
    if (late !== undefined) await clock.sleep(late);
    else if (fault !== undefined) {
      strike(fault, response);
      return;
    }
    response.writeHead(fault?.status ?? own?.status ?? 500, { "content-type": "application/json" });
    response.end(own?.body === undefined ? "" : JSON.stringify(own.body));
  }

  function reply(request: IncomingMessage, method: string, url: URL, body: Readonly<Record<string, unknown>>): Answer {
    const { pathname: path } = url;
    if (method === "POST" && /\/oauth\/token$/.test(path)) return grant(body);
    if (request.headers.authorization !== `Bearer ${simulated.token}`)
      return { status: 401, body: { message: "Unauthenticated." } };
    const asked = {
      method,
      query: url.searchParams,
      body,
      nowMs: clock.nowMs(),
      refusesMaxCurrent: simulated.refusesMaxCurrent,
    };
    if (path.startsWith("/api/v1/app/"))
      return apis.includes("app")
        ? answerApp(world, { ...asked, path: path.slice("/api/v1/app".length) })
        : { status: 403, body: { message: "Forbidden" } };
    if (path.startsWith("/public-api/"))
      return apis.includes("public")
        ? answerPublic(world, { ...asked, path: path.slice("/public-api".length) })
        : { status: 401, body: { message: "Unauthenticated." } };
    return { status: 404, body: { message: "Not found" } };
  }

  function grant(body: Readonly<Record<string, unknown>>): Answer {
    const known = body["client_id"] === oauth.clientId && body["client_secret"] === oauth.clientSecret;
    const refresh = body["grant_type"] === "refresh_token";
    if (!known || (refresh && body["refresh_token"] !== simulated.refreshToken))
      return { status: 400, body: { error: "invalid_grant", error_description: "The refresh token is not valid." } };
    simulated.token = mint();
    if (refresh) simulated.refreshToken = mint();
    return {
      status: 200,
      body: {
        token_type: "Bearer",
        access_token: simulated.token,
        expires_in: EXPIRES_S,
        ...(refresh ? { refresh_token: simulated.refreshToken } : {}),
      },
    };
  }

  const simulated: SimulatedAmpeco = {
    world,
    get url() {
      return `http://${host}:${(server.address() as AddressInfo).port}`;
    },
    token: options.token ?? mint(),
    refreshToken: mint(),
    oauth,
    requests,
    refusesMaxCurrent: options.refusesMaxCurrent ?? false,
    fault(fault) {
      const armed = { fault, left: fault.times ?? Infinity };
      faults.unshift(armed);
      return () => {
        armed.left = 0;
      };
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port ?? 0, host, () => {
          server.off("error", reject);
          resolve();
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return simulated;
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
