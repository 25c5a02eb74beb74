import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { clockFrom } from "../../../bridge/clock.ts";
import { createHassLink } from "../../../bridge/hass/connection.ts";
import type { HassLink, HassLinkStatus } from "../../../bridge/hass/doors.ts";
import { HassError, toHassError } from "../../../bridge/hass/errors.ts";
import { webSocketUrl } from "../../../bridge/hass/socket.ts";
import { createSmallHass, type SmallHass } from "../../../bridge/demo/hass/small-hass.ts";
import { createLog } from "../../../bridge/log.ts";
import { eventually, fastClock } from "../../contract/hass/house.ts";

const stops: (() => unknown)[] = [];
const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections).toEqual([]);
});

const clock = fastClock(15);

interface Watched {
  readonly link: HassLink;
  readonly history: HassLinkStatus[];
  readonly logged: () => string;
}

function linkTo(url: string, token: string, time = clock): Watched {
  let logged = "";
  const log = createLog({
    level: "trace",
    format: "json",
    destination: { write: (line: string) => void (logged += line) },
  });
  const link = createHassLink({ url, token, clock: time, log, random: () => 0.5 });
  const history: HassLinkStatus[] = [];
  link.onStatus((status) => history.push(status));
  link.start();
  stops.push(() => link.close());
  return { link, history, logged: () => logged };
}

async function small(port?: number): Promise<SmallHass> {
  const hass = await createSmallHass({ clock, token: "secret-token", ...(port === undefined ? {} : { port }) });
  stops.push(() => hass.stop());
  return hass;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Home Assistant made by hand: greets, and then does what the test says. */
async function handmade(serve: (socket: WebSocket, message: any) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.send(JSON.stringify({ type: "auth_required", ha_version: "2026.11.0" }));
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString());
      if (message.type === "auth") socket.send(JSON.stringify({ type: "auth_ok", ha_version: "2026.11.0" }));
      else if (message.type === "get_config")
        socket.send(JSON.stringify({ id: message.id, type: "result", success: true, result: { state: "RUNNING" } }));
      else if (message.type === "auth/current_user")
        socket.send(JSON.stringify({ id: message.id, type: "result", success: true, result: { is_admin: true } }));
      else serve(socket, message);
    });
  });
  stops.push(() => {
    for (const socket of server.clients) socket.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe("the link to Home Assistant", () => {
  it("connects when Home Assistant appears, and says meanwhile that it is not there", async () => {
    const port = await freePort();
    const { link, history } = linkTo(`http://127.0.0.1:${port}`, "secret-token");
    await eventually(() => link.status.state === "down" && history.length > 1);
    expect(link.status.detail).toContain("not reachable");
    expect(link.up).toBe(false);
    await expect(link.send({ type: "get_config" })).rejects.toMatchObject({ name: "HassError", code: "offline" });
    await small(port);
    await eventually(() => link.up);
    expect(link.status).toMatchObject({ state: "up", version: "2026.11.0", isAdmin: true });
  });

  it("names a refused token with its remedy, tries on, and comes up when it is accepted", async () => {
    const hass = await small();
    hass.faults.revokeToken(true);
    const { link, logged } = linkTo(hass.url, "secret-token");
    await eventually(() => link.status.state === "refused");
    expect(link.status.detail).toContain("long-lived token");
    hass.faults.revokeToken(false);
    await eventually(() => link.up);
    expect(logged()).not.toContain("secret-token");
  });

  it("waits for RUNNING after a restart before it is up", async () => {
    const hass = await small();
    const { link, history } = linkTo(hass.url, "secret-token");
    await eventually(() => link.up);
    await hass.restart({ downMs: 2_000, startingMs: 5_000 });
    await eventually(() => link.up && history.length > 3);
    const states = history.map((status) => status.state);
    expect(states.indexOf("starting")).toBeGreaterThan(states.indexOf("down"));
    expect(states.at(-1)).toBe("up");
  });

  it("gives up a silent Home Assistant and comes back to it", async () => {
    const hass = await small();
    const { link } = linkTo(hass.url, "secret-token");
    await eventually(() => link.up);
    hass.faults.silence(true);
    const asked = link.send({ type: "get_states" }).catch((error: unknown) => error);
    await eventually(() => !link.up);
    expect(await asked).toMatchObject({ name: "HassError" });
    hass.faults.silence(false);
    await eventually(() => link.up);
  });

  it("takes nothing that waited on the line while the bridge stood still, and reads anew", async () => {
    let asleepMs = 0;
    const time = clockFrom({
      nowMs: () => clock.nowMs() + asleepMs,
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (ms, task) => clock.after(ms, task),
    });
    const sockets: { readonly socket: WebSocket; readonly id: number }[] = [];
    const url = await handmade((socket, message) => {
      if (message.type !== "presses") return;
      sockets.push({ socket, id: message.id });
      socket.send(JSON.stringify({ id: message.id, type: "result", success: true, result: null }));
      socket.send(JSON.stringify({ id: message.id, type: "event", event: `first ${sockets.length}` }));
    });
    const { link, history } = linkTo(url, "secret-token", time);
    const heard: unknown[] = [];
    link.subscribe({ type: "presses" }, (event) => heard.push(event));
    await eventually(() => heard.length === 1);
    asleepMs = 60_000;
    const [old] = sockets;
    old?.socket.send(JSON.stringify({ id: old.id, type: "event", event: "a press of a minute ago" }));
    await eventually(() => heard.length === 2);
    expect(heard).toEqual(["first 1", "first 2"]);
    expect(history.some(({ detail }) => detail.includes("stood still for"))).toBe(true);
  });

  it("subscribes again after each reconnect", async () => {
    const hass = await small();
    const { link } = linkTo(hass.url, "secret-token");
    const heard: any[] = [];
    const stop = link.subscribe({ type: "subscribe_events", event_type: "tick" }, (event: any) =>
      heard.push(event.data.n),
    );
    for (const n of [1, 2]) {
      await eventually(() => link.up);
      await eventually(() => {
        hass.fire("tick", { n });
        return heard.includes(n);
      });
      hass.faults.cut();
      await eventually(() => !link.up);
    }
    await eventually(() => link.up);
    stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = heard.length;
    hass.fire("tick", { n: 3 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.length).toBe(before);
  });

  it("logs a refused subscription once and goes on", async () => {
    const hass = await small();
    const { link, logged } = linkTo(hass.url, "secret-token");
    link.subscribe({ type: "no_such_command" }, () => undefined);
    await eventually(() => logged().includes("subscription refused"));
    expect(link.up).toBe(true);
    await expect(link.send({ type: "no_such_command" })).rejects.toMatchObject({
      code: "unsupported",
      word: "unknown_command",
    });
  });

  it.each([
    ["text that is no JSON", "{nonsense"],
    ["null", "null"],
    ["an event of no subscription", JSON.stringify({ id: 4711, type: "event", event: {} })],
    ["an answer nobody asked for", JSON.stringify({ id: 4711, type: "result", success: false })],
  ])("survives %s", async (_name, frame) => {
    let sent = 0;
    const url = await handmade((socket, message) => {
      if (message.type === "ping" && sent++ === 0) socket.send(frame);
      else if (message.type === "ping") socket.send(JSON.stringify({ id: message.id, type: "pong" }));
    });
    const { link } = linkTo(url, "x");
    await eventually(() => sent > 1 && link.up);
  });

  it("keeps a listener that throws from doing harm", async () => {
    const hass = await small();
    const { link, logged } = linkTo(hass.url, "secret-token");
    link.subscribe({ type: "subscribe_events", event_type: "tick" }, () => {
      throw new Error("listener broken");
    });
    await eventually(() => link.up);
    await eventually(() => {
      hass.fire("tick", {});
      return logged().includes("listener broken");
    });
    expect(link.up).toBe(true);
  });

  it("closes while it is connecting, waiting or up, and stays closed", async () => {
    for (const url of ["http://127.0.0.1:9", (await small()).url]) {
      const { link } = linkTo(url, "secret-token");
      await link.close();
      expect(link.up).toBe(false);
      expect(link.status.state).toBe("down");
    }
  });

  it("knows where the Supervisor has the WebSocket", () => {
    expect(webSocketUrl("http://supervisor/core")).toBe("ws://supervisor/core/websocket");
    expect(webSocketUrl("https://ha.example:8123/")).toBe("wss://ha.example:8123/api/websocket");
  });
});

describe("the error translator", () => {
  it.each([
    [{ code: "unknown_command", message: "Unknown command." }, "unsupported"],
    [{ code: "unauthorized", message: "Unauthorized" }, "auth"],
    [{ code: "invalid_format", message: "bad" }, "rejected"],
    [{ type: "result", success: false, error: { code: 3, message: "Connection lost" } }, "offline"],
    [3, "offline"],
    [2, "auth"],
    [new DOMException("late", "TimeoutError"), "timeout"],
    [new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }), "offline"],
    [undefined, "protocol"],
    [{}, "protocol"],
  ])("turns %j into %s", (raw, code) => {
    const error = toHassError(raw, "ask");
    expect(error).toBeInstanceOf(HassError);
    expect(error.code).toBe(code);
    expect(toHassError(error, "again")).toBe(error);
  });

  it("shows the innermost words", () => {
    expect(
      toHassError(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }), "ask").message,
    ).toBe("ask: connect ECONNREFUSED");
  });
});
