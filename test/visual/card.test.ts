/**
 * The card's looks against references that were looked at. `UPDATE_REFERENCES=1` makes new ones.
 * The references hold for Debian's Chromium with the fonts of test/card/fonts; another Chromium may anti-alias differently, hence the tolerance.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import pixelmatch from "pixelmatch";
import { type Browser, chromium, type Page } from "playwright-core";
import { PNG } from "pngjs";
import { CHROMIUM_ARGS, ensureChromium } from "../../scripts/find-chromium.mjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const REFERENCES = "test/card/references";
const DIFFERENCES = ".tmp/visual";
const THRESHOLD = 0.1;
/** Share of pixels that may differ. */
const TOLERANCE = 0.002;
const face = (weight: number): string => {
  const font = readFileSync(`test/card/fonts/roboto-latin-${weight}-normal.woff2`).toString("base64");
  return `@font-face{font-family:Roboto;font-weight:${weight};src:url(data:font/woff2;base64,${font})}`;
};

let browser: Browser;
let page: Page;

beforeAll(async () => {
  const bundled = await build({
    entryPoints: ["test/card/gallery.ts"],
    bundle: true,
    format: "esm",
    write: false,
    tsconfig: "card/tsconfig.json",
    conditions: ["production"],
  });
  browser = await chromium.launch({ executablePath: ensureChromium(), headless: true, args: CHROMIUM_ARGS });
  page = await browser.newPage({ reducedMotion: "reduce" });
  await page.setContent(
    `<!doctype html><html lang="en"><head><style>${face(400)}${face(500)}</style></head><body style="font-family:Roboto"></body></html>`,
  );
  await page.addScriptTag({ content: bundled.outputFiles[0]!.text, type: "module" });
  await page.waitForFunction("typeof window.draw === 'function'");
}, 60_000);

afterAll(async () => {
  await browser?.close();
});

async function shoot(shot: Record<string, unknown>, width: number): Promise<PNG> {
  await page.setViewportSize({ width: width + 40, height: 1400 });
  await page.evaluate(`window.draw(${JSON.stringify(shot)})`);
  return PNG.sync.read(await page.locator("#shot").screenshot({ animations: "disabled" }));
}

function compare(name: string, actual: PNG): void {
  const path = join(REFERENCES, `${name}.png`);
  if (process.env["UPDATE_REFERENCES"] === "1" || !existsSync(path)) {
    if (process.env["UPDATE_REFERENCES"] !== "1") throw new Error(`${path} is missing; UPDATE_REFERENCES=1 makes it`);
    mkdirSync(REFERENCES, { recursive: true });
    writeFileSync(path, PNG.sync.write(actual, { colorType: 2, deflateLevel: 9 }));
    return;
  }
  const reference = PNG.sync.read(readFileSync(path));
  expect([actual.width, actual.height], `${name}: size`).toEqual([reference.width, reference.height]);
  const difference = new PNG({ width: actual.width, height: actual.height });
  const pixels = pixelmatch(reference.data, actual.data, difference.data, actual.width, actual.height, {
    threshold: THRESHOLD,
  });
  const share = pixels / (actual.width * actual.height);
  if (share > TOLERANCE) {
    mkdirSync(DIFFERENCES, { recursive: true });
    writeFileSync(join(DIFFERENCES, `${name}.diff.png`), PNG.sync.write(difference));
    writeFileSync(join(DIFFERENCES, `${name}.png`), PNG.sync.write(actual));
  }
  expect(share, `${name}: share of differing pixels, see ${DIFFERENCES}`).toBeLessThanOrEqual(TOLERANCE);
}

describe("the card looks as it did", () => {
  for (const layout of ["full", "compact", "features", "site"]) {
    for (const width of [320, 1000]) {
      for (const dark of [false, true]) {
        it(`${layout}, ${width} px, ${dark ? "dark" : "light"}`, { timeout: 60_000 }, async () => {
          for (const state of ["charging", "waiting", "offline", "fault", "silent"]) {
            compare(
              `${layout}-${state}-${width}-${dark ? "dark" : "light"}`,
              await shoot({ layout, state, dark, width }, width),
            );
          }
        });
      }
    }
  }
  it("from right to left, needing somebody, limited, unplugged", { timeout: 60_000 }, async () => {
    compare("full-rtl", await shoot({ layout: "full", state: "charging", dark: false, width: 360, rtl: true }, 360));
    for (const state of ["authorise", "limited", "available"]) {
      compare(`full-${state}-400-light`, await shoot({ layout: "full", state, dark: false, width: 400 }, 400));
    }
  });
});
