/**
 * A bridge's life on a real Home Assistant, as a user leads it: the Energy dashboard on request, a wallbox renamed, a wallbox taken out of
 * the configuration, the bridge taken away with `setup --remove`. Real processes throughout. `DOCS_PICTURES=1` renews the picture in docs/.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBridge, type BridgeProcess } from "./bridge.ts";
import { openFrontend } from "./browser.ts";
import { hassMissing, startHass, until, type RealHass } from "./hass.ts";

const missing = hassMissing();
const suite = missing === undefined ? describe : describe.skip;
const CLI = fileURLToPath(new URL("../../bridge/cli.ts", import.meta.url));
const picture = fileURLToPath(
  new URL(process.env["DOCS_PICTURES"] === undefined ? "../../.tmp/" : "../../docs/images/", import.meta.url),
);

const GARAGE =
  "  - { id: garage, name: Garage wallbox, driver: ocpp, station: garage, max_current: 16, phases: 1, enable_delay: 1 }\n";
const BOILER =
  "  - { id: boiler, name: Boiler, driver: plug, switch: input_boolean.relay, power: 2000, mode: solar }\n";
const SITE =
  "site: { id: home, name: Home, phases: 1, grid: { l1: sensor.meter }, solar: sensor.roof, battery: { soc: sensor.store } }\n";
const SENSORS = `
template:
  - sensor:
      - { name: Meter, unit_of_measurement: W, device_class: power, state: "{{ 500 + now().second }}" }
      - { name: Roof, unit_of_measurement: W, device_class: power, state: "{{ 1000 + now().second }}" }
      - { name: Store, unit_of_measurement: "%", device_class: battery, state: "50" }
`;

suite(`life with a bridge${missing === undefined ? "" : ` (${missing})`}`, { timeout: 180_000, retry: 0 }, () => {
  let hass: RealHass;
  let bridge: BridgeProcess;
  let box: ChildProcess;
  let before: string;

  const shows = async (id: string, state: string | RegExp): Promise<void> =>
    until(
      async () => {
        const now = (await hass.state(id))?.state ?? "";
        return typeof state === "string" ? now === state : state.test(now);
      },
      90_000,
      () => `${id}\n${bridge.output().split("\n").slice(-30).join("\n")}`,
    );

  /** `evse-bridge …` with the bridge's configuration. */
  const evseBridge = (...args: readonly string[]): Promise<{ code: number | null; out: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [CLI, ...args, "--config", bridge.configFile], { stdio: "pipe" });
      let out = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (out += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, out }));
    });
  /** The configuration with other chargers; the running bridge takes it by itself. */
  const configure = async (chargers: string): Promise<void> => {
    const text = await readFile(bridge.configFile, "utf8");
    await writeFile(bridge.configFile, text.replace(/^chargers:[\s\S]*/m, `chargers:\n${chargers}`));
  };
  const ids = async (platforms: RegExp): Promise<readonly string[]> =>
    (await hass.ask<{ entity_id: string; platform: string }[]>({ type: "config/entity_registry/list" }))
      .filter(({ platform }) => platforms.test(platform))
      .map(({ entity_id }) => entity_id)
      .sort();

  /** All that a bridge might leave behind. */
  const inventory = async (): Promise<string> => {
    const list = (type: string): Promise<Record<string, unknown>[]> => hass.ask<Record<string, unknown>[]>({ type });
    const names = (items: readonly Record<string, unknown>[], ...keys: readonly string[]): readonly string[] =>
      items.map((item) => keys.map((key) => JSON.stringify(item[key])).join(" ")).sort();
    const states = (await (
      await fetch(`${hass.url}/api/states`, { headers: { authorization: `Bearer ${hass.token}` } })
    ).json()) as Record<string, unknown>[];
    return JSON.stringify(
      {
        entities: names(await list("config/entity_registry/list"), "entity_id", "unique_id", "labels", "area_id"),
        devices: names(await list("config/device_registry/list"), "id", "name", "labels", "area_id"),
        labels: names(await list("config/label_registry/list"), "label_id"),
        areas: names(await list("config/area_registry/list"), "area_id"),
        entries: names(await list("config_entries/get"), "entry_id", "domain", "title"),
        states: names(states, "entity_id"),
        notifications: names(await list("persistent_notification/get"), "notification_id"),
        services: Object.keys((await hass.ask<{ script: object }>({ type: "get_services" })).script).sort(),
        energy: await hass.ask({ type: "energy/get_prefs" }),
        scripts: (await readFile(join(hass.dir, "scripts.yaml"), "utf8")).trim().replace(/^\{\}$/, ""),
      },
      undefined,
      1,
    );
  };

  beforeAll(async () => {
    hass = await startHass({ extraYaml: SENSORS });
    await hass.ask({ type: "input_boolean/create", name: "Relay" });
    // A house that uses the dashboard already: what is in it must stay.
    await hass.ask({
      type: "energy/save_prefs",
      device_consumption: [{ stat_consumption: "sensor.dishwasher_energy" }],
    });
    before = await inventory();
    bridge = await createBridge(hass, `${SITE}chargers:\n${GARAGE}${BOILER}`);
    await bridge.start();
    box = spawn(
      process.execPath,
      [CLI, "simulate", "ocpp", "--url", bridge.ocppUrl, "--id", "garage", "--phases", "1"],
      {
        stdio: "ignore",
      },
    );
    await shows("sensor.garage_wallbox_energy_total", /^\d/);
    await shows("sensor.garage_wallbox_status", "charging");
    await until(async () => (await hass.state("switch.boiler_charging")) !== undefined, 90_000, bridge.output);
  }, 240_000);
  afterAll(async () => {
    box?.kill();
    await bridge?.clean();
    await hass?.stop();
  });

  it("gives power, energy and charge of site and wallbox the classes that statistics and dashboards look for", async () => {
    const power = { device_class: "power", unit_of_measurement: "W", state_class: "measurement" };
    const energy = { device_class: "energy", unit_of_measurement: "kWh", state_class: "total_increasing" };
    for (const [id, attributes] of [
      ["sensor.home_grid_power", power],
      ["sensor.home_solar_power", power],
      ["sensor.home_house_power", power],
      ["sensor.home_chargers_power", power],
      ["sensor.home_battery_soc", { device_class: "battery", unit_of_measurement: "%", state_class: "measurement" }],
      ["sensor.garage_wallbox_power", power],
      ["sensor.garage_wallbox_energy_total", energy],
      ["sensor.garage_wallbox_energy_session", energy],
    ] as const)
      expect(await hass.state(id), id).toMatchObject({ attributes });
  });

  it("adds wallboxes to the Energy dashboard on request, once, beside what is there, and they are drawn", async () => {
    const id = "sensor.garage_wallbox_energy_total";
    const offer = async (): Promise<unknown> =>
      (JSON.parse((await evseBridge("check", "--json")).out) as { id: string; title: string }[]).find(
        (check) => check.id === "energy",
      )?.title;
    expect(await offer()).toBe("Energy dashboard: 0 of 1");
    const first = await evseBridge("setup", "--energy");
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    expect(await evseBridge("setup", "--energy")).toMatchObject({ code: 0, out: expect.stringContaining("already") });
    expect(await offer()).toBe("Energy dashboard: 1 of 1");
    expect(await hass.ask({ type: "energy/get_prefs" })).toMatchObject({
      device_consumption: [
        { stat_consumption: "sensor.dishwasher_energy" },
        { stat_consumption: id, name: "Garage wallbox" },
      ],
    });
    // What the recorder would have compiled of the hours before; the entity and its place in the dashboard are the bridge's.
    const hour = 3_600_000;
    const midnight = new Date().setHours(0, 0, 0, 0);
    const now = Math.floor(Date.now() / hour) * hour;
    const hours = Math.max(1, Math.min(6, (now - midnight) / hour));
    await hass.ask({
      type: "recorder/import_statistics",
      metadata: {
        source: "recorder",
        statistic_id: id,
        name: null,
        unit_of_measurement: "kWh",
        has_mean: false,
        mean_type: 0,
        has_sum: true,
        unit_class: "energy",
      },
      stats: Array.from({ length: hours + 1 }, (_, n) => ({
        start: new Date(now - (hours - n) * hour).toISOString(),
        state: 1 + n * 3.5,
        sum: n * 3.5,
      })),
    });
    await until(async () => {
      const { device_consumption: complaints } = await hass.ask<{ device_consumption: { type: string }[][] }>({
        type: "energy/validate",
      });
      return complaints[1]?.length === 0;
    }, 30_000);
    const front = await openFrontend(hass, "/energy");
    try {
      await front.page
        .locator("hui-energy-devices-graph-card canvas, hui-energy-devices-graph-card ha-chart-base")
        .first()
        .waitFor({ timeout: 60_000 });
      await front.page.getByText("Garage wallbox").first().waitFor({ timeout: 30_000 });
      await front.page.waitForTimeout(2_000); // the chart grows into its place
      await mkdir(dirname(join(picture, "x")), { recursive: true });
      await front.page.screenshot({ path: join(picture, "energy-dashboard.png") });
    } finally {
      await front.close();
    }
  });

  it("takes a new name from the configuration, and every id stays", async () => {
    const then = await ids(/mobile_app|input_|template/);
    await configure(GARAGE.replace("Garage wallbox", "Carport") + BOILER);
    const named = async (): Promise<boolean> =>
      (await hass.ask<{ name: string }[]>({ type: "config/device_registry/list" })).some(
        ({ name }) => name === "Carport",
      );
    await until(named, 60_000, bridge.output);
    await shows("sensor.garage_wallbox_status", "charging");
    expect(await ids(/mobile_app|input_|template/)).toEqual(then);
  });

  it("takes everything of a removed charger out, keeps its history, and leaves the others alone", async () => {
    const then = await ids(/mobile_app|input_|template/);
    await configure(BOILER);
    await until(
      async () => !(await ids(/mobile_app|input_|template/)).some((id) => id.includes("garage_wallbox")),
      60_000,
      bridge.output,
    );
    await shows("sensor.boiler_status", /^(?!unavailable)./);
    expect(await ids(/mobile_app|input_|template/)).toEqual(then.filter((id) => !id.includes("garage_wallbox")));
    const { code, out } = await evseBridge("sessions", "--charger", "garage", "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(expect.arrayContaining([expect.objectContaining({ charger: "garage" })]));
  });

  it("leaves Home Assistant as it was", async () => {
    expect(await bridge.stop()).toBe(0);
    expect(await evseBridge("setup", "--remove", "--yes")).toMatchObject({ code: 0 });
    await until(async () => (await inventory()) === before, 15_000).catch(() => undefined);
    expect(await inventory()).toBe(before);
    expect(await evseBridge("setup", "--remove", "--yes")).toMatchObject({ code: 0 });
  });
});
