import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { connect as connectTcp } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../../bridge/log.ts";
import { makeCertificates, makeClientCertificate, type CertificateFiles } from "../../../bridge/ocpp/certificate.ts";
import { misfit } from "../../../bridge/ocpp/misfit.ts";
import { basic, startRig, type Owner, type Rig } from "./rig.ts";

const DAY_MS = 86_400_000;
const TLS_1_1_CIPHERS = "ECDHE-ECDSA-AES128-SHA:AES128-SHA:@SECLEVEL=0";

let dir: string;
let files: CertificateFiles;
let ca: Buffer;
let rig: Rig;
const clients: Record<string, { readonly cert: Buffer; readonly key: Buffer }> = {};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "ocpp-tls-"));
  const nowMs = Date.now();
  files = await makeCertificates({ hosts: ["localhost", "127.0.0.1"], dir, nowMs });
  ca = await readFile(files.ca);
  const client = async (name: string, commonName: string, where = dir, atMs = nowMs): Promise<void> => {
    const made = await makeClientCertificate({ commonName, dir: where, nowMs: atMs, days: 30 });
    clients[name] = { cert: await readFile(made.cert), key: await readFile(made.key) };
  };
  await client("right", "CP1");
  await client("serial", "SN-77");
  await client("other", "CP2");
  await client("expired", "CP1", dir, nowMs - 100 * DAY_MS);
  await client("notYet", "CP1", dir, nowMs + 100 * DAY_MS);
  await client("wrongCa", "CP1", join(dir, "elsewhere"));
});
afterAll(() => rm(dir, { recursive: true }));
afterEach(() => rig.close());

/** The handshake as the client sees it; TLS 1.3 tells the client of a refused certificate only afterwards. */
async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: rig.server.ports.tls ?? 0, ca, ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

const url = (): string => `wss://127.0.0.1:${rig.server.ports.tls}`;
const reason = async (): Promise<string> => {
  while (rig.server.waiting().length === 0) await rig.clock.advance(0);
  return rig.server.waiting()[0]?.why ?? "";
};

async function profile(tls: { clientCa?: string[] } = {}, policy = {}): Promise<Owner> {
  rig = await startRig({ tls: { cert: files.cert, key: files.key, listen: { host: "127.0.0.1", port: 0 }, ...tls } });
  return rig.add("CP1", policy);
}

describe("profile 1, a password on the plain port", () => {
  it("lets the right one in and refuses the wrong one", async () => {
    const owner = await profile({}, { passwords: () => ["right"] });
    await rig.connect("/CP1", "1.6", basic("CP1", "right"));
    await owner.linked();
    const refused = rig.refused("/CP1", "1.6", basic("CP1", "wrong"));
    expect(await reason()).toBe("wrong_password");
    await rig.clock.advance(1000);
    expect((await refused).statusCode).toBe(401);
  });
});

describe("profile 2, a password over TLS", () => {
  it("lets the right one in and refuses the wrong one", async () => {
    const owner = await profile({}, { passwords: () => ["right"] });
    await rig.connect(`${url()}/CP1`, "1.6", { ca, ...basic("CP1", "right") });
    await owner.linked();
    const refused = rig.refused(`${url()}/CP1`, "1.6", { ca, ...basic("CP1", "wrong") });
    expect(await reason()).toBe("wrong_password");
    await rig.clock.advance(1000);
    expect((await refused).statusCode).toBe(401);
  });

  it("shows a certificate that names the host, and only to those who trust its authority", async () => {
    await profile();
    await expect(
      rig.connect(`${url()}/CP1`, "1.6", { ca: await readFile(join(dir, "elsewhere", "ca.pem")) }),
    ).rejects.toThrow();
    await expect(handshake({ servername: "localhost" })).resolves.toBeDefined();
    await expect(handshake({ servername: "other.example" })).rejects.toThrow(/altnames/);
  });

  it.each([
    ["TLSv1.3", "TLS_AES_128_GCM_SHA256", "ECDSA"],
    ["TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDSA"],
    ["TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDSA"],
    ["TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "RSA"],
    ["TLSv1.2", "AES128-GCM-SHA256", "RSA"],
    ["TLSv1.2", "AES256-GCM-SHA384", "RSA"],
  ] as const)("speaks %s with %s, which OCPP asks for", async (version, cipher, kind) => {
    await profile();
    const socket = await handshake({ minVersion: version, maxVersion: version, ciphers: cipher });
    expect(socket.getCipher().name).toBe(cipher);
    const key = new X509Certificate(socket.getPeerX509Certificate()?.raw ?? "").publicKey.asymmetricKeyType;
    if (version === "TLSv1.2") expect(key).toBe(kind === "RSA" ? "rsa" : "ec");
    socket.destroy();
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("refuses %s and goes on", async (version) => {
    const owner = await profile();
    await expect(handshake({ minVersion: version, maxVersion: version, ciphers: TLS_1_1_CIPHERS })).rejects.toThrow();
    expect(await reason()).toBe("tls");
    expect(rig.server.waiting()[0]?.detail).toContain("1.2");
    await rig.connect(`${url()}/CP1`, "1.6", { ca });
    await owner.linked();
  });

  it("tells a plain client on its port what is wrong, and goes on", async () => {
    const owner = await profile();
    const socket = connectTcp({ host: "127.0.0.1", port: rig.server.ports.tls ?? 0 });
    socket.on("error", () => undefined);
    socket.resume();
    socket.write("GET /CP1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(await reason()).toBe("plain_on_tls");
    await rig.connect(`${url()}/CP1`, "1.6", { ca });
    await owner.linked();
  });

  it("is all there is when no second port is configured", async () => {
    rig = await startRig({ tls: { cert: files.cert, key: files.key } });
    const owner = rig.add("CP1");
    expect(rig.server.ports.plain).toBeUndefined();
    await rig.connect("/CP1", "1.6", { ca });
    await owner.linked();
  });

  it.each([
    [{ cert: ["/nowhere.pem"], key: ["/nowhere.key"] }, "cannot read"],
    [{ cert: [], key: [] }, "0 certificates"],
  ])("does not start with files like %j", async (tls, message) => {
    await profile();
    await expect(startRig({ tls })).rejects.toThrow(message);
  });
});

describe("profile 3, a certificate of the station's own", () => {
  const mutual = { clientCa: [] as string[] };
  const enter = (name: string, identity = "CP1"): ReturnType<Rig["connect"]> =>
    rig.connect(`${url()}/${identity}`, "1.6", { ca, ...clients[name] });

  beforeAll(() => mutual.clientCa.push(files.ca));

  it("lets in who is named by it, without a password", async () => {
    const owner = await profile(mutual, { passwords: () => ["x"] });
    await enter("right");
    await owner.linked();
  });

  it("takes the serial number if it is configured", async () => {
    const owner = await profile(mutual, { certificateNames: ["SN-77"] });
    await enter("serial");
    await owner.linked();
  });

  it("refuses a certificate of another station", async () => {
    const owner = await profile(mutual);
    const response = await rig.refused(`${url()}/CP1`, "1.6", { ca, ...clients.other });
    expect(response.statusCode).toBe(403);
    expect(await reason()).toBe("certificate");
    expect(rig.server.waiting()[0]?.detail).toContain('"CP2"');
    expect(owner.links).toEqual([]);
  });

  it("does not let a good certificate excuse a wrong password", async () => {
    await profile(mutual, { passwords: () => ["right"] });
    const refused = rig.refused(`${url()}/CP1`, "1.6", { ca, ...clients.right, ...basic("CP1", "wrong") });
    expect(await reason()).toBe("wrong_password");
    await rig.clock.advance(1000);
    expect((await refused).statusCode).toBe(401);
  });

  it.each(["expired", "notYet", "wrongCa"])(
    "fails the handshake of one that is %s, says why and goes on",
    async (name) => {
      const owner = await profile(mutual);
      await expect(enter(name)).rejects.toThrow();
      expect(await reason()).toBe("certificate");
      await enter("right");
      await owner.linked();
    },
  );

  it("fails the handshake of one that shows none", async () => {
    const owner = await profile(mutual);
    await expect(rig.connect(`${url()}/CP1`, "1.6", { ca })).rejects.toThrow();
    expect(await reason()).toBe("certificate");
    expect(owner.links).toEqual([]);
  });
});

describe("certificate files", () => {
  it("replaced on disk are used without restart, and connections stay", async () => {
    const own = await mkdtemp(join(dir, "own-"));
    const first = await makeCertificates({ hosts: ["127.0.0.1"], dir: own, nowMs: Date.now() });
    rig = await startRig({ tls: { cert: first.cert, key: first.key } });
    const owner = rig.add("CP1");
    const ownCa = await readFile(first.ca);
    const before = await rig.connect("/CP1", "1.6", { ca: ownCa });
    await owner.linked();
    const serial = async (): Promise<string | undefined> => {
      const socket = await handshake({ ca: ownCa });
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const oldSerial = await serial();

    await writeFile(first.cert[0] ?? "", "half a certifi");
    await tick();
    expect(await serial()).toBe(oldSerial);

    const second = await makeCertificates({ hosts: ["127.0.0.1"], dir: own, nowMs: Date.now() });
    expect(second.caIsNew).toBe(false);
    expect(await readFile(second.ca)).toEqual(ownCa);
    for (const file of [...second.cert, ...second.key]) await utimes(file, new Date(), new Date(Date.now() + 5000));
    await tick();
    expect(await serial()).not.toBe(oldSerial);
    await before.silence();
  });

  /** The watch reads files under real time, its beat is fake. */
  async function tick(): Promise<void> {
    await rig.clock.advance(30_000);
    for (let i = 0; i < 20; i++) await stat(dir);
    await rig.clock.advance(0);
    for (let i = 0; i < 20; i++) await stat(dir);
  }

  it("keep their keys to themselves and chain to the authority", async () => {
    await profile();
    for (const key of [files.caKey, ...files.key]) expect((await stat(key)).mode & 0o777).toBe(0o600);
    const authority = new X509Certificate(ca);
    expect(authority.ca).toBe(true);
    for (const file of files.cert) {
      const leaf = new X509Certificate(await readFile(file));
      expect(leaf.checkIssued(authority)).toBe(true);
      expect(leaf.verify(authority.publicKey)).toBe(true);
      expect(leaf.checkHost("localhost")).toBe("localhost");
      expect(leaf.checkIP("127.0.0.1")).toBe("127.0.0.1");
      expect(leaf.ca).toBe(false);
    }
    await expect(makeCertificates({ hosts: [], dir, nowMs: 0 })).rejects.toThrow("host name");
  });

  it("that end soon are told of", async () => {
    const lines: string[] = [];
    const log = createLog({
      level: "warn",
      format: "json",
      destination: { write: (line: string) => lines.push(line) },
    });
    const soon = await makeCertificates({ hosts: ["x"], dir: join(dir, "soon"), nowMs: Date.UTC(2026, 0, 1), days: 3 });
    rig = await startRig({ tls: { cert: soon.cert, key: soon.key } }, log);
    expect(lines.filter((line) => line.includes("certificate ends soon"))).toHaveLength(2);
  });
});

describe("secrets", () => {
  it("are in no log, not even at trace, and not in the wire log", async () => {
    const lines: string[] = [];
    const log = createLog({
      level: "trace",
      format: "json",
      destination: { write: (line: string) => lines.push(line) },
    });
    rig = await startRig({ tls: { cert: files.cert, key: files.key, listen: { host: "127.0.0.1", port: 0 } } }, log);
    const owner = rig.add("CP1", { passwords: () => ["Pa55-word-A"] });
    const refused = rig.refused("/CP1?password=Pa55-word-B", "2.0.1", basic("CP1", "Pa55-word-C"));
    await reason();
    await rig.clock.advance(1000);
    await refused;
    const client = await rig.connect("/CP1?key=Pa55-word-D", "2.0.1", basic("CP1", "Pa55-word-A"));
    const link = await owner.linked();
    await client.ask([2, "1", "Authorize", { idToken: { idToken: "Pa55-word-E", type: "ISO14443" } }]);
    client.send('[2,"2","Authorize",{"idToken":{"idToken":"Pa55-word-F"');
    await client.next();
    const target = { component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } };
    const call = link.call(
      "SetVariables",
      { setVariableData: [{ attributeValue: "Pa55-word-G", ...target }] },
      { priority: 3 },
    );
    const [, id] = await client.next();
    client.send([3, id ?? "", { setVariableResult: [{ attributeStatus: "Accepted", ...target }] }]);
    await call;
    await client.ask([2, "3", "Authorize", { idToken: { idToken: "Pa55-word-H", type: "Central" }, extra: "x" }]);
    client.socket.close();
    await owner.unlinked();

    const seen = `${lines.join("\n")}\n${JSON.stringify(rig.server.wireLog("CP1"))}\n${JSON.stringify(rig.server.waiting())}`;
    expect(seen).toContain('"frame"');
    expect(rig.server.wireLog("CP1").length).toBeGreaterThan(6);
    expect(seen).not.toContain("Pa55-word");
    for (const secret of ["A", "B", "C", "D", "E", "F", "G", "H"].map((letter) => `Pa55-word-${letter}`)) {
      expect(seen).not.toContain(Buffer.from(secret).toString("base64").slice(0, 10));
      expect(seen).not.toContain(Buffer.from(`CP1:${secret}`).toString("base64").slice(0, 10));
    }
  });
});

describe("a failed handshake in words", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "certificate", "client_ca"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate", "client_ca"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tls", "does not trust"],
    ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "tls", "does not trust"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "tls", "outdated"],
    ["ERR_SSL_HTTP_REQUEST", "plain_on_tls", "wss://"],
    ["ERR_SSL_NO_SHARED_CIPHER", "tls", "NO_SHARED_CIPHER"],
  ])("%s is %s", async (code, why, words) => {
    await profile();
    const told = misfit(Object.assign(new Error("x"), { code }), false);
    expect(told.why).toBe(why);
    expect(told.detail).toContain(words);
  });
});
