/** The `input_*` helpers: collections over the WebSocket, entities with a registry entry, services, values that survive a restart. */
import { slugify } from "../../../shared/slug.ts";
import { isoTime, newContext, type Context } from "./bus.ts";
import { readList, storeOf, type Core, type LiveEntity, type ServiceCall } from "./core.ts";
import { float, number, record, Refusal, text, texts, type Json } from "./json.ts";
import { entityIds } from "./target.ts";

interface HelperKind {
  readonly domain: string;
  readonly fields: readonly string[];
  /** Values that Home Assistant fills in at creation. */
  readonly defaults: Json;
  check(item: Json): void;
  /** Value after creation or a restart. */
  first(item: Json, restored: string | undefined): string;
  attributes(item: Json): Json;
  services: Readonly<Record<string, (item: Json, now: string, call: ServiceCall, nowMs: number) => string>>;
}

interface Helper extends LiveEntity {
  item: Json;
  value: string;
}

export interface HelpersApi {
  /** WebSocket commands by their type. */
  readonly commands: ReadonlyMap<string, (message: Json) => unknown>;
}

const need = (data: Json, key: string): unknown => {
  if (data[key] === undefined) throw new Refusal("invalid_format", `required key not provided at '${key}'`);
  return data[key];
};
const needNumber = (data: Json, key: string): number => {
  const value = number(need(data, key));
  if (value === undefined) throw new Refusal("invalid_format", `expected float at '${key}'`);
  return value;
};

const NUMBER: HelperKind = {
  domain: "input_number",
  fields: ["name", "min", "max", "step", "mode", "initial", "unit_of_measurement", "icon"],
  defaults: { step: 1, mode: "slider" },
  check(item) {
    const min = needNumber(item, "min");
    const max = needNumber(item, "max");
    if (min >= max)
      throw new Refusal("invalid_format", `Maximum (${float(min)}) is not greater than minimum (${float(max)})`);
    const initial = number(item["initial"]);
    if (initial !== undefined && (initial < min || initial > max))
      throw new Refusal("invalid_format", `Initial value ${float(initial)} not in range ${float(min)}-${float(max)}`);
  },
  first(item, restored) {
    const min = number(item["min"]) ?? 0;
    const max = number(item["max"]) ?? 0;
    const kept = number(item["initial"]) ?? number(restored);
    return float(kept === undefined || kept < min || kept > max ? min : kept);
  },
  attributes: (item) => ({
    min: item["min"],
    max: item["max"],
    step: item["step"],
    mode: item["mode"],
    initial: item["initial"] ?? null,
    editable: true,
    ...pick(item, "unit_of_measurement"),
  }),
  services: {
    set_value: (item, _now, call) => inRange(item, needNumber(call.data, "value"), call),
    increment: (item, now, call) => inRange(item, (number(now) ?? 0) + (number(item["step"]) ?? 1), call),
    decrement: (item, now, call) => inRange(item, (number(now) ?? 0) - (number(item["step"]) ?? 1), call),
  },
};

function inRange(item: Json, value: number, call: ServiceCall): string {
  const min = number(item["min"]) ?? 0;
  const max = number(item["max"]) ?? 0;
  if (value < min || value > max)
    throw new Refusal(
      "invalid_format",
      `Invalid value for ${texts(call.data["entity_id"])[0] ?? ""}: ${float(value)} (range ${float(min)} - ${float(max)})`,
    );
  return float(value);
}

const SELECT: HelperKind = {
  domain: "input_select",
  fields: ["name", "options", "initial", "icon"],
  defaults: {},
  check(item) {
    need(item, "options");
    const options = texts(item["options"]);
    if (options.length === 0)
      throw new Refusal("invalid_format", "length of value must be at least 1 at 'options'. Got []");
    if (new Set(options).size !== options.length)
      throw new Refusal("invalid_format", "Duplicate options are not allowed");
  },
  first(item, restored) {
    const options = texts(item["options"]);
    const wanted = text(item["initial"]) ?? restored;
    return wanted !== undefined && options.includes(wanted) ? wanted : (options[0] ?? "unknown");
  },
  attributes: (item) => ({ options: item["options"], editable: true }),
  services: {
    select_option(item, _now, call) {
      const option = text(need(call.data, "option")) ?? "";
      const options = texts(item["options"]);
      if (!options.includes(option))
        throw new Refusal(
          "service_validation_error",
          `Validation error: Option ${option} is not valid for ${texts(call.data["entity_id"])[0] ?? ""}. Valid options are: ${options.join(", ")}`,
        );
      return option;
    },
    select_next: (item, now) => step(item, now, 1),
    select_previous: (item, now) => step(item, now, -1),
  },
};

function step(item: Json, now: string, by: number): string {
  const options = texts(item["options"]);
  return options[(options.indexOf(now) + by + options.length) % options.length] ?? now;
}

const BOOLEAN: HelperKind = {
  domain: "input_boolean",
  fields: ["name", "initial", "icon"],
  defaults: {},
  check: () => undefined,
  first: (item, restored) =>
    typeof item["initial"] === "boolean" ? (item["initial"] ? "on" : "off") : restored === "on" ? "on" : "off",
  attributes: () => ({ editable: true }),
  services: { turn_on: () => "on", turn_off: () => "off", toggle: (_item, now) => (now === "on" ? "off" : "on") },
};

const BUTTON: HelperKind = {
  domain: "input_button",
  fields: ["name", "icon"],
  defaults: {},
  check: () => undefined,
  first: (_item, restored) => restored ?? "unknown",
  attributes: () => ({ editable: true }),
  services: { press: (_item, _now, _call, nowMs) => isoTime(nowMs) },
};

const TEXT: HelperKind = {
  domain: "input_text",
  fields: ["name", "min", "max", "initial", "icon", "unit_of_measurement", "pattern", "mode"],
  defaults: { min: 0, max: 100, mode: "text" },
  check: () => undefined,
  first: (item, restored) => text(item["initial"]) ?? restored ?? "unknown",
  attributes: (item) => ({
    min: item["min"],
    max: item["max"],
    pattern: item["pattern"] ?? null,
    mode: item["mode"],
    editable: true,
  }),
  services: {
    set_value(item, _now, call) {
      const value = String(need(call.data, "value"));
      if (value.length > (number(item["max"]) ?? 100) || value.length < (number(item["min"]) ?? 0))
        throw new Refusal("home_assistant_error", `Invalid value: ${value} (length range 0 - ${String(item["max"])})`);
      return value;
    },
  },
};

const DATETIME: HelperKind = {
  domain: "input_datetime",
  fields: ["name", "has_date", "has_time", "initial", "icon"],
  defaults: { has_date: false, has_time: false },
  check(item) {
    if (item["has_date"] !== true && item["has_time"] !== true)
      throw new Refusal("invalid_format", "Entity needs at least a date or a time");
  },
  first: (item, restored) => text(item["initial"]) ?? restored ?? "unknown",
  attributes: (item) => ({ has_date: item["has_date"], has_time: item["has_time"], editable: true }),
  services: {
    set_datetime(_item, now, call) {
      const both = text(call.data["datetime"]);
      if (both !== undefined) return both.replace("T", " ");
      const parts = [text(call.data["date"]), text(call.data["time"])].filter((part) => part !== undefined);
      return parts.length > 0 ? parts.join(" ") : now;
    },
  },
};

const KINDS = [NUMBER, SELECT, BOOLEAN, BUTTON, TEXT, DATETIME];

export function startHelpers(core: Core): HelpersApi {
  const commands = new Map<string, (message: Json) => unknown>();
  for (const kind of KINDS) startKind(core, kind, commands);
  return { commands };
}

function startKind(core: Core, kind: HelperKind, commands: Map<string, (message: Json) => unknown>): void {
  const { domain } = kind;
  const items = storeOf(core, domain, readList);
  const helpers = new Map<string, Helper>();
  const idKey = `${domain}_id`;

  const add = (item: Json, context: Context): void => {
    const id = text(item["id"]) ?? "";
    const name = text(item["name"]) ?? "";
    const entry = core.registries.ensureEntity(
      domain,
      id,
      `${domain}.${id}`,
      { original_name: name, original_icon: text(item["icon"]) ?? null },
      (entityId) => core.states.get(entityId) !== undefined,
    );
    const helper: Helper = {
      item,
      value: kind.first(item, core.disk.restore[entry.id]?.state),
      entry,
      friendlyName: () => text(helper.item["name"]) ?? "",
      show: () => ({
        state: helper.value,
        attributes: { ...kind.attributes(helper.item), ...pick(helper.item, "icon") },
      }),
    };
    helpers.set(id, helper);
    core.show(helper, context);
  };

  const validate = (message: Json): Json => {
    const { id: _id, type: _type, [idKey]: _itemId, ...item } = message;
    for (const key of Object.keys(item))
      if (!kind.fields.includes(key)) throw new Refusal("invalid_format", `extra keys not allowed at '${key}'`);
    if (text(item["name"]) === undefined || item["name"] === "")
      throw new Refusal("invalid_format", "required key not provided at 'name'. Got None");
    const whole = { ...item, ...Object.fromEntries(Object.entries(kind.defaults).filter(([key]) => !(key in item))) };
    kind.check(whole);
    return whole;
  };
  const find = (message: Json): Helper => {
    const id = String(message[idKey]);
    const helper = helpers.get(id);
    if (helper === undefined) throw new Refusal("not_found", `Unable to find ${idKey} ${id}`);
    return helper;
  };

  commands.set(`${domain}/list`, () => items);
  commands.set(`${domain}/create`, (message) => {
    const item = validate(message);
    const base = slugify(text(item["name"]) ?? "");
    let id = base;
    for (let n = 2; items.some((known) => known["id"] === id); n++) id = `${base}_${n}`;
    const whole = { id, ...item };
    items.push(whole);
    add(whole, newContext());
    return whole;
  });
  commands.set(`${domain}/update`, (message) => {
    const helper = find(message);
    const whole = { id: helper.item["id"], ...validate(message) };
    items[items.indexOf(helper.item)] = whole;
    helper.item = whole;
    if (domain === "input_number" && number(helper.value) !== undefined) {
      const min = number(helper.item["min"]) ?? 0;
      const max = number(helper.item["max"]) ?? 0;
      helper.value = float(Math.min(max, Math.max(min, number(helper.value) ?? min)));
    }
    if (domain === "input_select" && !texts(helper.item["options"]).includes(helper.value))
      helper.value = texts(helper.item["options"])[0] ?? "unknown";
    core.show(helper);
    return whole;
  });
  commands.set(`${domain}/delete`, (message) => {
    const helper = find(message);
    items.splice(items.indexOf(helper.item), 1);
    helpers.delete(String(helper.item["id"]));
    core.removeEntity(helper.entry.entity_id);
    return null;
  });

  for (const [service, act] of Object.entries(kind.services))
    core.register(domain, service, (call) => {
      for (const entityId of entityIds(call.data)) {
        const helper = [...helpers.values()].find((one) => one.entry.entity_id === entityId);
        if (helper === undefined) continue;
        helper.value = act(
          helper.item,
          helper.value,
          { ...call, data: { ...call.data, entity_id: entityId } },
          core.clock.nowMs(),
        );
        core.show(helper, call.context);
      }
    });
  core.onRemoved((entry) => {
    if (entry.platform === domain) helpers.delete(entry.unique_id);
  });
  for (const item of items) add(item, newContext());
  core.onEnabled((entry) => {
    const helper = entry.platform === domain ? helpers.get(entry.unique_id) : undefined;
    if (helper !== undefined) core.show(helper);
  });
}

function pick(item: Json, key: string): Json {
  return record(item[key] === undefined ? {} : { [key]: item[key] });
}
