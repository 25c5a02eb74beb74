import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallOptions, JsonObject, OcppVersion } from "../../../bridge/ocpp/station.ts";
import { startRig, type Client, type Owner, type Rig } from "./rig.ts";

let rig: Rig;
let owner: Owner;
let client: Client;

beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

async function connect(version: OcppVersion = "2.0.1"): Promise<void> {
  owner = rig.add("CP1");
  client = await rig.connect("/CP1", version);
  await owner.linked();
}

const poll: CallOptions = { priority: 5 };
const limit = (limitA: number): JsonObject => ({
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: limitA }] }],
  },
});
const call = (action: string, payload: JsonObject, options: CallOptions = poll): Promise<unknown> =>
  owner.link.call(action, payload, options).catch((error: unknown) => error);

/** The next call on the wire, answered. */
async function serve(result: JsonObject = { status: "Accepted" }): Promise<string> {
  const [type, id, action, payload] = await client.next();
  expect(type).toBe(2);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  client.send([3, id ?? null, result]);
  return `${action as string} ${JSON.stringify(payload)}`;
}

describe("our calls", () => {
  it("go one at a time, the most urgent first, each kind in its order", async () => {
    await connect();
    const trigger = (requestedMessage: string): JsonObject => ({ requestedMessage });
    const all = [
      call("ClearCache", {}), // on the wire at once
      call("TriggerMessage", trigger("MeterValues"), { priority: 5 }),
      call("TriggerMessage", trigger("Heartbeat"), { priority: 5 }),
      call("Reset", { type: "OnIdle" }, { priority: 3 }),
      call("SetChargingProfile", limit(10), { priority: 2 }),
      call("SetChargingProfile", limit(0), { priority: 1 }),
    ];
    const order: string[] = [];
    for (let i = 0; i < all.length; i++) order.push((await serve()).slice(0, 60));
    expect(order.map((line) => line.split(" ")[0])).toEqual([
      "ClearCache",
      "SetChargingProfile",
      "SetChargingProfile",
      "Reset",
      "TriggerMessage",
      "TriggerMessage",
    ]);
    expect(order[4]).toContain("MeterValues");
    for (const result of await Promise.all(all)) expect(result).toEqual({ status: "Accepted" });
  });

  it("of limits replace the one that waits, and keep its turn", async () => {
    await connect();
    const first = call("ClearCache", {});
    const key = { priority: 2, coalesceKey: "limit 1" } as const;
    const older = call("SetChargingProfile", limit(10), key);
    const other = call("ClearChargingProfile", { chargingProfileId: 3 }, { priority: 2 });
    const newer = call("SetChargingProfile", limit(16), key);
    expect(await older).toMatchObject({ code: "Superseded" });
    await serve();
    expect(await serve()).toContain('"limit":16');
    expect(await serve()).toContain("ClearChargingProfile");
    expect(await Promise.all([first, newer, other])).toEqual(Array(3).fill({ status: "Accepted" }));
    await client.silence();
  });

  it("of five limits a second end with the last one", async () => {
    await connect();
    const results: Promise<unknown>[] = [];
    for (let amps = 6; amps <= 30; amps++) {
      results.push(call("SetChargingProfile", limit(amps), { priority: 2, coalesceKey: "limit" }));
      await rig.clock.advance(200);
    }
    expect(await serve()).toContain('"limit":6}');
    expect(await serve()).toContain('"limit":30}');
    await client.silence();
    expect(
      (await Promise.all(results)).filter((result) => (result as { status?: string }).status === "Accepted"),
    ).toHaveLength(2);
  });

  it("that are polls are dropped when one waits already", async () => {
    await connect();
    const key = { priority: 5, coalesceKey: "poll", dropIfQueued: true } as const;
    const first = call("ClearCache", {});
    const waiting = call("TriggerMessage", { requestedMessage: "MeterValues" }, key);
    expect(await call("TriggerMessage", { requestedMessage: "MeterValues" }, key)).toMatchObject({
      code: "Superseded",
    });
    await serve();
    await serve();
    expect(await Promise.all([first, waiting])).toHaveLength(2);
  });

  it.each([
    ["SetChargingProfile", { evseId: 1 }, "OccurrenceConstraintViolation"],
    ["SetChargingProfile", { ...limit(10), evseId: "1" }, "TypeConstraintViolation"],
    ["ClearCache", { extra: 1 }, "FormatViolation"],
    ["Reset", { type: "Soft" }, "PropertyConstraintViolation"],
    ["RemoteStopTransaction", { transactionId: 1 }, "NotImplemented"],
    ["BootNotification", {}, "NotSupported"],
    ["constructor", {}, "NotImplemented"],
  ] as const)("like %s %j never leave the house", async (action, payload, code) => {
    await connect();
    expect(await call(action, payload as unknown as JsonObject)).toMatchObject({ code });
    await client.silence();
  });

  it("may carry tenths of an ampere", async () => {
    await connect();
    for (const amps of [6.1, 16.1, 10.3, 31.9]) {
      const result = call("SetChargingProfile", limit(amps));
      await serve();
      expect(await result).toEqual({ status: "Accepted" });
    }
  });

  it("wait until the station has its answer", async () => {
    await connect();
    owner.answer = (action) => {
      if (action === "BootNotification") void call("GetBaseReport", { requestId: 1, reportBase: "FullInventory" });
      return { status: "Accepted", currentTime: "2026-01-01T12:00:00Z", interval: 60 };
    };
    const [type] = await client.ask([
      2,
      "b",
      "BootNotification",
      { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } },
    ]);
    expect(type).toBe(3);
    expect((await client.next())[2]).toBe("GetBaseReport");
  });
});

describe("a call that is not answered", () => {
  it("times out after 30 s, a long one after 60 s, or when its caller says, and the next goes on", async () => {
    await connect("1.6");
    for (const [action, options, ms] of [
      ["ClearCache", poll, 30_000],
      ["GetConfiguration", poll, 60_000],
      ["ClearCache", { ...poll, timeoutMs: 2000 }, 2000],
    ] as const) {
      const result = call(action, {}, options);
      await client.next();
      let settled = false;
      void result.then(() => (settled = true));
      await rig.clock.advance(ms - 1);
      expect(settled).toBe(false);
      await rig.clock.advance(1);
      expect(await result).toMatchObject({ code: "Timeout" });
    }
    expect(rig.server.counters("CP1")?.timeouts).toBe(3);
  });

  it("three times in a row, with no pong in five seconds, ends the connection", async () => {
    await connect();
    client.socket.pause();
    const results = [1, 2, 3].map(() => call("ClearCache", {}, { ...poll, timeoutMs: 1000 }));
    for (let i = 0; i < 3; i++) await rig.clock.advance(1000);
    await Promise.all(results);
    expect(owner.gone).toEqual([]);
    await rig.clock.advance(5000);
    expect(owner.gone).toEqual(["no answer to calls and pings"]);
  });

  it("three times in a row, but with a pong, does not", async () => {
    await connect();
    for (let i = 0; i < 3; i++) {
      const result = call("ClearCache", {}, { ...poll, timeoutMs: 1000 });
      await client.next();
      await rig.clock.advance(1000);
      await result;
    }
    await client.settled();
    await rig.clock.advance(10_000);
    expect(owner.gone).toEqual([]);
  });

  it("fails at once when the connection drops, and all that wait with it", async () => {
    await connect();
    const results = [call("ClearCache", {}), call("GetLocalListVersion", {})];
    await client.next();
    client.socket.terminate();
    for (const result of results) expect(await result).toMatchObject({ code: "Disconnected" });
    expect(await call("ClearCache", {})).toMatchObject({ code: "Disconnected" });
  });

  it("is obeyed if it was Reset and the connection drops", async () => {
    await connect();
    const result = call("Reset", { type: "Immediate" });
    await client.next();
    client.socket.terminate();
    expect(await result).toEqual({ status: "Accepted" });
  });

  it("and given up keeps its turn until it is answered", async () => {
    await connect();
    const late: unknown[] = [];
    const giveUp = new AbortController();
    const first = call("ClearCache", {}, { ...poll, signal: giveUp.signal, onLate: (result) => late.push(result) });
    const queued = call("GetLocalListVersion", {}, { ...poll, signal: giveUp.signal });
    const second = call("TriggerMessage", { requestedMessage: "Heartbeat" });
    giveUp.abort();
    expect(await first).toMatchObject({ code: "Aborted" });
    expect(await queued).toMatchObject({ code: "Aborted" });
    expect(await serve()).toContain("ClearCache");
    expect(await serve()).toContain("TriggerMessage");
    expect(await second).toEqual({ status: "Accepted" });
    expect(late).toEqual([{ status: "Accepted" }]);
    expect(await call("ClearCache", {}, { ...poll, signal: AbortSignal.abort() })).toMatchObject({ code: "Aborted" });
  });
});

describe("unanswered messages", () => {
  it("travel both ways on 2.1", async () => {
    await connect("2.1");
    const stream = { id: 1, pending: 0, basetime: "2026-01-01T12:00:00Z", data: [{ t: 0, v: "1" }] };
    client.send([6, "s", "NotifyPeriodicEventStream", stream]);
    client.send([6, "t", "Heartbeat", {}]);
    await client.silence();
    expect(owner.sent.map((one) => one.payload)).toEqual([stream]);
    owner.link.send("NotifyPeriodicEventStream", stream);
    expect(await client.next()).toEqual([6, expect.any(String), "NotifyPeriodicEventStream", stream]);
    expect(() => owner.link.send("NotifyPeriodicEventStream", {})).toThrow("required");
  });

  it("do not exist before 2.1", async () => {
    await connect("2.0.1");
    expect(() => owner.link.send("NotifyPeriodicEventStream", {})).toThrow("2.0.1 has no unanswered messages");
  });
});

describe("signs of life", () => {
  it("are asked for every 20 s, and a pong is one", async () => {
    await connect();
    let pings = 0;
    client.socket.on("ping", () => pings++);
    for (let i = 0; i < 30; i++) {
      await rig.clock.advance(20_000);
      await client.settled();
    }
    expect(pings).toBe(30);
    expect(owner.gone).toEqual([]);
  });

  it("missing for 60 s end a half-open connection", async () => {
    await connect();
    client.socket.pause();
    await rig.clock.advance(59_000);
    expect(owner.gone).toEqual([]);
    await rig.clock.advance(1000);
    expect(owner.gone).toEqual(["no sign of life"]);
    expect(rig.server.connections).toBe(0);
  });
});

describe("an owner that fails", () => {
  it("answers InternalError in no detail, and the connection goes on", async () => {
    await connect();
    owner.answer = () => {
      throw new Error("secret path /etc/x");
    };
    expect(await client.ask([2, "1", "Heartbeat", {}])).toEqual([4, "1", "InternalError", "", {}]);
    owner.answer = () => ({ wrong: "shape" });
    expect((await client.ask([2, "2", "Heartbeat", {}]))[0]).toBe(4);
    owner.answer = () => ({ currentTime: "2026-01-01T12:00:00Z" });
    expect((await client.ask([2, "3", "Heartbeat", {}]))[0]).toBe(3);
  });
});

describe("strict stations", () => {
  it("are told what they do wrong, in the words of their version", async () => {
    for (const [version, payload, code] of [
      ["1.6", { connectorId: 1, status: "Available" }, "OccurenceConstraintViolation"],
      ["2.0.1", { evseId: 1, connectorId: 1, connectorStatus: "Available" }, "OccurenceConstraintViolation"],
      ["2.1", { evseId: 1, connectorId: 1, connectorStatus: "Available" }, "OccurrenceConstraintViolation"],
      ["1.6", { connectorId: 1, errorCode: "NoError", status: "Available", x: 1 }, "FormationViolation"],
      [
        "2.0.1",
        { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp: "2026-01-01T12:00:00Z", x: 1 },
        "FormatViolation",
      ],
      [
        "2.0.1",
        { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp: "soon" },
        "PropertyConstraintViolation",
      ],
      [
        "2.0.1",
        { evseId: "1", connectorId: 1, connectorStatus: "Available", timestamp: "2026-01-01T12:00:00Z" },
        "TypeConstraintViolation",
      ],
    ] as const) {
      const identity = `S-${version}-${code}-${JSON.stringify(payload).length}`;
      rig.add(identity, { strict: true });
      const strict = await rig.connect(`/${identity}`, version);
      expect((await strict.ask([2, "1", "StatusNotification", payload]))[2]).toBe(code);
    }
  });
});
