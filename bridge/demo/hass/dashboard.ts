/** Energy preferences, Lovelace resources and dashboards, templates over the WebSocket: what installs and checks ask for. */
import { newId } from "./bus.ts";
import { readList, storeOf, type Core } from "./core.ts";
import type { Route } from "./http-api.ts";
import { isRecord, number, record, Refusal, text, texts, type Json } from "./json.ts";
import type { Command } from "./socket-api.ts";
import { parseTemplate } from "./template/render.ts";
import { nativeResult, show } from "./template/values.ts";
import { globals } from "./template/world.ts";

export function dashboardCommands(core: Core): Map<string, Command> {
  const resources = storeOf(core, "lovelace.resources", readList);
  const dashboards = storeOf(core, "lovelace.dashboards", readList);
  const configs = storeOf(core, "lovelace.configs", record);
  const energy = storeOf(core, "energy", record);
  const prefs = (): Json => record(energy["prefs"]);
  const remove = (list: Json[], key: string, id: unknown): void => {
    const at = list.findIndex((item) => item["id"] === id);
    if (at < 0) throw new Refusal("not_found", `Unable to find ${key} ${String(id)}`);
    list.splice(at, 1);
  };

  return new Map<string, Command>([
    [
      "energy/get_prefs",
      () => {
        if (Object.keys(prefs()).length === 0) throw new Refusal("not_found", "No prefs");
        return prefs();
      },
    ],
    [
      "energy/save_prefs",
      (message) => {
        const { id: _id, type: _type, ...rest } = message;
        energy["prefs"] = { energy_sources: [], device_consumption: [], ...prefs(), ...rest };
        return prefs();
      },
    ],
    ["energy/validate", () => validateEnergy(core, prefs())],
    ["lovelace/resources", () => resources],
    [
      "lovelace/resources/create",
      (message) => {
        const item = { id: newId(), type: text(message["res_type"]) ?? "module", url: text(message["url"]) ?? "" };
        resources.push(item);
        return item;
      },
    ],
    [
      "lovelace/resources/update",
      (message) => {
        const item = resources.find((one) => one["id"] === message["resource_id"]);
        if (item === undefined) throw new Refusal("not_found", "Unable to find resource_id");
        if (message["url"] !== undefined) item["url"] = message["url"];
        return item;
      },
    ],
    ["lovelace/resources/delete", (message) => remove(resources, "resource_id", message["resource_id"])],
    ["lovelace/dashboards/list", () => dashboards],
    [
      "lovelace/dashboards/create",
      (message) => {
        const { id: _id, type: _type, ...rest } = message;
        const item = { id: String(rest["url_path"]).replaceAll("-", "_"), mode: "storage", ...rest };
        dashboards.push(item);
        return item;
      },
    ],
    ["lovelace/dashboards/delete", (message) => remove(dashboards, "dashboard_id", message["dashboard_id"])],
    [
      "lovelace/config",
      (message) => {
        const found = configs[text(message["url_path"]) ?? "lovelace"];
        if (found === undefined) throw new Refusal("config_not_found", "No config found.");
        return found;
      },
    ],
    [
      "lovelace/config/save",
      (message) => {
        configs[text(message["url_path"]) ?? "lovelace"] = message["config"];
      },
    ],
    [
      "render_template",
      (message, session) => {
        const id = number(message["id"]) ?? 0;
        const source = text(message["template"]) ?? "";
        const render = (): unknown => {
          const scope = globals(core, () => undefined);
          for (const [name, value] of Object.entries(record(message["variables"]))) scope.set(name, value);
          try {
            return {
              result: parseTemplate(source).value(scope),
              listeners: { all: false, domains: [], entities: [], time: false },
            };
          } catch (error) {
            return { error: error instanceof Error ? error.message : show(error), level: "ERROR" };
          }
        };
        const first = render();
        session.subscribed(id, () => undefined);
        queueMicrotask(() => queueMicrotask(() => session.event(id, first)));
      },
    ],
    [
      "config/entity_registry/get_entries",
      (message) =>
        Object.fromEntries(
          texts(message["entity_ids"]).map((id) => {
            const entry = core.registries.entity(id);
            return [id, entry === undefined ? null : { ...entry, aliases: [null] }];
          }),
        ),
    ],
    [
      "config/auth/list",
      () => [
        {
          id: core.userId,
          username: "demo",
          name: "Demo",
          is_owner: true,
          is_active: true,
          system_generated: false,
          group_ids: ["system-admin"],
        },
      ],
    ],
  ]);
}

/** `POST /api/template`. */
export function templateRoute(core: Core): Route {
  return ({ method, path, json }) => {
    if (path !== "/api/template" || method !== "POST") return undefined;
    if (!isRecord(json)) return { status: 400, body: { message: "Invalid JSON specified." } };
    const scope = globals(core, () => undefined);
    for (const [name, value] of Object.entries(record(json["variables"]))) scope.set(name, value);
    try {
      return { status: 200, body: parseTemplate(text(json["template"]) ?? "").text(scope) };
    } catch (error) {
      return {
        status: 400,
        body: { message: `Error rendering template: ${error instanceof Error ? error.message : "unknown"}` },
      };
    }
  };
}

/** What the Energy dashboard would complain of about device consumption. */
function validateEnergy(core: Core, prefs: Json): Json {
  const issuesOf = (id: string): Json[] => {
    const state = core.states.get(id);
    const affected = [[id, null]];
    const issue = (type: string): Json => ({ type, affected_entities: affected, translation_placeholders: null });
    if (state === undefined) return [issue("entity_not_defined")];
    const issues: Json[] = [];
    if (nativeResult(state.state) !== undefined && number(state.state) === undefined)
      issues.push(issue(state.state === "unavailable" ? "entity_unavailable" : "entity_state_non_numeric"));
    if (state.attributes["device_class"] !== "energy") issues.push(issue("entity_unexpected_device_class"));
    if (!["Wh", "kWh", "MWh"].some((unit) => unit === state.attributes["unit_of_measurement"]))
      issues.push(issue("entity_unexpected_unit_energy"));
    if (!["total", "total_increasing"].some((name) => name === state.attributes["state_class"]))
      issues.push(issue("entity_unexpected_state_class"));
    return issues;
  };
  return {
    energy_sources: readList(prefs["energy_sources"]).map(() => []),
    device_consumption: readList(prefs["device_consumption"]).map((item) => issuesOf(String(item["stat_consumption"]))),
    device_consumption_water: [],
  };
}
