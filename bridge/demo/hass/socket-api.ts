/** The WebSocket API of Home Assistant: auth, results, events, coalesced messages. */
import { WebSocket, type RawData } from "ws";
import { newContext } from "./bus.ts";
import { addedState, changedState } from "./compressed.ts";
import type { Core } from "./core.ts";
import { isRecord, number, record, Refusal, text, texts, type Json } from "./json.ts";
import { stateJson, type State } from "./states.ts";
import { VERSION } from "./version.ts";

/** What a command's handler may use besides its message. */
export interface Session {
  readonly userId: string;
  event(subscription: number, event: unknown): void;
  /** Ended by `unsubscribe_events` or with the connection. */
  subscribed(subscription: number, end: () => void): void;
}
/** `undefined` counts as null. @throws Refusal */
export type Command = (message: Json, session: Session) => unknown;

/** How long Home Assistant waits for the token. */
const AUTH_TIMEOUT_MS = 10_000;

export function serveSocket(
  socket: WebSocket,
  core: Core,
  commands: ReadonlyMap<string, Command>,
  tokenKnown: (token: string) => boolean,
  silent: () => boolean,
): void {
  let authenticated = false;
  let coalesce = false;
  let lastId = 0;
  let queue: unknown[] = [];
  const subscriptions = new Map<number, () => void>();

  const flush = (): void => {
    const messages = queue;
    queue = [];
    if (messages.length === 0 || silent() || socket.readyState !== WebSocket.OPEN) return;
    if (coalesce && messages.length > 1) socket.send(JSON.stringify(messages));
    else for (const message of messages) socket.send(JSON.stringify(message));
  };
  const send = (message: unknown): void => {
    if (queue.push(message) === 1) setImmediate(flush);
  };
  const session: Session = {
    userId: core.userId,
    event: (subscription, event) => send({ type: "event", event, id: subscription }),
    subscribed: (subscription, end) => void subscriptions.set(subscription, end),
  };
  const refuse = (id: number, code: string, message: string): void =>
    send({ id, type: "result", success: false, error: { code, message } });

  const handle = async (message: Json): Promise<void> => {
    const id = number(message["id"]);
    const type = text(message["type"]);
    if (id === undefined || type === undefined) {
      refuse(0, "invalid_format", "Message incorrectly formatted.");
      return;
    }
    if (id <= lastId) {
      refuse(id, "id_reuse", "Identifier values have to increase.");
      return;
    }
    lastId = id;
    if (type === "ping") {
      send({ id, type: "pong" });
      return;
    }
    if (type === "supported_features") {
      coalesce = number(record(message["features"])["coalesce_messages"]) === 1;
      {
        send({ id, type: "result", success: true, result: null });
        return;
      }
    }
    if (type === "unsubscribe_events") {
      const subscription = number(message["subscription"]) ?? -1;
      const end = subscriptions.get(subscription);
      if (end === undefined) {
        refuse(id, "not_found", "Subscription not found.");
        return;
      }
      subscriptions.delete(subscription);
      end();
      {
        send({ id, type: "result", success: true, result: null });
        return;
      }
    }
    const command = commands.get(type);
    if (command === undefined) {
      refuse(id, "unknown_command", "Unknown command.");
      return;
    }
    try {
      // A subscription's first event must follow its result: subscribers send through `session` after this turn.
      const result = await command(message, session);
      send({ id, type: "result", success: true, result: result ?? null });
    } catch (error) {
      if (error instanceof Refusal) refuse(id, error.code, error.message);
      else refuse(id, "unknown_error", error instanceof Error ? error.message : "Unknown error");
    }
  };

  const cancelAuth = core.clock.after(AUTH_TIMEOUT_MS, () => {
    if (!authenticated) socket.close();
  });
  socket.on("message", (data: RawData) => {
    if (silent()) return;
    let message: unknown;
    try {
      message = JSON.parse(frameText(data));
    } catch {
      socket.close();
      return;
    }
    if (authenticated) {
      for (const one of Array.isArray(message) ? message : [message]) if (isRecord(one)) void handle(one);
      return;
    }
    const { type, access_token: token } = record(message);
    if (type === "auth" && typeof token === "string" && tokenKnown(token)) {
      authenticated = true;
      send({ type: "auth_ok", ha_version: VERSION });
      return;
    }
    queue.push({ type: "auth_invalid", message: "Invalid access token or password" });
    flush();
    socket.close();
  });
  socket.on("close", () => {
    cancelAuth();
    for (const end of subscriptions.values()) end();
    subscriptions.clear();
  });
  socket.on("error", () => socket.terminate());
  send({ type: "auth_required", ha_version: VERSION });
}

/** Commands on states, events and services. */
export function coreCommands(core: Core): Map<string, Command> {
  const commands = new Map<string, Command>();
  commands.set("get_states", () => core.states.all().map(stateJson));
  commands.set("get_services", () =>
    Object.fromEntries(
      [...core.services].map(([domain, services]) => [
        domain,
        Object.fromEntries(
          [...services.keys()].map((service) => [service, { name: service, description: "", fields: {} }]),
        ),
      ]),
    ),
  );
  commands.set("subscribe_events", (message, session) => {
    const id = number(message["id"]) ?? 0;
    session.subscribed(
      id,
      core.bus.on(text(message["event_type"]), (event) => session.event(id, event)),
    );
  });
  commands.set("fire_event", (message, session) => {
    const context = newContext(session.userId);
    core.bus.fire(text(message["event_type"]) ?? "", record(message["event_data"]), context);
    return { context };
  });
  commands.set("call_service", async (message, session) => {
    const context = newContext(session.userId);
    const data = { ...record(message["service_data"]), ...record(message["target"]) };
    const response = await core.call(text(message["domain"]) ?? "", text(message["service"]) ?? "", data, context);
    return message["return_response"] === true ? { context, response: response ?? {} } : { context };
  });
  commands.set("subscribe_entities", (message, session) => {
    const id = number(message["id"]) ?? 0;
    const wanted = message["entity_ids"] === undefined ? undefined : new Set(texts(message["entity_ids"]));
    const known = new Map<string, State>();
    const added: Json = {};
    for (const state of core.states.all())
      if (wanted === undefined || wanted.has(state.entity_id)) {
        known.set(state.entity_id, state);
        added[state.entity_id] = addedState(state);
      }
    session.subscribed(
      id,
      core.bus.on("state_changed", ({ data }) => {
        const entityId = String(data["entity_id"]);
        if (wanted !== undefined && !wanted.has(entityId)) return;
        const old = known.get(entityId);
        const next = core.states.get(entityId);
        if (next === undefined) {
          known.delete(entityId);
          session.event(id, { r: [entityId] });
          return;
        }
        known.set(entityId, next);
        session.event(
          id,
          old === undefined ? { a: { [entityId]: addedState(next) } } : { c: { [entityId]: changedState(old, next) } },
        );
      }),
    );
    // After the result, before any change.
    queueMicrotask(() => queueMicrotask(() => session.event(id, { a: added })));
  });
  return commands;
}

function frameText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString();
}
