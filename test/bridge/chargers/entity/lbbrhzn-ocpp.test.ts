import { describe, expect, it } from "vitest";
import { createEntitySource, type EntityChargerOptions } from "../../../../bridge/chargers/entity/driver.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { contextFor } from "./context.ts";
import { FakePort } from "./fake-port.ts";

const options: EntityChargerOptions = {
  id: "garage",
  name: "Garage",
  minA: 6,
  maxA: undefined,
  failSafeA: 6,
  phases: 3,
  preset: "lbbrhzn_ocpp",
  device: "garage",
  entities: {},
  values: {},
  limitService: undefined,
};

async function scene(more: Partial<EntityChargerOptions> = {}, unit = "Current,Power") {
  const clock = fakeClock();
  const port = new FakePort();
  port.onCall = ({ service, data }) => {
    if (service.startsWith("switch.")) port.set(data["entity_id"], service.endsWith("turn_on") ? "on" : "off");
    return service === "ocpp.get_configuration" ? { value: unit } : undefined;
  };
  const source = createEntitySource({ ...options, ...more }, port, contextFor(clock));
  await source.start();
  const charger = source.chargers[0]!;
  return {
    clock,
    port,
    source,
    charger,
    profiles: () => port.calls.filter(({ service }) => service === "ocpp.set_charge_rate"),
    limit: async (limitA: number, hold?: "user") => {
      const outcome = await settleWithin(clock, charger.limit({ limitA, hold }, new AbortController().signal), 60_000);
      if (outcome === "open") throw new Error("never answered");
      if ("error" in outcome) throw outcome.error;
    },
  };
}

describe("preset lbbrhzn_ocpp", () => {
  it("leases the limit for 120 s at stack level 2 as profile 11", async () => {
    const { port, profiles, limit } = await scene();
    port.set("sensor.garage_status_connector", "Charging");
    await limit(13.25);
    expect(profiles()[0]?.data).toEqual({
      devid: "garage",
      custom_profile: {
        chargingProfileId: 11,
        chargingProfilePurpose: "TxDefaultProfile",
        stackLevel: 2,
        chargingProfileKind: "Absolute",
        validFrom: "2026-01-01T12:00:00Z",
        validTo: "2026-01-01T12:02:00Z",
        chargingSchedule: {
          chargingRateUnit: "A",
          startSchedule: "2026-01-01T12:00:00Z",
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 13.2 }],
        },
      },
    });
  });

  it("renews the lease three times before it would run out, and no more after close", async () => {
    const { port, profiles, limit, clock, source } = await scene();
    port.set("sensor.garage_status_connector", "Charging");
    await limit(10);
    await clock.advance(119_000);
    expect(profiles()).toHaveLength(3);
    expect(profiles().at(-1)?.data["custom_profile"].validTo).toBe("2026-01-01T12:03:20Z");
    await source.close();
    await clock.advance(300_000);
    expect(profiles()).toHaveLength(3);
    expect(port.listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("speaks watts to a box that knows only power", async () => {
    const { port, profiles, limit } = await scene({}, "Power");
    port.set("sensor.garage_status_connector", "Charging");
    await limit(10);
    const schedule = profiles()[0]?.data["custom_profile"].chargingSchedule;
    expect(schedule.chargingRateUnit).toBe("W");
    expect(schedule.chargingSchedulePeriod).toEqual([{ startPeriod: 0, limit: 6900 }]);
  });

  it("turns charge control on only for a plugged car, and never off", async () => {
    const { port, limit } = await scene();
    port.set("sensor.garage_status_connector", "Available");
    port.set("switch.garage_charge_control", "off");
    await limit(10);
    expect(port.calls.some(({ service }) => service === "switch.turn_on")).toBe(false);
    port.set("sensor.garage_status_connector", "Preparing");
    await limit(11);
    expect(port.calls.filter(({ service }) => service === "switch.turn_on")).toHaveLength(1);
    await limit(0);
    expect(port.calls.some(({ service }) => service === "switch.turn_off")).toBe(false);
  });

  it("sends nothing to a device id that Home Assistant does not have", async () => {
    const { port, limit } = await scene();
    await expect(limit(10)).rejects.toMatchObject({ code: "offline" });
    expect(port.calls).toEqual([]);
  });

  it("addresses one outlet of a unit with several", async () => {
    const { port, profiles, limit } = await scene({ device: "depot_connector_2" });
    port.set("sensor.depot_connector_2_status_connector", "Charging");
    await limit(8);
    expect(profiles()[0]?.data).toMatchObject({ devid: "depot", conn_id: 2 });
  });

  it("writes the user's pause into the standing profile and takes it out again", async () => {
    const { port, profiles, limit } = await scene();
    port.set("sensor.garage_status_connector", "Charging");
    await limit(0, "user");
    await limit(10);
    const standing = profiles()
      .map(({ data }) => data["custom_profile"])
      .filter((profile) => profile.chargingProfileId === 10);
    expect(standing.map((profile) => profile.chargingSchedule.chargingSchedulePeriod[0].limit)).toEqual([0, 6]);
    expect(standing[0]).toMatchObject({ stackLevel: 1, chargingProfileKind: "Relative" });
  });

  it("resets the profiles: clears all, waits 10 s, installs the fail-safe one", async () => {
    const { clock, charger, port, profiles } = await scene();
    port.set("sensor.garage_status_connector", "Charging");
    const running = charger.can.resetProfiles!(new AbortController().signal);
    await clock.advance(9_000);
    expect(port.calls.map(({ service }) => service)).toEqual(["ocpp.clear_profile"]);
    await settleWithin(clock, running, 5_000);
    expect(profiles().at(-1)?.data["custom_profile"]).toMatchObject({ chargingProfileId: 10, stackLevel: 1 });
  });

  it("reads the phases from the attributes of current_import and kW as W", async () => {
    const { port, charger } = await scene();
    port.set("sensor.garage_status_connector", "SuspendedEVSE");
    port.set("sensor.garage_current_import", 7, { unit_of_measurement: "A", L1: 10, L2: "10.5", L3: 0 });
    port.set("sensor.garage_power_active_import", 4.7, { unit_of_measurement: "kW" });
    port.set("sensor.garage_current_offered", 11, { unit_of_measurement: "A" });
    expect(charger.snapshot).toMatchObject({
      status: "suspended_evse",
      carConnected: true,
      currentA: { l1: 10, l2: 10.5, l3: 0 },
      headlineA: 10.5,
      phasesUsed: 2,
      powerW: 4700,
      offeredA: 11,
    });
  });
});
