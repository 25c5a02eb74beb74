/** Scripts made over the configuration API: each becomes the service `script.<id>`, with a response where it stops with one. */
import type { Unsubscribe } from "../../clock.ts";
import { newContext, type Context } from "./bus.ts";
import { storeOf, type Core } from "./core.ts";
import type { Route } from "./http-api.ts";
import { isRecord, number, plainText, record, Refusal, text, type Json } from "./json.ts";
import type { Scope } from "./template/expression.ts";
import { parseTemplate } from "./template/render.ts";
import { truthy } from "./template/values.ts";
import { globals } from "./template/world.ts";

/** Thrown through the steps when a script stops. */
class Stopped extends Error {
  readonly response: Json | undefined;
  constructor(response: Json | undefined) {
    super("stopped");
    this.response = response;
  }
}

export interface Scripts {
  readonly route: Route;
  /** Runs actions of a template entity. */
  run(actions: unknown, variables: Json, context: Context): Promise<Json | undefined>;
}

export function startScripts(core: Core): Scripts {
  const stored = storeOf(core, "script", record);
  const waits = new Set<Unsubscribe>();
  core.atStop.push(() => {
    for (const stop of waits) stop();
  });

  const run = async (actions: unknown, variables: Json, context: Context): Promise<Json | undefined> => {
    const scope: Scope = globals(core, () => undefined);
    for (const [name, value] of Object.entries(variables)) scope.set(name, value);
    scope.set("context", { ...context });
    try {
      await steps(actions, scope, context);
      return undefined;
    } catch (end) {
      if (end instanceof Stopped) return end.response;
      throw end;
    }
  };

  const steps = async (actions: unknown, scope: Scope, context: Context): Promise<void> => {
    for (const step of Array.isArray(actions) ? actions : [actions])
      if (isRecord(step)) await one(step, scope, context);
  };

  const one = async (step: Json, scope: Scope, context: Context): Promise<void> => {
    const service = text(step["action"]) ?? text(step["service"]);
    if ("variables" in step)
      for (const [name, value] of Object.entries(record(step["variables"]))) scope.set(name, fill(value, scope));
    else if ("event" in step)
      core.bus.fire(plainText(step["event"]), record(fill(step["event_data"] ?? {}, scope)), childOf(context));
    else if ("wait_for_trigger" in step) await waitFor(step, scope);
    else if ("stop" in step) {
      const name = text(step["response_variable"]);
      throw new Stopped(name === undefined ? undefined : record(scope.get(name)));
    } else if ("if" in step) await choose(step, scope, context);
    else if ("delay" in step) await core.clock.sleep(durationMs(fill(step["delay"], scope)));
    else if (service !== undefined) {
      const [domain = "", name = ""] = service.split(".");
      const data = { ...record(fill(step["data"] ?? {}, scope)), ...record(fill(step["target"] ?? {}, scope)) };
      const response = await core.call(domain, name, data, childOf(context));
      const into = text(step["response_variable"]);
      if (into !== undefined) scope.set(into, response ?? {});
    } else
      throw new Refusal("invalid_format", `This Home Assistant does not know the step ${Object.keys(step).join(", ")}`);
  };

  const choose = async (step: Json, scope: Scope, context: Context): Promise<void> => {
    const conditions = Array.isArray(step["if"]) ? step["if"] : [step["if"]];
    const met = conditions.every((condition) =>
      truthy(fill(isRecord(condition) ? condition["value_template"] : condition, scope)),
    );
    await steps((met ? step["then"] : step["else"]) ?? [], scope, context);
  };

  const waitFor = async (step: Json, scope: Scope): Promise<void> => {
    const triggers = Array.isArray(step["wait_for_trigger"]) ? step["wait_for_trigger"] : [step["wait_for_trigger"]];
    const timeout = step["timeout"] === undefined ? undefined : durationMs(fill(step["timeout"], scope));
    const stops: Unsubscribe[] = [];
    const trigger = await new Promise<Json | null>((resolve) => {
      for (const one of triggers.filter(isRecord)) {
        const wanted = record(fill(one["event_data"] ?? {}, scope));
        stops.push(
          core.bus.on(text(one["event_type"]), (event) => {
            const matches = Object.entries(wanted).every(([key, value]) => event.data[key] === value);
            if (matches) resolve({ platform: "event", event });
          }),
        );
      }
      if (timeout !== undefined) stops.push(core.clock.after(timeout, () => resolve(null)));
      for (const stop of stops) waits.add(stop);
    });
    for (const stop of stops) {
      stop();
      waits.delete(stop);
    }
    scope.set("wait", { trigger, completed: trigger !== null });
    if (trigger === null && step["continue_on_timeout"] === false) throw new Stopped(undefined);
  };

  const install = (id: string, config: Json): void => {
    const entry = core.registries.ensureEntity(
      "script",
      id,
      `script.${id}`,
      { original_name: text(config["alias"]) ?? id, original_icon: text(config["icon"]) ?? null },
      (entityId) => core.states.get(entityId) !== undefined,
    );
    core.show({
      entry,
      friendlyName: () => text(config["alias"]) ?? id,
      show: () => ({
        state: "off",
        attributes: { last_triggered: null, mode: config["mode"] ?? "single", current: 0 },
      }),
    });
    core.register("script", id, async ({ data, context }) => run(config["sequence"], data, context));
  };
  for (const [id, config] of Object.entries(stored)) install(id, record(config));

  const route: Route = ({ method, path, json }) => {
    const id = /^\/api\/config\/script\/config\/([^/]+)$/.exec(path)?.[1];
    if (id === undefined) return undefined;
    if (method === "GET")
      return id in stored
        ? { status: 200, body: stored[id] }
        : { status: 404, body: { message: "Resource not found" } };
    if (method === "DELETE") {
      if (!(id in stored)) return { status: 400, body: { message: "Resource not found" } };
      Reflect.deleteProperty(stored, id);
      core.unregister("script", id);
      // Its registry entry stays, shown as restored and unavailable.
      const entry = core.registries.entityOf("script", id);
      if (entry !== undefined) core.states.set(entry.entity_id, "unavailable", { restored: true });
      return { status: 200, body: { result: "ok" } };
    }
    if (method !== "POST") return { status: 405, body: "405: Method Not Allowed" };
    const problem = !/^[a-z0-9_]+$/.test(id) ? `invalid slug ${id}` : complaint(json);
    if (problem !== undefined) return { status: 400, body: { message: `Message malformed: ${problem}` } };
    stored[id] = record(json);
    install(id, record(json));
    return { status: 200, body: { result: "ok" } };
  };
  return { route, run };
}

function complaint(json: unknown): string | undefined {
  if (!isRecord(json)) return "expected a dictionary";
  if (!("sequence" in json)) return "required key not provided @ data['sequence']";
  const strange = Object.keys(json).find(
    (key) =>
      !["alias", "description", "icon", "mode", "max", "max_exceeded", "fields", "sequence", "variables"].includes(key),
  );
  return strange === undefined ? undefined : `extra keys not allowed @ data['${strange}']`;
}

/** Templates anywhere inside, replaced by what they render to. @throws TemplateError */
function fill(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return /\{[{%]/.test(value) ? parseTemplate(value).value(scope) : value;
  if (Array.isArray(value)) return value.map((item) => fill(item, scope));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, scope)]));
  return value;
}

function childOf(context: Context): Context {
  return newContext(context.user_id, context.id);
}

/** `{seconds: 5}`, seconds, or `HH:MM:SS`. */
function durationMs(value: unknown): number {
  if (isRecord(value)) {
    const part = (key: string): number => number(value[key]) ?? 0;
    return (
      (((part("days") * 24 + part("hours")) * 60 + part("minutes")) * 60 + part("seconds")) * 1000 +
      part("milliseconds")
    );
  }
  if (typeof value === "string" && value.includes(":"))
    return value.split(":").reduce((sum, part) => sum * 60 + (number(part) ?? 0), 0) * 1000;
  return (number(value) ?? 0) * 1000;
}
