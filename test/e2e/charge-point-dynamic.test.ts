/** OCPP 2.1 with dynamic profiles: a third-party charge point that asks for them. The bridge is a process; no Home Assistant is needed. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { box, type Box } from "./box.ts";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { startThirdParty, type ThirdParty } from "./charge-point.ts";
import { until } from "./hass.ts";

const CONFIG = `site: { id: home, name: Home, main_breaker: 25 }
chargers:
  - { id: wallbox, name: Wallbox, driver: ocpp, station: DYN, max_current: 16, phases: 3, command_interval: 5 }
`;
const LEASE = 102;

let bridge: BridgeProcess;
let point: ThirdParty;
let made: Box;

beforeAll(async () => {
  // Nobody answers there: the bridge governs its chargers all the same.
  bridge = await createBridge({ url: "http://127.0.0.1:9", token: "none" }, CONFIG);
  await bridge.start();
  point = startThirdParty({ url: bridge.ocppUrl, id: "DYN", version: "2.1", preset: "dynamic" });
  made = box(point);
  await point.connect();
  await made.boot();
});

afterAll(async () => {
  await point?.close();
  await bridge?.clean();
});

it("gets a dynamic lease above a standing limit", async () => {
  const { payload } = await point.called(
    "SetChargingProfile",
    ({ charging_profile }) => charging_profile.charging_profile_kind === "Dynamic",
  );
  expect(payload.charging_profile).toMatchObject({ id: LEASE, dyn_update_interval: 30 });
  await point.called("SetChargingProfile", ({ charging_profile }) => charging_profile.id === 2);
});

it("has its limit moved in place when it rises", async () => {
  const since = point.calls.length;
  await made.plug(true);
  await made.begin("TAG");
  await made.report(6, 2_000);
  const { payload } = await point.called("UpdateDynamicSchedule", undefined, since);
  expect(payload).toMatchObject({ charging_profile_id: LEASE, schedule_update: { limit: 16 } });
  await until(() => point.limitA === 16);
});

it("is told its limit when it asks, and nothing of profiles that are not the bridge's", async () => {
  const told = await point.send("PullDynamicScheduleUpdate", { charging_profile_id: LEASE });
  expect(told).toMatchObject({ status: "Accepted", schedule_update: { limit: 16 } });
  const foreign = await point.send("PullDynamicScheduleUpdate", { charging_profile_id: 7 });
  expect(foreign).toMatchObject({ status: "Rejected" });
  expect(point.errors).toEqual([]);
});
