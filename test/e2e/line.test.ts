/** The straight line on a real Home Assistant: a wallbox that nobody of this project wrote, the bridge as a process, the card in the real frontend. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { box, type Box } from "./box.ts";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { cardFile, installCard, openFrontend, putCard } from "./browser.ts";
import { startThirdParty, type ThirdParty } from "./charge-point.ts";
import { startHass, until, type RealHass } from "./hass.ts";

const CONFIG = `site: { id: home, name: Home, main_breaker: 25 }
chargers:
  - { id: garage, name: Garage wallbox, driver: ocpp, station: CP-16, max_current: 16, phases: 3, command_interval: 5 }
  - { id: carport, name: Carport, driver: ocpp, station: CP-201, max_current: 16, phases: 3, command_interval: 5 }
`;

let dir: string;
let hass: RealHass;
let bridge: BridgeProcess;
let garage: Box;
let carport: Box;
const points: ThirdParty[] = [];

const state = async (entityId: string): Promise<string | undefined> => (await hass.state(entityId))?.state;
const shows = (entityId: string, value: string | RegExp, ms = 15_000): Promise<void> =>
  until(
    async () => {
      const now = (await state(entityId)) ?? "";
      return typeof value === "string" ? now === value : value.test(now);
    },
    ms,
    () => `${entityId} never showed ${String(value)}\n${bridge.output().split("\n").slice(-40).join("\n")}`,
  );
const press = (button: string): Promise<unknown> =>
  hass.call("input_button", "press", { entity_id: `input_button.${button}` });
const registry = async (): Promise<any[]> => hass.ask<any[]>({ type: "config/entity_registry/list" });
const ours = async (): Promise<string[]> =>
  (await registry())
    .map((entry) => entry.entity_id as string)
    .filter((id) => /garage_wallbox|carport|evse_bridge|\.home_|script\.evse/.test(id))
    .sort();
const limitOf = ({ payload }: { payload: any }): number | undefined => {
  const profile = payload.cs_charging_profiles ?? payload.charging_profile;
  const schedule = Array.isArray(profile.charging_schedule) ? profile.charging_schedule[0] : profile.charging_schedule;
  return schedule.charging_schedule_period[0].limit;
};
const isLimit =
  (amps: number) =>
  (payload: any): boolean =>
    limitOf({ payload }) === amps;

beforeAll(async () => {
  // Kept by us, so that the folder of the card is there from the first start.
  dir = await mkdtemp(join(tmpdir(), "evse-hass-"));
  if (existsSync(cardFile)) await putCard(dir);
  hass = await startHass({ dir });
  bridge = await createBridge(hass, CONFIG);
  await bridge.start();
  for (const [id, version] of [
    ["CP-16", "1.6"],
    ["CP-201", "2.0.1"],
  ] as const)
    points.push(startThirdParty({ url: bridge.ocppUrl, id, version }));
  const [first, second] = points;
  garage = box(first!);
  carport = box(second!);
  for (const { point, boot } of [garage, carport]) {
    await point.connect();
    await boot();
  }
  await shows("sensor.garage_wallbox_status", "available", 40_000);
  await shows("sensor.carport_status", "available", 40_000);
});

afterAll(async () => {
  for (const point of points) await point.close();
  await bridge?.clean();
  await hass?.stop();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

describe("a wallbox in a real Home Assistant", () => {
  it("is a device with entities that have units, device and state classes", async () => {
    const devices = await hass.ask<any[]>({ type: "config/device_registry/list" });
    const device = devices.find((one) => one.name === "Garage wallbox");
    expect(device).toMatchObject({ manufacturer: "Third", model: "Party 16", sw_version: "1.0" });
    const entities = (await registry()).filter((entry) => entry.device_id === device.id);
    for (const id of ["status", "reason", "power", "energy_total", "energy_session", "current"])
      expect(entities.map((entry) => entry.entity_id)).toContain(`sensor.garage_wallbox_${id}`);
    expect((await hass.state("sensor.garage_wallbox_power"))?.attributes).toMatchObject({
      unit_of_measurement: "W",
      device_class: "power",
      state_class: "measurement",
    });
    expect((await hass.state("sensor.garage_wallbox_energy_total"))?.attributes).toMatchObject({
      unit_of_measurement: "kWh",
      device_class: "energy",
      state_class: "total_increasing",
    });
    expect(await state("input_number.garage_wallbox_current_limit")).toBe("16.0");
    const root = await hass.state("sensor.evse_bridge");
    expect(root?.attributes["chargers"]).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: "garage", status: "sensor.garage_wallbox_status" })]),
    );
    expect((await hass.state("sensor.garage_wallbox_status"))?.attributes["evse_entities"]).toMatchObject({
      power: "sensor.garage_wallbox_power",
      limit: "input_number.garage_wallbox_current_limit",
      pause: "input_button.garage_wallbox_pause",
    });
  });

  it("has its limit on the wire before any power flows", async () => {
    for (const { point } of [garage, carport]) {
      const profile = await point.called("SetChargingProfile");
      expect(["TxDefaultProfile", "ChargePointMaxProfile", "ChargingStationMaxProfile"]).toContain(
        (profile.payload.cs_charging_profiles ?? profile.payload.charging_profile).charging_profile_purpose,
      );
    }
  });

  it("reaches the box with a press of Start: RemoteStartTransaction and RequestStartTransaction", async () => {
    await garage.plug(true);
    await carport.plug(true);
    await shows("sensor.garage_wallbox_status", "preparing");
    await shows("sensor.carport_status", "preparing");
    await press("garage_wallbox_start");
    const started = await garage.point.called("RemoteStartTransaction");
    await garage.begin(started.payload.id_tag);
    await press("carport_start");
    const requested = await carport.point.called("RequestStartTransaction");
    await carport.begin(requested.payload.id_token.id_token, requested.payload.remote_start_id);
    await garage.report(16, 2_000);
    await carport.report(9, 3_500);
    await shows("sensor.garage_wallbox_status", "charging");
    await shows("sensor.garage_wallbox_power", "11040");
    await shows("sensor.garage_wallbox_energy_session", /^1(\.0+)?$/);
    await shows("sensor.carport_status", "charging");
    await shows("sensor.carport_energy_total", "3.5");
  });

  it("brings the box to the user's limit, and to 0 A on Pause, with the reason shown", async () => {
    const before = garage.point.calls.length;
    await hass.call("input_number", "set_value", { entity_id: "input_number.garage_wallbox_current_limit", value: 10 });
    await garage.point.called("SetChargingProfile", isLimit(10), before);
    await shows("sensor.garage_wallbox_accepted_a", /^10(\.0)?$/);
    const pausing = garage.point.calls.length;
    await press("garage_wallbox_pause");
    await garage.point.called("SetChargingProfile", isLimit(0), pausing);
    await garage.report(0, 2_100, "suspended_evse");
    await shows("sensor.garage_wallbox_reason", "paused_by_user");
    await shows("input_boolean.garage_wallbox_charging", "off");
    const resuming = garage.point.calls.length;
    await press("garage_wallbox_start");
    await garage.point.called("SetChargingProfile", isLimit(10), resuming);
    await garage.report(10, 2_200);
    await shows("sensor.garage_wallbox_status", "charging");
    await shows("input_boolean.garage_wallbox_charging", "on");
  });

  it("gives the Energy dashboard a register it has nothing to say against", async () => {
    await hass.ask({
      type: "energy/save_prefs",
      device_consumption: [{ stat_consumption: "sensor.garage_wallbox_energy_total" }],
    });
    // Statistics are made every five minutes; until then the only complaint is that there are none yet.
    await until(async () => {
      const { device_consumption } = await hass.ask<any>({ type: "energy/validate" });
      return device_consumption[0].every((issue: any) => issue.type === "statistics_not_defined");
    });
  });

  it("answers a script service through the bridge", async () => {
    const answer = await hass.call("script", "evse_set_max_current", { charger: "garage", current: 12 }, true);
    expect(answer.service_response).toMatchObject({ ok: true });
    await shows("input_number.garage_wallbox_current_limit", "12.0");
  });

  it("keeps every entity over a restart of Home Assistant, and values are back within 10 s of RUNNING", async () => {
    const before = await ours();
    await hass.restart();
    const running = performance.now();
    await garage.report(12, 2_500);
    await shows("sensor.garage_wallbox_power", "8280", 10_000);
    expect(performance.now() - running).toBeLessThan(10_000);
    expect(await state("sensor.garage_wallbox_status")).toBe("charging");
    expect(await ours()).toEqual(before);
  });

  it("survives kill -9: same ids, the session's energy goes on", async () => {
    const before = await ours();
    await bridge.kill();
    await bridge.start();
    for (const { point } of [garage, carport]) {
      await until(() => point.closings > 0);
      await point.connect();
    }
    await garage.report(12, 3_000);
    await shows("sensor.garage_wallbox_energy_session", /^2(\.0+)?$/, 30_000);
    expect(await ours()).toEqual(before);
    expect(await state("input_number.garage_wallbox_current_limit")).toBe("12.0");
  });

  it("takes the newest connection of a box and closes the old one", async () => {
    const again = startThirdParty({ url: bridge.ocppUrl, id: "CP-16", version: "1.6" });
    points.push(again);
    const closings = garage.point.closings;
    await again.connect();
    await until(() => garage.point.closings > closings);
    await again.disconnect();
    await shows("sensor.garage_wallbox_status", "offline", 60_000);
    await garage.point.connect();
    await garage.report(12, 3_100);
    await shows("sensor.garage_wallbox_status", "charging", 30_000);
  });

  it.skipIf(!existsSync(cardFile))("is driven by the card in the real frontend: Pause, limit, no errors", async () => {
    await installCard(hass, "ev-charging", [{ type: "custom:evse-card", charger: "garage" }]);
    const { page, errors, close } = await openFrontend(hass, "/ev-charging/0");
    try {
      const card = page.locator("evse-card").first();
      await card.waitFor({ timeout: 30_000 });
      await card.getByText("Garage wallbox").first().waitFor();
      const slider = card.locator("input[type=range]").first();
      const limiting = garage.point.calls.length;
      await slider.focus();
      await slider.press("ArrowLeft");
      await slider.press("ArrowLeft");
      await garage.point.called("SetChargingProfile", isLimit(10), limiting);
      const pausing = garage.point.calls.length;
      await card.getByRole("button", { name: "Pause" }).first().click();
      await garage.point.called("SetChargingProfile", isLimit(0), pausing);
      await garage.report(0, 3_200, "suspended_evse");
      await card
        .getByText(/paused/i)
        .filter({ visible: true })
        .first()
        .waitFor({ timeout: 15_000 });
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("stops cleanly: exit 0, readings unavailable, statuses offline", async () => {
    expect(await bridge.stop()).toBe(0);
    await shows("sensor.garage_wallbox_power", "unavailable");
    await shows("sensor.garage_wallbox_status", "offline");
  });
});
