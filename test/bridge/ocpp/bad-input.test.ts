import { connect as connectTcp } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OcppVersion } from "../../../bridge/ocpp/station.ts";
import { startRig, type Client, type Owner, type Rig } from "./rig.ts";

const VERSIONS = ["1.6", "2.0.1", "2.1"] as const;
const VERSIONS_2 = ["2.0.1", "2.1"] as const;

let rig: Rig;
let victim: Owner;
let witness: Owner;
let witnessClient: Client;

beforeEach(async () => {
  rig = await startRig();
  victim = rig.add("victim");
  witness = rig.add("witness");
  witnessClient = await rig.connect("/witness", "2.0.1");
  await witness.linked();
});

afterEach(async () => {
  // Whatever was thrown at the other: this one still has its first connection, and nothing was heard in its name.
  expect(witness.links).toHaveLength(1);
  expect(witness.gone).toEqual([]);
  expect(witness.heard).toEqual([]);
  expect(await witnessClient.ask([2, "w", "Heartbeat", {}])).toEqual([3, "w", { currentTime: expect.any(String) }]);
  const call = witness.link.call("Reset", { type: "OnIdle" }, { priority: 3 });
  const [, id] = await witnessClient.next();
  witnessClient.send([3, id ?? null, { status: "Accepted" }]);
  expect(await call).toEqual({ status: "Accepted" });
  await rig.close();
});

async function attack(version: OcppVersion): Promise<Client> {
  const client = await rig.connect("/victim", version);
  await victim.linked();
  return client;
}

describe("unreadable frames", () => {
  const unreadable = [
    "{",
    "[2,",
    "null",
    "42",
    '"text"',
    '{"a":1}',
    "[]",
    "[2]",
    "[3]",
    '[2,null,"Heartbeat",{}]',
    "[2,[],1]",
    "NaN",
  ];

  it.each(VERSIONS_2)("are answered on %s with id -1 and RpcFrameworkError", async (version) => {
    const client = await attack(version);
    for (const frame of unreadable)
      expect(await client.ask(frame), frame).toEqual([4, "-1", "RpcFrameworkError", expect.any(String), {}]);
    expect(victim.heard).toEqual([]);
    expect(rig.server.counters("victim")?.badFrames).toBe(unreadable.length);
  });

  it("are only logged on 1.6", async () => {
    const client = await attack("1.6");
    for (const frame of unreadable) client.send(frame);
    await client.silence();
  });

  it.each(VERSIONS)("close the connection with 1002 after 20 of them within a minute on %s", async (version) => {
    const client = await attack(version);
    for (let i = 0; i < 20; i++) client.send("{");
    expect(await client.closed).toEqual({ code: 1002, reason: "too many unreadable frames" });
    await victim.unlinked();
  });

  it("are forgiven when they come slowly", async () => {
    const client = await attack("1.6");
    for (let i = 0; i < 54; i++) {
      client.send("{");
      if (i % 9 === 8) {
        await client.silence();
        await rig.clock.advance(35_000);
      }
    }
    await client.silence();
  });

  it.each(VERSIONS)("fail the pending call whose id they contain on %s", async (version) => {
    const client = await attack(version);
    const call = victim.link.call("GetLocalListVersion", {}, { priority: 3 });
    const [, id] = await client.next();
    client.send(`[3,${JSON.stringify(id)},{"listVersion":`);
    await expect(call).rejects.toMatchObject({ code: "InvalidResult" });
    await client.silence();
  });

  it("without text are a sign of life and nothing else", async () => {
    const client = await attack("2.0.1");
    client.send("");
    await client.silence();
    expect(rig.server.counters("victim")?.badFrames).toBe(0);
  });
});

describe("binary frames", () => {
  it("that hold JSON are read and counted", async () => {
    const client = await attack("1.6");
    expect(await client.ask(Buffer.from('[2,"b","Heartbeat",{}]'))).toEqual([
      3,
      "b",
      { currentTime: expect.any(String) },
    ]);
    expect(rig.server.counters("victim")?.binaryFrames).toBe(1);
  });

  it.each([
    ["no UTF-8", Buffer.from([0x5b, 0xff, 0xfe, 0x5d])],
    ["no JSON", Buffer.from("hello")],
  ])("that hold %s close with 1003", async (_name, bytes) => {
    const client = await attack("1.6");
    client.send(bytes);
    expect((await client.closed).code).toBe(1003);
  });

  it("text that is no UTF-8 closes with 1007", async () => {
    const client = await attack("1.6");
    client.socket.send(Buffer.from([0x5b, 0xff, 0xfe, 0x5d]), { binary: false });
    expect((await client.closed).code).toBe(1007);
  });
});

describe("message types", () => {
  const strange = (type: unknown): string => JSON.stringify([type, "t", "Heartbeat", {}]);

  it("are unknown on 2.0.1 beyond the three, and told so with their id", async () => {
    const client = await attack("2.0.1");
    for (const type of [0, 1, 5, 6, 9, -1, "2", 2.5])
      expect(await client.ask(strange(type))).toEqual([4, "t", "MessageTypeNotSupported", expect.any(String), {}]);
  });

  it("5 and 6 are known on 2.1", async () => {
    const client = await attack("2.1");
    for (const type of [0, 9]) expect((await client.ask(strange(type)))[2]).toBe("MessageTypeNotSupported");
    client.send([5, "t", "FormatViolation", "", {}]);
    client.send(strange(6));
    await client.silence();
  });

  it("are ignored on 1.6", async () => {
    const client = await attack("1.6");
    for (const type of [0, 5, 6, 9]) client.send(strange(type));
    await client.silence();
  });
});

describe("wrong arity", () => {
  it.each(VERSIONS)("a missing payload is empty where nothing is asked for on %s", async (version) => {
    const client = await attack(version);
    expect(await client.ask('[2,"a","Heartbeat"]')).toEqual([3, "a", { currentTime: expect.any(String) }]);
  });

  it.each([
    ["1.6", "FormationViolation"],
    ["2.0.1", "RpcFrameworkError"],
    ["2.1", "RpcFrameworkError"],
  ] as const)("no action, or no payload where one is needed, is an error on %s: %s", async (version, code) => {
    const client = await attack(version);
    expect(await client.ask('[2,"a"]')).toEqual([4, "a", code, expect.any(String), {}]);
    expect(await client.ask('[2,"b","StatusNotification"]')).toEqual([4, "b", code, expect.any(String), {}]);
  });

  it.each(VERSIONS)("extra elements do no harm on %s", async (version) => {
    const client = await attack(version);
    expect((await client.ask('[2,"a","Heartbeat",{},1,[2],{"x":3}]'))[0]).toBe(3);
  });
});

describe("payloads", () => {
  it.each(VERSIONS)("that are no objects violate their type, with their id, on %s", async (version) => {
    const client = await attack(version);
    for (const payload of ["null", '"text"', "[]", "7", "true"])
      expect(await client.ask(`[2,"p","Heartbeat",${payload}]`)).toEqual([
        4,
        "p",
        "TypeConstraintViolation",
        expect.any(String),
        {},
      ]);
  });

  it("keep nothing that could reach into the language", async () => {
    const client = await attack("2.0.1");
    const hostile = `{"vendorId":"v","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},
      "data":{"__proto__":{"polluted":1},"constructor":1,"ok":1,"huge":1e400,"digits":${"9".repeat(320)},"broken":"\\ud800","list":[1e400,2]},
      "customData":{"vendorId":"c","prototype":1,"deep":{"__proto__":{"polluted":1}}}}`;
    expect(await client.ask(`[2,"h","DataTransfer",${hostile}]`)).toEqual([3, "h", { status: "Accepted" }]);
    expect(victim.heard[0]?.payload).toEqual({
      vendorId: "v",
      data: { ok: 1, list: [2] },
      customData: { vendorId: "c", deep: {} },
    });
    expect(victim.heard[0]?.meta.violations.length).toBeGreaterThan(5);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("lose infinite numbers, NaN text and lone surrogates, and keep the rest", async () => {
    const client = await attack("2.0.1");
    const event = `{"eventType":"Updated","timestamp":"2026-01-01T12:00:00Z","triggerReason":"MeterValuePeriodic","seqNo":1,
      "transactionInfo":{"transactionId":"x"},"meterValue":[{"timestamp":"2026-01-01T12:00:00Z","sampledValue":[
      {"value":1e400},{"value":"NaN"},{"value":5,"measurand":"\\udc00Voltage"},{"value":"230.5","measurand":"Voltage"}]}]}`;
    expect(await client.ask(`[2,"n","TransactionEvent",${event}]`)).toEqual([3, "n", {}]);
    const [meter] = victim.heard[0]?.payload.meterValue as [{ sampledValue: unknown[] }];
    expect(meter.sampledValue).toEqual([{}, {}, { value: 5 }, { value: 230.5, measurand: "Voltage" }]);
  });

  it.each(["1.6", "2.0.1"] as const)(
    "of transaction messages are never refused for cosmetic reasons on %s",
    async (version) => {
      const client = await attack(version);
      const messages: [string, object][] =
        version === "1.6"
          ? [
              ["StartTransaction", { connectorId: "1", idTag: "x".repeat(300), meterStart: "12", vendor: 1 }],
              ["StopTransaction", { transactionId: "7", meterStop: 5, reason: "Sunset", timestamp: "yesterday" }],
            ]
          : [["TransactionEvent", { eventType: "Begun", seqNo: "x", meterValue: { sampledValue: { value: "1" } } }]];
      for (const [action, payload] of messages)
        expect((await client.ask(JSON.stringify([2, action, action, payload])))[0], action).toBe(3);
    },
  );
});

describe("message ids", () => {
  it.each(VERSIONS)("are echoed as they came on %s", async (version) => {
    const client = await attack(version);
    for (const id of ["1", "-5", "1.50", "12345678901234567890123", '""', '"é\\n\\u0001"', `"${"x".repeat(500)}"`]) {
      client.send(`[2,${id},"Heartbeat",{}]`);
      const text = await client.nextText();
      expect(text.startsWith("[3,")).toBe(true);
      if (id.startsWith('"')) expect((JSON.parse(text) as unknown[])[1]).toBe(JSON.parse(id));
      else expect(text).toContain(`[3,${id},`);
    }
  });

  it("that cannot be read are -1 on 2.x", async () => {
    const client = await attack("2.0.1");
    for (const id of ["null", "{}", "[]", "true"]) expect((await client.ask(`[2,${id},"Heartbeat",{}]`))[1]).toBe("-1");
  });
});

describe("actions", () => {
  it.each(VERSIONS)("nobody knows are NotImplemented and keep the connection on %s", async (version) => {
    const client = await attack(version);
    const other = version === "1.6" ? "TransactionEvent" : "StartTransaction";
    for (const action of [
      other,
      "TransactionStarted",
      "constructor",
      "__proto__",
      "toString",
      "x".repeat(10_000),
      "heartbeat",
    ])
      expect((await client.ask(JSON.stringify([2, "a", action, {}])))[2], action.slice(0, 40)).toBe("NotImplemented");
    expect(rig.server.counters("victim")?.unknownActions).toBe(7);
    await client.settled();
  });

  it.each(VERSIONS)("that only we may send are NotSupported on %s", async (version) => {
    const client = await attack(version);
    expect((await client.ask('[2,"a","SetChargingProfile",{}]'))[2]).toBe("NotSupported");
  });
});

describe("frames too large", () => {
  it("over 1 MiB close with 1009", async () => {
    const client = await attack("2.0.1");
    client.send(`[2,"a","DataTransfer",{"vendorId":"${"x".repeat(1024 * 1024)}"}]`);
    expect((await client.closed).code).toBe(1009);
    const again = await rig.connect("/victim");
    await again.settled();
  });

  it.each([
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("100,000 nested %s close with 1009", async (_name, open, shut) => {
    const client = await attack("2.0.1");
    const inner = `${open.repeat(100_000)}1${shut.repeat(100_000)}`;
    client.send(`[2,"a","DataTransfer",{"vendorId":"v","data":${inner}}]`);
    expect((await client.closed).code).toBe(1009);
  });

  it("in 10,000 fragments are cut off", async () => {
    const client = await attack("2.0.1");
    client.socket.send("[", { fin: false });
    for (let i = 0; i < 10_000; i++) client.socket.send(" ", { fin: false });
    client.socket.send("]", { fin: true });
    expect([1008, 1009]).toContain((await client.closed).code);
  });

  it("give their memory back", async () => {
    const client = await attack("2.0.1");
    const frame = `[2,"a","DataTransfer",{"vendorId":"v","data":"${"x".repeat(900_000)}"}]`;
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) await client.ask(frame);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    expect(rig.server.wireLog("victim").every((entry) => entry.text.length < 20_000)).toBe(true);
  });
});

describe("answers to our calls", () => {
  it("nobody asked for are ignored and counted", async () => {
    const client = await attack("2.0.1");
    client.send([3, "never", {}]);
    client.send([4, "never", "GenericError", "", {}]);
    client.send([4, "never"]);
    client.send([3, 5]);
    await client.silence();
    expect(rig.server.counters("victim")?.strayResults).toBe(4);
  });

  it("are taken once", async () => {
    const client = await attack("2.0.1");
    const call = victim.link.call("ClearCache", {}, { priority: 3 });
    const [, id] = await client.next();
    for (let i = 0; i < 3; i++) client.send([3, id ?? "", { status: i === 0 ? "Accepted" : "Rejected" }]);
    expect(await call).toEqual({ status: "Accepted" });
    await client.silence();
    expect(rig.server.counters("victim")?.strayResults).toBe(2);
  });

  it("that come late are handed to whoever cares, for two minutes", async () => {
    const client = await attack("2.0.1");
    const late: unknown[] = [];
    const call = victim.link.call("ClearCache", {}, { priority: 3, onLate: (result) => late.push(result) });
    const outcome = call.catch((error: unknown) => error);
    const [, id] = await client.next();
    await rig.clock.advance(30_000);
    expect(await outcome).toMatchObject({ code: "Timeout" });
    await rig.clock.advance(15_000);
    client.send([3, id ?? "", { status: "Accepted" }]);
    await client.silence();
    expect(late).toEqual([{ status: "Accepted" }]);
  });

  it.each(VERSIONS)("that miss what they must contain fail the call on %s", async (version) => {
    const client = await attack(version);
    for (const payload of ["{}", "[]", "null", '"x"', '{"status":{}}', '{"status":null}']) {
      const call = victim.link.call("ClearCache", {}, { priority: 3 });
      const outcome = call.catch((error: unknown) => error);
      const [, id] = await client.next();
      client.send(`[3,${JSON.stringify(id)},${payload}]`);
      expect(await outcome, payload).toMatchObject({ code: "InvalidResult" });
      if (version === "2.1") expect(await client.next()).toEqual([5, id, "FormatViolation", expect.any(String), {}]);
    }
  });

  it("with something extra, or a new word, are good enough", async () => {
    const client = await attack("1.6");
    const call = victim.link.call("ClearCache", {}, { priority: 3 });
    const [, id] = await client.next();
    client.send([3, id ?? "", { status: "Maybe", note: "x" }]);
    expect(await call).toEqual({ status: "Maybe" });
  });

  it("that are errors come with the code in our spelling, however they wrote it", async () => {
    const client = await attack("1.6");
    for (const [wire, code] of [
      ["FormationViolation", "FormatViolation"],
      ["OccurenceConstraintViolation", "OccurrenceConstraintViolation"],
      ["OccurrenceConstraintViolation", "OccurrenceConstraintViolation"],
      ["Invented", "GenericError"],
      ["constructor", "GenericError"],
    ]) {
      const outcome = victim.link.call("ClearCache", {}, { priority: 3 }).catch((error: unknown) => error);
      const [, id] = await client.next();
      client.send([4, id ?? "", wire ?? "", "why", { at: 1 }]);
      expect(await outcome).toMatchObject({ code, message: `${code}: why`, details: { at: 1 } });
    }
  });
});

describe("repetition", () => {
  const start = [
    2,
    "s1",
    "StartTransaction",
    { connectorId: 1, idTag: "A", meterStart: 0, timestamp: "2026-01-01T12:00:00Z" },
  ] as const;

  it("of a message is answered again and not applied twice", async () => {
    const client = await attack("1.6");
    const first = await client.ask(start);
    expect(await client.ask(start as never)).toEqual(first);
    expect(victim.heard).toHaveLength(1);
    expect(rig.server.counters("victim")?.replayed).toBe(1);
  });

  it("of a transaction message is recognised after a reconnect", async () => {
    const client = await attack("1.6");
    await client.ask(start);
    client.socket.terminate();
    await victim.unlinked();
    const again = await rig.connect("/victim", "1.6");
    expect((await again.ask(start as never))[0]).toBe(3);
    expect(victim.heard).toHaveLength(1);
  });

  it("of an id with other text is a new message", async () => {
    const client = await attack("1.6");
    await client.ask(start);
    await client.ask([2, "s1", "StartTransaction", { ...start[3], connectorId: 2 }]);
    expect(victim.heard).toHaveLength(2);
  });

  it("after five minutes is a new message", async () => {
    const client = await attack("1.6");
    await client.ask(start);
    for (let i = 0; i < 8; i++) {
      await rig.clock.advance(40_000);
      await client.settled();
    }
    await client.ask(start);
    expect(victim.heard).toHaveLength(2);
  });

  it("of a heartbeat with the same id gets the time of day", async () => {
    const client = await attack("1.6");
    victim.answer = () => ({ currentTime: new Date(rig.clock.nowMs()).toISOString() });
    const first = await client.ask([2, "1", "Heartbeat", {}]);
    await rig.clock.advance(10_000);
    expect(await client.ask([2, "1", "Heartbeat", {}])).not.toEqual(first);
  });
});

describe("floods", () => {
  it.each(VERSIONS)("of boots and states are answered one by one, in order, on %s", async (version) => {
    const client = await attack(version);
    const boot =
      version === "1.6"
        ? { chargePointVendor: "V", chargePointModel: "M" }
        : { reason: "PowerUp", chargingStation: { vendorName: "V", model: "M" } };
    for (let i = 0; i < 500; i++) client.send([2, `f${i}`, "BootNotification", boot]);
    for (let i = 0; i < 500; i++) expect((await client.next())[1]).toBe(`f${i}`);
  });

  it("from a station that never reads do not fill the memory", async () => {
    victim.answer = () => ({ status: "Accepted", data: "x".repeat(60_000) });
    const socket = connectTcp({ host: "127.0.0.1", port: rig.server.ports.plain ?? 0 });
    socket.on("error", () => undefined);
    socket.write(
      "GET /victim HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n\r\n",
    );
    await victim.linked();
    socket.pause();
    for (let i = 0; i < 400; i++) {
      const body = Buffer.from(`[2,"n${i}","DataTransfer",{"vendorId":"v"}]`);
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]));
    }
    expect(await victim.unlinked()).toBe("station does not read its answers");
    socket.destroy();
  });
});
