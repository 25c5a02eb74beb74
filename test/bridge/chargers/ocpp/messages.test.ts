import { afterEach, describe, expect, it } from "vitest";
import { OcppError } from "../../../../bridge/ocpp/errors.ts";
import type { JsonObject, OcppVersion } from "../../../../bridge/ocpp/station.ts";
import { desk, type Desk } from "./desk.ts";

let it1: Desk;
afterEach(() => it1.close());
async function open(version: OcppVersion, options: Parameters<typeof desk>[1] = {}): Promise<Desk> {
  it1 = await desk(version, options);
  it1.boot();
  await it1.clock.advance(12_000);
  return it1;
}
const now = (): Desk["charger"]["snapshot"] => it1.charger.snapshot;
const status16 = (status: string, connectorId = 1, more: JsonObject = {}): JsonObject =>
  it1.say("StatusNotification", { connectorId, errorCode: "NoError", status, timestamp: it1.at(), ...more });
const status20 = (connectorStatus: string, evseId = 1, connectorId = 1): JsonObject =>
  it1.say("StatusNotification", { timestamp: it1.at(), connectorStatus, evseId, connectorId });
const start16 = (more: JsonObject = {}): number =>
  it1.say("StartTransaction", { connectorId: 1, idTag: "TAG", meterStart: 1000, timestamp: it1.at(), ...more })[
    "transactionId"
  ] as number;
const values = (...samples: JsonObject[]): JsonObject => ({ timestamp: it1.at(), sampledValue: samples });
const power = (value: number): JsonObject => ({ value: String(value), measurand: "Power.Active.Import", unit: "W" });
const energy = (value: number, more: JsonObject = {}): JsonObject => ({
  value: String(value),
  measurand: "Energy.Active.Import.Register",
  unit: "Wh",
  ...more,
});
function event(
  eventType: string,
  id: string,
  seqNo: number | undefined,
  more: JsonObject = {},
  info: JsonObject = {},
): JsonObject {
  return it1.say("TransactionEvent", {
    eventType,
    timestamp: it1.at(),
    triggerReason: "Trigger",
    ...(seqNo === undefined ? {} : { seqNo }),
    transactionInfo: { transactionId: id, ...info },
    evse: { id: 1, connectorId: 1 },
    ...more,
  });
}

describe("1.6 messages", () => {
  it("maps every connector status, and keeps connector 0 to the station", async () => {
    await open("1.6");
    const words: [string, string][] = [
      ["Available", "available"],
      ["Preparing", "preparing"],
      ["Charging", "charging"],
      ["SuspendedEV", "suspended_ev"],
      ["SuspendedEVSE", "suspended_evse"],
      ["Finishing", "finishing"],
      ["Reserved", "reserved"],
      ["Unavailable", "out_of_service"],
      ["Faulted", "faulted"],
    ];
    for (const [raw, word] of words) {
      status16(raw);
      expect(now().status).toBe(word);
    }
    status16("Available");
    status16("Available", 0);
    expect(now().status).toBe("available");
    status16("Unavailable", 0);
    expect(now().status).toBe("out_of_service");
    status16("Faulted", 0);
    expect(now().status).toBe("faulted");
    expect(it1.chargers).toHaveLength(1);
  });

  it("counts an error code without Faulted as a warning", async () => {
    await open("1.6");
    status16("Charging", 1, { errorCode: "WeakSignal" });
    expect(now().status).toBe("charging");
    expect(now().faults).toEqual([]);
    expect(now().extra["error_code"]).toBe("WeakSignal");
    status16("Faulted", 1, { errorCode: "GroundFailure", vendorErrorCode: "E7" });
    expect(now().faults).toEqual(["GroundFailure", "E7"]);
    expect(now().statusReason).toEqual({ code: "fault", fault: "GroundFailure" });
  });

  it("says why it waits", async () => {
    await open("1.6");
    status16("Preparing");
    expect(now().statusReason).toEqual({ code: "authorization" });
    start16();
    status16("SuspendedEV");
    expect(now().statusReason).toEqual({ code: "ev_not_ready" });
    status16("Charging");
    status16("SuspendedEV");
    expect(now().statusReason).toEqual({ code: "ev_full" });
    status16("Finishing");
    expect(now().statusReason).toEqual({ code: "replug_required" });
  });

  it("gives two starts different ids, and a repeated one its own again", async () => {
    await open("1.6");
    const timestamp = it1.at();
    const first = start16({ timestamp });
    expect(start16({ timestamp })).toBe(first);
    expect(start16({ timestamp, meterStart: 2000 })).not.toBe(first);
    expect(now().session?.endedAtMs).toBeUndefined();
  });

  it("answers a stop it knows nothing of, with no phantom session", async () => {
    await open("1.6");
    for (const transactionId of [0, -1, 4711])
      expect(it1.say("StopTransaction", { transactionId, meterStop: 5, timestamp: it1.at(), idTag: "X" })).toEqual({
        idTagInfo: { status: "Accepted" },
      });
    expect(now().session).toBeUndefined();
  });

  it("ends a session with its energy, zero flow and reason", async () => {
    await open("1.6");
    status16("Preparing");
    const transactionId = start16({ meterStart: 10_000 });
    expect(now().session).toMatchObject({ id: String(transactionId), energyWh: 0, idTag: "TAG" });
    status16("Charging");
    it1.say("MeterValues", { connectorId: 1, transactionId, meterValue: [values(power(7000), energy(11_500))] });
    expect(now()).toMatchObject({ powerW: 7000, energyWh: 11_500 });
    expect(now().session?.energyWh).toBe(1500);
    it1.say("StopTransaction", { transactionId, meterStop: 12_000, timestamp: it1.at(), reason: "EVDisconnected" });
    expect(now().powerW).toBe(0);
    expect(now().session).toMatchObject({ energyWh: 2000, stopReason: "EVDisconnected" });
    expect(now().extra["transaction_id"]).toBeUndefined();
    // Closing values that come late count for energy, not for power.
    it1.say("MeterValues", { connectorId: 1, transactionId, meterValue: [values(power(6000), energy(12_010))] });
    expect(now().powerW).toBe(0);
    expect(now().energyWh).toBe(12_010);
  });

  it("takes up a running session from its readings only where the state fits", async () => {
    await open("1.6");
    status16("Available");
    it1.say("MeterValues", { connectorId: 1, transactionId: 99, meterValue: [values(power(0))] });
    expect(now().session).toBeUndefined();
    status16("Charging");
    it1.say("MeterValues", { connectorId: 1, transactionId: 99, meterValue: [values(power(5000), energy(7000))] });
    expect(now().session?.id).toBe("99");
    expect(now().session?.startedAtMs).toBeUndefined();
  });

  it("does not let readings of other connectors or of nothing in", async () => {
    await open("1.6");
    status16("Available");
    for (const connectorId of [99, -3]) it1.say("MeterValues", { connectorId, meterValue: [values(power(5000))] });
    expect(now().powerW).toBeUndefined();
    it1.say("MeterValues", { connectorId: 0, meterValue: [values(power(5000))] });
    expect(now().powerW).toBeUndefined();
    expect(it1.chargers).toHaveLength(1);
  });

  it("reads values before Boot", async () => {
    it1 = await desk("1.6");
    expect(it1.say("MeterValues", { connectorId: 1, meterValue: [values(power(0), energy(100))] })).toEqual({});
    expect(now().energyWh).toBe(100);
  });

  it("refuses actions that do not exist and keeps going", async () => {
    await open("1.6");
    expect(() => it1.say("TransactionStarted", {})).toThrow(OcppError);
    expect(it1.say("Heartbeat", {})).toHaveProperty("currentTime");
  });

  it("ends a session that an Available contradicts, when it is older than ten seconds", async () => {
    await open("1.6");
    start16();
    status16("Available");
    expect(now().session?.endedAtMs).toBeUndefined();
    await it1.clock.advance(11_000);
    status16("Available");
    expect(now().session?.stopReason).toBe("lost");
  });

  it("drops an old status that was queued", async () => {
    await open("1.6");
    status16("Charging");
    status16("Available", 1, { timestamp: it1.at(-3_600_000) });
    expect(now().status).toBe("charging");
  });

  it.each([-7_200_000, 7_200_000])("shows live values with a clock %i ms off", async (skew) => {
    await open("1.6");
    for (let n = 0; n < 4; n++) status16(n % 2 === 0 ? "Preparing" : "Available", 1, { timestamp: it1.at(skew) });
    status16("Preparing", 1, { timestamp: it1.at(skew) });
    const transactionId = start16({ timestamp: it1.at(skew) });
    status16("Charging", 1, { timestamp: it1.at(skew) });
    it1.say("MeterValues", {
      connectorId: 1,
      transactionId,
      meterValue: [{ timestamp: it1.at(skew), sampledValue: [power(4000)] }],
    });
    expect(now().powerW).toBe(4000);
    expect(now().session?.startedAtMs).toBe(it1.clock.nowMs());
    await it1.clock.advance(3_000);
    expect(now().problem?.code).toBe("clock_skew");
  });

  it.each(["1970-01-01T00:00:10Z", "2026-01-01 12:00:00", "garbage", "2026-01-01T13:00:00+01"])(
    "believes a live message with the time %s",
    async (timestamp) => {
      await open("1.6");
      status16("Preparing", 1, { timestamp });
      expect(now().status).toBe("preparing");
      start16({ timestamp });
      expect(now().session?.startedAtMs).toBe(it1.clock.nowMs());
    },
  );
});

describe("a clock that is set while it runs", () => {
  it("counts as live again from the second message", async () => {
    await open("1.6");
    for (let n = 0; n < 4; n++) status16(n % 2 === 0 ? "Preparing" : "Available");
    status16("Preparing");
    const transactionId = start16();
    status16("Charging");
    const hour = -3_600_000;
    const told = (watts: number): void => {
      it1.say("MeterValues", {
        connectorId: 1,
        transactionId,
        meterValue: [{ timestamp: it1.at(hour), sampledValue: [power(watts)] }],
      });
    };
    told(1000);
    await it1.clock.advance(10_000);
    told(2000);
    expect(now().powerW).toBe(2000);
    await it1.clock.advance(10_000);
    told(3000);
    expect(now().powerW).toBe(3000);
  });

  it("is not mistaken for what was queued", async () => {
    await open("1.6");
    status16("Charging");
    const transactionId = start16();
    it1.say("MeterValues", { connectorId: 1, transactionId, meterValue: [values(power(4000), energy(9000))] });
    for (let n = 0; n < 50; n++) {
      await it1.clock.advance(100);
      it1.say("MeterValues", {
        connectorId: 1,
        transactionId: 7,
        meterValue: [{ timestamp: it1.at(-3_600_000 + n * 10_000), sampledValue: [power(9999)] }],
      });
    }
    expect(now().powerW).toBe(4000);
    expect(now().session?.id).toBe(String(transactionId));
  });
});

describe("2.x messages", () => {
  it("derives the state from connector and transaction", async () => {
    await open("2.0.1");
    status20("Available");
    expect(now().status).toBe("available");
    status20("Occupied");
    expect(now().status).toBe("preparing");
    event("Started", "A", 0, {}, { chargingState: "EVConnected" });
    expect(now().status).toBe("preparing");
    event("Updated", "A", 1, {}, { chargingState: "Charging" });
    expect(now().status).toBe("charging");
    status20("Occupied");
    expect(now().status).toBe("charging");
    event("Updated", "A", 2);
    expect(now().status).toBe("charging");
    event("Updated", "A", 3, {}, { chargingState: "SuspendedEVSE" });
    expect(now().status).toBe("suspended_evse");
    event("Ended", "A", 4, {}, { stoppedReason: "Remote" });
    expect(now().status).toBe("finishing");
    expect(now().extra["stopped_reason"]).toBe("Remote");
    status20("Available");
    expect(now().status).toBe("available");
    status20("Faulted");
    expect(now().status).toBe("faulted");
    expect(now().carConnected).toBe(false);
  });

  it("believes power more than a box that says EVConnected while it charges", async () => {
    await open("2.0.1");
    status20("Occupied");
    const kilowatts = {
      meterValue: [values({ value: 7.2, measurand: "Power.Active.Import", unitOfMeasure: { unit: "kW" } })],
    };
    event("Started", "A", 0, {}, { chargingState: "EVConnected" });
    event("Updated", "A", 1, kilowatts);
    event("Updated", "A", 2, kilowatts);
    expect(now().status).toBe("charging");
    expect(now().powerW).toBe(7200);
  });

  it("drops repeated events and those after the end, and counts gaps", async () => {
    await open("2.0.1");
    status20("Occupied");
    const told = (wh: number): JsonObject => ({ meterValue: [values(energy(wh), power(wh))] });
    event("Started", "A", 0);
    event("Updated", "A", 2, told(200));
    expect(now().extra["sequence_gaps"]).toBe(1);
    event("Updated", "A", 1, told(999));
    event("Updated", "A", 2, told(888));
    expect(now().powerW).toBe(200);
    event("Ended", "A", 3);
    event("Ended", "A", 4, told(777));
    event("Updated", "A", 5, told(666));
    expect(now().session?.endedAtMs).toBeDefined();
    expect(now().energyWh).toBe(200);
  });

  it("takes events without numbers in order of arrival", async () => {
    await open("2.0.1");
    status20("Occupied");
    event("Started", "A", undefined);
    event("Updated", "A", undefined, {}, { chargingState: "Charging" });
    expect(now().status).toBe("charging");
  });

  it("learns of a session that it never saw begin", async () => {
    await open("2.0.1");
    status20("Occupied");
    event("Updated", "B", 17, { meterValue: [values(energy(5000))] }, { chargingState: "Charging" });
    expect(now().session).toMatchObject({ id: "B", startedAtMs: undefined });
    expect(now().status).toBe("charging");
  });

  it("closes the old session when another begins", async () => {
    await open("2.0.1");
    status20("Occupied");
    event("Started", "A", 0);
    event("Started", "B", 0);
    expect(now().session?.id).toBe("B");
  });

  it("keeps what was told offline out of the live picture, and takes up what still runs", async () => {
    await open("2.0.1");
    status20("Occupied");
    const old = it1.at(-3_600_000);
    event("Started", "A", 0, { timestamp: old, offline: true });
    event(
      "Updated",
      "A",
      1,
      { timestamp: old, offline: true, meterValue: [values(power(9000))] },
      { chargingState: "Charging" },
    );
    expect(now().status).toBe("preparing");
    expect(now().powerW).toBeUndefined();
    event("Updated", "A", 2, { meterValue: [values(power(3000))] });
    expect(now()).toMatchObject({ status: "charging", powerW: 3000 });
    expect(now().session?.startedAtMs).toBe(Date.parse(old));
  });

  it("answers a token only when one was told, and a certificate only when one was sent", async () => {
    await open("2.0.1");
    expect(event("Started", "A", 0)).toEqual({});
    expect(event("Updated", "A", 1, { idToken: { idToken: "X", type: "ISO14443" } })).toEqual({
      idTokenInfo: { status: "Accepted" },
    });
    expect(it1.say("Authorize", { idToken: { idToken: "X", type: "ISO14443" } })).toEqual({
      idTokenInfo: { status: "Accepted" },
    });
    expect(it1.say("Authorize", { idToken: { idToken: "X", type: "eMAID" }, certificate: "PEM" })).toHaveProperty(
      "certificateStatus",
    );
  });

  it("keeps (0,0) to the station and drops a lone 0", async () => {
    await open("2.0.1");
    status20("Available", 0, 0);
    status20("Occupied", 0, 1);
    status20("Occupied", 1, 0);
    expect(now().status).toBeUndefined();
  });

  it("answers every known message of a box with its neutral result", async () => {
    await open("2.1");
    const neutral: [string, JsonObject, JsonObject][] = [
      ["NotifyEvent", { eventData: [] }, {}],
      ["NotifyEVChargingNeeds", { evseId: 1, chargingNeeds: {} }, { status: "Accepted" }],
      ["NotifyEVChargingSchedule", {}, { status: "Accepted" }],
      ["NotifyChargingLimit", { chargingLimit: { chargingLimitSource: "EMS" } }, {}],
      ["ReportChargingProfiles", {}, {}],
      ["SecurityEventNotification", { type: "X" }, {}],
      ["SignCertificate", { csr: "x" }, { status: "Rejected" }],
      ["PullDynamicScheduleUpdate", { chargingProfileId: 1 }, { status: "Rejected" }],
      ["Get15118EVCertificate", {}, { status: "Failed", exiResponse: "" }],
    ];
    for (const [action, payload, answer] of neutral) expect(it1.say(action, payload)).toEqual(answer);
  });
});

describe("who may charge", () => {
  const list = [
    { tag: "FAMILY", name: "Family", status: "accepted", expiryMs: undefined },
    { tag: "LOST", name: "Lost card", status: "blocked", expiryMs: undefined },
    { tag: "OLD", name: "Old", status: "accepted", expiryMs: 1000 },
  ] as const;

  it("follows the list in Authorize and in StartTransaction", async () => {
    await open("1.6", { auth: "allow_list", authorization: list });
    const ask = (idTag: string): unknown => it1.say("Authorize", { idTag })["idTagInfo"];
    expect(ask("family")).toEqual({ status: "Accepted" });
    expect(ask("FAMILY-")).toEqual({ status: "Accepted" });
    expect(ask("FAMILY\x10\x0e")).toEqual({ status: "Accepted" });
    expect(ask("LOST")).toEqual({ status: "Blocked" });
    expect(ask("OLD")).toEqual({ status: "Expired" });
    expect(ask("NOBODY")).toEqual({ status: "Invalid" });
    expect(ask("x".repeat(300))).toEqual({ status: "Invalid" });
    expect(now().extra["unknown_tag"]).toBe("x".repeat(300));
    const answer = it1.say("StartTransaction", { connectorId: 1, idTag: "NOBODY", meterStart: 0, timestamp: it1.at() });
    expect(answer).toMatchObject({ idTagInfo: { status: "Invalid" } });
    expect(answer["transactionId"]).toBeGreaterThan(0);
  });

  it("stops a box that charges with a tag that was refused", async () => {
    await open("1.6", { auth: "allow_list", authorization: list });
    const id = it1.say("StartTransaction", { connectorId: 1, idTag: "NOBODY", meterStart: 0, timestamp: it1.at() })[
      "transactionId"
    ];
    status16("Charging");
    await it1.clock.advance(15_000);
    expect(it1.calls).toContainEqual(
      expect.objectContaining({ action: "RemoteStopTransaction", payload: { transactionId: id } }),
    );
  });

  it("says Unknown on 2.x, and always takes its own tag", async () => {
    await open("2.0.1", { auth: "allow_list", authorization: list, idTag: "OURS" });
    const ask = (idToken: string, type = "ISO14443"): unknown =>
      it1.say("Authorize", { idToken: { idToken, type } })["idTokenInfo"];
    expect(ask("NOBODY")).toEqual({ status: "Unknown" });
    expect(ask("ours")).toEqual({ status: "Accepted" });
    expect(ask("", "NoAuthorization")).toEqual({ status: "Accepted" });
  });

  it("puts the list into a box that keeps one, once", async () => {
    it1 = await desk("1.6", { auth: "allow_list", authorization: list });
    it1.answers.set("GetConfiguration", {
      configurationKey: [
        { key: "LocalAuthListEnabled", readonly: false, value: "true" },
        { key: "SendLocalListMaxLength", readonly: true, value: "2" },
      ],
    });
    let version = 0;
    it1.answers.set("GetLocalListVersion", () => ({ listVersion: version }));
    it1.boot();
    await it1.clock.advance(12_000);
    const sent = it1.calls.filter(({ action }) => action === "SendLocalList").map(({ payload }) => payload);
    expect(sent.map((payload) => payload["updateType"])).toEqual(["Full", "Differential"]);
    expect(sent[0]?.["localAuthorizationList"]).toContainEqual({ idTag: "LOST", idTagInfo: { status: "Blocked" } });
    version = sent[0]?.["listVersion"] as number;
    it1.boot();
    await it1.clock.advance(12_000);
    expect(it1.calls.filter(({ action }) => action === "SendLocalList")).toHaveLength(2);
  });

  it("blocks all but its own tag where that is wished", async () => {
    await open("1.6", { auth: "block", idTag: "OURS" });
    expect(it1.say("Authorize", { idTag: "ANY" })["idTagInfo"]).toEqual({ status: "Blocked" });
    expect(it1.say("Authorize", { idTag: "OURS" })["idTagInfo"]).toEqual({ status: "Accepted" });
  });
});
