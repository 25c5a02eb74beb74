/** Cards that come and go, as they do when dashboards are opened, leave nothing behind in Chromium. */
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHROMIUM_ARGS, ensureChromium } from "../../scripts/find-chromium.mjs";

const CYCLES = 200;
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: ensureChromium(), headless: true, args: CHROMIUM_ARGS });
}, 60_000);

afterAll(async () => {
  await browser?.close();
});

it(`${CYCLES} cards of every layout leave no node and no listener`, { timeout: 60_000 }, async () => {
  const bundled = await build({
    stdin: {
      contents: `
        import { House } from "./test/card/house.ts";
        import { clean, frame, mount } from "./test/card/page.ts";
        const house = House.garage();
        window.cycle = async (times) => {
          for (let i = 0; i < times; i++) {
            const { card, push } = await mount(house, { layout: ["full", "compact", "features", "site"][i % 4] });
            if (i % 10 === 0) await push();
            clean();
            house.set("sensor.garage_power", 3000 + i);
            card.hass = house.hass();
          }
          await frame();
        };`,
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    write: false,
    tsconfig: "card/tsconfig.json",
    conditions: ["production"],
  });
  const page = await browser.newPage();
  await page.setContent("<!doctype html><html lang=en><body></body></html>");
  await page.addScriptTag({ content: bundled.outputFiles[0]!.text, type: "module" });
  await page.waitForFunction("typeof window.cycle === 'function'");
  const tools = await page.context().newCDPSession(page);
  const count = async (): Promise<{ nodes: number; jsEventListeners: number }> => {
    // The second round frees what the first one's finalisers let go.
    for (let i = 0; i < 2; i++) await tools.send("HeapProfiler.collectGarbage");
    return await tools.send("Memory.getDOMCounters");
  };
  await page.evaluate("window.cycle(20)");
  const before = await count();
  await page.evaluate(`window.cycle(${CYCLES})`);
  const after = await count();
  // One full card has about 300 nodes: a leak of a single one would show.
  expect(after.nodes - before.nodes).toBeLessThan(100);
  expect(after.jsEventListeners - before.jsEventListeners).toBeLessThan(10);
});
