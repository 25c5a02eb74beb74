/** Template helpers made by config flow: `switch`, `number`, `button`, `select` whose state is a template and whose actions are script steps. */
import { slugify } from "../../../shared/slug.ts";
import { isoTime, newContext, newId, type Context } from "./bus.ts";
import type { Core, LiveEntity } from "./core.ts";
import type { Route } from "./http-api.ts";
import { number, plainText, record, Refusal, text, texts, type Json } from "./json.ts";
import type { Scripts } from "./scripts.ts";
import { entityIds } from "./target.ts";
import { parseTemplate, type Template } from "./template/render.ts";
import { truthy } from "./template/values.ts";
import { globals } from "./template/world.ts";

const DOMAINS = ["switch", "number", "button", "select"] as const;
type TemplateDomain = (typeof DOMAINS)[number];

interface TemplateEntity extends LiveEntity {
  readonly domain: TemplateDomain;
  readonly form: Json;
  /** Entities its templates looked at. */
  readonly seen: Set<string>;
  pressedAt: string;
}

const REQUIRED: Readonly<Record<TemplateDomain, readonly string[]>> = {
  switch: ["name"],
  number: ["name", "state", "set_value"],
  button: ["name"],
  select: ["name", "options", "select_option"],
};

export function startTemplateEntities(core: Core, scripts: Scripts): Route {
  const entities = new Map<string, TemplateEntity>();
  const flows = new Map<string, { step: string }>();
  /** Options flow → config entry. */
  const changes = new Map<string, string>();

  const add = (entryId: string, form: Json): void => {
    const domain = DOMAINS.find((one) => one === form["template_type"]);
    if (domain === undefined) return;
    const told = text(form["name"]) ?? "";
    const device = core.registries.device(text(form["device_id"]) ?? null);
    // Home Assistant drops the device's name from the front of an entity's.
    const name = device !== undefined && told.startsWith(`${device.name} `) ? told.slice(device.name.length + 1) : told;
    const registered = core.registries.ensureEntity(
      "template",
      entryId,
      `${domain}.${slugify(device === undefined ? name : `${device.name} ${name}`)}`,
      { config_entry_id: entryId, device_id: device?.id ?? null, original_name: name },
      (entityId) => core.states.get(entityId) !== undefined,
    );
    const entity: TemplateEntity = {
      domain,
      form,
      entry: registered,
      seen: new Set(),
      pressedAt: core.disk.restore[registered.id]?.state ?? "unknown",
      friendlyName: () => {
        const owner = core.registries.device(registered.device_id);
        return owner === undefined ? name : `${owner.name_by_user ?? owner.name} ${name}`;
      },
      show: () => shown(core, entity),
    };
    entities.set(registered.id, entity);
    core.show(entity);
  };

  core.bus.on("state_changed", ({ data, context }) => {
    const changed = String(data["entity_id"]);
    for (const entity of entities.values()) if (entity.seen.has(changed)) core.show(entity, childOf(context));
  });
  core.onRemoved((entry) => {
    entities.delete(entry.id);
  });
  core.onEnabled((entry) => {
    const entity = entities.get(entry.id);
    if (entity !== undefined) core.show(entity);
  });

  const service = (
    domain: TemplateDomain,
    name: string,
    action: string,
    more: (data: Json, entity: TemplateEntity) => Json,
  ) =>
    core.register(domain, name, async ({ data, context }) => {
      for (const entityId of entityIds(data)) {
        const entity = [...entities.values()].find((one) => one.entry.entity_id === entityId && one.domain === domain);
        if (entity === undefined) continue;
        if (core.states.get(entityId)?.state === "unavailable") continue;
        const variables = more(data, entity);
        if (domain === "button") {
          entity.pressedAt = isoTime(core.clock.nowMs());
          core.show(entity, context);
        }
        await scripts.run(entity.form[action] ?? [], variables, context);
      }
    });
  service("switch", "turn_on", "turn_on", () => ({}));
  service("switch", "turn_off", "turn_off", () => ({}));
  service("button", "press", "press", () => ({}));
  service("select", "select_option", "select_option", (data, entity) => {
    const option = text(data["option"]) ?? "";
    const options = texts(core.states.get(entity.entry.entity_id)?.attributes["options"]);
    if (!options.includes(option))
      throw new Refusal(
        "service_validation_error",
        `Option ${option} is not valid for entity ${entity.entry.entity_id}`,
      );
    return { option };
  });
  service("number", "set_value", "set_value", (data, entity) => {
    const value = number(data["value"]);
    if (value === undefined) throw new Refusal("invalid_format", "expected float at 'value'");
    const { min, max } = core.states.get(entity.entry.entity_id)?.attributes ?? {};
    if (value < (number(min) ?? 0) || value > (number(max) ?? 100))
      throw new Refusal("service_validation_error", `Value ${value} for ${entity.entry.entity_id} is out of range`);
    return { value };
  });
  for (const entry of core.registries.entries) if (entry.domain === "template") add(entry.entry_id, entry.data);

  /** The options flow: the same form without the name, over the old one. */
  const change = (id: string | undefined, body: Json): ReturnType<Route> => {
    if (id === undefined) {
      const entry = core.registries.entries.find((one) => one.entry_id === body["handler"]);
      if (entry?.domain !== "template") return { status: 404, body: { message: "Invalid handler specified" } };
      const flow = newId();
      changes.set(flow, entry.entry_id);
      return {
        status: 200,
        body: { type: "form", flow_id: flow, handler: entry.entry_id, data_schema: [], errors: null },
      };
    }
    const entry = core.registries.entries.find((one) => one.entry_id === changes.get(id));
    if (entry === undefined) return { status: 404, body: { message: "Invalid flow specified" } };
    changes.delete(id);
    Object.assign(entry, { data: { name: entry.data["name"], template_type: entry.data["template_type"], ...body } });
    add(entry.entry_id, entry.data);
    return { status: 200, body: { type: "create_entry", flow_id: id, handler: entry.entry_id } };
  };

  return ({ method, path, json }) => {
    const options = /^\/api\/config\/config_entries\/options\/flow(?:\/([^/]+))?$/.exec(path);
    if (options !== null && method === "POST") return change(options[1], record(json));
    const flowId = /^\/api\/config\/config_entries\/flow(?:\/([^/]+))?$/.exec(path);
    if (flowId === null || method !== "POST") return undefined;
    const body = record(json);
    const [, id] = flowId;
    if (id === undefined) {
      if (body["handler"] !== "template") return { status: 404, body: { message: "Invalid handler specified" } };
      const flow = newId();
      flows.set(flow, { step: "user" });
      return {
        status: 200,
        body: { type: "menu", flow_id: flow, handler: "template", step_id: "user", menu_options: DOMAINS },
      };
    }
    const flow = flows.get(id);
    if (flow === undefined) return { status: 404, body: { message: "Invalid flow specified" } };
    if (flow.step === "user") {
      const step = DOMAINS.find((one) => one === body["next_step_id"]);
      if (step === undefined) return { status: 400, body: { message: "User input malformed" } };
      flow.step = step;
      return {
        status: 200,
        body: { type: "form", flow_id: id, handler: "template", step_id: step, data_schema: [], errors: null },
      };
    }
    const missing = REQUIRED[DOMAINS.find((one) => one === flow.step) ?? "button"].find((key) => !(key in body));
    if (missing !== undefined)
      return {
        status: 400,
        body: { message: `User input malformed: required key not provided @ data['${missing}']` },
      };
    flows.delete(id);
    const form = { ...body, template_type: flow.step };
    const entry = core.registries.addEntry("template", text(body["name"]) ?? "", "user", form);
    add(entry.entry_id, form);
    const { data: _data, ...result } = entry;
    return {
      status: 200,
      body: { type: "create_entry", flow_id: id, handler: "template", title: entry.title, result, version: 1 },
    };
  };
}

function shown(core: Core, entity: TemplateEntity): { state: string; attributes: Json } {
  const { form, domain } = entity;
  const scope = globals(core, (id) => entity.seen.add(id));
  const availability = record(form["additional_options"])["availability"];
  const value = (source: unknown): unknown => {
    if (typeof source !== "string") return source;
    try {
      return parsed(source).value(scope);
    } catch {
      // A template that cannot be rendered makes the entity unknown, as in Home Assistant.
      return undefined;
    }
  };
  const attributes: Json =
    domain === "number"
      ? {
          min: number(value(form["min"])) ?? 0,
          max: number(value(form["max"])) ?? 100,
          step: number(value(form["step"])) ?? 1,
          mode: "auto",
          ...(form["unit_of_measurement"] === undefined ? {} : { unit_of_measurement: form["unit_of_measurement"] }),
        }
      : domain === "select"
        ? { options: texts(value(form["options"])) }
        : {};
  if (availability !== undefined && !truthy(value(availability))) return { state: "unavailable", attributes };
  if (domain === "button") return { state: entity.pressedAt, attributes };
  if (domain === "switch") {
    if (form["value_template"] === undefined) return { state: "unknown", attributes };
    const on = value(form["value_template"]);
    const isOn = on === true || on === 1 || ["on", "true", "yes"].some((word) => word === on);
    return { state: on === undefined || on === null ? "unknown" : isOn ? "on" : "off", attributes };
  }
  const state = value(form["state"]);
  if (state === undefined || state === null) return { state: "unknown", attributes };
  if (domain === "number") {
    const parsedNumber = number(state);
    return { state: parsedNumber === undefined ? "unknown" : `${parsedNumber}`, attributes };
  }
  return { state: plainText(state), attributes };
}

const templates = new Map<string, Template>();

function parsed(source: string): Template {
  const known = templates.get(source) ?? parseTemplate(source);
  templates.set(source, known);
  return known;
}

function childOf(context: Context): Context {
  return newContext(null, context.id);
}
