import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../bridge/clock.ts";
import { startDemo, type Demo } from "../../../bridge/demo/demo.ts";
import { silentLog } from "../../../bridge/log.ts";

let demo: Demo;
/** Real time, real sockets: generous, for a busy machine. */
const PATIENCE_MS = 60_000;

async function becomes(what: string, check: () => boolean, ms = PATIENCE_MS): Promise<void> {
  const end = performance.now() + ms;
  while (!check()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const shown = (entityId: string): string | undefined => demo.hass.state(entityId)?.state;

beforeAll(async () => {
  demo = await startDemo({ port: 0, clock: systemClock, log: silentLog() });
});
afterAll(() => demo.stop());

describe("demo", { timeout: 3 * PATIENCE_MS }, () => {
  it("shows wallboxes of four kinds, two of them charging", async () => {
    await becomes(
      "both charge",
      () =>
        shown("sensor.garage_wallbox_status") === "charging" && shown("sensor.carport_wallbox_status") === "charging",
    );
    await becomes("the bridge tells of four", () => {
      const chargers = demo.hass.state("sensor.evse_bridge")?.attributes["chargers"];
      return Array.isArray(chargers) && chargers.length === 4;
    });
    await becomes("power is told", () => Number(shown("sensor.garage_wallbox_power")) > 4000);
    expect(shown("sensor.guest_wallbox_status")).toBe("available");
    await becomes("the cloud's charger", () => shown("sensor.office_wallbox_status") === "available");
  });

  it("leads from its page to the bridge's own", async () => {
    const session: unknown = await (await fetch(`${demo.url}/demo/session`)).json();
    const { status } = session as { readonly status: string };
    expect(await (await fetch(status)).text()).toContain("Garage wallbox");
  });

  it("brings the simulated wallbox to 0 A when Pause is pressed, and says why", async () => {
    // Full speed whatever the sun does, so that only the button counts.
    await demo.hass.call("input_select", "select_option", {
      entity_id: "input_select.garage_wallbox_mode",
      option: "Standard",
    });
    await demo.hass.call("input_button", "press", { entity_id: "input_button.garage_wallbox_pause" });
    await becomes("0 A", () => demo.points.garage.state().drawnA.every((current) => current === 0));
    await becomes("the reason", () => shown("sensor.garage_wallbox_reason") === "paused_by_user");
    await demo.hass.call("input_button", "press", { entity_id: "input_button.garage_wallbox_start" });
    await becomes("current flows", () => demo.points.garage.state().drawnA[0] > 5);
  });

  it("changes the current the simulated wallbox draws with the limit", async () => {
    await demo.hass.call("input_number", "set_value", {
      entity_id: "input_number.garage_wallbox_current_limit",
      value: 8,
    });
    await becomes("8 A", () => Math.abs(demo.points.garage.state().drawnA[0] - 8) < 0.1);
  });

  it("serves page, card path and world to this machine only", async () => {
    expect(await (await fetch(demo.url)).text()).toContain("EVSE Bridge demo");
    expect((await fetch(`${demo.url}/page/demo.js`)).headers.get("content-type")).toContain("javascript");
    expect((await fetch(`${demo.url}/page/..%2fdemo.ts`)).status).not.toBe(200);
    const world = (await (await fetch(`${demo.url}/demo/world`)).json()) as { cars: { id: string }[] };
    expect(world.cars.map((car) => car.id)).toEqual(["garage", "carport", "guest", "office"]);
    const dark = await fetch(`${demo.url}/demo/world`, { method: "POST", body: JSON.stringify({ sun: 0 }) });
    expect(((await dark.json()) as { solarW: number }).solarW).toBe(0);
    expect((await fetch(`${demo.url}/demo/world`, { method: "POST", body: "{" })).status).toBe(400);
  });

  it("unplugs a car and leaves nothing behind when it stops", async () => {
    demo.world.apply({ plugs: { carport: false } });
    await becomes("unplugged", () => shown("sensor.carport_wallbox_status") === "available");
    const { folder } = demo;
    expect(existsSync(folder)).toBe(true);
    await demo.stop();
    expect(existsSync(folder)).toBe(false);
    await expect(fetch(demo.url)).rejects.toThrow();
  });
});
