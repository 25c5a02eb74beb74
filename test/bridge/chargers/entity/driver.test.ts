import { describe, expect, it } from "vitest";
import { createEntitySource, type EntityChargerOptions } from "../../../../bridge/chargers/entity/driver.ts";
import { createPlugSource } from "../../../../bridge/chargers/entity/plug.ts";
import { statusFrom } from "../../../../bridge/chargers/entity/words.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { contextFor } from "./context.ts";
import { FakePort } from "./fake-port.ts";

const options: EntityChargerOptions = {
  id: "easee",
  name: "Easee",
  minA: 6,
  maxA: undefined,
  failSafeA: 6,
  phases: 3,
  preset: undefined,
  device: undefined,
  entities: {},
  values: {},
  limitService: undefined,
};
const never = (): AbortSignal => new AbortController().signal;

async function hass(entities: EntityChargerOptions["entities"], more: Partial<EntityChargerOptions> = {}) {
  const port = new FakePort();
  const store = new Map();
  const clock = fakeClock();
  const source = createEntitySource({ ...options, ...more, entities }, port, contextFor(clock, store));
  await source.start();
  return { port, clock, store, charger: source.chargers[0]!, source };
}

describe("driver hass", () => {
  it("translates states by the owner's table first, then by common words", () => {
    expect(statusFrom("Lädt", { lädt: "charging" })).toBe("charging");
    expect(statusFrom("awaiting_start", {})).toBe("preparing");
    expect(statusFrom("SuspendedEV", {})).toBe("suspended_ev");
    expect(statusFrom("disconnected", { disconnected: "out_of_service" })).toBe("out_of_service");
    expect(statusFrom("unknown", {})).toBeUndefined();
    expect(statusFrom("gibberish", {})).toBeUndefined();
  });

  it("pauses by the switch where the number cannot go to 0 A, and switches on again with the next limit", async () => {
    const { port, charger } = await hass({
      status: "sensor.s",
      current_limit: "number.limit",
      enable: "switch.enable",
    });
    port.set("sensor.s", "Charging");
    port.set("number.limit", 10, { min: 6, max: 16, step: 1 });
    port.set("switch.enable", "on");
    await charger.limit({ limitA: 0, hold: undefined }, never());
    port.set("switch.enable", "off");
    expect(charger.snapshot.offeredA).toBe(0);
    await charger.limit({ limitA: 12.9, hold: undefined }, never());
    expect(port.calls).toEqual([
      { service: "switch.turn_off", data: { entity_id: "switch.enable" } },
      { service: "number.set_value", data: { entity_id: "number.limit", value: 12 } },
      { service: "switch.turn_on", data: { entity_id: "switch.enable" } },
    ]);
  });

  it("says so when nothing can bring it to 0 A", async () => {
    const { port, charger } = await hass({ status: "sensor.s", current_limit: "number.limit" });
    port.set("sensor.s", "Charging");
    port.set("number.limit", 10, { min: 6, max: 16, step: 1 });
    await expect(charger.limit({ limitA: 0, hold: undefined }, never())).rejects.toMatchObject({ code: "unsupported" });
    expect(port.calls).toEqual([]);
  });

  it("takes the highest option of a select that the limit allows", async () => {
    const { port, charger } = await hass({ status: "sensor.s", current_limit: "select.limit" });
    port.set("sensor.s", "Charging");
    port.set("select.limit", "6 A", { options: ["Off (0 A)", "6 A", "10 A", "16 A"] });
    await charger.limit({ limitA: 14, hold: undefined }, never());
    await charger.limit({ limitA: 0, hold: undefined }, never());
    expect(port.calls.map(({ data }) => data["option"])).toEqual(["10 A", "Off (0 A)"]);
    expect(charger.can.pace.stepListA).toEqual([6, 10, 16]);
  });

  it("is an on/off charger with nothing but a switch", async () => {
    const { port, charger } = await hass({ status: "sensor.s", enable: "switch.enable" }, { maxA: 16 });
    port.set("sensor.s", "Charging");
    expect(charger.can.pace.onOff).toBe(true);
    expect(charger.snapshot.facts).toMatchObject({ minA: 16, maxA: 16 });
    await charger.limit({ limitA: 10, hold: undefined }, never());
    await charger.limit({ limitA: 16, hold: undefined }, never());
    expect(port.calls.map(({ service }) => service)).toEqual(["switch.turn_off", "switch.turn_on"]);
  });

  it("is offline while its status is unavailable or Home Assistant is away, and keeps the visit", async () => {
    const { port, charger } = await hass({ status: "sensor.s", power: "sensor.p" });
    port.set("sensor.s", "Charging");
    const { session } = charger.snapshot;
    port.set("sensor.s", "unavailable");
    expect(charger.snapshot.link).toBe("down");
    port.set("sensor.s", "Charging");
    port.setUp(false);
    expect(charger.snapshot.link).toBe("down");
    port.setUp(true);
    expect(charger.snapshot).toMatchObject({ link: "up", session: { id: session!.id, endedAtMs: undefined } });
  });

  it("carries a visit and the register over a restart", async () => {
    const first = await hass({ status: "sensor.s", energy_total: "sensor.e" });
    first.port.set("sensor.e", 100, { unit_of_measurement: "kWh" });
    first.port.set("sensor.s", "Charging");
    await first.source.close();
    const port = new FakePort();
    const again = createEntitySource(
      { ...options, entities: { status: "sensor.s", energy_total: "sensor.e" } },
      port,
      contextFor(fakeClock(), first.store),
    );
    await again.start();
    port.set("sensor.e", 104, { unit_of_measurement: "kWh" });
    port.set("sensor.s", "Charging");
    expect(again.chargers[0]!.snapshot.session).toMatchObject({
      id: first.charger.snapshot.session!.id,
      energyWh: 4000,
    });
  });

  it("goes on where the register stopped after the other integration's meter was reset", async () => {
    const { port, charger } = await hass({ status: "sensor.s", energy_total: "sensor.e" });
    port.set("sensor.s", "Charging");
    port.set("sensor.e", 50_000, { unit_of_measurement: "Wh" });
    for (const wh of [10, 20, 30, 530]) port.set("sensor.e", wh);
    expect(charger.snapshot.energyWh).toBe(50_500);
  });

  it("refuses a preset that does not exist, and one without a device", () => {
    const context = contextFor(fakeClock());
    expect(() => createEntitySource({ ...options, preset: "magic" }, new FakePort(), context)).toThrow(/no preset/);
    expect(() => createEntitySource({ ...options, preset: "ocpp" }, new FakePort(), context)).toThrow(/device/);
  });
});

describe("driver plug", () => {
  async function plug() {
    const port = new FakePort();
    const clock = fakeClock();
    port.onCall = ({ service, data }) => port.set(data["entity_id"], service.endsWith("turn_on") ? "on" : "off");
    const source = createPlugSource(
      {
        id: "boiler",
        name: "Boiler",
        minA: 6,
        maxA: undefined,
        failSafeA: 0,
        phases: 1,
        switch: "switch.boiler",
        powerW: 2300,
        meter: "sensor.boiler",
      },
      port,
      contextFor(clock),
    );
    await source.start();
    return { port, clock, charger: source.chargers[0]!, source };
  }

  it("wants power although it is switched off", async () => {
    const { port, charger } = await plug();
    port.set("switch.boiler", "off");
    expect(charger.snapshot).toMatchObject({ link: "up", carConnected: true, status: "suspended_evse", offeredA: 0 });
  });

  it("tells a load that takes nothing from one that runs, and measures its rating over the last five readings", async () => {
    const { port, charger } = await plug();
    port.set("switch.boiler", "on");
    port.set("sensor.boiler", 3, { unit_of_measurement: "W" });
    expect(charger.snapshot.status).toBe("suspended_ev");
    expect(charger.snapshot.extra["device_power"]).toBe(2300);
    for (const watts of [5000, 1000, 1100, 1200, 1300, 1400]) port.set("sensor.boiler", watts);
    expect(charger.snapshot).toMatchObject({ status: "charging", powerW: 1400 });
    expect(charger.snapshot.extra["device_power"]).toBe(1200);
  });

  it("ends the visit after an hour without current", async () => {
    const { port, charger, clock } = await plug();
    port.set("switch.boiler", "on");
    port.set("sensor.boiler", 2000, { unit_of_measurement: "W" });
    port.set("switch.boiler", "off");
    port.set("sensor.boiler", 0);
    await clock.advance(3_599_000);
    expect(charger.snapshot.session?.endedAtMs).toBeUndefined();
    await clock.advance(2_000);
    expect(charger.snapshot.session?.endedAtMs).toBeDefined();
  });
});
