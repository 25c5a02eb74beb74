/** Chromium inside the real frontend of Home Assistant, logged in without a login page. */
import { copyFile, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { CHROMIUM_ARGS, ensureChromium } from "../../scripts/find-chromium.mjs";
import type { RealHass } from "./hass.ts";

export interface Frontend {
  readonly page: Page;
  /** Errors on the console and thrown by the page. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export const cardFile = fileURLToPath(new URL("../../dist/evse-bridge.js", import.meta.url));

/** Puts the built card into Home Assistant and a dashboard with these cards at `/<urlPath>/0`. Home Assistant must have a `www` folder since its start, or be restarted after. */
export async function installCard(
  hass: RealHass,
  urlPath: string,
  cards: readonly Record<string, unknown>[],
): Promise<void> {
  if (!existsSync(cardFile)) throw new Error("dist/evse-bridge.js is missing: npm run build:card");
  const url = `/local/evse-bridge.js?v=${Date.now()}`;
  await hass.ask({ type: "lovelace/resources/create", res_type: "module", url });
  await hass.ask({
    type: "lovelace/dashboards/create",
    url_path: urlPath,
    title: "EVSE",
    icon: "mdi:ev-station",
    show_in_sidebar: true,
    require_admin: false,
    mode: "storage",
  });
  await hass.ask({
    type: "lovelace/config/save",
    url_path: urlPath,
    config: { views: [{ type: "sections", sections: cards.map((card) => ({ type: "grid", cards: [card] })) }] },
  });
}

export async function putCard(dir: string): Promise<void> {
  await mkdir(join(dir, "www"), { recursive: true });
  await copyFile(cardFile, join(dir, "www", "evse-bridge.js"));
}

/** `language` of this browser, `narrow` = a small phone, `clock` = `page.clock` can move the time on. */
export async function openFrontend(
  hass: { readonly url: string; readonly token: string },
  path: string,
  { dark = false, language = "", narrow = false, clock = false } = {},
): Promise<Frontend> {
  const browser: Browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_ARGS });
  const context = await browser.newContext({
    viewport: narrow ? { width: 320, height: 700 } : { width: 1280, height: 1000 },
    colorScheme: dark ? "dark" : "light",
  });
  await context.addInitScript(
    ([url, token, chosen]) => {
      // As the profile page keeps the language of this browser.
      if (chosen) localStorage.setItem("selectedLanguage", JSON.stringify(chosen));
      localStorage.setItem(
        "hassTokens",
        JSON.stringify({
          access_token: token,
          token_type: "Bearer",
          expires_in: 1e9,
          hassUrl: url,
          clientId: `${url ?? ""}/`,
          expires: Date.now() + 1e12,
          refresh_token: "",
        }),
      );
    },
    [hass.url, hass.token, language],
  );
  const page = await context.newPage();
  // Time runs as usual until a test moves it on.
  if (clock) await page.clock.install();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && message.text().includes("evse")) errors.push(message.text());
  });
  await page.goto(`${hass.url}${path}`);
  return { page, errors, close: () => browser.close() };
}
