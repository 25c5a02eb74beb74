/** Facts of Home Assistant's protocol that bridge and card stand on. Run against the small Home Assistant and against the real one, so the small one cannot drift. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND_EVENT, REPLY_EVENT, SERVICE_SCRIPTS, scriptConfig } from "../../../bridge/hass/service-scripts.ts";
import { wire, type Wire } from "./wire.ts";

export interface Subject {
  readonly url: string;
  readonly token: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const REGISTRATION = {
  device_id: "garage",
  app_id: "evse_bridge",
  app_name: "EVSE Bridge",
  app_version: "1.0.0",
  device_name: "Garage wallbox",
  manufacturer: "Maker",
  model: "Box",
  os_name: "firmware",
  os_version: "1.0",
  supports_encryption: false,
  app_data: {},
};
const POWER = {
  type: "sensor",
  unique_id: "power",
  name: "Power",
  state: 0,
  device_class: "power",
  unit_of_measurement: "W",
  state_class: "measurement",
  icon: "mdi:flash",
  attributes: { evse_id: "garage" },
};

export function homeAssistantContract(name: string, start: () => Promise<Subject>): void {
  describe(`Home Assistant's protocol: ${name}`, () => {
    let subject: Subject;
    let socket: Wire;
    beforeAll(async () => {
      subject = await start();
      socket = await wire(subject);
    }, 120_000);
    afterAll(async () => {
      socket.close();
      await subject.stop();
    });

    const http = async (method: string, path: string, body?: unknown, token = subject.token) => {
      const answer = await fetch(subject.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      let json: any;
      try {
        json = JSON.parse(text);
      } catch {
        json = undefined;
      }
      return { status: answer.status, text, json };
    };
    const hook = (id: string, type: string, data: unknown) => http("POST", `/api/webhook/${id}`, { type, data });
    const registryEntry = async (find: (entry: any) => boolean): Promise<any> =>
      (await socket.ask<any[]>({ type: "config/entity_registry/list" })).find(find);
    const call = (domain: string, service: string, data: object, target?: string): Promise<any> =>
      socket.ask({
        type: "call_service",
        domain,
        service,
        service_data: data,
        ...(target === undefined ? {} : { target: { entity_id: target } }),
      });
    const register = async (over: object = {}): Promise<string> =>
      (await http("POST", "/api/mobile_app/registrations", { ...REGISTRATION, ...over })).json.webhook_id;

    it("refuses a wrong token with auth_invalid on the socket and 401 on HTTP", async () => {
      await expect(wire({ ...subject, token: "wrong" })).rejects.toThrow("auth_invalid");
      expect((await http("GET", "/api/config", undefined, "wrong")).status).toBe(401);
    });

    it("tells its state, version and an admin user", async () => {
      const config = await socket.ask({ type: "get_config" });
      expect(config).toMatchObject({ state: "RUNNING", version: expect.stringMatching(/^\d{4}\.\d+/) });
      expect(config.components).toContain("mobile_app");
      expect((await http("GET", "/api/config")).json).toMatchObject({ state: "RUNNING" });
      expect(await socket.ask({ type: "auth/current_user" })).toMatchObject({ is_admin: true });
    });

    it("answers an unknown command with unknown_command and lower message ids with id_reuse", async () => {
      await expect(socket.ask({ type: "set_state" })).rejects.toMatchObject({ code: "unknown_command" });
      await expect(socket.askAs(1, { type: "get_states" })).rejects.toMatchObject({ code: "id_reuse" });
    });

    it("makes helpers whose id is the slug of the name, `_2` when taken, with a registry entry", async () => {
      const form = { type: "input_number/create", name: "Büro Łimit", min: 0, max: 32, step: 1, mode: "slider" };
      expect(await socket.ask({ ...form, unit_of_measurement: "A" })).toMatchObject({ id: "buro_limit", max: 32 });
      expect(await socket.ask(form)).toMatchObject({ id: "buro_limit_2" });
      expect(await registryEntry((entry) => entry.entity_id === "input_number.buro_limit")).toMatchObject({
        platform: "input_number",
        unique_id: "buro_limit",
        device_id: null,
        labels: [],
        original_name: "Büro Łimit",
      });
      const list = await socket.ask<any[]>({ type: "input_number/list" });
      expect(list.map((item) => item.id)).toEqual(expect.arrayContaining(["buro_limit", "buro_limit_2"]));
      await socket.ask({ type: "input_number/delete", input_number_id: "buro_limit_2" });
      expect(await registryEntry((entry) => entry.entity_id === "input_number.buro_limit_2")).toBeUndefined();
      await expect(socket.ask({ type: "input_number/delete", input_number_id: "buro_limit_2" })).rejects.toMatchObject({
        code: "not_found",
      });
      await expect(socket.ask({ ...form, min: 40 })).rejects.toMatchObject({ code: "invalid_format" });
      await expect(socket.ask({ ...form, nonsense: 1 })).rejects.toMatchObject({ code: "invalid_format" });
    });

    it("sends compressed states of just the entities asked for: added, changed, removed", async () => {
      await socket.ask({ type: "input_number/create", name: "Watched", min: 0, max: 32, step: 1, mode: "slider" });
      await socket.ask({ type: "input_boolean/create", name: "Not watched" });
      const events = await socket.subscribe({ type: "subscribe_entities", entity_ids: ["input_number.watched"] });
      const first = await events.next((event) => event.a !== undefined);
      expect(Object.keys(first.a)).toEqual(["input_number.watched"]);
      expect(first.a["input_number.watched"]).toMatchObject({
        s: "0.0",
        a: { min: 0, max: 32, step: 1, friendly_name: "Watched" },
        lc: expect.any(Number),
      });
      await call("input_boolean", "turn_on", {}, "input_boolean.not_watched");
      await call("input_number", "set_value", { value: 7 }, "input_number.watched");
      const change = await events.next((event) => event.c !== undefined);
      const user = (await socket.ask({ type: "auth/current_user" })).id;
      expect(change.c["input_number.watched"]).toMatchObject({
        "+": { s: "7.0", lc: expect.any(Number), c: { user_id: user } },
      });
      await socket.ask({
        type: "input_number/update",
        input_number_id: "watched",
        name: "Watched",
        min: 0,
        max: 16,
        step: 1,
        mode: "slider",
        icon: "mdi:flash",
      });
      const more = await events.next((event) => event.c !== undefined);
      expect(more.c["input_number.watched"]["+"]).toMatchObject({ lu: expect.any(Number), a: { max: 16 } });
      expect(more.c["input_number.watched"]["+"].s).toBeUndefined();
      await socket.ask({
        type: "input_number/update",
        input_number_id: "watched",
        name: "Watched",
        min: 0,
        max: 16,
        step: 1,
        mode: "slider",
      });
      const less = await events.next((event) => event.c !== undefined);
      expect(less.c["input_number.watched"]["-"]).toEqual({ a: ["icon"] });
      await socket.ask({
        type: "config/entity_registry/update",
        entity_id: "input_number.watched",
        new_entity_id: "input_number.renamed",
      });
      expect((await events.next((event) => event.r !== undefined)).r).toEqual(["input_number.watched"]);
      expect((await registryEntry((entry) => entry.entity_id === "input_number.renamed")).unique_id).toBe("watched");
      await events.end();
    });

    it("refuses a value out of range, a word for a number, an unknown option and an unknown service", async () => {
      await socket.ask({ type: "input_number/create", name: "Ranged", min: 0, max: 32, step: 1, mode: "slider" });
      await socket.ask({ type: "input_select/create", name: "Mode", options: ["Standard", "Eco"] });
      const entity = "input_number.ranged";
      await expect(call("input_number", "set_value", { value: 99 }, entity)).rejects.toMatchObject({
        code: "invalid_format",
        message: expect.stringContaining("99.0 (range 0.0 - 32.0)"),
      });
      await expect(call("input_number", "set_value", { value: "x" }, entity)).rejects.toMatchObject({
        code: "invalid_format",
      });
      await expect(call("input_select", "select_option", { option: "Z" }, "input_select.mode")).rejects.toMatchObject({
        code: "service_validation_error",
      });
      await expect(call("input_number", "nope", {}, entity)).rejects.toMatchObject({ code: "not_found" });
      expect(await call("input_number", "set_value", { value: 5 }, "input_number.none")).toHaveProperty("context.id");
    });

    it("tells who pressed a button, in an event of the state machine", async () => {
      await socket.ask({ type: "input_button/create", name: "Garage Start", icon: "mdi:play" });
      const events = await socket.subscribe({ type: "subscribe_events", event_type: "state_changed" });
      await call("input_button", "press", {}, "input_button.garage_start");
      const event = await events.next((one) => one.data?.entity_id === "input_button.garage_start");
      expect(event.data.old_state.state).toBe("unknown");
      expect(Date.parse(event.data.new_state.state)).toBeGreaterThan(0);
      expect(event.context.user_id).toBe((await socket.ask({ type: "auth/current_user" })).id);
      await events.end();
    });

    it("makes a device of a registration and registry entities of its sensors", async () => {
      const answer = await http("POST", "/api/mobile_app/registrations", REGISTRATION);
      expect(answer.status).toBe(201);
      const id = answer.json.webhook_id;
      expect(await hook(id, "register_sensor", POWER)).toMatchObject({ status: 201, json: { success: true } });
      await hook(id, "register_sensor", {
        type: "binary_sensor",
        unique_id: "car",
        name: "Car",
        state: true,
        device_class: "plug",
      });
      await hook(id, "register_sensor", {
        ...POWER,
        unique_id: "hidden",
        name: "Hidden",
        disabled: true,
        entity_category: "diagnostic",
      });
      const entry = await registryEntry((one) => one.unique_id === `${id}_power`);
      expect(entry).toMatchObject({
        entity_id: "sensor.garage_wallbox_power",
        platform: "mobile_app",
        disabled_by: null,
      });
      const device = (await socket.ask<any[]>({ type: "config/device_registry/list" })).find(
        (one) => one.id === entry.device_id,
      );
      expect(device).toMatchObject({ name: "Garage wallbox", manufacturer: "Maker", model: "Box", sw_version: "1.0" });
      expect(device.identifiers).toEqual([["mobile_app", "garage"]]);
      expect(await registryEntry((one) => one.unique_id === `${id}_hidden`)).toMatchObject({
        disabled_by: "integration",
        entity_category: "diagnostic",
      });
      const state = (await http("GET", "/api/states/sensor.garage_wallbox_power")).json;
      expect(state).toMatchObject({
        state: "0",
        attributes: {
          state_class: "measurement",
          evse_id: "garage",
          unit_of_measurement: "W",
          device_class: "power",
          icon: "mdi:flash",
          friendly_name: "Garage wallbox Power",
        },
      });
      expect((await http("GET", "/api/states/binary_sensor.garage_wallbox_car")).json.state).toBe("on");
      const entries = await socket.ask<any[]>({ type: "config_entries/get", domain: "mobile_app" });
      expect(entries.find((one) => one.entry_id === entry.config_entry_id)).toMatchObject({
        domain: "mobile_app",
        title: "Garage wallbox",
      });
      expect(JSON.stringify(entries)).not.toContain(id);
    });

    it("answers updates per entity, and drops attributes of an unavailable one", async () => {
      const id = await register({ device_id: "updates", device_name: "Updates" });
      await hook(id, "register_sensor", POWER);
      await hook(id, "register_sensor", { ...POWER, unique_id: "hidden", name: "Hidden", disabled: true });
      const at = "/api/states/sensor.updates_power";
      const update = await hook(id, "update_sensor_states", [
        { type: "sensor", unique_id: "power", state: 12.5, icon: null, attributes: { a: 1 } },
        { type: "sensor", unique_id: "nothing", state: 1, icon: null, attributes: {} },
        { type: "sensor", unique_id: "hidden", state: 1, icon: null, attributes: {} },
      ]);
      expect(update.status).toBe(200);
      expect(update.json).toEqual({
        power: { success: true },
        nothing: { success: false, error: { code: "not_registered", message: "sensor nothing is not registered" } },
        hidden: { success: true, is_disabled: true },
      });
      expect((await http("GET", at)).json).toMatchObject({ state: "12.5", attributes: { a: 1 } });
      expect((await http("GET", at)).json.attributes.icon).toBeUndefined();
      await hook(id, "update_sensor_states", [
        { type: "sensor", unique_id: "power", state: "unavailable", icon: null, attributes: { a: 1 } },
      ]);
      const gone = (await http("GET", at)).json;
      expect(gone.state).toBe("unavailable");
      expect(gone.attributes.a).toBeUndefined();
      expect(gone.attributes).toMatchObject({ unit_of_measurement: "W", device_class: "power" });
      await hook(id, "update_sensor_states", [{ type: "sensor", unique_id: "power", state: null }]);
      expect((await http("GET", at)).json).toMatchObject({ state: "unknown", attributes: { icon: "mdi:cellphone" } });
    });

    it("tells no lie about refused payloads: 200 with nothing in it", async () => {
      const id = await register({ device_id: "refused", device_name: "Refused" });
      for (const bad of [
        { ...POWER, device_class: "nonsense" },
        { ...POWER, options: [] },
        { ...POWER, state_class: "nonsense" },
        { ...POWER, type: "switch" },
      ]) {
        const answer = await hook(id, "register_sensor", bad);
        expect([answer.status, answer.text]).toEqual([200, "{}"]);
      }
      const unknown = await hook("0".repeat(64), "register_sensor", POWER);
      expect([unknown.status, unknown.text]).toEqual([200, ""]);
      expect((await http("POST", "/api/mobile_app/registrations", { device_id: "x" })).status).toBe(400);
    });

    it("registers a sensor again as an update of it", async () => {
      const id = await register({ device_id: "again", device_name: "Again" });
      await hook(id, "register_sensor", POWER);
      expect((await hook(id, "register_sensor", { ...POWER, state: 3, unit_of_measurement: "kW" })).status).toBe(201);
      await socket.until(async () => (await http("GET", "/api/states/sensor.again_power")).json.state === "3");
      expect((await http("GET", "/api/states/sensor.again_power")).json.attributes.unit_of_measurement).toBe("kW");
    });

    it("replaces webhook and device of an app that registers again, and forgets one whose entry is deleted", async () => {
      const old = await register({ device_id: "twice", device_name: "Twice" });
      const id = await register({ device_id: "twice", device_name: "Twice" });
      await socket.until(async () => (await hook(old, "register_sensor", POWER)).text === "");
      expect((await hook(id, "register_sensor", POWER)).status).toBe(201);
      const entry = await registryEntry((one) => one.unique_id === `${id}_power`);
      const deleted = await http("DELETE", `/api/config/config_entries/entry/${entry.config_entry_id}`);
      expect(deleted).toMatchObject({ status: 200, json: { require_restart: false } });
      expect(await registryEntry((one) => one.unique_id === `${id}_power`)).toBeUndefined();
      await socket.until(async () => (await hook(id, "register_sensor", POWER)).text === "");
    });

    it("renames device and firmware with update_registration, entity ids stay", async () => {
      const id = await register({ device_id: "renamed", device_name: "Old name" });
      await hook(id, "register_sensor", POWER);
      const answer = await hook(id, "update_registration", {
        app_version: "2",
        device_name: "New name",
        manufacturer: "Maker",
        model: "Box 2",
        os_version: "1.1",
        app_data: {},
      });
      expect(answer).toMatchObject({ status: 200, json: { device_name: "New name", app_version: "2" } });
      const entry = await registryEntry((one) => one.unique_id === `${id}_power`);
      expect(entry.entity_id).toBe("sensor.old_name_power");
      const device = (await socket.ask<any[]>({ type: "config/device_registry/list" })).find(
        (one) => one.id === entry.device_id,
      );
      expect(device).toMatchObject({ name: "New name", model: "Box 2", sw_version: "1.1" });
      await socket.until(
        async () =>
          (await http("GET", "/api/states/sensor.old_name_power")).json.attributes.friendly_name === "New name Power",
      );
    });

    it("renames, labels, disables and removes entities through the registry, and says so in events", async () => {
      const id = await register({ device_id: "registry", device_name: "Registry" });
      await hook(id, "register_sensor", POWER);
      await hook(id, "register_sensor", { ...POWER, unique_id: "other", name: "Other" });
      const events = await socket.subscribe({ type: "subscribe_events", event_type: "entity_registry_updated" });
      // A label that does not exist is dropped without a word.
      await socket.ask({ type: "config/label_registry/create", name: "evse" });
      const update = (more: object, entityId = "sensor.registry_power"): Promise<any> =>
        socket.ask({ type: "config/entity_registry/update", entity_id: entityId, ...more });
      expect(
        (await update({ options_domain: "sensor", options: { display_precision: 1 }, labels: ["evse", "not_there"] }))
          .entity_entry,
      ).toMatchObject({ labels: ["evse"], options: { sensor: { display_precision: 1 } } });
      await expect(update({ new_entity_id: "sensor.registry_other" })).rejects.toMatchObject({ code: "invalid_info" });
      await expect(update({ labels: [] }, "sensor.not_there")).rejects.toMatchObject({ code: "not_found" });
      await update({ new_entity_id: "sensor.mine" });
      expect(await events.next((event) => event.data.old_entity_id === "sensor.registry_power")).toMatchObject({
        data: { action: "update", entity_id: "sensor.mine" },
      });
      await hook(id, "update_sensor_states", [
        { type: "sensor", unique_id: "power", state: 9, icon: null, attributes: {} },
      ]);
      expect((await http("GET", "/api/states/sensor.mine")).json.state).toBe("9");
      await update({ disabled_by: "user" }, "sensor.mine");
      await socket.until(async () => (await http("GET", "/api/states/sensor.mine")).status === 404);
      await socket.ask({ type: "config/entity_registry/remove", entity_id: "sensor.mine" });
      const answer = await hook(id, "update_sensor_states", [{ type: "sensor", unique_id: "power", state: 9 }]);
      expect(answer.json.power).toMatchObject({ success: false, error: { code: "not_registered" } });
      expect(
        await socket.ask({
          type: "config/entity_registry/get_entries",
          entity_ids: ["sensor.mine", "sensor.registry_other"],
        }),
      ).toMatchObject({
        "sensor.mine": null,
        "sensor.registry_other": { entity_id: "sensor.registry_other" },
      });
      await events.end();
    });

    it("makes labels and areas once", async () => {
      expect(await socket.ask({ type: "config/label_registry/create", name: "evse_test" })).toMatchObject({
        label_id: "evse_test",
      });
      await expect(socket.ask({ type: "config/label_registry/create", name: "evse_test" })).rejects.toMatchObject({
        code: "invalid_info",
      });
      expect(await socket.ask({ type: "config/area_registry/create", name: "Carport" })).toMatchObject({
        area_id: "carport",
      });
    });

    it("takes states by REST, 201 new and 200 known, and tells bad ones apart", async () => {
      const path = "/api/states/sensor.posted";
      expect((await http("POST", path, { state: "5", attributes: { unit_of_measurement: "W" } })).status).toBe(201);
      const first = await http("POST", path, { state: 6, attributes: { unit_of_measurement: "W" } });
      expect(first).toMatchObject({ status: 200, json: { state: "6", entity_id: "sensor.posted" } });
      const again = await http("POST", path, { state: 6, attributes: { unit_of_measurement: "W" } });
      expect(again.json.last_updated).toBe(first.json.last_updated);
      expect((await http("POST", path, { attributes: {} })).status).toBe(400);
      expect((await http("POST", "/api/states/posted", { state: 1 })).status).toBe(400);
      expect((await http("GET", "/api/states/sensor.not_there")).status).toBe(404);
      expect((await http("DELETE", path)).status).toBe(200);
      expect((await http("GET", path)).status).toBe(404);
    });

    it("tells by a template when an unchanged sensor last reported", async () => {
      await http("POST", "/api/states/sensor.alive", { state: 1, attributes: {} });
      const ask = async (): Promise<string> =>
        (
          await http("POST", "/api/template", {
            template: "{{ states.sensor.alive.last_reported }}|{{ states('sensor.none') }}",
          })
        ).text;
      const first = await ask();
      expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00\|unknown$/);
      await socket.until(async () => {
        await http("POST", "/api/states/sensor.alive", { state: 1, attributes: {} });
        return (await ask()) > first;
      });
      const events = await socket.subscribe({
        type: "render_template",
        template: `{% set ns = namespace(out={}) %}
{%- for id in ids %}{% set s = states[id] %}
{%- if s and s.state not in ['unavailable', 'unknown'] %}{% set ns.out = dict(ns.out, **{id: (utcnow() - s.last_reported).total_seconds()}) %}{% endif %}
{%- endfor %}{{ ns.out | to_json }}`,
        variables: { ids: ["sensor.alive", "sensor.none"] },
        report_errors: true,
      });
      const { result } = await events.next((event) => event.result !== undefined);
      const ages = typeof result === "string" ? JSON.parse(result) : result;
      expect(Object.keys(ages)).toEqual(["sensor.alive"]);
      expect(ages["sensor.alive"]).toBeGreaterThanOrEqual(0);
      await events.end();
    });

    it("hands events on, to subscribers of their type only", async () => {
      const events = await socket.subscribe({ type: "subscribe_events", event_type: "evse_test_event" });
      await socket.ask({ type: "fire_event", event_type: "other_event", event_data: { a: 0 } });
      await socket.ask({ type: "fire_event", event_type: "evse_test_event", event_data: { a: 1 } });
      const event = await events.next(() => true);
      expect(event).toMatchObject({ event_type: "evse_test_event", data: { a: 1 }, origin: "LOCAL" });
      await events.end();
    });

    it("answers a script service with what the bridge replies in an event", async () => {
      const script = SERVICE_SCRIPTS.find((one) => one.service === "evse_set_max_current") ?? SERVICE_SCRIPTS[0];
      expect(script).toBeDefined();
      const id = "evse_contract";
      expect((await http("GET", `/api/config/script/config/${id}`)).status).toBe(404);
      expect(await http("POST", `/api/config/script/config/${id}`, scriptConfig(script!, undefined))).toMatchObject({
        status: 200,
        json: { result: "ok" },
      });
      expect((await http("GET", `/api/config/script/config/${id}`)).json).toMatchObject({ alias: expect.any(String) });
      const commands = await socket.subscribe({ type: "subscribe_events", event_type: COMMAND_EVENT });
      const [field = "charger"] = Object.keys(script!.fields);
      const answered = socket.ask({
        type: "call_service",
        domain: "script",
        service: id,
        service_data: { [field]: "garage" },
        return_response: true,
      });
      const { data } = await commands.next(() => true);
      expect(data).toMatchObject({ service: script!.service, instance: "", fields: { [field]: "garage" } });
      expect(Object.keys(data.fields)).toEqual([field]);
      await socket.ask({
        type: "fire_event",
        event_type: REPLY_EVENT,
        event_data: { request: "another", answer: { ok: false } },
      });
      await socket.ask({
        type: "fire_event",
        event_type: REPLY_EVENT,
        event_data: { request: data.request, answer: { ok: true, list: [1, "two"] } },
      });
      expect((await answered).response).toEqual({ ok: true, list: [1, "two"] });
      expect((await http("DELETE", `/api/config/script/config/${id}`)).status).toBe(200);
      await commands.end();
    });

    it("makes template controls on a device by config flow, working both ways", async () => {
      const id = await register({ device_id: "native", device_name: "Native box" });
      await hook(id, "register_sensor", POWER);
      const { device_id } = await registryEntry((one) => one.unique_id === `${id}_power`);
      await socket.ask({ type: "input_number/create", name: "Native limit", min: 0, max: 32, step: 1, mode: "slider" });
      await socket.ask({ type: "input_select/create", name: "Native mode", options: ["Standard", "Eco"] });
      await socket.ask({ type: "input_boolean/create", name: "Native charging" });
      await socket.ask({ type: "input_button/create", name: "Native start" });
      const make = async (kind: string, form: object): Promise<any> => {
        const menu = (await http("POST", "/api/config/config_entries/flow", { handler: "template" })).json;
        expect(menu.type).toBe("menu");
        const flow = `/api/config/config_entries/flow/${menu.flow_id}`;
        expect((await http("POST", flow, { next_step_id: kind })).json).toMatchObject({ type: "form", step_id: kind });
        const made = await http("POST", flow, { ...form, device_id });
        expect(made.json).toMatchObject({ type: "create_entry" });
        return registryEntry((one) => one.platform === "template" && one.unique_id === made.json.result.entry_id);
      };
      const number = await make("number", {
        name: "Limit",
        state: "{{ states('input_number.native_limit') }}",
        min: 0,
        max: 32,
        step: 1,
        unit_of_measurement: "A",
        set_value: [
          {
            action: "input_number.set_value",
            target: { entity_id: "input_number.native_limit" },
            data: { value: "{{ value }}" },
          },
        ],
      });
      const select = await make("select", {
        name: "Mode",
        state: "{{ states('input_select.native_mode') }}",
        options: "{{ state_attr('input_select.native_mode', 'options') }}",
        select_option: [
          {
            action: "input_select.select_option",
            target: { entity_id: "input_select.native_mode" },
            data: { option: "{{ option }}" },
          },
        ],
      });
      const toggle = await make("switch", {
        name: "Charging",
        value_template: "{{ is_state('input_boolean.native_charging', 'on') }}",
        turn_on: [{ action: "input_boolean.turn_on", target: { entity_id: "input_boolean.native_charging" } }],
        turn_off: [{ action: "input_boolean.turn_off", target: { entity_id: "input_boolean.native_charging" } }],
        additional_options: { availability: "{{ has_value('sensor.native_box_power') }}" },
      });
      const button = await make("button", {
        name: "Start",
        press: [{ action: "input_button.press", target: { entity_id: "input_button.native_start" } }],
      });
      for (const entry of [number, select, toggle, button]) expect(entry.device_id).toBe(device_id);
      const state = async (entityId: string): Promise<any> => (await http("GET", `/api/states/${entityId}`)).json;
      await socket.until(async () => Number((await state(number.entity_id)).state) === 0);
      expect((await state(number.entity_id)).attributes).toMatchObject({
        min: 0,
        max: 32,
        step: 1,
        unit_of_measurement: "A",
      });
      await call("number", "set_value", { value: 16 }, number.entity_id);
      await socket.until(async () => (await state("input_number.native_limit")).state === "16.0");
      await socket.until(async () => Number((await state(number.entity_id)).state) === 16);
      await call("input_select", "select_option", { option: "Eco" }, "input_select.native_mode");
      await socket.until(async () => (await state(select.entity_id)).state === "Eco");
      expect((await state(select.entity_id)).attributes.options).toEqual(["Standard", "Eco"]);
      await call("select", "select_option", { option: "Standard" }, select.entity_id);
      await socket.until(async () => (await state("input_select.native_mode")).state === "Standard");
      await call("switch", "turn_on", {}, toggle.entity_id);
      await socket.until(async () => (await state(toggle.entity_id)).state === "on");
      await call("button", "press", {}, button.entity_id);
      await socket.until(async () => (await state("input_button.native_start")).state !== "unknown");
      await hook(id, "update_sensor_states", [
        { type: "sensor", unique_id: "power", state: "unavailable", icon: null, attributes: {} },
      ]);
      await socket.until(async () => (await state(toggle.entity_id)).state === "unavailable");
    });

    it("replaces and dismisses a notification by its id", async () => {
      const shown = async (): Promise<any[]> =>
        (await socket.ask<any[]>({ type: "persistent_notification/get" })).filter(
          (one) => one.notification_id === "evse_test",
        );
      await call("persistent_notification", "create", { notification_id: "evse_test", title: "T", message: "one" });
      await call("persistent_notification", "create", { notification_id: "evse_test", title: "T", message: "two" });
      expect(await shown()).toMatchObject([{ message: "two", title: "T" }]);
      await call("persistent_notification", "dismiss", { notification_id: "evse_test" });
      expect(await shown()).toEqual([]);
    });

    it("has history in the short form, with times in seconds", async () => {
      await http("POST", "/api/states/sensor.history", { state: 1, attributes: {} });
      await http("POST", "/api/states/sensor.history", { state: 2, attributes: {} });
      const since = new Date(Date.now() - 60_000).toISOString();
      let rows: any[] = [];
      await socket.until(async () => {
        const answer = await socket.ask({
          type: "history/history_during_period",
          start_time: since,
          entity_ids: ["sensor.history"],
          minimal_response: true,
          no_attributes: true,
          significant_changes_only: false,
        });
        rows = answer["sensor.history"] ?? [];
        return rows.at(-1)?.s === "2";
      });
      expect(Math.abs(rows.at(-1).lu - Date.now() / 1000)).toBeLessThan(60);
    });

    it("finds nothing wrong with an energy register, and much with power", async () => {
      const id = await register({ device_id: "energy", device_name: "Energy" });
      await hook(id, "register_sensor", {
        ...POWER,
        unique_id: "total",
        name: "Total",
        device_class: "energy",
        unit_of_measurement: "kWh",
        state_class: "total_increasing",
        state: 12.5,
      });
      await hook(id, "register_sensor", POWER);
      await socket.ask({
        type: "energy/save_prefs",
        device_consumption: [{ stat_consumption: "sensor.energy_total" }, { stat_consumption: "sensor.energy_power" }],
      });
      const types = async (): Promise<string[][]> =>
        (await socket.ask({ type: "energy/validate" })).device_consumption.map((issues: any[]) =>
          // Statistics need five minutes to exist: not what is asked here.
          issues.map((issue) => issue.type).filter((type) => type !== "statistics_not_defined"),
        );
      await socket.until(async () => (await types())[0]?.length === 0);
      expect((await types())[1]).toContain("entity_unexpected_device_class");
      expect(await socket.ask({ type: "energy/get_prefs" })).toMatchObject({
        device_consumption: [{ stat_consumption: "sensor.energy_total" }, { stat_consumption: "sensor.energy_power" }],
      });
    });

    it("keeps registrations, helpers, values and renames over a restart; posted states are gone", async () => {
      const id = await register({ device_id: "kept", device_name: "Kept" });
      await hook(id, "register_sensor", { ...POWER, state: 7200 });
      await socket.ask({ type: "input_number/create", name: "Kept limit", min: 0, max: 32, step: 1, mode: "slider" });
      await call("input_number", "set_value", { value: 10 }, "input_number.kept_limit");
      await socket.ask({
        type: "config/entity_registry/update",
        entity_id: "sensor.kept_power",
        new_entity_id: "sensor.kept_renamed",
      });
      await http("POST", "/api/states/sensor.posted_before", { state: 1 });
      socket.close();
      await subject.restart();
      socket = await wire(subject);
      await socket.until(async () => (await http("GET", "/api/states/sensor.kept_renamed")).json?.state === "7200");
      expect((await http("GET", "/api/states/input_number.kept_limit")).json.state).toBe("10.0");
      expect((await http("GET", "/api/states/sensor.posted_before")).status).toBe(404);
      expect(
        (
          await hook(id, "update_sensor_states", [
            { type: "sensor", unique_id: "power", state: 5, icon: null, attributes: {} },
          ])
        ).json,
      ).toEqual({ power: { success: true } });
      expect((await http("GET", "/api/states/sensor.kept_renamed")).json.state).toBe("5");
    }, 120_000);
  });
}
