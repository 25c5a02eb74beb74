/** A charging visit from boot to stop with third-party charge points of all three versions, and one house with sun, on a real Home Assistant. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { box, type Box } from "./box.ts";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { startThirdParty, type ThirdParty, type ThirdPartyVersion } from "./charge-point.ts";
import { startHass, until, type RealHass } from "./hass.ts";

const VERSIONS: readonly ThirdPartyVersion[] = ["1.6", "2.0.1", "2.1"];
const names: Readonly<Record<ThirdPartyVersion, string>> = { "1.6": "one", "2.0.1": "two", "2.1": "three" };

const CONFIG = `site:
  id: home
  name: Home
  main_breaker: 63
  grid: { l1: sensor.meter_l1, l2: sensor.meter_l2, l3: sensor.meter_l3 }
  solar: sensor.roof
chargers:
${VERSIONS.map(
  (version) =>
    `  - { id: ${names[version]}, name: Box ${names[version]}, driver: ocpp, station: ST-${names[version]}, max_current: 16, phases: 3, command_interval: 5, enable_delay: 1, solar_grace: 5, pause_time: 5, min_on: 5, min_off: 5 }`,
).join("\n")}
  - { id: boiler, name: Boiler, driver: plug, switch: input_boolean.boiler_relay, power: 1000, mode: off, enable_delay: 1, solar_grace: 5, pause_time: 5, min_on: 5, min_off: 5 }
`;

/** Sensors as an owner might make them: templates over helpers. */
const SENSORS = `
template:
  - sensor:
${["l1", "l2", "l3"]
  .map(
    (leg) => `      - name: Meter ${leg.toUpperCase()}
        unit_of_measurement: W
        device_class: power
        state_class: measurement
        state: "{{ states('input_number.meter') | float(0) / 3 }}"
`,
  )
  .join("")}      - name: Roof
        unit_of_measurement: kW
        device_class: power
        state_class: measurement
        state: "{{ states('input_number.roof') | float(0) / 1000 }}"
`;

let hass: RealHass;
/** What the meter shows, W; it never stands still, as no real one does (a meter without a sign of life is not trusted). */
let meterW = 600;
let meterAlive: NodeJS.Timeout;
let bridge: BridgeProcess;
const points: ThirdParty[] = [];
const boxes = new Map<ThirdPartyVersion, Box>();
const boxOf = (point: ThirdParty): Box => boxes.get(point.version) ?? box(point);

const shows = (entityId: string, value: string | RegExp, ms = 25_000): Promise<void> =>
  until(
    async () => {
      const now = (await hass.state(entityId))?.state ?? "";
      return typeof value === "string" ? now === value : value.test(now);
    },
    ms,
    () => `${entityId} never showed ${String(value)}\n${bridge.output().split("\n").slice(-30).join("\n")}`,
  );
const press = (button: string): Promise<unknown> =>
  hass.call("input_button", "press", { entity_id: `input_button.${button}` });
const set = (helper: string, value: number): Promise<unknown> =>
  hass.call("input_number", "set_value", { entity_id: `input_number.${helper}`, value });
const limitOf = (payload: any): number => {
  const profile = payload.cs_charging_profiles ?? payload.charging_profile;
  const schedule = Array.isArray(profile.charging_schedule) ? profile.charging_schedule[0] : profile.charging_schedule;
  return Number(schedule.charging_schedule_period[0].limit);
};
const isLimit =
  (amps: number) =>
  (payload: any): boolean =>
    limitOf(payload) === amps;

async function arrive(version: ThirdPartyVersion): Promise<Box> {
  const point = startThirdParty({ url: bridge.ocppUrl, id: `ST-${names[version]}`, version });
  points.push(point);
  await point.connect();
  const made = box(point);
  boxes.set(version, made);
  await made.boot();
  await shows(`sensor.box_${names[version]}_status`, "available", 40_000);
  return made;
}

/** Start pressed, transaction begun. */
async function begin(made: Box, registerWh?: number): Promise<void> {
  const name = names[made.point.version];
  const since = made.point.calls.length;
  await press(`box_${name}_start`);
  if (made.point.version === "1.6") {
    const { payload } = await made.point.called("RemoteStartTransaction", undefined, since);
    await made.begin(payload.id_tag, undefined, registerWh);
  } else {
    const { payload } = await made.point.called("RequestStartTransaction", undefined, since);
    await made.begin(payload.id_token.id_token, payload.remote_start_id, registerWh);
  }
}

beforeAll(async () => {
  hass = await startHass({ extraYaml: SENSORS });
  for (const [name, max] of [
    ["Meter", 40_000],
    ["Roof", 40_000],
  ] as const)
    await hass.ask({ type: "input_number/create", name, min: -40_000, max, step: 1, mode: "box" });
  await hass.ask({ type: "input_boolean/create", name: "Boiler relay" });
  let wobble = 0;
  meterAlive = setInterval(() => {
    wobble = 3 - wobble;
    set("meter", meterW + wobble).catch(() => undefined);
  }, 3000);
  await set("roof", 0);
  bridge = await createBridge(hass, CONFIG);
  await bridge.start();
});

afterAll(async () => {
  clearInterval(meterAlive);
  for (const point of points) await point.close();
  await bridge?.clean();
  await hass?.stop();
});

describe.each(VERSIONS)("a visit to a third-party charge point, OCPP %s", (version) => {
  const name = names[version];
  let made: Box;
  let transaction = "";

  it("has its limit before the first power reading, then starts", async () => {
    made = await arrive(version);
    await made.point.called("SetChargingProfile");
    await made.plug(true);
    await shows(`sensor.box_${name}_status`, "preparing");
    await begin(made);
    await made.report(16, 2_000);
    await shows(`sensor.box_${name}_status`, "charging");
    await shows(`sensor.box_${name}_power`, "11040");
    transaction = (await hass.state(`sensor.box_${name}_transaction_id`))?.state ?? "";
    expect(transaction.length).toBeGreaterThan(3);
    expect(made.point.errors).toEqual([]);
  });

  it("follows the limit to 10 A, pauses at 0 A, resumes at 10 A", async () => {
    for (const [act, amps] of [
      [() => set(`box_${name}_current_limit`, 10), 10],
      [() => press(`box_${name}_pause`), 0],
      [() => press(`box_${name}_start`), 10],
    ] as const) {
      const since = made.point.calls.length;
      await act();
      await made.point.called("SetChargingProfile", isLimit(amps), since);
      await made.report(amps, 2_100 + amps, amps === 0 ? "suspended_evse" : "charging");
      if (amps === 0) await shows(`sensor.box_${name}_status`, "suspended_evse");
      await shows(`sensor.box_${name}_transaction_id`, transaction);
    }
    await shows(`sensor.box_${name}_status`, "charging");
    // Alive all the time: the box was never asked to end it.
    expect(made.point.calls.map(({ action }) => action)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/StopTransaction$/)]),
    );
    await shows(`sensor.box_${name}_accepted_a`, /^10(\.0)?$/);
  });

  it("ends the session on Stop, with its energy kept", async () => {
    const since = made.point.calls.length;
    await press(`box_${name}_stop`);
    await made.point.called(version === "1.6" ? "RemoteStopTransaction" : "RequestStopTransaction", undefined, since);
    await made.end("Remote", 4_000);
    await made.plug(false);
    await shows(`sensor.box_${name}_status`, "available");
    await shows(`sensor.box_${name}_last_session_energy`, /^3(\.0+)?$/);
    await shows(`sensor.box_${name}_energy_total`, /^4(\.0+)?$/);
  });
});

it("takes three queued offline transactions of each box in order, and its live picture does not stir", async () => {
  const hour = 3_600_000;
  const queued = new Map<string, string[]>();
  for (const point of points) {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++)
      ids.push(await boxOf(point).replay((5 - n) * hour, 4_000 + n * 1_000, 5_000 + n * 1_000));
    queued.set(names[point.version], ids);
  }
  for (const [name, ids] of queued) {
    await shows(`sensor.box_${name}_energy_total`, /^7(\.0+)?$/);
    expect((await hass.state(`sensor.box_${name}_status`))?.state).toBe("available");
    // They are booked one after the other, a few seconds each.
    const told = async (): Promise<{ session: string; energy_kwh: number; start: string }[]> => {
      const answer = await hass.call("script", "evse_sessions", { charger: name }, true);
      expect(answer.service_response.ok).toBe(true);
      return answer.service_response.sessions.filter((one: { session: string }) => ids.includes(one.session));
    };
    await until(async () => (await told()).length === 3, 40_000);
    for (const one of await told()) expect(one.energy_kwh).toBe(1);
  }
});

it("goes on with the sessions that were running when the bridge was restarted, on each version", async () => {
  const all = points.map((point) => boxOf(point));
  const ids = new Map<string, string>();
  for (const made of all) {
    const name = names[made.point.version];
    await made.plug(true);
    await shows(`sensor.box_${name}_status`, "preparing");
    await begin(made, 7_000);
    await made.report(10, 8_000);
    await shows(`sensor.box_${name}_status`, "charging");
    await shows(`sensor.box_${name}_energy_session`, /^1(\.0+)?$/);
    ids.set(name, (await hass.state(`sensor.box_${name}_transaction_id`))?.state ?? "");
  }
  const before = all.map((made) => made.point.closings);
  expect(await bridge.stop()).toBe(0);
  await until(() => all.every((made, n) => made.point.closings > (before[n] ?? 0)));
  await bridge.start();
  for (const made of all) {
    const since = made.point.calls.length;
    await made.point.connect();
    await made.report(10, 9_000);
    // The limit is the first thing that it hears.
    await made.point.called("SetChargingProfile", undefined, since);
    expect(made.point.calls[since]?.action).toBe("SetChargingProfile");
  }
  for (const made of all) {
    const name = names[made.point.version];
    await shows(`sensor.box_${name}_status`, "charging", 40_000);
    await shows(`sensor.box_${name}_transaction_id`, ids.get(name) ?? "none");
    await shows(`sensor.box_${name}_energy_session`, /^2(\.0+)?$/);
    expect(made.point.errors).toEqual([]);
  }
  for (const made of all.filter(({ point }) => point.version !== "2.1")) {
    await made.end("Local", 9_000);
    await made.plug(false);
    await shows(`sensor.box_${names[made.point.version]}_status`, "available");
  }
});

it("follows the sun told by template sensors, and switches a plug with the surplus", async () => {
  const point = points.find((one) => one.version === "2.1")!;
  const made = boxOf(point);
  await set("box_three_current_limit", 16);
  // The car follows its limit, the meter shows it: 600 W of household and 11 kW at 16 A, less the roof.
  let roofW = 9_000;
  let drawnA = 10;
  let registerWh = 9_100;
  const live = setInterval(() => {
    const next = Math.min(16, point.limitA ?? 0);
    meterW = 600 + next * 690 - roofW;
    if (next === drawnA) return;
    drawnA = next;
    registerWh += 10;
    made.report(next, registerWh, next === 0 ? "suspended_evse" : "charging").catch(() => undefined);
  }, 1_000);
  try {
    await set("roof", roofW);
    await shows("sensor.home_solar_power", "9000");
    await hass.call("input_select", "select_option", { entity_id: "input_select.box_three_mode", option: "Solar" });
    await shows("sensor.box_three_reason", "following_solar", 120_000);
    // The car may have no more than the user wants: the rest, 6 A a phase, is enough for a plug of 1000 W on one of them.
    await set("box_three_current_limit", 6);
    await hass.call("input_select", "select_option", { entity_id: "input_select.boiler_mode", option: "Solar" });
    await until(async () => (await hass.state("input_boolean.boiler_relay"))?.state === "on", 120_000);
    // The sun goes: no surplus, so nothing charges from it.
    roofW = 0;
    await set("roof", roofW);
    await until(async () => point.limitA === 0, 120_000);
    await until(async () => (await hass.state("input_boolean.boiler_relay"))?.state === "off", 120_000);
  } finally {
    clearInterval(live);
  }
}, 600_000);
