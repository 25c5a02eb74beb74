/**
 * {Home Assistant, bridge, line} x {restart, kill -9, hang, cut} against a real Home Assistant, in one house one after the other:
 * after each the entities are the same, none is there twice, values are back, wishes set meanwhile arrive, presses meanwhile do not.
 * Prints the matrix. Wallboxes have theirs with the whole bridge; this one is about everything that lives in Home Assistant.
 */
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../bridge/clock.ts";
import type { HelperEvent } from "../../bridge/hass/doors.ts";
import { createHass, type Hass } from "../../bridge/hass/hass.ts";
import { silentLog } from "../../bridge/log.ts";
import { eventually, fakeMemory, testDevice } from "../contract/hass/house.ts";
import { hassMissing, startHass, type RealHass } from "./hass.ts";

const missing = hassMissing() ?? (process.env["HASS_URL"] === undefined ? undefined : "HASS_URL is not ours to kill");
const LIMIT = "input_number.garage_wallbox_current_limit";
const POWER = "sensor.garage_wallbox_power";

/** A line between bridge and Home Assistant that can be cut and joined. */
async function startLine(target: string): Promise<{ url: string; cut(): void; join(): void; stop(): Promise<void> }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let joined = true;
  const server: Server = createServer((near) => {
    if (!joined) {
      near.destroy();
      return;
    }
    const far = createConnection({ host: hostname, port: Number(port) });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${own}`,
    cut() {
      joined = false;
      for (const socket of sockets) socket.destroy();
    },
    join() {
      joined = true;
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const suite = missing === undefined ? describe : describe.skip;
suite(`restart matrix${missing === undefined ? "" : ` (${missing})`}`, { timeout: 240_000 }, () => {
  let hass: RealHass;
  let line: Awaited<ReturnType<typeof startLine>>;
  let bridge: Hass;
  let before: string;
  const memory = fakeMemory();
  const events: HelperEvent[] = [];
  const rows: string[] = [];
  let power = 1000;
  let limit = 10;

  const launch = (): Hass => {
    const one = createHass({
      url: line.url,
      token: hass.token,
      clock: systemClock,
      log: silentLog(),
      memory,
      version: "1.2.3",
      publish: "device",
      nativeControls: true,
      services: false,
      instance: undefined,
      handler: () => Promise.resolve({ ok: true }),
    });
    one.helpers.onEvent((event) => events.push(event));
    one.controls({ id: "garage", name: "Garage wallbox" }, [
      {
        key: "limit",
        suffix: "current_limit",
        domain: "input_number",
        name: "Current Limit",
        min: 0,
        max: 32,
        initial: 10,
      },
      { key: "start", domain: "input_button", name: "Start" },
      { key: "enabled", suffix: "charging", domain: "input_boolean", name: "Charging", initial: true },
    ]);
    one.publish([testDevice({ power, energy_total: 1, status: "charging", online: true })]);
    one.start();
    return one;
  };
  const shows = async (id: string, state: string): Promise<boolean> => (await hass.state(id))?.state === state;
  const inventory = async (): Promise<string> => {
    const all = await hass.ask<
      { platform: string; entity_id: string; unique_id: string; disabled_by: string | null }[]
    >({
      type: "config/entity_registry/list",
    });
    return (
      all
        // The phone's place that the device way brings along is switched off a little later; the contract looks at that.
        .filter(({ entity_id }) => !entity_id.startsWith("device_tracker."))
        .filter(({ platform }) => platform === "mobile_app" || platform === "template" || platform.startsWith("input_"))
        .map(({ entity_id, unique_id, disabled_by }) => `${entity_id} ${unique_id} ${disabled_by ?? ""}`)
        .sort()
        .join("\n")
    );
  };

  beforeAll(async () => {
    hass = await startHass();
    line = await startLine(hass.url);
    bridge = launch();
    await eventually(() => shows(POWER, String(power)), 90_000);
    await eventually(() => shows("switch.garage_wallbox_charging", "on"), 90_000);
    await eventually(async () => (await hass.state("button.garage_wallbox_start_charging")) !== undefined, 90_000);
    before = await inventory();
  }, 240_000);
  afterAll(async () => {
    console.log(`\n${rows.join("\n")}\n`);
    await bridge.close();
    await line.stop();
    await hass.stop();
  });

  /** Breaks something, mends it, and looks whether all is as it should be. */
  async function row(
    name: string,
    breakIt: () => Promise<void> | void,
    mend: () => Promise<void> | void,
    turnable: boolean,
  ): Promise<void> {
    events.length = 0;
    await breakIt();
    power += 100;
    bridge.publish([testDevice({ power, energy_total: 2, status: "charging", online: true })]);
    if (turnable) {
      limit = limit === 16 ? 12 : 16;
      await hass.call("input_number", "set_value", { entity_id: LIMIT, value: limit });
      await hass.call("input_button", "press", { entity_id: "input_button.garage_wallbox_start" });
    }
    await mend();
    const began = performance.now();
    await eventually(
      () => shows(POWER, String(power)),
      60_000,
      () => `${name}: the value is not back`,
    );
    const back = performance.now() - began;
    await eventually(() => bridge.link.up && bridge.registry.ready, 90_000);
    if (turnable) {
      await eventually(
        () => events.some((event) => event.key === "limit" && event.value === limit),
        15_000,
        () => events,
      );
      bridge.helpers.reflect("garage", "limit", limit);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(events.filter((event) => event.key === "start")).toEqual([]);
    expect(events.filter((event) => event.key === "limit").length).toBe(turnable ? 1 : 0);
    expect(await inventory()).toBe(before);
    expect(await shows(LIMIT, limit.toFixed(1))).toBe(true);
    // A press on the device page still reaches the bridge, once.
    await hass.call("button", "press", { entity_id: "button.garage_wallbox_start_charging" });
    await eventually(() => events.some((event) => event.key === "start"), 15_000);
    rows.push(`${name.padEnd(34)} same entities, values back ${(back / 1000).toFixed(1).padStart(5)} s after mending`);
  }

  it("bridge restarted", () =>
    row(
      "bridge restarted",
      () => bridge.close(),
      () => void (bridge = launch()),
      true,
    ));
  it("bridge killed", async () => {
    // kill -9: nothing is said, nothing more is written; the memory is as it stood.
    const old = bridge;
    await row(
      "bridge killed -9",
      () => {
        line.cut();
      },
      async () => {
        const gone = fakeMemory();
        for (const [key, value] of memory.all) gone.all.set(key, value);
        await old.close();
        memory.all.clear();
        for (const [key, value] of gone.all) memory.all.set(key, value);
        line.join();
        bridge = launch();
      },
      true,
    );
  });
  it("line cut", () =>
    row(
      "line cut",
      () => line.cut(),
      () => line.join(),
      true,
    ));
  it("Home Assistant restarted", () =>
    row(
      "home assistant restarted",
      () => undefined,
      () => hass.restart(),
      false,
    ));
  it("Home Assistant killed", () =>
    row(
      "home assistant killed -9",
      async () => {
        // Home Assistant writes its registries and last states a while after each change; before that they are its to lose.
        await new Promise((resolve) => setTimeout(resolve, 12_000));
        await hass.kill();
      },
      () => hass.start(),
      false,
    ));
  it("Home Assistant hangs for a minute", () =>
    row(
      "home assistant hung 60 s",
      async () => {
        hass.freeze();
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      },
      () => hass.thaw(),
      false,
    ));
  it("bridge and Home Assistant restarted together", () =>
    row(
      "both restarted, bridge first up",
      async () => {
        await bridge.close();
        await hass.kill();
      },
      async () => {
        bridge = launch();
        await hass.start();
      },
      false,
    ));
  it("puts back a value that a killed Home Assistant forgot", async () => {
    events.length = 0;
    await hass.call("input_number", "set_value", { entity_id: LIMIT, value: 21 });
    await eventually(() => events.length === 1);
    limit = 21;
    await hass.kill();
    await hass.start();
    await eventually(() => bridge.registry.ready, 90_000);
    await eventually(() => shows(LIMIT, "21.0"), 15_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(events.map((event) => event.value)).toEqual([21]);
  });
});
