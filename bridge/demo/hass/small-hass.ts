/**
 * A small Home Assistant: the real protocol over real HTTP and WebSocket, for the demo and for tests.
 * It keeps over its own restart what the real one keeps, and can be made to fail as the real one does.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Context } from "./bus.ts";
import { createCore, emptyDisk, type Core, type Disk, type ServiceHandler } from "./core.ts";
import { dashboardCommands, templateRoute } from "./dashboard.ts";
import { startHelpers } from "./helpers.ts";
import { historyCommands } from "./history.ts";
import { apiRoutes, bearer, parseJson, readBody, respond, type Route } from "./http-api.ts";
import { Refusal, type Json } from "./json.ts";
import { startMobileApp, type MobileApp } from "./mobile-app.ts";
import { startNotifications, type Notification } from "./notifications.ts";
import { configJson, registryCommands } from "./registry-commands.ts";
import { startScripts } from "./scripts.ts";
import { coreCommands, serveSocket, type Command } from "./socket-api.ts";
import type { State } from "./states.ts";
import { startTemplateEntities } from "./template-entities.ts";

export interface SmallHassOptions {
  readonly clock: Clock;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default true. */
  readonly mobileApp?: boolean;
  /** Default: a random one. */
  readonly token?: string;
  /** Served before anything else, e.g. a page; the answer is its own. False: not mine. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface SmallHass {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
  /** Down and up again on the same port; `startingMs` later it is RUNNING. */
  restart(options?: { readonly downMs?: number; readonly startingMs?: number }): Promise<void>;
  state(entityId: string): State | undefined;
  states(): readonly State[];
  setState(entityId: string, state: string | number, attributes?: Json): void;
  removeState(entityId: string): void;
  /** As if the user did it. */
  call(domain: string, service: string, data?: Json): Promise<Json | void>;
  fire(type: string, data: Json): void;
  onEvent(
    type: string | undefined,
    listener: (event: { event_type: string; data: Json; context: Context }) => void,
  ): Unsubscribe;
  /** A service of a foreign integration; gone after a restart unless registered anew. */
  register(domain: string, service: string, handler: ServiceHandler): void;
  /** Any WebSocket command, as the user. @throws Refusal */
  ask(message: Json): Promise<unknown>;
  readonly notifications: readonly Notification[];
  readonly mobileAppLoaded: boolean;
  /** WebSocket connections now. */
  readonly connections: number;
  readonly faults: Faults;
}

export interface Faults {
  /** New connections are refused, present ones cut. */
  refuse(on: boolean): void;
  /** Sockets stay open and nothing is answered any more. */
  silence(on: boolean): void;
  /** Cuts every connection at once. */
  cut(): void;
  /** The token is no longer valid. */
  revokeToken(on: boolean): void;
  /** Takes `mobile_app` away (or brings it back); in force at the next restart. */
  dropMobileApp(on: boolean): void;
}

interface Running {
  readonly core: Core;
  readonly commands: ReadonlyMap<string, Command>;
  readonly routes: readonly Route[];
  readonly mobileApp: MobileApp | undefined;
  readonly notifications: () => readonly Notification[];
}

export async function createSmallHass(options: SmallHassOptions): Promise<SmallHass> {
  const { clock } = options;
  const token = options.token ?? randomBytes(32).toString("hex");
  const host = options.host ?? "127.0.0.1";
  let disk = emptyDisk(token);
  let withMobileApp = options.mobileApp ?? true;
  let refusing = false;
  let silent = false;
  let revoked = false;
  let port = options.port ?? 0;
  let running = boot(clock, disk, withMobileApp);
  let server: Server | undefined;
  let sockets = new WebSocketServer({ noServer: true });
  const connections = new Set<Socket>();

  const tokenKnown = (given: string): boolean => !revoked && disk.tokens.includes(given);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (silent) return;
    if (options.serve?.(request, response) === true) return;
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = await readBody(request);
    const json = parseJson(body);
    const webhook = /^\/api\/webhook\/([^/]+)$/.exec(url.pathname)?.[1];
    if (webhook !== undefined) {
      respond(response, running.mobileApp?.webhook(webhook, json) ?? { status: 200, body: undefined });
      return;
    }
    const given = bearer(request);
    if (given === undefined || !tokenKnown(given)) {
      respond(response, { status: 401, body: "401: Unauthorized" });
      return;
    }
    const asked = { method: request.method ?? "GET", path: url.pathname, query: url.searchParams, json };
    for (const route of running.routes) {
      const found = await route(asked);
      if (found !== undefined) {
        respond(response, found);
        return;
      }
    }
    respond(response, { status: 404, body: "404: Not Found" });
  };

  const listen = async (): Promise<void> => {
    sockets = new WebSocketServer({ noServer: true });
    const next = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        if (!response.headersSent)
          respond(response, { status: 500, body: error instanceof Error ? error.message : "500" });
      });
    });
    next.on("connection", (socket) => {
      if (refusing) {
        socket.destroy();
        return;
      }
      connections.add(socket);
      socket.on("close", () => connections.delete(socket));
    });
    next.on("upgrade", (request, socket, head) => {
      if (silent) return;
      if (new URL(request.url ?? "/", "http://localhost").pathname !== "/api/websocket") {
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        serveSocket(ws, running.core, running.commands, tokenKnown, () => silent);
      });
    });
    await new Promise<void>((resolve, reject) => {
      next.once("error", reject);
      next.listen(port, host, () => resolve());
    });
    server = next;
    const address = next.address();
    if (address !== null && typeof address === "object") port = address.port;
  };
  const cut = (): void => {
    for (const socket of connections) socket.destroy();
    connections.clear();
  };
  const close = async (): Promise<void> => {
    running.core.runState = "STOPPING";
    running.core.save();
    for (const stop of running.core.atStop) stop();
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    cut();
    const old = server;
    server = undefined;
    if (old !== undefined) await new Promise((resolve) => old.close(resolve));
  };

  await listen();
  running.core.runState = "RUNNING";

  return {
    get url() {
      return `http://${host}:${port}`;
    },
    token,
    stop: close,
    async restart({ downMs = 0, startingMs = 0 } = {}) {
      await close();
      if (downMs > 0) await clock.sleep(downMs);
      // A copy, as through a disk: nothing else survives.
      disk = structuredClone(disk);
      running = boot(clock, disk, withMobileApp);
      running.core.runState = "STARTING";
      const { core } = running;
      const run = (): void => {
        core.runState = "RUNNING";
        core.bus.fire("homeassistant_started", {});
      };
      if (startingMs > 0) core.atStop.push(clock.after(startingMs, run));
      else run();
      await listen();
    },
    state: (entityId) => running.core.states.get(entityId),
    states: () => running.core.states.all(),
    setState: (entityId, state, attributes) =>
      void running.core.states.set(
        entityId,
        String(state),
        attributes ?? running.core.states.get(entityId)?.attributes ?? {},
      ),
    removeState: (entityId) => void running.core.states.remove(entityId),
    call: (domain, service, data = {}) => running.core.call(domain, service, data, userContext(running.core)),
    fire: (type, data) => void running.core.bus.fire(type, data, userContext(running.core)),
    onEvent: (type, listener) => running.core.bus.on(type, listener),
    register: (domain, service, handler) => running.core.register(domain, service, handler),
    ask: async (message) => {
      const command = running.commands.get(String(message["type"]));
      if (command === undefined) throw new Refusal("unknown_command", "Unknown command.");
      return await command(message, {
        userId: running.core.userId,
        event: () => undefined,
        subscribed: (_id, end) => end(),
      });
    },
    get notifications() {
      return running.notifications();
    },
    get mobileAppLoaded() {
      return running.mobileApp !== undefined;
    },
    get connections() {
      return sockets.clients.size;
    },
    faults: {
      refuse(on) {
        refusing = on;
        if (on) cut();
      },
      silence: (on) => void (silent = on),
      cut,
      revokeToken: (on) => void (revoked = on),
      dropMobileApp: (on) => void (withMobileApp = !on),
    },
  };
}

function userContext(core: Core): Context {
  return { id: randomBytes(13).toString("hex").toUpperCase(), parent_id: null, user_id: core.userId };
}

function boot(clock: Clock, disk: Disk, withMobileApp: boolean): Running {
  const core = createCore(clock, disk);
  const config = (): Json => configJson(core, withMobileApp);
  const notifications = startNotifications(core);
  const helpers = startHelpers(core);
  const mobileApp = withMobileApp ? startMobileApp(core) : undefined;
  const scripts = startScripts(core);
  const flows = startTemplateEntities(core, scripts);
  const commands = new Map<string, Command>([
    ...coreCommands(core),
    ...historyCommands(core),
    ...dashboardCommands(core),
    ...registryCommands(core, config),
    ...helpers.commands,
  ]);
  commands.set("persistent_notification/get", () => notifications.all());
  return {
    core,
    commands,
    routes: [...apiRoutes(core, config, () => mobileApp), scripts.route, flows, templateRoute(core)],
    mobileApp,
    notifications: () => notifications.all(),
  };
}
