/** What publishing promises, on the small Home Assistant and on a real one alike. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HassMemory } from "../../../bridge/hass/doors.ts";
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
import { startRelay } from "../../e2e/relay.ts";

export function publisherContract(word: string, open: () => Promise<House>): void {
  describe(`publishing to the ${word} Home Assistant`, { timeout: 120_000 }, () => {
    let house: House;
    let bridge: TestBridge | undefined;
    let memory: HassMemory;
    beforeAll(async () => {
      house = await open();
    }, 120_000);
    afterAll(async () => house?.stop());
    afterEach(async () => {
      for (const id of ["garage", "site"]) await bridge?.retire(id).catch(() => undefined);
      await bridge?.close();
      bridge = undefined;
    });
    const start = (options: BridgeOptions = {}): TestBridge => {
      memory = options.memory ?? fakeMemory();
      bridge = bridgeOn(house, { ...options, memory });
      return bridge;
    };
    const stateOf = async (id: string): Promise<string | undefined> => (await house.state(id))?.state;
    const shows = (id: string, state: string | undefined): Promise<void> =>
      eventually(
        async () => (await stateOf(id)) === state,
        20_000,
        () => `${id} is not ${state}`,
      );

    it("makes a device with registry entries under the public ids", async () => {
      const { publish } = start();
      publish([testDevice({ status: "charging", power: 7345.6, energy_total: 12.34567, online: true })]);
      await shows("sensor.garage_wallbox_power", "7346");
      expect(await stateOf("sensor.garage_wallbox_energy_total")).toBe("12.346");
      expect(await stateOf("binary_sensor.garage_wallbox_connected")).toBe("on");
      const status = await house.state("sensor.garage_wallbox_status");
      expect(status).toMatchObject({
        state: "charging",
        attributes: { evse: { schema: 1 }, evse_id: "garage", evse_role: "status", options: expect.any(Array) },
      });
      const power = await registryEntry(house, "sensor.garage_wallbox_power");
      expect(power).toMatchObject({ platform: "mobile_app" });
      const detail = await house.ask({ type: "config/entity_registry/get", entity_id: "sensor.garage_wallbox_power" });
      expect(detail.options.sensor.display_precision).toBe(0);
      expect(await registryEntry(house, "binary_sensor.garage_wallbox_connected")).toMatchObject({
        entity_category: "diagnostic",
      });
      const devices: any[] = await house.ask({ type: "config/device_registry/list" });
      expect(devices.find((device) => device.id === power.device_id)).toMatchObject({
        name: "Garage wallbox",
        manufacturer: "Acme",
        model: "X1",
        sw_version: "1.0",
      });
    });

    it("registers what is off by default as disabled, and hides the device tracker", async () => {
      const { publish, logged } = start();
      publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      const soc = await registryEntry(house, "sensor.garage_wallbox_state_of_charge");
      const renamed = await registryEntry(house, "sensor.garage_wallbox_soc");
      expect(renamed ?? soc).toMatchObject({ entity_id: "sensor.garage_wallbox_soc", disabled_by: "integration" });
      await eventually(async () => {
        const all: any[] = await house.ask({ type: "config/entity_registry/list" });
        return all
          .filter((entry) => entry.entity_id.startsWith("device_tracker."))
          .every((entry) => entry.disabled_by !== null);
      });
      expect(logged()).not.toContain(await webhookOf(memory));
    });

    it("writes unknown, unavailable and back", async () => {
      const { publish } = start();
      publish([testDevice({ power: 5 })]);
      await shows("sensor.garage_wallbox_power", "5");
      expect(await stateOf("sensor.garage_wallbox_energy_total")).toBe("unknown");
      const device = testDevice({ power: 5, status: "offline", online: false });
      publish([
        {
          ...device,
          entities: device.entities.map((one) => (one.spec.key === "power" ? { ...one, unavailable: true } : one)),
        },
      ]);
      await shows("sensor.garage_wallbox_power", "unavailable");
      await shows("sensor.garage_wallbox_status", "offline");
      publish([testDevice({ power: Number.NaN, status: "charging" })]);
      await shows("sensor.garage_wallbox_power", "unknown");
      publish([testDevice({ power: 6, status: "charging" })]);
      await shows("sensor.garage_wallbox_power", "6");
    });

    it("follows a rename and keeps a deletion", async () => {
      const first = start();
      const kept = memory;
      first.publish([testDevice({ power: 1, energy_total: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      await house.ask({
        type: "config/entity_registry/update",
        entity_id: "sensor.garage_wallbox_power",
        new_entity_id: "sensor.my_power",
      });
      await house.ask({ type: "config/entity_registry/remove", entity_id: "sensor.garage_wallbox_energy_total" });
      await eventually(() => {
        const ids = first.entitiesOf("garage");
        return ids["power"] === "sensor.my_power" && ids["energy_total"] === undefined;
      });
      first.publish([testDevice({ power: 2, energy_total: 2 })]);
      await shows("sensor.my_power", "2");
      await first.close();
      const again = start({ memory: kept });
      again.publish([testDevice({ power: 3, energy_total: 3 })]);
      await shows("sensor.my_power", "3");
      expect(await house.state("sensor.garage_wallbox_energy_total")).toBeUndefined();
      expect(await house.state("sensor.garage_wallbox_power")).toBeUndefined();
    });

    it("mints nothing twice over restarts of the bridge", async () => {
      const kept = fakeMemory();
      let before: any[] = [];
      for (const round of [1, 2]) {
        const one = start({ memory: kept });
        one.publish([testDevice({ power: round })]);
        // Asked before Home Assistant has answered, as a bridge that is up first does.
        expect(one.entitiesOf("garage")).toEqual({});
        await shows("sensor.garage_wallbox_power", String(round));
        const entries = await ourEntries(house);
        if (round === 2) expect(entries).toEqual(before);
        before = entries;
        await one.close();
        await shows("sensor.garage_wallbox_status", "offline");
        expect(await stateOf("sensor.garage_wallbox_power")).toBe("unavailable");
      }
      start({ memory: kept });
    });

    it("finds its device again when the memory was lost", async () => {
      start().publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      await bridge!.close();
      start({ memory: fakeMemory() }).publish([testDevice({ power: 2 })]);
      await shows("sensor.garage_wallbox_power", "2");
      const ids = (await ourEntries(house)).map((entry: any) => entry.entity_id);
      expect(ids.filter((id: string) => /_2$/.test(id))).toEqual([]);
    });

    it("registers again when the device was removed", async () => {
      const { publish, entitiesOf } = start();
      publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      const { config_entry_id: entry } = await registryEntry(house, "sensor.garage_wallbox_power");
      await house.rest("DELETE", `/api/config/config_entries/entry/${entry}`);
      publish([testDevice({ power: 2 })]);
      await shows("sensor.garage_wallbox_power", "2");
      expect(entitiesOf("garage")["power"]).toBe("sensor.garage_wallbox_power");
      expect((await registryEntry(house, "sensor.garage_wallbox_power")).config_entry_id).not.toBe(entry);
    });

    it("takes a new name and firmware for the device and keeps the ids", async () => {
      const { publish } = start();
      publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      publish([testDevice({ power: 2 }, { name: "Barn", firmware: "2.0" })]);
      await shows("sensor.garage_wallbox_power", "2");
      await eventually(async () => {
        const devices: any[] = await house.ask({ type: "config/device_registry/list" });
        return devices.some((device) => device.name === "Barn" && device.sw_version === "2.0");
      });
    });

    it("has every value back after a restart of Home Assistant, none duplicated", async () => {
      const { publish } = start();
      publish([testDevice({ power: 11, energy_total: 5, status: "charging", online: true })]);
      await shows("sensor.garage_wallbox_power", "11");
      const before = await ourEntries(house);
      await house.restart();
      const began = performance.now();
      await shows("sensor.garage_wallbox_power", "11");
      await shows("sensor.garage_wallbox_status", "charging");
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(await ourEntries(house)).toEqual(before);
    });

    it("keeps two bridges apart", async () => {
      const one = start();
      one.publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      const other = bridgeOn(house, { instance: "barn" });
      try {
        other.publish([testDevice({ power: 2 }, { name: "Barn wallbox" })]);
        await shows("sensor.barn_wallbox_power", "2");
        expect(await stateOf("sensor.garage_wallbox_power")).toBe("1");
        const devices: any[] = await house.ask({ type: "config/device_registry/list" });
        const device = devices.find((it) => it.name === "Barn wallbox");
        expect(other.locate(device.id)).toBe("garage");
        expect(one.locate(device.id)).toBeUndefined();
      } finally {
        await other.retire("garage");
        await other.close();
      }
      expect(await stateOf("sensor.garage_wallbox_power")).toBe("1");
    });

    it("hears nothing of what others' entities do, however many there are", async () => {
      const post = (n: number, state: number): Promise<unknown> =>
        house.rest("POST", `/api/states/sensor.foreign_${n}`, { state: String(state), attributes: {} });
      await Promise.all(Array.from({ length: 50 }, (_, n) => post(n, 0)));
      const line = await startRelay(Number(new URL(house.url).port));
      const one = bridgeOn({ ...house, url: `http://127.0.0.1:${line.port}` });
      try {
        const heard: string[] = [];
        one.watcher.watch(["sensor.foreign_0"], ({ state }) => heard.push(state));
        one.controls({ id: "garage", name: "Garage wallbox" }, [
          { key: "enabled", suffix: "charging", domain: "input_boolean", name: "Charging", initial: true },
        ]);
        one.publish([testDevice({ power: 1 })]);
        await shows("sensor.garage_wallbox_power", "1");
        await shows("input_boolean.garage_wallbox_charging", "on");
        await eventually(() => heard.includes("0"));
        await new Promise((resolve) => setTimeout(resolve, house.word === "real" ? 2_500 : 800)); // the second update after registration
        const before = line.received;
        for (let round = 1; round <= 10; round++)
          await Promise.all(Array.from({ length: 50 }, (_, n) => post(n, round)));
        await eventually(() => heard.includes("10"));
        // Ten changes of the one that is watched; a change of all would be 500 messages of some 150 bytes.
        expect(line.received - before).toBeLessThan(10_000);
      } finally {
        await one.retire("garage");
        await one.close();
        await line.stop();
      }
    });

    it("leaves nothing of a retired charger", async () => {
      const one = start();
      one.publish([testDevice({ power: 1 })]);
      await shows("sensor.garage_wallbox_power", "1");
      await one.retire("garage");
      await eventually(async () => (await ourEntries(house)).length === 0);
      expect(await house.state("sensor.garage_wallbox_power")).toBeUndefined();
    });

    it("publishes plain states under the same ids, again after a restart, and takes them away", async () => {
      const one = start({ publish: "states" });
      one.publish([testDevice({ power: 3.4, status: "charging", online: true })]);
      await shows("sensor.garage_wallbox_power", "3");
      expect(await house.state("sensor.garage_wallbox_power")).toMatchObject({
        attributes: {
          unit_of_measurement: "W",
          device_class: "power",
          friendly_name: "Garage wallbox Power",
          evse_role: "power",
        },
      });
      expect(await stateOf("binary_sensor.garage_wallbox_connected")).toBe("on");
      expect(await house.state("sensor.garage_wallbox_soc")).toBeUndefined();
      expect(one.entitiesOf("garage")["power"]).toBe("sensor.garage_wallbox_power");
      await house.restart();
      await shows("sensor.garage_wallbox_power", "3");
      await one.retire("garage");
      await shows("sensor.garage_wallbox_power", undefined);
    });

    it("takes plain states of an earlier run away, and gives their ids to the entities of a device", async () => {
      const kept = fakeMemory();
      const first = start({ publish: "states", memory: kept });
      first.publish([testDevice({ power: 1, status: "charging" })]);
      await shows("sensor.garage_wallbox_status", "charging");
      await first.close();
      const again = start({ memory: kept });
      again.publish([testDevice({ power: 2, status: "charging" })]);
      await shows("sensor.garage_wallbox_power", "2");
      expect(await registryEntry(house, "sensor.garage_wallbox_power")).toMatchObject({ platform: "mobile_app" });
      await again.retire("garage");
      await again.close();
      const plain = start({ publish: "states", memory: kept });
      plain.publish([testDevice({ power: 3 })]);
      await shows("sensor.garage_wallbox_power", "3");
      await plain.close();
      const last = start({ publish: "states", memory: kept });
      await eventually(() => last.link.up);
      await last.retire("garage");
      await shows("sensor.garage_wallbox_power", undefined);
      expect([...kept.all.keys()].filter((key) => key.endsWith(":garage"))).toEqual([]);
    });

    it("shows what is off by default as a plain state with its first value, or never", async () => {
      const all = start({ publish: "states" });
      all.publish([testDevice({ power: 1, soc: 55 })]);
      await shows("sensor.garage_wallbox_soc", "55");
      await all.retire("garage");
      await shows("sensor.garage_wallbox_soc", undefined);
      await all.close();
      const few = start({ publish: "states", advancedSensors: false });
      few.publish([testDevice({ power: 2, soc: 56 })]);
      await shows("sensor.garage_wallbox_power", "2");
      expect(await stateOf("sensor.garage_wallbox_soc")).toBeUndefined();
      expect(few.entitiesOf("garage")).not.toHaveProperty("soc");
    });
  });
}

async function ourEntries(house: House): Promise<any[]> {
  const all: any[] = await house.ask({ type: "config/entity_registry/list" });
  return all
    .filter((entry) => entry.platform === "mobile_app")
    .map(({ entity_id, unique_id, disabled_by }) => ({ entity_id, unique_id, disabled_by }))
    .sort((a, b) => a.entity_id.localeCompare(b.entity_id));
}

async function webhookOf(memory: HassMemory): Promise<string> {
  const record = memory.get("device:garage") as { webhookId: string };
  expect(record.webhookId.length).toBeGreaterThan(20);
  return record.webhookId;
}
