import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { healthReply } from "../../../bridge/http/health.ts";
import { createHttpServer, json, text, type HttpServer } from "../../../bridge/http/server.ts";
import { silentLog } from "../../../bridge/log.ts";

let server: HttpServer;
async function start(token: string | undefined, patienceMs?: number): Promise<string> {
  server = createHttpServer({
    log: silentLog(),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    listen: { host: "127.0.0.1", port: 0 },
    token,
    controlToken: "control",
    routes: [
      { method: "GET", path: "/", handle: () => text(200, "page") },
      { method: "GET", path: "/health", open: true, handle: () => json(200, {}) },
      { method: "GET", path: "/broken", handle: () => Promise.reject(new Error("secret detail")) },
      { method: "POST", path: "/api/act", control: true, handle: ({ body }) => text(200, `did ${body}`) },
    ],
  });
  await server.start();
  return `http://127.0.0.1:${server.port}`;
}
const withHost = (url: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });

afterEach(() => server.close());

describe("the http server", () => {
  it("serves loopback without a token", async () => {
    const url = await start(undefined);
    const reply = await fetch(url);
    expect([reply.status, await reply.text()]).toEqual([200, "page\n"]);
    expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("does not take a foreign name for loopback, as a rebinding page would use", async () => {
    const url = await start(undefined);
    expect(await withHost(url, "evil.example")).toBe(401);
    expect(await withHost(`${url}/health`, "evil.example")).toBe(200);
  });

  it("lets a token in by header and by query", async () => {
    const url = await start("sesame");
    expect((await fetch(url, { headers: { authorization: "Bearer sesame" } })).status).toBe(200);
    expect(await withHost(`${url}/?token=sesame`, "bridge.lan")).toBe(200);
    expect(await withHost(`${url}/?token=wrong`, "bridge.lan")).toBe(401);
  });

  it("changes nothing without the control token, not even for loopback or the page's token", async () => {
    const url = await start("sesame");
    const act = (authorization: string) =>
      fetch(`${url}/api/act`, { method: "POST", body: "x", headers: { authorization } }).then((reply) => reply.status);
    expect(await act("Bearer sesame")).toBe(401);
    expect(await act("")).toBe(401);
    expect(await act("Bearer control")).toBe(200);
  });

  it("refuses a body that is longer than any of its forms", async () => {
    const url = await start(undefined);
    const reply = await fetch(`${url}/api/act`, {
      method: "POST",
      body: "x".repeat(300 * 1024),
      headers: { authorization: "Bearer control" },
    });
    expect(reply.status).toBe(413);
  });

  it("tells a visitor nothing about an inner failure, and goes on", async () => {
    const url = await start(undefined);
    const reply = await fetch(`${url}/broken`);
    expect([reply.status, await reply.text()]).toEqual([500, "Something went wrong; the log says more.\n"]);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/api/act`)).status).toBe(405);
  });

  it("outlives visitors who speak no HTTP or send too much", async () => {
    const url = await start(undefined);
    await new Promise<void>((resolve) => {
      const socket = connect(server.port!, "127.0.0.1", () => socket.write("\x16\x03\x01 nonsense\r\n\r\n"));
      socket.on("close", () => resolve());
      socket.on("error", () => undefined);
    });
    await fetch(`${url}/api/act`, {
      method: "POST",
      body: "x".repeat(1_000_000),
      headers: { authorization: "Bearer control" },
    }).catch(() => undefined);
    expect((await fetch(url)).status).toBe(200);
  });

  it("does not let visitors who never finish their question shut out the others", async () => {
    const url = await start(undefined, 100);
    const gone = Array.from(
      { length: 80 },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect(server.port!, "127.0.0.1", () =>
            socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nX: "),
          );
          socket.on("close", () => resolve());
          socket.on("error", () => undefined);
        }),
    );
    await Promise.all(gone);
    expect((await fetch(url)).status).toBe(200);
  });
});

describe("health", () => {
  const facts = {
    version: "1",
    hass: { state: "up", detail: "" },
    chargers: [{ id: "a", link: "down" as const }],
    planAgeS: 1,
    tickS: 2,
    store: undefined,
  };
  it("is good while Home Assistant is up and the planner decides, whatever a wallbox does", () => {
    expect(healthReply(facts).status).toBe(200);
    expect(JSON.parse(healthReply(facts).body)).toMatchObject({
      status: "ok",
      chargers: { a: "down" },
      problems: ["a: not connected"],
    });
  });
  it("is bad without Home Assistant or without a decision", () => {
    expect(healthReply({ ...facts, hass: { state: "down", detail: "refused" } }).status).toBe(503);
    expect(healthReply({ ...facts, planAgeS: 31 }).status).toBe(503);
    expect(healthReply({ ...facts, planAgeS: undefined }).status).toBe(503);
  });
});
