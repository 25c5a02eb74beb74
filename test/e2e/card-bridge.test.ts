/** The card in the real frontend while the real bridge goes away and comes back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { installCard, openFrontend, putCard } from "./browser.ts";
import { startHass, until, type RealHass } from "./hass.ts";

const CONFIG = `site: { id: home, name: Home, main_breaker: 25 }
chargers:
  - { id: garage, name: Garage wallbox, driver: ocpp, station: CP-1, max_current: 16 }
`;
/** Three missed heartbeats and the grace of the first look. */
const SILENT_MS = 5 * 60_000;

let dir: string;
let hass: RealHass;
let bridge: BridgeProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "evse-hass-"));
  await putCard(dir);
  hass = await startHass({ dir });
  bridge = await createBridge(hass, CONFIG);
  await bridge.start();
  await until(
    async () => (await hass.state("sensor.garage_wallbox_status"))?.state === "offline",
    60_000,
    () => `the wallbox was never published\n${bridge.output().slice(-4000)}`,
  );
  await installCard(hass, "ev-test", [{ type: "custom:evse-card" }]);
});

afterAll(async () => {
  await bridge?.clean();
  await hass?.stop();
  await rm(dir, { recursive: true, force: true });
});

it("says that the bridge is gone, keeps mode and limit, and is well again when it is back, without a reload", async () => {
  const { page, errors, close } = await openFrontend(hass, "/ev-test/0", { clock: true });
  try {
    const chip = page.locator("evse-card .chip").first();
    await chip.waitFor({ timeout: 60_000 });
    expect(await chip.innerText()).toBe("Offline");
    await bridge.kill();
    await page.clock.fastForward(SILENT_MS);
    await expect.poll(() => chip.innerText(), { timeout: 20_000 }).toBe("No news");
    expect(await page.locator("evse-card .reason").innerText()).toContain("No word from the bridge since");
    expect(await page.locator("evse-card [role=radio]").first().isEnabled()).toBe(true);
    // A mode chosen now is kept by the helper and applied when the bridge is back.
    await page.locator("evse-card [role=radio]", { hasText: "Eco" }).click();
    await expect.poll(async () => (await hass.state("input_select.garage_wallbox_mode"))?.state).toBe("Eco");
    await bridge.start();
    await expect.poll(() => chip.innerText(), { timeout: 60_000 }).toBe("Offline");
    expect((await hass.state("input_select.garage_wallbox_mode"))?.state).toBe("Eco");
    expect(errors).toEqual([]);
  } finally {
    await close();
  }
});

it("a bridge that was stopped properly is not shown as alive", async () => {
  const { page, close } = await openFrontend(hass, "/ev-test/0", { clock: true });
  try {
    const chip = page.locator("evse-card .chip").first();
    await chip.waitFor({ timeout: 60_000 });
    await bridge.stop();
    await page.clock.fastForward(SILENT_MS);
    await expect.poll(() => chip.innerText(), { timeout: 20_000 }).toBe("No news");
    await bridge.start();
    await expect.poll(() => chip.innerText(), { timeout: 60_000 }).toBe("Offline");
  } finally {
    await close();
  }
});
