/** The REST API of Home Assistant, as far as the bridge and the demo page use it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { newContext } from "./bus.ts";
import type { Core } from "./core.ts";
import { isRecord, plainText, record, Refusal, text, type Json } from "./json.ts";
import type { MobileApp } from "./mobile-app.ts";
import { stateJson } from "./states.ts";

/** `body` undefined: none; a text is sent as plain text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** undefined where it is no JSON. */
  readonly json: unknown;
}
/** `undefined`: not mine. */
export type Route = (request: Request) => Promise<Answer | undefined> | Answer | undefined;

const ENTITY_ID = /^[a-z0-9_]+\.[a-z0-9_]+$/;
/** Home Assistant's own limit for a request. */
const MAX_BODY = 16 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: string[] = [];
  let size = 0;
  request.setEncoding("utf8");
  for await (const part of request) {
    const chunk = String(part);
    size += chunk.length;
    if (size > MAX_BODY) throw new Refusal("too_large", "Maximum request body size exceeded");
    parts.push(chunk);
  }
  return parts.join("");
}

export function parseJson(body: string): unknown {
  if (body === "") return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed;
  } catch {
    return undefined;
  }
}

export function respond(response: ServerResponse, answer: Answer): void {
  const { status, body } = answer;
  if (body === undefined) {
    response.writeHead(status, { "content-length": "0" }).end();
  } else if (typeof body === "string") {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
  } else {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
}

/** Routes behind the token. */
export function apiRoutes(core: Core, config: () => Json, mobileApp: () => MobileApp | undefined): Route[] {
  const states: Route = ({ method, path, json }) => {
    if (path === "/api/states" && method === "GET") return { status: 200, body: core.states.all().map(stateJson) };
    const entityId = /^\/api\/states\/([^/]+)$/.exec(path)?.[1];
    if (entityId === undefined) return undefined;
    if (method === "GET") {
      const state = core.states.get(entityId);
      return state === undefined
        ? { status: 404, body: { message: "Entity not found." } }
        : { status: 200, body: stateJson(state) };
    }
    if (method === "DELETE")
      return core.states.remove(entityId)
        ? { status: 200, body: { message: "Entity removed." } }
        : { status: 404, body: { message: "Entity not found." } };
    if (method !== "POST") return { status: 405, body: "405: Method Not Allowed" };
    if (!isRecord(json)) return { status: 400, body: { message: "Invalid JSON specified." } };
    if (!ENTITY_ID.test(entityId)) return { status: 400, body: { message: "Invalid entity ID specified." } };
    const value = json["state"];
    if (value === undefined || value === null) return { status: 400, body: { message: "No state specified." } };
    const known = core.states.get(entityId) !== undefined;
    const state = core.states.set(entityId, plainText(value), record(json["attributes"]), newContext(core.userId));
    return { status: known ? 200 : 201, body: stateJson(state) };
  };
  const services: Route = async ({ method, path, json, query }) => {
    const [, domain, service] = /^\/api\/services\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (domain === undefined || service === undefined || method !== "POST") return undefined;
    try {
      const response = await core.call(domain, service, record(json), newContext(core.userId));
      return query.has("return_response")
        ? { status: 200, body: { changed_states: [], service_response: response ?? {} } }
        : { status: 200, body: [] };
    } catch (error) {
      if (error instanceof Refusal) return { status: 400, body: { message: error.message } };
      throw error;
    }
  };
  const plain: Route = ({ method, path, json }) => {
    if (path === "/api/" && method === "GET") return { status: 200, body: { message: "API running." } };
    if (path === "/api/config" && method === "GET") return { status: 200, body: config() };
    if (path === "/api/mobile_app/registrations" && method === "POST") return mobileApp()?.register(json);
    const event = /^\/api\/events\/([^/]+)$/.exec(path)?.[1];
    if (event !== undefined && method === "POST") {
      core.bus.fire(event, record(json), newContext(core.userId));
      return { status: 200, body: { message: `Event ${event} fired.` } };
    }
    const entry = /^\/api\/config\/config_entries\/entry\/([^/]+)$/.exec(path)?.[1];
    if (entry !== undefined && method === "DELETE") {
      if (!core.registries.entries.some((one) => one.entry_id === entry))
        return { status: 404, body: { message: "Invalid entry specified" } };
      core.removeEntry(entry);
      return { status: 200, body: { require_restart: false } };
    }
    return undefined;
  };
  return [states, services, plain];
}

/** Token of the `Authorization` header. */
export function bearer(request: IncomingMessage): string | undefined {
  return text(request.headers.authorization)?.replace(/^Bearer /, "");
}
