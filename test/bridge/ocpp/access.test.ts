import { get } from "node:http";
import { connect as connectTcp } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { OcppServerOptions } from "../../../bridge/ocpp/server.ts";
import { basic, policyOf, rawPath, startRig, Owner, type Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => rig.close());

const start = async (options: Partial<OcppServerOptions> = {}): Promise<void> => {
  rig = await startRig(options);
};
const why = (): string[] => rig.server.waiting().map((entry) => entry.why);

describe("the identity", () => {
  it.each([
    ["/CP1", "CP1"],
    ["/ocpp/v2/CP1", "CP1"],
    ["//CP1//", "CP1"],
    ["/CP1?token=x", "CP1"],
    ["/DE*BMW*E1%2F2", "DE*BMW*E1/2"],
    ["/W%C3%A4nde", "Wände"],
    ["/%2e%2e/x", "x"],
  ])("is the last part of %s", async (path, identity) => {
    await start();
    const owner = rig.add(identity);
    await rig.connect(path, "1.6", rawPath(path));
    expect((await owner.linked()).identity).toBe(identity);
  });

  it.each([
    ["/a%00b", 400],
    ["/a%zz", 400],
    ["/a%ff", 400],
    [`/${"x".repeat(10_000)}`, 400],
    ["/", 404],
    ["//", 404],
    ["/..", 404],
    ["/cp1", 404],
    ["/__proto__", 404],
  ])("in %.20s is refused with %i", async (path, status) => {
    await start();
    rig.add("CP1");
    expect((await rig.refused(path, "1.6", rawPath(path))).statusCode).toBe(status);
    expect(rig.server.waiting()).toHaveLength(1);
    expect(rig.server.waiting()[0]?.detail.length).toBeGreaterThan(30);
  });

  it("is the user's name when the path is empty", async () => {
    await start();
    const owner = rig.add("CP:1", { passwords: () => ["pass:word"] });
    await rig.connect("/", "1.6", basic("CP:1", "pass:word"));
    expect((await owner.linked()).identity).toBe("CP:1");
  });

  it("is the one charger that may come without a name", async () => {
    await start();
    const owner = rig.add("CP1", { anonymous: true });
    await rig.connect("/", "1.6");
    await owner.linked();
    rig.add("CP2", { anonymous: true });
    expect((await rig.refused("/", "1.6")).statusCode).toBe(404);
  });

  it("that nobody configured is named with its remedy, newest first, at most 50", async () => {
    await start();
    for (let i = 0; i < 60; i++) await rig.refused(`/box-${i}`);
    await rig.refused("/box-59");
    const waiting = rig.server.waiting();
    expect(waiting).toHaveLength(50);
    expect(waiting[0]).toMatchObject({
      identity: "box-59",
      why: "unknown_station",
      tries: 2,
      path: "/box-59",
      remoteAddress: "127.0.0.1",
    });
    expect(waiting[0]?.detail).toContain('station: "box-59"');
  });
});

describe("passwords", () => {
  const binary = Buffer.from([0x3a, 0xff, 0x00, 0x80, 0x3a, 0x41, 0x42, 0x43, 1, 2, 3, 4, 5, 6, 7, 8]);

  it.each([
    ["text", "pass word", "pass word"],
    ["with colons", "a:b::c", "a:b::c"],
    ["hex sent as text", binary.toString("hex"), binary.toString("hex")],
    ["hex sent as bytes", binary.toString("hex"), binary],
    ["UTF-8", "pässwörd", "pässwörd"],
  ])("%s are accepted", async (_name, configured, sent) => {
    await start();
    const owner = rig.add("CP1", { passwords: () => ["other", configured] });
    await rig.connect("/CP1", "1.6", basic("CP1", sent));
    await owner.linked();
  });

  it.each([
    ["wrong", basic("CP1", "wrong"), "wrong_password"],
    ["of another user", basic("CP2", "right"), "wrong_password"],
    ["of a longer name", basic("CP1x", "right"), "wrong_password"],
    ["empty", basic("CP1", ""), "wrong_password"],
    [
      "without colon",
      { headers: { authorization: `Basic ${Buffer.from("CP1right").toString("base64")}` } },
      "wrong_password",
    ],
    ["no base64", { headers: { authorization: "Basic %%%" } }, "wrong_password"],
    ["not basic", { headers: { authorization: "Bearer right" } }, "wrong_password"],
    ["a huge header", { headers: { authorization: `Basic ${"QUJD".repeat(3000)}` } }, "wrong_password"],
    ["none", {}, "no_password"],
  ])("%s are refused after a second", async (_name, options, expected) => {
    await start();
    const owner = rig.add("CP1", { passwords: () => ["right"] });
    const refused = rig.refused("/CP1", "1.6", options);
    while (rig.server.waiting().length === 0) await rig.clock.advance(0);
    expect(why()).toEqual([expected]);
    await rig.clock.advance(1000);
    const response = await refused;
    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toMatch(/^Basic realm=/);
    expect(owner.links).toEqual([]);
  });

  it("nobody asked for are ignored", async () => {
    await start();
    const owner = rig.add("CP1");
    await rig.connect("/CP1", "1.6", basic("nobody", "what"));
    await owner.linked();
  });

  it("that were rotated are both valid, and the owner learns which was used", async () => {
    await start();
    const used: string[] = [];
    const owner = new Owner();
    rig.server.register(
      policyOf("CP1", { passwords: () => ["old", "new"], onPasswordUsed: (password) => used.push(password) }),
      owner,
    );
    await rig.connect("/CP1", "1.6", basic("CP1", "old"));
    await rig.connect("/CP1", "1.6", basic("CP1", "new"));
    expect(used).toEqual(["old", "new"]);
  });

  it("guessed five times within a minute close the door for a minute, for that name and address only", async () => {
    await start({ trustedProxies: ["127.0.0.1"] });
    rig.add("CP1", { passwords: () => ["right"] });
    rig.add("CP2", { passwords: () => ["right"] });
    const from = (address: string, password: string): object => ({
      headers: { ...basic("CP1", password).headers, "x-forwarded-for": address },
    });
    for (let i = 0; i < 5; i++) {
      const refused = rig.refused("/CP1", "1.6", from("192.0.2.1", `guess ${i}`));
      while ((rig.server.waiting()[0]?.tries ?? 0) <= i) await rig.clock.advance(0);
      await rig.clock.advance(1000);
      expect((await refused).statusCode).toBe(401);
    }
    expect((await rig.refused("/CP1", "1.6", from("192.0.2.1", "right"))).statusCode).toBe(429);
    expect(why()[0]).toBe("throttled");
    await rig.connect("/CP1", "1.6", from("192.0.2.2", "right"));
    await rig.connect("/CP2", "1.6", basic("CP2", "right"));
    await rig.clock.advance(60_000);
    await rig.connect("/CP1", "1.6", from("192.0.2.1", "right"));
    expect(why()).toEqual([]);
  });
});

describe("behind a reverse proxy", () => {
  it("the caller is the last address no trusted proxy vouches for", async () => {
    await start({ trustedProxies: ["127.0.0.0/8", "10.0.0.1"] });
    const owner = rig.add("CP1");
    const via = (header: string): object => ({ headers: { "x-forwarded-for": header } });
    await rig.connect("/CP1", "1.6", via("6.6.6.6, 192.0.2.9, 10.0.0.1"));
    expect((await owner.linked()).remoteAddress).toBe("192.0.2.9");
    await rig.connect("/CP1", "1.6", via("rubbish"));
    expect((await owner.linked(2)).remoteAddress).toBe("127.0.0.1");
  });

  it("nobody else's word counts", async () => {
    await start();
    const owner = rig.add("CP1");
    await rig.connect("/CP1", "1.6", { headers: { "x-forwarded-for": "192.0.2.9" } });
    expect((await owner.linked()).remoteAddress).toBe("127.0.0.1");
  });

  it("an entry that is no address is an error at once", async () => {
    await start();
    await expect(startRig({ trustedProxies: ["proxy.local"] })).rejects.toThrow("proxy.local is no address");
  });
});

describe("the version", () => {
  it.each([
    [["ocpp1.6", "ocpp2.0.1", "ocpp2.1"], "auto", "2.0.1"],
    [["ocpp2.1", "ocpp1.6"], "auto", "1.6"],
    [["ocpp2.1"], "auto", "2.1"],
    [["OCPP1.6"], "auto", "1.6"],
    [["ocpp2.0.1", "ocpp1.6"], "1.6", "1.6"],
    [["ocpp2.1", "ocpp2.0.1"], "2.1", "2.1"],
    [[], "auto", "1.6"],
    [[], "1.6", "1.6"],
  ] as const)("of %j when %s is wanted is %s", async (offered, version, expected) => {
    await start();
    const owner = rig.add("CP1", { version });
    const client = await rig.connect("/CP1", [...offered]);
    expect((await owner.linked()).version).toBe(expected);
    expect(client.socket.protocol).toBe(offered.find((token) => token.toLowerCase() === `ocpp${expected}`) ?? "");
  });

  it("that is not named is refused when 1.6, which it means, is not wanted", async () => {
    await start();
    rig.add("CP1", { version: "2.0.1" });
    expect((await rig.refused("/CP1", [])).statusCode).toBe(400);
    expect(why()).toEqual(["wrong_subprotocol"]);
  });

  it.each([
    [["ocpp1.5", "soap"], "auto"],
    [["ocpp1.6"], "2.0.1"],
  ] as const)(
    "in %j is none of ours: the handshake is completed without it and closed with 1002",
    async (offered, version) => {
      await start();
      const owner = rig.add("CP1", { version });
      const bare = connectTcp({ host: "127.0.0.1", port: rig.server.ports.plain ?? 0 });
      bare.write(
        `GET /CP1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${offered.join(", ")}\r\n\r\n`,
      );
      const bytes = await new Promise<Buffer>((resolve) => {
        let all = Buffer.alloc(0);
        bare.on("data", (chunk) => {
          all = Buffer.concat([all, chunk]);
          if (all.indexOf("no common") > 0) resolve(all);
        });
      });
      bare.destroy();
      const head = bytes.toString("latin1");
      expect(head.startsWith("HTTP/1.1 101")).toBe(true);
      expect(head.toLowerCase()).not.toContain("sec-websocket-protocol");
      const frame = bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);
      expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 1002]);
      expect(owner.links).toEqual([]);
      expect(why()).toEqual(["wrong_subprotocol"]);
    },
  );
});

describe("an unknown station that is shown", () => {
  it("is pending, gets neutral answers and no commands", async () => {
    const unknown: string[] = [];
    await start({ unknownStations: "show", onUnknown: (identity) => unknown.push(identity) });
    const client = await rig.connect("/new", "1.6");
    expect(
      (await client.ask([2, "1", "BootNotification", { chargePointVendor: "V", chargePointModel: "M" }]))[2],
    ).toMatchObject({ status: "Pending", interval: 60 });
    expect((await client.ask([2, "2", "Heartbeat", {}]))[2]).toHaveProperty("currentTime");
    expect((await client.ask([2, "3", "Authorize", { idTag: "A" }]))[2]).toEqual({ idTagInfo: { status: "Invalid" } });
    const startTransaction = { connectorId: 1, idTag: "A", meterStart: 0, timestamp: "2026-01-01T12:00:00Z" };
    expect((await client.ask([2, "4", "StartTransaction", startTransaction]))[2]).toEqual({
      transactionId: 0,
      idTagInfo: { status: "Invalid" },
    });
    expect(unknown).toEqual(["new"]);
    expect(rig.server.waiting()[0]).toMatchObject({ identity: "new", why: "unknown_station" });
  });

  it.each(["1.6", "2.0.1", "2.1"] as const)(
    "gets an answer to every message of %s that fits the schema",
    async (version) => {
      const { actionsOf } = await import("../../../bridge/ocpp/schemas.ts");
      const { comesFromStation } = await import("../../../bridge/ocpp/actions.ts");
      await start({ unknownStations: "show" });
      const client = await rig.connect("/new", version);
      for (const action of actionsOf(version).filter((name) => comesFromStation(version, name)))
        expect((await client.ask(JSON.stringify([2, action, action, {}])))[0], action).toBe(3);
    },
  );

  it("belongs to its owner once adopted, on the same connection", async () => {
    await start({ unknownStations: "show" });
    const client = await rig.connect("/new", "1.6");
    await client.silence();
    const owner = rig.add("new");
    expect(owner.links).toHaveLength(1);
    expect(
      (await client.ask([2, "1", "BootNotification", { chargePointVendor: "V", chargePointModel: "M" }]))[2],
    ).toMatchObject({ status: "Accepted" });
    expect(rig.server.waiting()).toEqual([]);
  });

  it("must come again when its new owner asks for a password", async () => {
    await start({ unknownStations: "show" });
    const client = await rig.connect("/new", "1.6");
    await client.silence();
    const owner = rig.add("new", { passwords: () => ["x"] });
    expect((await client.closed).code).toBe(1000);
    expect(owner.links).toEqual([]);
  });
});

describe("two boxes with one identity", () => {
  it("the newest wins, and the older one's end is not news", async () => {
    await start();
    const owner = rig.add("CP1");
    const first = await rig.connect("/CP1", "1.6");
    const older = await owner.linked();
    const call = older.call("ClearCache", {}, { priority: 3 }).catch((error: unknown) => error);
    const second = await rig.connect("/CP1", "2.0.1");
    expect((await owner.linked(2)).version).toBe("2.0.1");
    expect(await first.closed).toEqual({ code: 1000, reason: "replaced" });
    expect(await call).toMatchObject({ code: "Disconnected" });
    await expect(older.call("ClearCache", {}, { priority: 3 })).rejects.toMatchObject({ code: "Disconnected" });
    await second.silence();
    expect(owner.gone).toEqual([]);
    expect(rig.server.connections).toBe(1);
  });

  it("are suspected after more than five replacements in a minute", async () => {
    await start();
    rig.add("CP1");
    for (let i = 0; i < 6; i++) await rig.connect("/CP1");
    expect(why()).toEqual([]);
    await rig.connect("/CP1");
    while (why().length === 0) await rig.clock.advance(0);
    expect(why()).toEqual(["duplicate"]);
  });

  it("an older one that does not leave is cut off after a second", async () => {
    await start();
    const owner = rig.add("CP1");
    const first = await rig.connect("/CP1");
    first.socket.pause();
    await rig.connect("/CP1");
    await owner.linked(2);
    await rig.clock.advance(1000);
    first.socket.resume();
    await first.closed;
    expect(rig.server.connections).toBe(1);
  });
});

describe("limits", () => {
  it("on connections answer 503", async () => {
    await start({ maxConnections: 2 });
    for (const identity of ["a", "b", "c"]) rig.add(identity);
    await rig.connect("/a");
    await rig.connect("/b");
    expect((await rig.refused("/c")).statusCode).toBe(503);
  });

  it("on unfinished handshakes hold per address and for ten seconds", async () => {
    await start({ maxPendingPerAddress: 3 });
    const owner = rig.add("CP1");
    const port = rig.server.ports.plain ?? 0;
    const idle = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const socket = connectTcp({ host: "127.0.0.1", port });
        await new Promise((resolve) => socket.once("connect", resolve));
        return socket;
      }),
    );
    await rig.clock.advance(0);
    await expect(rig.connect("/CP1")).rejects.toThrow();
    const ended = Promise.all(idle.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    await rig.clock.advance(10_000);
    await ended;
    await rig.connect("/CP1");
    await owner.linked();
  });
});

describe("requests that are no WebSocket", () => {
  const ask = (path: string): Promise<{ status: number | undefined; body: string; upgrade: string | undefined }> =>
    new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", port: rig.server.ports.plain, path }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode, body, upgrade: response.headers.upgrade }));
      }).on("error", reject);
    });

  it("find health, and otherwise what the port is for", async () => {
    await start();
    expect(await ask("/health")).toMatchObject({ status: 200, body: "ok" });
    expect(await ask("/CP1")).toMatchObject({ status: 426, upgrade: "websocket" });
    expect(await ask("/../../etc/passwd")).toMatchObject({ status: 426 });
  });

  it.each(["GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\0\0\0\0\r\n\r\n"])(
    "and rubbish does no harm",
    async (bytes) => {
      await start();
      const owner = rig.add("CP1");
      const socket = connectTcp({ host: "127.0.0.1", port: rig.server.ports.plain ?? 0 });
      socket.on("error", () => undefined);
      socket.resume();
      socket.write(Buffer.from(bytes, "latin1"));
      await new Promise((resolve) => socket.once("close", resolve));
      expect(why()).toEqual(bytes.startsWith("\x16") ? ["tls"] : []);
      await rig.connect("/CP1");
      await owner.linked();
      expect(why()).toEqual([]);
    },
  );
});

describe("the end", () => {
  it("of the bridge says 1001 and resolves when all are gone", async () => {
    await start();
    const owner = rig.add("CP1");
    const client = await rig.connect("/CP1");
    await owner.linked();
    await rig.server.close();
    expect(await client.closed).toEqual({ code: 1001, reason: "bridge stops" });
    expect(owner.gone).toHaveLength(1);
    expect(rig.clock.pending).toBe(0);
  });

  it("of a charger in the configuration closes its connection", async () => {
    await start();
    const owner = new Owner();
    const unregister = rig.server.register(policyOf("CP1"), owner);
    const client = await rig.connect("/CP1");
    await owner.linked();
    unregister();
    expect((await client.closed).code).toBe(1001);
    expect((await rig.refused("/CP1")).statusCode).toBe(404);
  });

  it("of a start on a port in use is an error", async () => {
    await start();
    await expect(startRig({ listen: { host: "127.0.0.1", port: rig.server.ports.plain ?? 0 } })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});
