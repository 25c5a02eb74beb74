/** The built card in the real frontend: added without typing, edited in the form, used by a guest, alive after a restart. The states come from the tests' house. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { charger, root, site } from "../card/house.ts";
import { type Frontend, installCard, openFrontend, putCard } from "./browser.ts";
import { type RealHass, startHass } from "./hass.ts";

let dir: string;
let hass: RealHass;

async function post(id: string, state: string, attributes: Record<string, unknown> = {}): Promise<void> {
  const answer = await fetch(`${hass.url}/api/states/${id}`, {
    method: "POST",
    headers: { authorization: `Bearer ${hass.token}`, "content-type": "application/json" },
    body: JSON.stringify({ state, attributes }),
  });
  if (!answer.ok) throw new Error(`${id}: ${String(answer.status)}`);
}

/** Readings as the bridge posts them; the controls are real helpers. */
async function postAll(): Promise<void> {
  const beat = root([{ id: "garage", name: "Garage" }], true, new Date().toISOString());
  for (const entity of [...charger(), ...site()]) {
    if (!entity.entity_id.startsWith("input_")) await post(entity.entity_id, entity.state, { ...entity.attributes });
  }
  await post(beat.entity_id, new Date().toISOString(), { ...beat.attributes });
}

const word = (page: Page): Promise<string> => page.locator("evse-card .chip").first().innerText();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "evse-hass-"));
  await putCard(dir);
  hass = await startHass({ dir });
  await hass.ask({ type: "input_select/create", name: "Garage Mode", options: ["Standard", "Eco", "Solar", "Excess"] });
  await hass.ask({ type: "input_number/create", name: "Garage Current Limit", min: 0, max: 16, step: 1, initial: 13 });
  for (const name of ["Garage Start", "Garage Stop", "Garage Pause", "Garage Reset", "Garage Unlock"])
    await hass.ask({ type: "input_button/create", name });
  await hass.ask({ type: "input_boolean/create", name: "Garage Charging" });
  await postAll();
  await installCard(hass, "ev-test", [{ type: "custom:evse-card" }]);
});

afterAll(async () => {
  await hass?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function open(path: string, options: Parameters<typeof openFrontend>[2] = {}): Promise<Frontend> {
  return await openFrontend(hass, path, options);
}

describe("the card in Home Assistant's own frontend", () => {
  it("appears by itself, follows a change within a second, and sets the real helpers", async () => {
    const { page, errors, close } = await open("/ev-test/0");
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      expect(await word(page)).toBe("Charging");
      expect(await page.locator("evse-card .num").first().innerText()).toContain("6.9");
      const from = Date.now();
      await post("sensor.garage_power", "4200", { evse_id: "garage", unit_of_measurement: "W" });
      await expect
        .poll(() => page.locator("evse-card .num").first().innerText(), { timeout: 5000, interval: 20 })
        .toContain("4.2");
      expect(Date.now() - from).toBeLessThan(1000);
      await page.locator("evse-card [role=radio]", { hasText: "Eco" }).click();
      await expect.poll(async () => (await hass.state("input_select.garage_mode"))?.state).toBe("Eco");
      await page.locator("evse-card input[type=range]").focus();
      await page.keyboard.press("ArrowLeft");
      await expect.poll(async () => Number((await hass.state("input_number.garage_current_limit"))?.state)).toBe(12);
      const before = (await hass.state("input_button.garage_pause"))?.state;
      await page.locator("evse-card .actions button", { hasText: "Pause" }).click();
      await expect.poll(async () => (await hass.state("input_button.garage_pause"))?.state).not.toBe(before);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("restart asks in Home Assistant's own dialog first", async () => {
    const { page, close } = await open("/ev-test/0");
    try {
      await page.locator("evse-card .head .icon-button").first().click({ timeout: 60_000 });
      await page.locator("evse-card [role=menuitem]", { hasText: "Restart wallbox" }).click();
      await page.getByText("The running session ends.").waitFor({ timeout: 10_000 });
      expect((await hass.state("input_button.garage_reset"))?.state).toBe("unknown");
    } finally {
      await close();
    }
  });

  it("a user who is no administrator sees and uses it", async () => {
    const user = await hass.ask<{ user: { id: string } }>({
      type: "config/auth/create",
      name: "Guest",
      group_ids: ["system-users"],
    });
    await hass.ask({
      type: "config/auth_provider/homeassistant/create",
      user_id: user.user.id,
      username: "guest",
      password: "only-for-this-test",
    });
    const client_id = `${hass.url}/`;
    const json = async (path: string, body: unknown): Promise<Record<string, string>> =>
      (await (await fetch(`${hass.url}${path}`, { method: "POST", body: JSON.stringify(body) })).json()) as Record<
        string,
        string
      >;
    const flow = await json("/auth/login_flow", {
      client_id,
      handler: ["homeassistant", null],
      redirect_uri: client_id,
    });
    const login = await json(`/auth/login_flow/${flow["flow_id"]!}`, {
      client_id,
      username: "guest",
      password: "only-for-this-test",
    });
    const answer = await fetch(`${hass.url}/auth/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "authorization_code", code: login["result"]!, client_id }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    const { page, errors, close } = await openFrontend({ url: hass.url, token: access_token }, "/ev-test/0");
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      await page.locator("evse-card [role=radio]", { hasText: "Solar" }).click();
      await expect.poll(async () => (await hass.state("input_select.garage_mode"))?.state).toBe("Solar");
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("is added through Add card without typing", async () => {
    const { page, errors, close } = await open("/ev-test/0?edit=1");
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      await page.locator("hui-grid-section .add").first().click();
      const dialog = page.locator("hui-dialog-create-card");
      for (const branch of ["Entities", "Sensor", "Garage Status"]) {
        await dialog.getByText(branch, { exact: true }).first().click({ timeout: 15_000 });
      }
      // Two suggestions: full and compact, both drawn with real data.
      await expect.poll(() => dialog.locator("evse-card").count(), { timeout: 15_000 }).toBe(2);
      expect(await dialog.locator("evse-card").first().locator(".name").first().innerText()).toBe("Garage");
      await dialog.locator("evse-card").first().click({ force: true });
      await expect
        .poll(
          async () => {
            const config = await hass.ask<{ views: { sections: { cards: unknown[] }[] }[] }>({
              type: "lovelace/config",
              url_path: "ev-test",
            });
            return config.views[0]?.sections[0]?.cards.at(-1);
          },
          { timeout: 15_000 },
        )
        .toEqual({ type: "custom:evse-card", entity: "sensor.garage_status" });
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("is edited in the form", async () => {
    const { page, errors, close } = await open("/ev-test/0?edit=1");
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      await page.locator("hui-card-edit-mode").first().hover();
      await page.locator("hui-card-edit-mode").first().click();
      const dialog = page.locator("hui-dialog-edit-card");
      await dialog.locator("ha-form").first().waitFor({ timeout: 20_000 });
      for (const label of ["Layout", "Sections", "Advanced"])
        await dialog.getByText(label, { exact: false }).first().waitFor({ timeout: 10_000 });
      await dialog.getByText("Advanced", { exact: true }).first().click();
      await dialog.locator("ha-form-expandable").last().locator("ha-switch").first().click({ timeout: 10_000 });
      await dialog.getByText("Save", { exact: true }).first().click();
      await expect
        .poll(async () => JSON.stringify(await hass.ask({ type: "lovelace/config", url_path: "ev-test" })), {
          timeout: 15_000,
        })
        .toContain('"read_only":true');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("speaks the language of each user, and Hebrew's direction with English words", async () => {
    const LANGUAGES = ["bg", "da", "de", "en", "es", "fr", "it", "nl", "pt", "pt-BR", "sl", "he"];
    for (const language of LANGUAGES) {
      const { page, errors, close } = await open("/ev-test/0", { language });
      try {
        const card = page.locator("evse-card .evse").first();
        await card.waitFor({ timeout: 60_000 });
        const file = language === "he" ? "en" : (language.split("-")[0] ?? "en");
        const words = JSON.parse(readFileSync(`card/i18n/${file}.json`, "utf8")) as Record<string, string>;
        // The frontend starts in English and then loads the user's language.
        await expect
          .poll(() => page.locator("evse-card .chip").first().innerText(), { timeout: 15_000, message: language })
          .toBe(words["s_charging"]);
        expect(await page.locator("evse-card .actions").first().innerText()).toContain(words["pause"]);
        await expect
          .poll(() => card.getAttribute("dir"), { message: language })
          .toBe(language === "he" ? "rtl" : "ltr");
        expect(await card.getAttribute("lang")).toBe(language);
        expect(errors).toEqual([]);
      } finally {
        await close();
      }
    }
  });

  it("fits a phone of 320 px, and a kiosk", async () => {
    for (const path of ["/ev-test/0", "/ev-test/0?kiosk"]) {
      const { page, errors, close } = await open(path, { narrow: true });
      try {
        const card = page.locator("evse-card .evse").first();
        await card.waitFor({ timeout: 60_000 });
        const box = await card.boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(320);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
        expect(await page.locator("evse-card [role=radio]").first().isVisible()).toBe(true);
        expect(errors).toEqual([]);
      } finally {
        await close();
      }
    }
  });

  it("an update of the file is taken by a reload, also while the old entry is still listed", async () => {
    const list = await hass.ask<{ id: string; url: string }[]>({ type: "lovelace/resources" });
    const [old] = list.filter(({ url }) => url.includes("evse-bridge.js"));
    await hass.ask({
      type: "lovelace/resources/create",
      res_type: "module",
      url: "/local/evse-bridge.js?hacstag=123010",
    });
    const { page, errors, close } = await open("/ev-test/0");
    const told: string[] = [];
    page.on("console", (message) => {
      if (message.text().startsWith("evse-card ")) told.push(message.text());
    });
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      await hass.ask({ type: "lovelace/resources/delete", resource_id: old!.id });
      const asked: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("evse-bridge.js")) asked.push(new URL(request.url()).search);
      });
      await page.reload();
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      expect(await word(page)).toBe("Charging");
      expect(asked).toEqual(["?hacstag=123010"]);
      expect(told.at(-1)).toMatch(/^evse-card \d+\.\d+\.\d+/);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it("survives a restart of Home Assistant without a reload", async () => {
    const { page, errors, close } = await open("/ev-test/0");
    try {
      await page.locator("evse-card .chip").first().waitFor({ timeout: 60_000 });
      await hass.restart();
      await page.getByText("No wallbox found").first().waitFor({ timeout: 90_000 });
      await postAll();
      await expect.poll(() => word(page), { timeout: 30_000 }).toBe("Charging");
      expect(errors.filter((error) => error.includes("evse-card"))).toEqual([]);
    } finally {
      await close();
    }
  });
});
