/** A Delta Gen 4 (BMW, Mini) with its oddities on the wire, played by a third-party charge point, on a real Home Assistant. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deltaBox, type DeltaBox } from "./box-delta.ts";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { startThirdParty, type ThirdParty } from "./charge-point.ts";
import { startHass, until, type RealHass } from "./hass.ts";

const CONFIG = `site: { id: home, name: Home, main_breaker: 25 }
chargers:
  - { id: wallbox, name: Wallbox, driver: ocpp, station: DELTA, max_current: 16, phases: 1, command_interval: 5 }
`;

let hass: RealHass;
let bridge: BridgeProcess;
let point: ThirdParty;
let made: DeltaBox;
let transaction = "";

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
  hass.call("input_button", "press", { entity_id: `input_button.wallbox_${button}` });
const profileOf = (payload: any): any => payload.charging_profile;
const limitOf = (payload: any): number =>
  Number(profileOf(payload).charging_schedule[0].charging_schedule_period[0].limit);
const isLimit =
  (amps: number) =>
  (payload: any): boolean =>
    limitOf(payload) === amps;
const limitsSince = (since: number): any[] =>
  point.calls.slice(since).filter(({ action }) => action === "SetChargingProfile");
/** The session that the box began is the one that Home Assistant shows. */
const sameSession = (): Promise<void> => shows("sensor.wallbox_transaction_id", transaction);

beforeAll(async () => {
  hass = await startHass({});
  bridge = await createBridge(hass, CONFIG);
  await bridge.start();
  point = startThirdParty({ url: bridge.ocppUrl, id: "DELTA", version: "2.0.1", preset: "delta" });
  made = deltaBox(point);
});

afterAll(async () => {
  await point?.close();
  await bridge?.clean();
  await hass?.stop();
});

describe("a visit to a Delta Gen 4", () => {
  it("is known by its boot, and has its one limit before a car comes", async () => {
    await point.connect();
    await made.boot();
    await shows("sensor.wallbox_status", "available", 40_000);
    await point.called("SetChargingProfile");
    await until(() => point.limitA !== undefined);
    // Everything it is asked after it has connected; a trigger that it refuses would be in here.
    await point.called("SetVariables", (payload) => /TxUpdatedInterval/.test(JSON.stringify(payload)));
    await shows("sensor.wallbox_fail_safe", "single_level");
    expect(point.errors).toEqual([]);
  });

  it("starts without a tag, under its limit from the first reading on", async () => {
    await made.plug(true);
    await shows("sensor.wallbox_status", "preparing");
    const since = point.calls.length;
    await press("start");
    const { payload } = await point.called("RequestStartTransaction", undefined, since);
    expect(payload.id_token).toMatchObject({ id_token: "", type: "NoAuthorization" });
    // The smallest current until something is known of the car.
    expect(point.limitA).toBe(6);
    const begun = point.calls.length;
    await made.begin(payload.id_token.id_token, payload.remote_start_id);
    // Said again as soon as the session begins.
    await point.called("SetChargingProfile", undefined, begun);
    await made.report(6, 2_000);
    await shows("sensor.wallbox_status", "charging");
    await point.called("SetChargingProfile", isLimit(16), begun);
    await made.report(16, 2_010);
    await shows("sensor.wallbox_power", "3680");
    transaction = (await hass.state("sensor.wallbox_transaction_id"))?.state ?? "";
    expect(transaction).toMatch(/^DELTA-/);
  });

  it("follows the limit to 10 A, pauses at 0 A with the session alive, and resumes", async () => {
    for (const [act, amps] of [
      [
        () => hass.call("input_number", "set_value", { entity_id: "input_number.wallbox_current_limit", value: 10 }),
        10,
      ],
      [() => press("pause"), 0],
      [() => press("start"), 10],
    ] as const) {
      const since = point.calls.length;
      await act();
      await point.called("SetChargingProfile", isLimit(amps), since);
      await until(() => point.limitA === amps);
      await made.report(amps, 2_100 + amps, amps === 0 ? "suspended_evse" : "charging");
      if (amps === 0) await shows("sensor.wallbox_reason", "paused_by_user");
      await sameSession();
    }
    await shows("sensor.wallbox_status", "charging");
    await shows("sensor.wallbox_accepted_a", /^10(\.0)?$/);
    // Its own unphased figure is frozen at 6 A.
    await shows("sensor.wallbox_current", /^10(\.0)?$/);
  });

  it("pauses on Stop, so that Start works without a replug", async () => {
    const since = point.calls.length;
    await press("stop");
    await point.called("SetChargingProfile", isLimit(0), since);
    await made.report(0, 2_200, "suspended_evse");
    await shows("sensor.wallbox_status", "suspended_evse");
    await sameSession();
    const resuming = point.calls.length;
    await press("start");
    await point.called("SetChargingProfile", isLimit(10), resuming);
    await made.report(10, 2_300);
    await shows("sensor.wallbox_status", "charging");
    expect(point.calls.slice(since).map(({ action }) => action)).not.toContain("RequestStopTransaction");
  });

  it("goes on with the session after a restart of the bridge", async () => {
    const closings = point.closings;
    expect(await bridge.stop()).toBe(0);
    await until(() => point.closings > closings);
    // On a clean stop a box of one level is brought down to its fail-safe.
    expect(point.limitA).toBe(6);
    const since = point.calls.length;
    await bridge.start();
    await point.connect();
    await made.report(6, 2_400);
    await point.called("SetChargingProfile", isLimit(10), since);
    await made.report(10, 2_500);
    await shows("sensor.wallbox_status", "charging", 40_000);
    await sameSession();
    await shows("sensor.wallbox_energy_total", "2.5");
  });

  it("was never given a second level, another purpose, or a clear", () => {
    const profiles = limitsSince(0).map(({ payload }) => profileOf(payload));
    expect(profiles.length).toBeGreaterThan(5);
    for (const { stack_level, charging_profile_purpose } of profiles)
      expect({ stack_level, charging_profile_purpose }).toEqual({
        stack_level: 0,
        charging_profile_purpose: "TxDefaultProfile",
      });
    const actions = point.calls.map(({ action }) => action);
    expect(actions).not.toContain("ClearChargingProfile");
    const triggers = point.calls.filter(({ action }) => action === "TriggerMessage");
    expect(triggers.map(({ payload }) => payload.requested_message)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(BootNotification|StatusNotification)$/)]),
    );
  });
});

describe("a profile of the transaction that someone else has left in a Delta", () => {
  it("defies the pause, is answered by a reboot, and the pause is what the box hears first", async () => {
    // What an older controller did: a profile bound to the transaction, nailed down by the next suspension.
    const answer = await hass.call(
      "script",
      "evse_ocpp_call",
      {
        charger: "wallbox",
        action: "SetChargingProfile",
        payload: JSON.stringify({
          evseId: 1,
          chargingProfile: {
            id: 999,
            stackLevel: 0,
            chargingProfilePurpose: "TxProfile",
            chargingProfileKind: "Absolute",
            transactionId: transaction,
            chargingSchedule: [
              {
                id: 1,
                startSchedule: new Date(Date.now() - 60_000).toISOString(),
                chargingRateUnit: "A",
                chargingSchedulePeriod: [{ startPeriod: 0, limit: 12 }],
              },
            ],
          },
        }),
      },
      true,
    );
    expect(answer.service_response).toMatchObject({ ok: true });
    await made.report(0, 2_600, "suspended_ev");
    await shows("sensor.wallbox_status", "suspended_ev");
    await made.report(12, 2_700);
    await shows("sensor.wallbox_power", "2760");

    const since = point.calls.length;
    await press("pause");
    await point.called("SetChargingProfile", isLimit(0), since);
    // Accepted, and the orphan rules on: the box charges at 12 A.
    expect(point.limitA).toBe(12);
    let registerWh = 2_710;
    const drawing = setInterval(() => void made.report(12, (registerWh += 10)).catch(() => undefined), 5_000);
    const closings = point.closings;
    try {
      await until(
        () => point.calls.slice(since).some(({ action }) => action === "Reset"),
        150_000,
        () => `no reboot\n${bridge.output().split("\n").slice(-30).join("\n")}`,
      );
    } finally {
      clearInterval(drawing);
    }
    await until(() => point.closings > closings);
    // No attempt on the way to it was anything but a pause.
    expect(limitsSince(since).every(({ payload }) => limitOf(payload) === 0)).toBe(true);

    const back = point.calls.length;
    await point.connect();
    await made.back();
    const { payload } = await point.called("SetChargingProfile", undefined, back);
    expect(limitOf(payload)).toBe(0);
    await until(() => point.limitA === 0);
    await made.report(0, registerWh + 10, "suspended_evse");
    await shows("sensor.wallbox_status", "suspended_evse");
    await shows("sensor.wallbox_reason", "paused_by_user");
    await shows("input_boolean.wallbox_charging", "off");

    const resuming = point.calls.length;
    await press("start");
    await point.called("SetChargingProfile", isLimit(10), resuming);
    await until(() => point.limitA === 10);
    await made.report(10, registerWh + 20);
    await shows("sensor.wallbox_status", "charging");
    expect(point.errors).toEqual([]);
  }, 300_000);
});
