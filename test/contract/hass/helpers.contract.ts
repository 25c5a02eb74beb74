/** What controls promise: helpers and the native controls in front of them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HassMemory, HelperEvent } from "../../../bridge/hass/doors.ts";
import type { HelperSpec } from "../../../shared/entities.ts";
import {
  bridgeOn,
  eventually,
  fakeMemory,
  registryEntry,
  testDevice,
  type BridgeOptions,
  type House,
  type TestBridge,
} from "./house.ts";

const OWNER = { id: "garage", name: "Garage wallbox" };
const LIMIT: HelperSpec = {
  key: "limit",
  suffix: "current_limit",
  domain: "input_number",
  name: "Current Limit",
  unit: "A",
  min: 0,
  max: 32,
  step: 1,
  initial: 16,
};
const MODE: HelperSpec = {
  key: "mode",
  domain: "input_select",
  name: "Mode",
  options: ["Standard", "Eco"],
  initial: "Eco",
};
const ENABLED: HelperSpec = {
  key: "enabled",
  suffix: "charging",
  domain: "input_boolean",
  name: "Charging",
  initial: true,
};
const PAUSE: HelperSpec = { key: "pause", domain: "input_button", name: "Pause" };
const START: HelperSpec = { key: "start", domain: "input_button", name: "Start" };
const NAME: HelperSpec = {
  key: "device_name",
  domain: "input_text",
  name: "Device Name",
  maxLength: 11,
  initial: "ACP#1",
};
const SPECS = [LIMIT, MODE, ENABLED, PAUSE, START, NAME];
const ID = {
  limit: "input_number.garage_wallbox_current_limit",
  mode: "input_select.garage_wallbox_mode",
  enabled: "input_boolean.garage_wallbox_charging",
  pause: "input_button.garage_wallbox_pause",
  start: "input_button.garage_wallbox_start",
  device_name: "input_text.garage_wallbox_device_name",
};

export function helpersContract(word: string, open: () => Promise<House>): void {
  describe(`controls in the ${word} Home Assistant`, { timeout: 120_000 }, () => {
    let house: House;
    let bridge: TestBridge | undefined;
    let memory: HassMemory;
    let events: HelperEvent[];
    beforeAll(async () => {
      house = await open();
    }, 120_000);
    afterAll(async () => house?.stop());
    afterEach(async () => {
      await bridge?.retire("garage").catch(() => undefined);
      await bridge?.close();
      bridge = undefined;
    });
    const start = (options: BridgeOptions = {}, specs: readonly HelperSpec[] = SPECS): TestBridge => {
      memory = options.memory ?? fakeMemory();
      events = [];
      const mine = events;
      bridge = bridgeOn(house, { ...options, memory });
      bridge.helpers.onEvent((event) => mine.push(event));
      bridge.controls(OWNER, specs);
      return bridge;
    };
    const ready = async (one: TestBridge, count = SPECS.length): Promise<void> => {
      await eventually(() => Object.keys(one.helpers.entitiesOf("garage")).length === count);
      await shows(ID.enabled, "on");
    };
    const shows = (id: string, state: string): Promise<void> =>
      eventually(
        async () => (await house.state(id))?.state === state,
        20_000,
        () => `${id} is not ${state}`,
      );
    const set = (value: number, id = ID.limit): Promise<void> =>
      house.call("input_number", "set_value", { entity_id: id, value });

    it("makes each helper once with its public id, label and first value", async () => {
      const one = start();
      await ready(one);
      expect(one.helpers.entitiesOf("garage")).toEqual(ID);
      await shows(ID.limit, "16.0");
      await shows(ID.mode, "Eco");
      await shows(ID.device_name, "ACP#1");
      expect(await registryEntry(house, ID.limit)).toMatchObject({ labels: ["evse_bridge"], platform: "input_number" });
      expect(events).toEqual([]);
    });

    it("delivers what the user turns and presses, and never its own echo", async () => {
      const one = start();
      await ready(one);
      await shows(ID.limit, "16.0");
      await set(10);
      await house.call("input_button", "press", { entity_id: ID.pause });
      await eventually(() => events.length === 2);
      expect(events).toMatchObject([
        { owner: "garage", key: "limit", value: 10, userId: expect.any(String) },
        { owner: "garage", key: "pause", value: undefined },
      ]);
      one.helpers.reflect("garage", "limit", 12);
      one.helpers.reflect("garage", "mode", "Standard");
      one.helpers.reflect("garage", "enabled", false);
      await shows(ID.limit, "12.0");
      await shows(ID.mode, "Standard");
      await shows(ID.enabled, "off");
      await set(12);
      await set(13);
      await eventually(() => events.length === 3);
      expect(events[2]).toMatchObject({ key: "limit", value: 13 });
    });

    it("puts a refused value back without an event", async () => {
      const one = start();
      await ready(one);
      await shows(ID.limit, "16.0");
      one.helpers.onEvent((event) => {
        if (event.key === "limit") one.helpers.reflect("garage", "limit", 16);
      });
      await set(3);
      await shows(ID.limit, "16.0");
      await eventually(() => events.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(events).toHaveLength(1);
    });

    it("applies what was set while the bridge was away, and not what was pressed", async () => {
      const first = start();
      const kept = memory;
      await ready(first);
      await shows(ID.limit, "16.0");
      await first.close();
      await set(20);
      await house.call("input_button", "press", { entity_id: ID.start });
      const again = start({ memory: kept });
      await ready(again);
      await eventually(() => events.length > 0);
      expect(events).toMatchObject([{ key: "limit", value: 20 }]);
      again.helpers.reflect("garage", "limit", 20);
      await house.call("input_button", "press", { entity_id: ID.start });
      await eventually(() => events.length === 2);
      expect(events[1]).toMatchObject({ key: "start" });
    });

    it("makes none twice over restarts of the bridge and of Home Assistant", async () => {
      const first = start();
      const kept = memory;
      await ready(first);
      await first.close();
      const again = start({ memory: kept });
      await ready(again);
      await house.restart();
      await eventually(() => again.link.up);
      await shows(ID.enabled, "on");
      const all: any[] = await house.ask({ type: "config/entity_registry/list" });
      const ours = all.filter((entry) => entry.labels.includes("evse_bridge")).map((entry) => entry.entity_id);
      expect(ours.sort()).toEqual(Object.values(ID).sort());
      await set(9);
      await eventually(() => events.some((event) => event.value === 9));
      expect(events.filter((event) => event.key === "start" || event.key === "pause")).toEqual([]);
    });

    it("finds its helpers by their label when the memory was lost, and takes over what they show", async () => {
      const first = start();
      await ready(first);
      await set(22);
      await eventually(() => events.length === 1);
      await first.close();
      const again = start();
      await ready(again);
      expect(again.helpers.entitiesOf("garage")).toEqual(ID);
      await eventually(() => events.some((event) => event.key === "limit" && event.value === 22));
      await shows(ID.limit, "22.0");
    });

    it("follows a rename, leaves a deleted one deleted, and brings it back when asked", async () => {
      const first = start();
      const kept = memory;
      await ready(first);
      await house.ask({
        type: "config/entity_registry/update",
        entity_id: ID.limit,
        new_entity_id: "input_number.my_limit",
      });
      await house.ask({ type: "input_button/delete", input_button_id: "garage_wallbox_pause" });
      const shape = { ...ID, limit: "input_number.my_limit" } as Record<string, string>;
      delete shape["pause"];
      await eventually(() => JSON.stringify(first.helpers.entitiesOf("garage")) === JSON.stringify(shape));
      await set(8, "input_number.my_limit");
      await eventually(() => events.some((event) => event.value === 8));
      await first.close();
      const again = start({ memory: kept });
      await ready(again, SPECS.length - 1);
      expect(again.helpers.entitiesOf("garage")).toEqual(shape);
      again.helpers.recreate();
      await eventually(() => again.helpers.entitiesOf("garage")["pause"] === ID.pause);
    });

    it("takes new limits and options without an event, and keeps the name the user gave", async () => {
      const one = start();
      await ready(one);
      await set(32);
      await eventually(() => events.length === 1);
      const { name: _name, ...form } = ((await house.ask({ type: "input_number/list" })) as any[]).find(
        (item) => item.id === "garage_wallbox_current_limit",
      );
      const { id: _id, ...rest } = form;
      await house.ask({
        type: "input_number/update",
        input_number_id: "garage_wallbox_current_limit",
        ...rest,
        name: "My limit",
      });
      one.controls(OWNER, [
        { ...LIMIT, max: 16 },
        { ...MODE, options: ["Standard", "Eco", "Solar"] },
        ENABLED,
        PAUSE,
        START,
        NAME,
      ]);
      await eventually(async () => (await house.state(ID.limit))?.attributes["max"] === 16);
      await eventually(async () => (await house.state(ID.mode))?.attributes["options"].length === 3);
      await shows(ID.limit, "16.0");
      expect((await house.state(ID.limit))?.attributes["friendly_name"]).toBe("My limit");
      expect(events).toHaveLength(1);
    });

    it("puts helpers into the area of the device", async () => {
      const one = start();
      one.publish([testDevice({ power: 1 })]);
      await ready(one);
      await eventually(() => one.publisher.entitiesOf("garage")["power"] !== undefined);
      const { area_id: area } = await house.ask({
        type: "config/area_registry/create",
        name: `Carport ${Math.random()}`,
      });
      const { device_id: device } = await registryEntry(house, "sensor.garage_wallbox_power");
      await house.ask({ type: "config/device_registry/update", device_id: device, area_id: area });
      await eventually(async () => (await registryEntry(house, ID.limit)).area_id === area);
    });

    it("shows native controls on the device page that turn the helpers, and takes them away", async () => {
      const one = start({ nativeControls: true });
      one.publish([testDevice({ power: 1 })]);
      await ready(one);
      await shows("switch.garage_wallbox_charging", "on");
      await eventually(async () => (await house.state("button.garage_wallbox_start_charging")) !== undefined);
      const { device_id: device } = await registryEntry(house, "sensor.garage_wallbox_power");
      for (const id of [
        "switch.garage_wallbox_charging",
        "number.garage_wallbox_current_limit",
        "select.garage_wallbox_mode",
      ])
        expect(await registryEntry(house, id)).toMatchObject({
          platform: "template",
          device_id: device,
          labels: ["evse_bridge"],
        });
      await house.call("number", "set_value", { entity_id: "number.garage_wallbox_current_limit", value: 7 });
      await house.call("select", "select_option", { entity_id: "select.garage_wallbox_mode", option: "Standard" });
      await house.call("switch", "turn_off", { entity_id: "switch.garage_wallbox_charging" });
      await house.call("button", "press", { entity_id: "button.garage_wallbox_start_charging" });
      await eventually(
        () => events.length === 4,
        20_000,
        () => events,
      );
      expect(Object.fromEntries(events.map(({ key, value }) => [key, value]))).toEqual({
        limit: 7,
        mode: "Standard",
        enabled: false,
        start: undefined,
      });
      await shows("switch.garage_wallbox_charging", "off");
      await shows("select.garage_wallbox_mode", "Standard");
      await house.ask({
        type: "config/entity_registry/update",
        entity_id: ID.limit,
        new_entity_id: "input_number.my_limit",
      });
      await eventually(async () => {
        await house.call("number", "set_value", { entity_id: "number.garage_wallbox_current_limit", value: 8 });
        return events.some((event) => event.value === 8);
      });
      expect(one.notes).toEqual([]);
      await one.retire("garage");
      await eventually(async () => (await house.state("switch.garage_wallbox_charging")) === undefined);
      const all: any[] = await house.ask({ type: "config/entity_registry/list" });
      expect(all.filter((entry) => entry.entity_id.includes("garage_wallbox"))).toEqual([]);
    });
  });
}
