/** A simulated AMPECO tenant, the bridge as a process of its own, and a real Home Assistant. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSimulatedAmpeco, type SimulatedAmpeco } from "../../bridge/simulate/ampeco/simulated-ampeco.ts";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { hassMissing, startHass, until, type RealHass } from "./hass.ts";

const missing = hassMissing();

if (missing !== undefined) it.skip(missing, () => undefined);
else
  describe("an AMPECO tenant in a real Home Assistant", () => {
    let hass: RealHass;
    let tenant: SimulatedAmpeco;
    let bridge: BridgeProcess;

    beforeAll(async () => {
      hass = await startHass();
      tenant = createSimulatedAmpeco({ apis: ["app"], chargePoints: [{ id: "cp-77", name: "Yard", evses: 2 }] });
      await tenant.start();
      bridge = await createBridge(
        hass,
        `site: { id: home, name: Home, phases: 3, voltage: 230, main_breaker: 63 }
chargers:
  - { id: office, name: Office, driver: ampeco, host: ${JSON.stringify(tenant.url)}, token: ${tenant.token}, poll_active: 15, poll_idle: 15 }
`,
      );
      await bridge.start();
    }, 240_000);

    afterAll(async () => {
      await bridge?.clean();
      await tenant?.close();
      await hass?.stop();
    }, 60_000);

    const stateOf = async (entity: string): Promise<string | undefined> => (await hass.state(entity))?.state;
    const soon = (condition: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> =>
      until(
        async () => await condition(),
        ms,
        () => bridge.output().slice(-6000),
      );
    const outlet = (index: number) => tenant.world.chargePoints[0]!.evses[index]!;

    it("shows both outlets as devices with their readings", async () => {
      await soon(async () => (await stateOf("sensor.office_1_status")) === "available");
      await soon(async () => (await stateOf("sensor.office_2_status")) === "available");
      const devices = await hass.ask<{ name: string; manufacturer: string | null }[]>({
        type: "config/device_registry/list",
      });
      expect(
        devices
          .filter(({ manufacturer }) => manufacturer === "AMPECO")
          .map(({ name }) => name)
          .sort(),
      ).toEqual(["Office 1", "Office 2"]);
      expect(await stateOf("sensor.office_1_charger_status")).toBe("available");
      expect((await hass.state("sensor.office_1_charger_status"))?.attributes).toMatchObject({ max_current_a: 16 });
      expect(Number(await stateOf("sensor.office_1_last_month_energy"))).toBe(212.4);
      expect(await stateOf("binary_sensor.office_1_token_problem")).toBe("off");
    });

    it("starts and stops one outlet and leaves the other alone", async () => {
      tenant.world.plugIn(outlet(0));
      await soon(async () => (await stateOf("sensor.office_1_status")) === "preparing");
      await hass.call("input_button", "press", { entity_id: "input_button.office_1_start" });
      await soon(() => outlet(0).session !== undefined);
      await soon(async () => (await stateOf("sensor.office_1_status")) === "charging");
      expect(Number(await stateOf("sensor.office_1_power"))).toBe(11040);
      expect((await hass.state("sensor.office_1_current"))?.attributes["estimated"]).toBe(true);
      await soon(async () => Number(await stateOf("sensor.office_1_energy_session")) > 0, 60_000);
      await hass.call("input_button", "press", { entity_id: "input_button.office_1_stop" });
      await soon(() => outlet(0).session === undefined);
      await soon(async () => Number(await stateOf("sensor.office_1_power")) === 0);
      expect(outlet(1).session).toBeUndefined();
      expect(await stateOf("sensor.office_2_status")).toBe("available");
    }, 240_000);

    it("keeps energy as statistics in kWh", async () => {
      const energy = await hass.state("sensor.office_1_energy_total");
      expect(energy?.attributes).toMatchObject({ unit_of_measurement: "kWh", state_class: "total_increasing" });
      await soon(async () => {
        const known = await hass.ask<{ statistic_id: string; statistics_unit_of_measurement: string }[]>({
          type: "recorder/list_statistic_ids",
          statistic_type: "sum",
        });
        return known.some(
          (one) => one.statistic_id === "sensor.office_1_energy_total" && one.statistics_unit_of_measurement === "kWh",
        );
      }, 60_000);
    });

    it("says in words that the token is refused", async () => {
      tenant.token = "withdrawn";
      await soon(async () => (await stateOf("sensor.office_1_status")) === "offline", 90_000);
      expect((await hass.state("binary_sensor.office_1_problem"))?.attributes["code"]).toBe("token_invalid");
    });
  });
