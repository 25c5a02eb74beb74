/** The run-time figures of the card as it is shipped, in Chromium, median of 20: drawings, setter, first render, update, ten busy cards. `npm run bench card`. */
import { execFileSync } from "node:child_process";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, ensureChromium } from "../find-chromium.mjs";

execFileSync(process.execPath, ["node_modules/rollup/dist/bin/rollup", "-c", "--silent"]);
const bundled = await build({
  stdin: {
    contents: `
      import { defineHaCard } from "./test/card/ha-card.ts";
      import { charger, entity, House, NOW, root, site } from "./test/card/house.ts";
      import { TOKENS } from "./test/card/tokens.ts";
      defineHaCard();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(TOKENS);
      document.adoptedStyleSheets.push(sheet);
      customElements.get("evse-card").prototype.now = () => NOW;
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      const cardOf = (hass) => {
        const card = document.createElement("evse-card");
        card.setConfig({ type: "custom:evse-card", layout: "full" });
        if (hass) card.hass = hass;
        return card;
      };
      const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
      const crowd = Array.from({ length: 2000 }, (_, i) => entity("sensor.other_" + i, i));
      const house = () => new House([...crowd, root([{ id: "garage", name: "Garage" }]), ...charger(), ...site()]);
      window.bench = async () => {
        const first = [], update = [], setter = [];
        for (let i = 0; i < 20; i++) {
          const hass = house().hass();
          const card = cardOf();
          const from = performance.now();
          card.hass = hass;
          document.body.append(card);
          await card.updateComplete;
          first.push(performance.now() - from);
          card.remove();
          // Each drawing has a frame of its own: a card that waits for its turn (card/frames.ts) is not a slow one.
          await frame();
          await frame();
        }
        const home = house();
        const one = cardOf(home.hass());
        document.body.append(one);
        await new Promise((done) => setTimeout(done, 150));
        for (let i = 0; i < 20; i++) {
          home.set("sensor.garage_power", 5000 + i * 37);
          one.hass = home.hass();
          const from = performance.now();
          one.requestUpdate();
          await one.updateComplete;
          update.push(performance.now() - from);
          await frame();
        }
        const before = one.renders;
        const hasses = [];
        for (let i = 0; i < 1000; i++) { home.set("sensor.stranger", i); hasses.push(home.hass()); }
        for (let round = 0; round < 20; round++) {
          const from = performance.now();
          for (const hass of hasses) one.hass = hass;
          setter.push((performance.now() - from));
        }
        await frame();
        await one.updateComplete;
        const renders = one.renders - before;
        one.remove();
        const long = [];
        new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ["longtask"] });
        const ten = [];
        const shared = house();
        const onPage = shared.hass();
        for (let i = 0; i < 10; i++) {
          ten.push(cardOf(onPage));
        }
        await new Promise((done) => setTimeout(done, 300));
        long.length = 0;
        document.body.append(...ten);
        await Promise.all(ten.map((card) => card.updateComplete));
        await new Promise((done) => setTimeout(done, 200));
        const appear = Math.max(0, ...long);
        // As the frontend does: one new states object per event. Made beforehand: copying 2,000 entities is not the cards' work.
        const events = [];
        for (let i = 0; i < 200; i++) {
          shared.set(["sensor.garage_power", "sensor.garage_current", "sensor.home_grid_power"][i % 3], 3000 + 7 * i);
          events.push(shared.hass());
        }
        await new Promise((done) => setTimeout(done, 500));
        const seconds = [];
        long.length = 0;
        // Ten seconds, each with its twenty events in one burst, given to all ten cards.
        while (events.length > 0) {
          for (const hass of events.splice(0, 20)) for (const card of ten) card.hass = hass;
          await new Promise((done) => setTimeout(done, 1000));
          seconds.push(Math.max(0, ...long.splice(0)));
        }
        for (const card of ten) card.remove();
        return { appear, renders, setterUs: median(setter), firstMs: median(first), updateMs: median(update), longest: median(seconds), worst: Math.max(...seconds) };
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

interface Figures {
  readonly renders: number;
  readonly setterUs: number;
  readonly firstMs: number;
  readonly updateMs: number;
  readonly longest: number;
  readonly worst: number;
  readonly appear: number;
}

const browser = await chromium.launch({ executablePath: ensureChromium(), headless: true, args: CHROMIUM_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 480, height: 900 } });
  await page.setContent("<!doctype html><html lang=en><body></body></html>");
  await page.addScriptTag({ path: "dist/evse-bridge.js", type: "module" });
  await page.addScriptTag({ content: bundled.outputFiles[0]?.text ?? "", type: "module" });
  await page.waitForFunction("typeof window.bench === 'function'");
  const figures = await page.evaluate<Figures>("window.bench()");
  const row = (what: string, value: string, budget: string): void =>
    console.log(`${what.padEnd(52)} ${value.padStart(10)}   budget ${budget}`);
  row("drawings for 20,000 unrelated state changes", String(figures.renders), "0");
  row("hass setter, 2,000 entities, per call", `${figures.setterUs.toFixed(2)} µs`, "20 µs");
  row("first render, full", `${figures.firstMs.toFixed(2)} ms`, "8 ms");
  row("update, full", `${figures.updateMs.toFixed(2)} ms`, "2 ms");
  row("longest task, 10 cards appear at once", `${figures.appear.toFixed(0)} ms`, "50 ms");
  row("longest task, 10 cards, 20 entities a second each", `${figures.longest.toFixed(0)} ms`, "50 ms");
  // On a machine that does other things too, the worst of ten seconds tells of those.
  row("  worst of ten seconds", `${figures.worst.toFixed(0)} ms`, "none, see above");
} finally {
  await browser.close();
}
