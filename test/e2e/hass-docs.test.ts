/** The automations of docs/home-assistant.md, run in a real Home Assistant as they stand there. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { HelperEvent } from "../../bridge/hass/doors.ts";
import { fireEvent } from "../../bridge/hass/services.ts";
import { CHARGER_ENTITIES, CHARGER_HELPERS, type DeviceState } from "../../shared/entities.ts";
import { bridgeOn, eventually, realHouse, type House, type TestBridge } from "../contract/hass/house.ts";
import { hassMissing } from "./hass.ts";

const text = readFileSync(new URL("../../docs/home-assistant.md", import.meta.url), "utf8");
const automations = [...text.matchAll(/```yaml automation\n([\s\S]*?)```/g)].map(
  ([, block]) => parse(block ?? "") as { id: string; alias: string },
);
const missing = hassMissing();
const suite = missing === undefined ? describe : describe.skip;

suite(`documented automations${missing === undefined ? "" : ` (${missing})`}`, { timeout: 60_000 }, () => {
  let house: House;
  let bridge: TestBridge;
  const events: HelperEvent[] = [];
  const calls: { service: string; fields: Readonly<Record<string, unknown>> }[] = [];
  let answer: Record<string, unknown> = { ok: true };
  const post = (id: string, state: string, attributes: Record<string, unknown> = {}): Promise<unknown> =>
    house.rest("POST", `/api/states/${id}`, { state, attributes });
  const device = (charging: boolean): DeviceState => ({
    id: "wallbox",
    name: "Wallbox",
    manufacturer: "Acme",
    model: "X1",
    firmware: "1",
    entities: [
      { spec: CHARGER_ENTITIES.charging, value: charging },
      { spec: CHARGER_ENTITIES.power, value: charging ? 7000 : 0 },
    ],
  });
  const run = (id: string): Promise<void> => {
    const alias = automations.find((one) => one.id === id)?.alias ?? "";
    const slug = alias
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_|_$/g, "");
    return house.call("automation", "trigger", { entity_id: `automation.${slug}`, skip_condition: false });
  };
  const titles = async (): Promise<string[]> =>
    ((await house.ask({ type: "persistent_notification/get" })) as { title: string }[]).map((one) => one.title);

  beforeAll(async () => {
    house = await realHouse();
    bridge = bridgeOn(house, {
      nativeControls: true,
      services: true,
      handler: (service, fields) => {
        calls.push({ service, fields });
        return Promise.resolve(answer);
      },
    });
    bridge.helpers.onEvent((event) => events.push(event));
    bridge.controls({ id: "wallbox", name: "Wallbox" }, [
      CHARGER_HELPERS.start,
      CHARGER_HELPERS.stop,
      { ...CHARGER_HELPERS.mode, options: ["Standard", "Eco", "Solar", "Off"], initial: "Solar" },
      { ...CHARGER_HELPERS.limit, max: 16, initial: 16 },
    ]);
    bridge.publish([device(false)]);
    await post("sensor.pv_power", "1000", { unit_of_measurement: "W" });
    await post("sensor.house_load", "500", { unit_of_measurement: "W" });
    await post("sensor.car_battery", "60", { unit_of_measurement: "%" });
    await eventually(async () => (await house.state("script.evse_ocpp_call")) !== undefined, 60_000);
    await eventually(async () => (await house.state("select.wallbox_mode"))?.state === "Solar", 60_000);
    await eventually(async () => (await house.state("button.wallbox_stop_charging")) !== undefined, 60_000);
    for (const automation of automations) {
      const { status, body } = await house.rest("POST", `/api/config/automation/config/${automation.id}`, automation);
      expect(`${automation.id} ${status} ${JSON.stringify(body)}`).toBe(`${automation.id} 200 {"result":"ok"}`);
    }
    await eventually(async () => {
      const { body } = await house.rest("GET", "/api/states");
      const on = (body as { entity_id: string; state: string }[]).filter(
        (state) => state.entity_id.startsWith("automation.") && state.state === "on",
      );
      return on.length === automations.length;
    }, 30_000);
  }, 240_000);
  afterAll(async () => {
    await bridge?.close();
    await house?.stop();
  });

  it("has the replaced systems' automations among them", () => {
    expect(automations.map((one) => one.id)).toEqual(
      expect.arrayContaining([
        "free_hours_start",
        "free_hours_end",
        "night_tariff_start",
        "night_tariff_end",
        "start_on_sun",
        "limit_by_house",
        "stop_at_80",
      ]),
    );
  });

  it("sets the mode by select and by input_select", async () => {
    await run("free_hours_start");
    await eventually(() => events.some((event) => event.key === "mode" && event.value === "Standard"));
    await run("night_tariff_end");
    await eventually(() => events.some((event) => event.key === "mode" && event.value === "Eco"));
  });

  it("sets the mode by service, for one and for all", async () => {
    await run("free_hours_end");
    await eventually(() => calls.length === 1);
    await run("night_tariff_start");
    await eventually(() => calls.length === 2);
    expect(calls).toEqual([
      { service: "set_charging_mode", fields: { charger: "wallbox", mode: "Solar" } },
      { service: "set_charging_mode", fields: { site: "Home", mode: "standard" } },
    ]);
  });

  it("starts on sun, but not when it charges already", async () => {
    await eventually(async () => (await house.state("binary_sensor.wallbox_charging"))?.state === "off");
    await post("sensor.pv_power", "6000", { unit_of_measurement: "W" });
    await eventually(() => events.some((event) => event.key === "start"));
    bridge.publish([device(true)]);
    await eventually(async () => (await house.state("binary_sensor.wallbox_charging"))?.state === "on");
    const before = events.length;
    await post("sensor.pv_power", "1000", { unit_of_measurement: "W" });
    await post("sensor.pv_power", "6000", { unit_of_measurement: "W" });
    await post("sensor.car_battery", "81", { unit_of_measurement: "%" });
    await eventually(() => events.some((event) => event.key === "stop"));
    expect(events.slice(before).map((event) => event.key)).toEqual(["stop"]);
  });

  it("limits by the house's load through a template", async () => {
    await post("sensor.house_load", "10000", { unit_of_measurement: "W" });
    await eventually(() => events.some((event) => event.key === "limit" && event.value === 10));
  });

  it("acts on a service's answer and on a session's end", async () => {
    answer = { ok: false, error: "No car." };
    await eventually(() => bridge.link.up);
    await fireEvent(bridge.link, "charge_please", {});
    await eventually(async () => (await titles()).includes("Not charging"));
    expect(calls.at(-1)).toEqual({ service: "start_charging", fields: { charger: "wallbox", max_current: 10 } });
    await fireEvent(bridge.link, "evse_bridge_session", { kind: "ended", energy_kwh: 7 });
    await eventually(async () => (await titles()).includes("Charged"));
  });
});
