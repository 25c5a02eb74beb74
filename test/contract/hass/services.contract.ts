/** What the `script.evse_*` services, sensors, notifications and the taking away promise. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { addToEnergyDashboard } from "../../../bridge/hass/energy.ts";
import { removeEverything } from "../../../bridge/hass/remove.ts";
import { fireEvent } from "../../../bridge/hass/services.ts";
import type { Reading } from "../../../shared/site.ts";
import { bridgeOn, eventually, fakeMemory, testDevice, type House, type TestBridge } from "./house.ts";

export function servicesContract(word: string, open: () => Promise<House>): void {
  describe(`services and sensors in the ${word} Home Assistant`, { timeout: 150_000 }, () => {
    let house: House;
    let bridge: TestBridge | undefined;
    beforeAll(async () => {
      house = await open();
    }, 120_000);
    afterAll(async () => house?.stop());
    afterEach(async () => {
      await bridge?.close();
      bridge = undefined;
    });
    const installed = (one: TestBridge): Promise<void> =>
      eventually(
        async () => one.link.up && one.notes.length === 0 && (await house.state("script.evse_ocpp_call")) !== undefined,
        75_000,
        () => one.notes,
      );

    it("answers with data, keeps the types of fields, and leaves out what was not given", async () => {
      bridge = bridgeOn(house, { services: true, handler: async (service, fields) => ({ ok: true, service, fields }) });
      await installed(bridge);
      expect(await house.script("evse_set_max_current", { current: 10, charger: "garage" })).toEqual({
        ok: true,
        service: "set_max_current",
        fields: { current: 10, charger: "garage" },
      });
      expect(await house.script("evse_ocpp_call", { action: "X", payload: { a: 1, b: [true, "x"] } })).toMatchObject({
        fields: { action: "X", payload: { a: 1, b: [true, "x"] } },
      });
      expect(await house.script("evse_set_charging_mode", { mode: "solar", device_id: ["abc"] })).toMatchObject({
        fields: { mode: "solar", device_id: ["abc"] },
      });
      expect(await house.script("evse_sessions", {})).toMatchObject({ ok: true, fields: {} });
    });

    it("answers a failing handler as an error", async () => {
      bridge = bridgeOn(house, {
        services: true,
        handler: async (service) => {
          if (service === "reset") throw new Error("broken");
          return { ok: false, error: "No such charger." };
        },
      });
      await installed(bridge);
      expect(await house.script("evse_pause_charging", {})).toEqual({ ok: false, error: "No such charger." });
      expect(await house.script("evse_reset", {})).toMatchObject({
        ok: false,
        error: expect.stringContaining("broken"),
      });
    });

    it("answers many callers at once, each with its own answer", async () => {
      bridge = bridgeOn(house, {
        services: true,
        handler: async (_, fields) => ({ ok: true, echo: fields["charger"] }),
      });
      await installed(bridge);
      const callers = house.word === "real" ? 40 : 10;
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, n) => house.script("evse_update_data", { charger: `c${n}` })),
      );
      expect(answers.map((answer) => answer.echo)).toEqual(Array.from({ length: callers }, (_, n) => `c${n}`));
    });

    it("says in bounded time that the bridge is dead", async () => {
      bridge = bridgeOn(house, { services: true });
      await installed(bridge);
      await bridge.close();
      bridge = undefined;
      const began = performance.now();
      expect(await house.script("evse_sessions", {})).toEqual({
        ok: false,
        error: "EVSE Bridge does not answer: is it running?",
      });
      expect(performance.now() - began).toBeLessThan(20_000);
    });

    // The small one keeps no descriptions: nothing of ours reads them there.
    if (word === "real")
      it("documents its fields in Home Assistant", async () => {
        bridge = bridgeOn(house, { services: true });
        await installed(bridge);
        const services = await house.ask({ type: "get_services" });
        expect(services.script.evse_set_charging_mode.fields.mode).toMatchObject({
          required: true,
          selector: { select: {} },
        });
      });

    it("fires events for automations", async () => {
      bridge = bridgeOn(house);
      const one = bridge;
      const heard: any[] = [];
      await eventually(() => one.link.up);
      one.link.subscribe({ type: "subscribe_events", event_type: "evse_bridge_session" }, (event: any) =>
        heard.push(event.data),
      );
      await eventually(async () => {
        await fireEvent(one.link, "evse_bridge_session", { kind: "ended", energy_kwh: 7.2 });
        return heard.length > 0;
      });
      expect(heard[0]).toEqual({ kind: "ended", energy_kwh: 7.2 });
    });

    it("reads sensors in the planner's unit and sign, and tells silence from death", async () => {
      const post = (state: string | number, unit: string): Promise<unknown> =>
        house.rest("POST", "/api/states/sensor.grid_l1", {
          state: String(state),
          attributes: { unit_of_measurement: unit },
        });
      await post(2300, "W");
      bridge = bridgeOn(house);
      const seen: Reading[] = [];
      bridge.watcher.sensors(
        [{ key: "gridA", entityId: "sensor.grid_l1", invert: true, unit: "A", staleAfterS: 4 }],
        230,
        (_, reading) => seen.push(reading),
      );
      await eventually(() => seen.length > 0);
      expect(seen[0]).toMatchObject({ value: -10, unit: "A", entityId: "sensor.grid_l1" });
      const first = seen[0]!;
      await eventually(async () => {
        await post(2300, "W"); // the same value again: no event, but a sign of life
        return seen.length > 1 && seen.at(-1)!.aliveAtMs > first.aliveAtMs + 1_000;
      });
      expect(seen.at(-1)).toMatchObject({ value: -10, atMs: first.atMs });
      await post("unavailable", "W");
      await eventually(() => seen.at(-1)?.value === undefined);
      await post(1.15, "kW");
      await eventually(() => seen.at(-1)?.value === -5);
    });

    it("shows a notification, replaces and dismisses it", async () => {
      bridge = bridgeOn(house);
      const titles = async (): Promise<string[]> =>
        ((await house.ask({ type: "persistent_notification/get" })) as any[])
          .filter((one) => one.notification_id.startsWith("evse_bridge_"))
          .map((one) => one.title);
      await eventually(() => bridge!.link.up);
      bridge.notifications.show([{ id: "sign", title: "Wrong sign", message: "L1" }]);
      await eventually(async () => (await titles()).join() === "Wrong sign");
      bridge.notifications.show([{ id: "sign", title: "Wrong sign?", message: "L1" }]);
      await eventually(async () => (await titles()).join() === "Wrong sign?");
      bridge.notifications.show([]);
      await eventually(async () => (await titles()).length === 0);
    });

    it("leaves Home Assistant as it was", async () => {
      const before = await inventory(house);
      bridge = bridgeOn(house, { services: true, nativeControls: true });
      const one = bridge;
      one.publish([testDevice({ power: 1, energy_total: 1 })]);
      one.controls({ id: "garage", name: "Garage wallbox" }, [
        { key: "enabled", suffix: "charging", domain: "input_boolean", name: "Charging", initial: true },
        { key: "start", domain: "input_button", name: "Start" },
      ]);
      await installed(one);
      await eventually(async () => (await house.state("switch.garage_wallbox_charging"))?.state === "on");
      await eventually(async () => (await house.state("button.garage_wallbox_start_charging")) !== undefined);
      await eventually(async () => (await labelled(house)).includes("button.garage_wallbox_start_charging"));
      one.notifications.show([{ id: "x", title: "T", message: "M" }]);
      if (house.word === "real") {
        expect(
          await addToEnergyDashboard(one.link, [{ energyId: "sensor.garage_wallbox_energy_total", name: "Garage" }]),
        ).toEqual(["sensor.garage_wallbox_energy_total"]);
        expect(
          await addToEnergyDashboard(one.link, [{ energyId: "sensor.garage_wallbox_energy_total", name: "Garage" }]),
        ).toEqual([]);
        const { device_consumption: complaints } = await house.ask({ type: "energy/validate" });
        // Statistics are compiled every five minutes; until then it can only miss them.
        const kinds = complaints.flat().map((issue: { type: string }) => issue.type);
        expect(kinds.filter((kind: string) => kind !== "statistics_not_defined")).toEqual([]);
        const prefs = await house.ask({ type: "energy/get_prefs" });
        expect(prefs.device_consumption).toEqual([
          { stat_consumption: "sensor.garage_wallbox_energy_total", name: "Garage" },
        ]);
      }
      await one.publisher.close();
      const { failed } = await removeEverything({
        link: one.link,
        rest: one.rest,
        registry: one.registry,
        // Found by the marks in Home Assistant alone: the data folder may be lost.
        memory: fakeMemory(),
        instance: undefined,
        chargers: ["garage"],
      });
      expect(failed.filter((line) => house.word === "real" || !line.includes("energy"))).toEqual([]);
      await eventually(async () => JSON.stringify(await inventory(house)) === JSON.stringify(before));
    });
  });
}

async function labelled(house: House): Promise<readonly string[]> {
  const entities: any[] = await house.ask({ type: "config/entity_registry/list" });
  return entities.filter((entry) => entry.labels.includes("evse_bridge")).map((entry) => entry.entity_id);
}

/** What a bridge might leave behind. */
async function inventory(house: House): Promise<unknown> {
  const entities: any[] = await house.ask({ type: "config/entity_registry/list" });
  const devices: any[] = await house.ask({ type: "config/device_registry/list" });
  const labels: any[] = await house.ask({ type: "config/label_registry/list" });
  const { body: states } = await house.rest("GET", "/api/states");
  return {
    entities: entities
      .map((entry) => entry.entity_id)
      .filter((id) => !/^script\./.test(id) || id.startsWith("script.evse_zz"))
      .sort(),
    devices: devices.map((device) => device.name).sort(),
    labels: labels.map((label) => label.name),
    states: (states as any[])
      .map((state) => state.entity_id)
      .filter((id) => /garage|evse_bridge/.test(id))
      .sort(),
  };
}
