/** The built file, as Home Assistant loads it: what the build packs away (texts, styles, icons) is there again. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, ensureChromium } from "../../scripts/find-chromium.mjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const LANGUAGES = readdirSync("card/i18n").flatMap((file) => /^(\w+)\.json$/.exec(file)?.[1] ?? []);

interface Shown {
  readonly text: string;
  readonly icons: number;
  /** Icons without a path. */
  readonly hollow: number;
  /** Rules of each sheet. */
  readonly sheets: readonly number[];
}

let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "evse-built-"));
  const file = join(folder, "evse-bridge.js");
  try {
    execFileSync(process.execPath, ["node_modules/rollup/dist/bin/rollup", "-c", "--silent", "-o", file]);
    browser = await chromium.launch({ executablePath: ensureChromium(), headless: true, args: CHROMIUM_ARGS });
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    await page.setContent("<!doctype html><body></body>");
    await page.addScriptTag({ content: readFileSync(file, "utf8"), type: "module" });
    await page.waitForFunction("customElements.get('evse-card') !== undefined");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

afterAll(async () => {
  await browser?.close();
});

describe("the built card", () => {
  for (const language of LANGUAGES) {
    it(`speaks ${language}, with its styles and icons`, { timeout: 20_000 }, async () => {
      const shown = await page.evaluate<Shown>(`(async () => {
        const card = document.createElement("evse-card");
        card.setConfig({ demo: true, layout: "full" });
        const answer = () => Promise.resolve({});
        const language = ${JSON.stringify(language)};
        card.hass = { connected: true, states: {}, language, locale: { language }, callService: answer, callWS: answer };
        document.body.replaceChildren(card);
        await card.updateComplete;
        const root = card.shadowRoot;
        return {
          text: root.textContent,
          icons: root.querySelectorAll("svg.i path[d^=m i]").length,
          hollow: root.querySelectorAll("svg.i path:not([d^=m i])").length,
          sheets: root.adoptedStyleSheets.map((sheet) => sheet.cssRules.length),
        };
      })()`);
      const words = JSON.parse(readFileSync(`card/i18n/${language}.json`, "utf8")) as Record<string, string>;
      for (const key of ["s_charging", "n_following_solar", "h_solar", "m_excess", "pause", "house"])
        expect(shown.text).toContain(words[key]);
      expect(shown.icons).toBeGreaterThan(10);
      expect(shown.hollow).toBe(0);
      expect(shown.sheets).toHaveLength(1);
      expect(shown.sheets[0]).toBeGreaterThan(200);
      expect(errors).toEqual([]);
    });
  }
});
