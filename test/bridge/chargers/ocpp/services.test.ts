import { afterEach, describe, expect, it } from "vitest";
import type { JsonValue } from "../../../../bridge/chargers/charger.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { desk, type Desk } from "./desk.ts";
import type { OcppVersion } from "../../../../bridge/ocpp/station.ts";

const never = (): AbortSignal => new AbortController().signal;
let table: Desk;
afterEach(() => table.close());
async function open(version: OcppVersion, options: Parameters<typeof desk>[1] = {}): Promise<void> {
  table = await desk(version, options);
  table.boot();
  await table.clock.advance(12_000);
}
async function ended<T>(work: Promise<T>): Promise<T> {
  const outcome = await settleWithin(table.clock, work, 120_000);
  if (outcome === "open") throw new Error("never answered");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
const service = (name: string, fields: Record<string, JsonValue> = {}): Promise<JsonValue> =>
  ended(table.charger.can.services![name]!(fields, never()));
const last = (action: string): unknown => table.calls.findLast((call) => call.action === action)?.payload;

const NAMES = [
  "ocpp_get_configuration",
  "ocpp_configure",
  "ocpp_set_profile",
  "ocpp_clear_profile",
  "ocpp_trigger",
  "ocpp_availability",
  "ocpp_unlock",
  "ocpp_diagnostics",
  "ocpp_update_firmware",
  "ocpp_data_transfer",
  "ocpp_reserve",
  "ocpp_call",
];

describe("expert services", () => {
  it("are all there", async () => {
    await open("1.6");
    expect(Object.keys(table.charger.can.services ?? {}).sort()).toEqual([...NAMES].sort());
  });

  it("read and write configuration, never a password", async () => {
    await open("1.6");
    table.answers.set("GetConfiguration", {
      configurationKey: [
        { key: "HeartbeatInterval", readonly: false, value: "60" },
        { key: "AuthorizationKey", readonly: false, value: "SECRET" },
      ],
    });
    expect(await service("ocpp_get_configuration", { key: "HeartbeatInterval" })).toMatchObject({ value: "60" });
    expect(JSON.stringify(await service("ocpp_get_configuration"))).not.toContain("SECRET");
    table.answers.set("ChangeConfiguration", { status: "RebootRequired" });
    expect(await service("ocpp_configure", { key: "HeartbeatInterval", value: 30 })).toEqual({ reboot_required: true });
    expect(last("ChangeConfiguration")).toEqual({ key: "HeartbeatInterval", value: "30" });
    await expect(service("ocpp_configure", { key: "AuthorizationKey", value: "x" })).rejects.toMatchObject({
      code: "rejected",
    });
    await expect(
      service("ocpp_call", { action: "ChangeConfiguration", payload: { key: "AuthorizationKey", value: "x" } }),
    ).rejects.toMatchObject({ code: "rejected" });
  });

  it("write variables of 2.x by component and variable", async () => {
    await open("2.0.1");
    table.answers.set("SetVariables", {
      setVariableResult: [{ attributeStatus: "Accepted", component: { name: "A" }, variable: { name: "B" } }],
    });
    expect(await service("ocpp_configure", { key: "TxCtrlr(x)/EVConnectionTimeOut", value: "90" })).toEqual({
      reboot_required: false,
    });
    expect(last("SetVariables")).toEqual({
      setVariableData: [
        {
          component: { name: "TxCtrlr", instance: "x" },
          variable: { name: "EVConnectionTimeOut" },
          attributeType: "Actual",
          attributeValue: "90",
        },
      ],
    });
  });

  it("hold a profile made by hand to the ceiling, and keep the bridge's own ids", async () => {
    await open("1.6", { maxA: 16 });
    const profile = (limit: number, id: number): JsonValue => ({
      chargingProfileId: id,
      stackLevel: 0,
      chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    });
    await expect(service("ocpp_set_profile", { profile: profile(20, 50) })).rejects.toMatchObject({ code: "rejected" });
    await expect(service("ocpp_set_profile", { profile: profile(10, 102) })).rejects.toMatchObject({
      code: "rejected",
    });
    await expect(
      service("ocpp_call", {
        action: "SetChargingProfile",
        payload: { connectorId: 1, csChargingProfiles: profile(20, 50) },
      }),
    ).rejects.toMatchObject({ code: "rejected" });
    expect(await service("ocpp_set_profile", { profile: JSON.stringify(profile(10, 50)) })).toEqual({
      status: "Accepted",
    });
  });

  it("put both levels back after profiles were cleared by hand", async () => {
    await open("2.0.1");
    await ended(table.charger.limit({ limitA: 16, hold: undefined }, never()));
    table.calls.length = 0;
    await service("ocpp_call", { action: "ClearChargingProfile", payload: { chargingProfileCriteria: { evseId: 1 } } });
    await table.clock.advance(1000);
    const set = table.calls.filter(({ action }) => action === "SetChargingProfile");
    expect(set.map(({ payload }) => (payload as any).chargingProfile.id)).toEqual([102, 2]);
  });

  it("do not start what the user has paused, nor lift its limit", async () => {
    await open("1.6");
    await ended(table.charger.limit({ limitA: 0, hold: "user" }, never()));
    const profile = (limit: number): JsonValue => ({
      chargingProfileId: 50,
      stackLevel: 5,
      chargingProfilePurpose: "TxProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    });
    await expect(service("ocpp_set_profile", { profile: profile(6) })).rejects.toMatchObject({ code: "rejected" });
    expect(await service("ocpp_set_profile", { profile: profile(0) })).toEqual({ status: "Accepted" });
    await expect(
      service("ocpp_call", {
        action: "RemoteStartTransaction",
        payload: { connectorId: 1, idTag: "X", chargingProfile: profile(20) },
      }),
    ).rejects.toMatchObject({ code: "rejected" });
    await expect(
      service("ocpp_call", { action: "RemoteStartTransaction", payload: { connectorId: 1, idTag: "X" } }),
    ).rejects.toMatchObject({ code: "rejected" });
  });

  it("pass on the rest in the words of the version", async () => {
    await open("1.6");
    table.answers.set("GetDiagnostics", { fileName: "x" });
    table.answers.set("UpdateFirmware", {});
    table.answers.set("UnlockConnector", { status: "Unlocked" });
    expect(await service("ocpp_diagnostics", { url: "ftp://h/x" })).toEqual({ result: { fileName: "x" } });
    await service("ocpp_update_firmware", { url: "http://h/f", at: "2026-02-01T00:00:00Z" });
    expect(last("UpdateFirmware")).toEqual({ location: "http://h/f", retrieveDate: "2026-02-01T00:00:00Z" });
    expect(await service("ocpp_unlock")).toEqual({ status: "Unlocked" });
    await service("ocpp_data_transfer", { vendor: "Acme", message: "m", data: "d" });
    expect(last("DataTransfer")).toEqual({ vendorId: "Acme", messageId: "m", data: "d" });
    expect(await service("ocpp_reserve", { tag: "T" })).toMatchObject({ status: "Accepted" });
    await service("ocpp_availability", { operative: false });
    expect(last("ChangeAvailability")).toEqual({ connectorId: 0, type: "Inoperative" });
    expect(await service("ocpp_trigger", { message: "Heartbeat" })).toEqual({ status: "Accepted" });
    await expect(service("ocpp_trigger")).rejects.toMatchObject({ code: "protocol" });
  });
});

describe("starting", () => {
  const start = (maxA?: number): Promise<void> => ended(table.charger.can.session!.start(never(), maxA));

  it("puts the limit in place, asks for the start and waits for the session", async () => {
    await open("2.0.1", { idTag: "OURS" });
    table.say("StatusNotification", { timestamp: table.at(), connectorStatus: "Occupied", evseId: 1, connectorId: 1 });
    table.clock.after(5_000, () =>
      table.say("TransactionEvent", {
        eventType: "Started",
        timestamp: table.at(),
        triggerReason: "RemoteStart",
        seqNo: 0,
        transactionInfo: { transactionId: "A", remoteStartId: 1 },
        evse: { id: 1, connectorId: 1 },
      }),
    );
    await ended(table.charger.limit({ limitA: 16, hold: undefined }, never()));
    await start(12);
    const names = table.calls.map(({ action }) => action);
    expect(names.lastIndexOf("RequestStartTransaction")).toBeGreaterThan(names.indexOf("SetChargingProfile"));
    expect(last("RequestStartTransaction")).toMatchObject({ evseId: 1, idToken: { idToken: "OURS", type: "Central" } });
    expect(table.charger.snapshot.wantedA).toBe(12);
  });

  it("takes no more than was allotted, whatever the start asks for", async () => {
    await open("2.0.1");
    table.say("StatusNotification", { timestamp: table.at(), connectorStatus: "Occupied", evseId: 1, connectorId: 1 });
    await ended(table.charger.limit({ limitA: 8, hold: undefined }, never()));
    await start(32).catch(() => undefined);
    expect(last("RequestStartTransaction")).toBeDefined();
    expect(table.charger.snapshot.wantedA).toBe(8);
  });

  it("says that a replug is needed, and pauses instead of stopping from then on", async () => {
    await open("1.6");
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Finishing" });
    table.answers.set("RemoteStartTransaction", { status: "Rejected" });
    await expect(start()).rejects.toThrow(/unplugged/);
    expect(table.charger.can.session?.stopEnds).toBe(false);
  });

  it("says that there is no car, and does not reboot the box for it", async () => {
    await open("1.6", { allowReset: "failed_pause" });
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Available" });
    table.answers.set("RemoteStartTransaction", { status: "Rejected" });
    await expect(start()).rejects.toThrow(/No car/);
    expect(table.calls.map(({ action }) => action)).not.toContain("Reset");
  });

  it("gives a generated tag of 16 letters and digits, always the same", async () => {
    await open("1.6");
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing" });
    table.answers.set("RemoteStartTransaction", { status: "Rejected" });
    await start().catch(() => undefined);
    const tag = (last("RemoteStartTransaction") as { idTag: string }).idTag;
    expect(tag).toMatch(/^[A-Z0-9]{16}$/);
    expect(table.say("Authorize", { idTag: tag })).toEqual({ idTagInfo: { status: "Accepted" } });
  });

  it("starts by itself where that is wished, not during a user's pause", async () => {
    await open("1.6", { autoStart: true });
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing" });
    await table.clock.advance(1000);
    expect(last("RemoteStartTransaction")).toBeDefined();
    table.calls.length = 0;
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Available" });
    await ended(table.charger.limit({ limitA: 0, hold: "user" }, never()));
    table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing" });
    await table.clock.advance(1000);
    expect(last("RemoteStartTransaction")).toBeUndefined();
  });
});

describe("the password", () => {
  it("is changed in the box, and both are valid meanwhile", async () => {
    await open("1.6", { password: "old-password-1234" });
    const line = await ended(table.charger.can.admin!["rotate-password"]!([], never()));
    const { value } = last("ChangeConfiguration") as { value: string };
    expect(value).toMatch(/^[0-9a-f]{40}$/);
    expect(line).not.toContain(value);
    expect([...table.secrets.values()].sort()).toEqual([value, "old-password-1234"].sort());
  });

  it("stays as it was when the box refuses", async () => {
    await open("1.6", { password: "old-password-1234" });
    table.answers.set("ChangeConfiguration", { status: "Rejected" });
    await expect(ended(table.charger.can.admin!["rotate-password"]!([], never()))).rejects.toMatchObject({
      code: "rejected",
    });
    expect(table.secrets.get("ocpp_password")).toBe("old-password-1234");
  });
});

describe("tags", () => {
  const tap = (on = true): Promise<void> =>
    ended(table.charger.can.settings!.set("learn_tag", on, never()) ?? Promise.resolve());

  it.each(["1.6", "2.0.1"] as const)("are learnt with one tap, for good (%s)", async (version) => {
    await open(version, { auth: "allow_list" });
    const show = (tag: string): unknown =>
      version === "1.6"
        ? table.say("Authorize", { idTag: tag })["idTagInfo"]
        : table.say("Authorize", { idToken: { idToken: tag, type: "ISO14443" } })["idTokenInfo"];
    expect(table.charger.can.settings?.specs.map(({ key }) => key)).toContain("learn_tag");
    await expect(tap()).rejects.toMatchObject({ code: "rejected" });
    expect(show("04A1B2C3")).toEqual({ status: version === "1.6" ? "Invalid" : "Unknown" });
    expect(table.charger.snapshot.extra["unknown_tag"]).toBe("04A1B2C3");
    await tap();
    expect(table.charger.snapshot.extra["unknown_tag"]).toBeUndefined();
    expect(table.charger.snapshot.settings?.["learn_tag"]).toBe(false);
    expect(show("04a1b2c3-")).toEqual({ status: "Accepted" });
    expect(show("OTHER")).not.toEqual({ status: "Accepted" });
    await table.restart();
    expect(show("04A1B2C3")).toEqual({ status: "Accepted" });
  });

  it("that the configuration blocks stay blocked", async () => {
    await open("1.6", {
      auth: "allow_list",
      authorization: [{ tag: "04A1", name: "Lost", status: "blocked", expiryMs: undefined }],
    });
    table.say("Authorize", { idTag: "04A1" });
    await tap().catch(() => undefined);
    expect(table.say("Authorize", { idTag: "04A1" })["idTagInfo"]).toEqual({ status: "Blocked" });
  });
});

describe("settings", () => {
  it("has availability for all and LED brightness where the box has it", async () => {
    await open("2.0.1");
    expect(table.charger.can.settings?.specs.map(({ key }) => key)).toEqual(["availability"]);
    table.say("NotifyReport", {
      requestId: 1,
      seqNo: 0,
      generatedAt: table.at(),
      reportData: [
        {
          component: { name: "StatusLED" },
          variable: { name: "brightness" },
          variableAttribute: [{ value: "30", mutability: "ReadWrite" }],
        },
      ],
    });
    expect(table.charger.can.settings?.specs.map(({ key }) => key)).toEqual(["availability", "led_brightness"]);
    expect(table.charger.snapshot.settings["led_brightness"]).toBe(30);
    table.answers.set("SetVariables", {
      setVariableResult: [{ attributeStatus: "Accepted", component: { name: "S" }, variable: { name: "b" } }],
    });
    await ended(table.charger.can.settings!.set("led_brightness", 70, never()));
    expect(table.charger.snapshot.settings["led_brightness"]).toBe(70);
    await ended(table.charger.can.settings!.set("availability", false, never()));
    expect(last("ChangeAvailability")).toEqual({ operationalStatus: "Inoperative" });
  });
});
