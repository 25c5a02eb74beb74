/** Pictures of docs/card.md, drawn by the real card from the visual tests' data: `node scripts/docs-pictures.ts`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, ensureChromium } from "./find-chromium.mjs";

const PICTURES: readonly (readonly [string, number, Record<string, unknown>])[] = [
  ["card-site-wide", 1000, { layout: "site", state: "charging", dark: false }],
  ["card-full", 400, { layout: "full", state: "charging", dark: false }],
  ["card-full-dark", 400, { layout: "full", state: "waiting", dark: true }],
  ["card-compact", 400, { layout: "compact", state: "waiting", dark: false }],
  ["card-features", 400, { layout: "features", state: "charging", dark: false }],
  ["card-site", 400, { layout: "site", state: "charging", dark: true }],
  [
    "card-fault",
    400,
    { layout: "full", state: "fault", dark: false, config: { sections: ["gauge", "session", "reason", "actions"] } },
  ],
  [
    "card-silent",
    400,
    {
      layout: "full",
      state: "silent",
      dark: false,
      config: { sections: ["gauge", "session", "reason", "mode", "limit", "actions"] },
    },
  ],
];

const bundled = await build({
  entryPoints: ["test/card/gallery.ts"],
  bundle: true,
  format: "esm",
  write: false,
  tsconfig: "card/tsconfig.json",
  conditions: ["production"],
});
const faces = [400, 500].map((weight) => {
  const font = readFileSync(`test/card/fonts/roboto-latin-${weight}-normal.woff2`).toString("base64");
  return `@font-face{font-family:Roboto;font-weight:${weight};src:url(data:font/woff2;base64,${font})}`;
});
mkdirSync("docs/images", { recursive: true });
const browser = await chromium.launch({ executablePath: ensureChromium(), headless: true, args: CHROMIUM_ARGS });
try {
  const page = await browser.newPage({ reducedMotion: "reduce", deviceScaleFactor: 1.5 });
  await page.setContent(
    `<!doctype html><html lang="en"><head><style>${faces.join("")}</style></head><body style="font-family:Roboto"></body></html>`,
  );
  await page.addScriptTag({ content: bundled.outputFiles[0]?.text ?? "", type: "module" });
  await page.waitForFunction("typeof window.draw === 'function'");
  for (const [name, width, shot] of PICTURES) {
    await page.setViewportSize({ width: width + 40, height: 1400 });
    await page.evaluate(`window.draw(${JSON.stringify({ ...shot, width })})`);
    writeFileSync(`docs/images/${name}.png`, await page.locator("#shot").screenshot({ animations: "disabled" }));
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
}
