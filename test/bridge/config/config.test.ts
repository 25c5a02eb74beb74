import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../../bridge/config/errors.ts";
import { loadConfig, parseConfig } from "../../../bridge/config/load.ts";
import { parseListen, resolveConfig, type BridgeConfig } from "../../../bridge/config/resolve.ts";
import { jsonSchema } from "../../../bridge/config/schema.ts";

const HASS = { HASS_URL: "http://ha:8123", HASS_TOKEN: "very-secret-token" };
const resolve = (yaml: string, env: Record<string, string> = HASS): BridgeConfig =>
  resolveConfig(parseConfig(yaml, "evse-bridge.yaml", env));
const complaints = (yaml: string, env: Record<string, string> = HASS): string[] => {
  try {
    resolve(yaml, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
};
const garage = "chargers:\n  - { id: garage, driver: ocpp, station: CP-1 }\n";

describe("a configuration", () => {
  it("needs no more than a charger and where Home Assistant is", () => {
    const config = resolve(garage);
    expect(config.hass).toMatchObject({
      url: "http://ha:8123",
      publish: "device",
      nativeControls: true,
      services: true,
    });
    expect(config.ocpp.listen).toEqual({ host: "0.0.0.0", port: 9000 });
    expect(config.http.listen).toEqual({ host: "127.0.0.1", port: 8099 });
    expect(config.site).toMatchObject({
      id: "home",
      phases: 3,
      voltageV: 230,
      breakerA: 25,
      tickS: 2,
      staleAfterS: { A: 15, B: 15, C: 15 },
    });
    expect(config.chargers[0]).toMatchObject({
      config: { id: "garage", name: "garage", minA: 6, maxA: 32, failSafeA: 6, priority: 1, commandIntervalS: 15 },
      initial: { mode: "standard", limitA: 32 },
    });
  });

  it("gives each driver its own defaults", () => {
    const config = resolve(
      "chargers:\n  - { id: a, driver: besen, address: 'aa:bb:cc:dd:ee:ff' }\n  - { id: b, driver: plug, switch: switch.boiler, power: 2300 }\n",
    );
    expect(config.chargers[0]?.config).toMatchObject({ maxA: 16, commandIntervalS: 60 });
    expect(config.chargers[1]?.config).toMatchObject({ kind: "plug", minA: 10, maxA: 10, failSafeA: 0, phases: 1 });
    expect(config.chargers[1]?.initial.mode).toBe("continuous");
  });

  it.each([
    [
      "a key that does not exist, with the one that was meant",
      "site: { man_breaker: 25 }",
      "evse-bridge.yaml:1 site.man_breaker: unknown key, did you mean main_breaker?",
    ],
    [
      "a number out of range, with the range",
      `${garage}site:\n  main_breaker: 999\n`,
      "evse-bridge.yaml:4 site.main_breaker: 999 is out of range; allowed: 1 to 200",
    ],
    [
      "a word that is none, with the words",
      `${garage}site: { distribution: fair }`,
      `evse-bridge.yaml:3 site.distribution: "fair" is not one of shared, priority`,
    ],
    [
      "a driver's missing key",
      "chargers:\n  - id: a\n    driver: ocpp\n",
      "evse-bridge.yaml:2 chargers[0].station: is required",
    ],
    [
      "a key of another driver",
      "chargers:\n  - { id: a, driver: ocpp, station: X, pin: '123456' }",
      "chargers[0].pin: unknown key",
    ],
    ["broken YAML", "site: [1, 2", "evse-bridge.yaml:1: not valid YAML"],
    ["a list where keys are wanted", "- a", "should be a group of keys"],
    [
      "two chargers of one id",
      "chargers:\n  - { id: a, driver: ocpp, station: X }\n  - { id: a, driver: ocpp, station: Y }",
      `evse-bridge.yaml:3 chargers[1].id: "a" is chargers[0]'s id already`,
    ],
    [
      "two chargers of one station",
      "chargers:\n  - { id: a, driver: ocpp, station: X }\n  - { id: b, driver: ocpp, station: X }",
      `chargers[1].station: "X" is chargers[0]'s station already`,
    ],
    [
      "a minimum above the maximum",
      "chargers:\n  - { id: a, driver: ocpp, station: X, min_current: 16, max_current: 10 }",
      "chargers[0].min_current: 16 A is above max_current 10 A",
    ],
    [
      "an unknown circuit member",
      `${garage}site: { circuits: [{ id: c, limit: 16, members: [garag] }] }`,
      `site.circuits[0].members: "garag" is no charger's id; known: garage`,
    ],
    [
      "circuits in a ring",
      `${garage}site: { circuits: [{ id: c, limit: 16, parent: d }, { id: d, limit: 16, parent: c }] }`,
      "the circuits form a ring",
    ],
    [
      "a phase the site lacks",
      "site: { phases: 1 }\nchargers:\n  - { id: a, driver: ocpp, station: X, phases: 3, phase_map: [L1, L2, L3] }",
      "chargers[0].phase_map: the site has 1 phase(s), so no L2, L3",
    ],
    [
      "a metered site with an unmetered phase",
      `${garage}site: { grid: { l1: sensor.a, l2: sensor.b } }`,
      "no sensor for L3; a fuse without a meter cannot be protected",
    ],
    [
      "a battery that would never be used",
      `${garage}site: { battery: { soc: sensor.soc, soc_min: 90, soc_target: 80 } }`,
      "site.battery.soc_min: 90 % is not below soc_target 80 %",
    ],
    [
      "a lease shorter than two commands",
      "chargers:\n  - { id: a, driver: ocpp, station: X, command_interval: 60, ocpp_profile_timeout: 60 }",
      "60 s is not below half of ocpp_profile_timeout",
    ],
    [
      "a PIN that is none",
      "chargers:\n  - { id: a, driver: besen, address: 'aa:bb:cc:dd:ee:ff', pin: '12' }",
      "chargers[0].pin: should be 6 digits",
    ],
    [
      "a value that none of several forms takes, with the forms",
      "chargers:\n  - { id: a, driver: ocpp, station: X, fail_safe_current: 3 }",
      "chargers[0].fail_safe_current: 3 is not allowed; allowed: 0 or 6 to 80",
    ],
    ["phases that no house has", "site: { phases: 5 }", "site.phases: 5 is not allowed; allowed: 1 or 2 or 3"],
    [
      "a number with its unit",
      "site: { main_breaker: 25A }",
      `site.main_breaker: "25A" should be a number without a unit and without quotes (main fuse per phase, A)`,
    ],
    [
      "a PIN without quotes, which is a number",
      "chargers:\n  - { id: a, driver: besen, address: 'aa:bb:cc:dd:ee:ff', pin: 123456 }",
      "chargers[0].pin: the value (hidden) should be text: put it in quotes",
    ],
    ["a port that no machine has", "http: { listen: 127.0.0.1:99000 }", "http.listen: there is no port 99000"],
    [
      "a tag that would never expire",
      "ocpp: { authorization: [{ tag: A, expiry: soon }] }",
      `ocpp.authorization[0].expiry: "soon" is no date`,
    ],
    [
      "two chargers at one Bluetooth address",
      "chargers:\n  - { id: a, driver: besen, address: 'aa:bb:cc:dd:ee:ff' }\n  - { id: b, driver: besen, address: 'AA:BB:CC:DD:EE:FF' }",
      "chargers[1].address:",
    ],
    [
      "one outlet for itself and within the whole station",
      "chargers:\n  - { id: a, driver: ocpp, station: X }\n  - { id: b, driver: ocpp, station: X, connector: 2 }",
      "chargers of one station need a connector each",
    ],
  ])("refuses %s", (_what, yaml, expected) => {
    expect(complaints(yaml).join("\n")).toContain(expected);
  });

  it("says by how much the fail-safe currents overload the fuse, on which phase", () => {
    const three = [1, 2, 3]
      .map((n) => `  - { id: c${n}, driver: ocpp, station: S${n}, fail_safe_current: 8 }`)
      .join("\n");
    expect(complaints(`site: { main_breaker: 20 }\nchargers:\n${three}`).join("\n")).toContain(
      "add up to 24 A on L1, 4 A above the main breaker (20 A)",
    );
    expect(
      complaints(
        `site: { main_breaker: 25, circuits: [{ id: g, limit: 16, members: [c1, c2] }, { id: sub, parent: g, limit: 63, members: [c3] }] }\nchargers:\n${three}`,
      ).join("\n"),
    ).toContain("8 A above the circuit g (16 A)");
  });

  it("names every problem at once", () => {
    expect(
      complaints("site: { main_breaker: 0, phases: 4, foo: 1 }\nchargers: [{ id: A!, driver: ocpp }]").length,
    ).toBeGreaterThanOrEqual(4);
  });

  it("lets chargers of one station share out its connectors", () => {
    expect(
      complaints(
        "chargers:\n  - { id: a, driver: ocpp, station: X, connector: 1 }\n  - { id: b, driver: ocpp, station: X, connector: 2 }",
      ),
    ).toEqual([]);
  });

  it("warns of what works but will surprise", () => {
    const { warnings } = resolve(
      "http: { listen: 0.0.0.0:8099 }\nchargers:\n  - { id: a, name: Box, driver: ocpp, station: X }\n  - { id: b, name: Box, driver: ocpp, station: Y }",
    );
    expect(warnings.join("\n")).toMatch(/no http\.token/);
    expect(warnings.join("\n")).toMatch(/both named "Box"/);
    expect(resolve("", {}).warnings.join()).toMatch(/evse-bridge setup/);
  });

  it("never echoes a secret", () => {
    const told = complaints(`home_assistant: { url: http://x, token: [hunter2] }\n${garage}`).join("\n");
    expect(told).toContain("home_assistant.token");
    expect(told).not.toContain("hunter2");
  });
});

describe("the environment", () => {
  it("sets any key, list items by index, numbers and words", () => {
    const config = resolve(garage, {
      ...HASS,
      EVSE_BRIDGE_SITE_MAIN_BREAKER: "35",
      EVSE_BRIDGE_SITE_GRID_L1: "sensor.l1",
      EVSE_BRIDGE_SITE_PHASES: "1",
      EVSE_BRIDGE_CHARGERS_0_MIN_CURRENT: "8",
      EVSE_BRIDGE_CHARGERS_0_PASSWORD: "123456",
      EVSE_BRIDGE_OCPP_TLS_CERT: "/a.pem",
      EVSE_BRIDGE_OCPP_TLS_KEY: "/a.key",
      EVSE_BRIDGE_SOMETHING_ELSE: "ignored",
    });
    expect(config.site).toMatchObject({ breakerA: 35, phases: 1, meteredPhases: ["A"] });
    expect(config.chargers[0]?.config.minA).toBe(8);
    expect(config.chargers[0]?.raw).toMatchObject({ password: "123456" });
    expect(config.ocpp.tls?.cert).toEqual(["/a.pem"]);
  });

  it("is named as the place of an error", () => {
    expect(complaints(garage, { ...HASS, EVSE_BRIDGE_SITE_MAIN_BREAKER: "lots" })[0]).toMatch(
      /^environment site\.main_breaker: /,
    );
  });

  it("lets the Supervisor stand in for url and token", () => {
    expect(resolve(garage, { SUPERVISOR_TOKEN: "abc" }).hass).toMatchObject({
      url: "http://supervisor/core",
      token: "abc",
    });
  });

  it("never throws anything but a ConfigError, whatever is set", () => {
    const name = fc.constantFrom(
      "SITE_GRID_L1",
      "CHARGERS_0_ID",
      "CHARGERS_9_ID",
      "OCPP_TLS",
      "SITE",
      "CHARGERS",
      "SITE_PHASES",
      "LOG_LEVEL",
      "HOME_ASSISTANT_URL",
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ maxLength: 12 })), (values) => {
        complaints(garage, {
          ...HASS,
          ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`EVSE_BRIDGE_${key}`, value])),
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe("secrets", () => {
  let dir: string;
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("are read from files, relative to the configuration, without the newline", () => {
    dir = mkdtempSync(join(tmpdir(), "evse-"));
    writeFileSync(join(dir, "token"), "abc123\n");
    writeFileSync(join(dir, "config.yaml"), `home_assistant: { url: http://ha:8123, token_file: token }\n${garage}`);
    const loaded = loadConfig(join(dir, "config.yaml"), {});
    expect(resolveConfig(loaded).hass?.token).toBe("abc123");
    expect(loaded.secretFiles).toEqual([join(dir, "token")]);
  });

  it("say which file is missing, and refuse two sources for one secret", () => {
    dir = mkdtempSync(join(tmpdir(), "evse-"));
    writeFileSync(join(dir, "a.yaml"), `home_assistant:\n  url: http://ha:8123\n  token_file: nowhere\n`);
    expect(() => loadConfig(join(dir, "a.yaml"), {})).toThrow(
      /a\.yaml:3 home_assistant\.token_file: .*nowhere cannot be read: there is no such file/,
    );
    writeFileSync(join(dir, "b.yaml"), `home_assistant: { url: http://ha:8123, token: x, token_file: a.yaml }\n`);
    expect(() => loadConfig(join(dir, "b.yaml"), {})).toThrow(/give either token or token_file/);
    expect(() => loadConfig(join(dir, "c.yaml"), {})).toThrow(/no such file/);
  });
});

describe("the schema", () => {
  it("is one JSON Schema that knows every driver", () => {
    const schema = jsonSchema() as {
      properties: { chargers: { items: { oneOf: { properties: { driver: { const: string } } }[] } } };
    };
    expect(schema.properties.chargers.items.oneOf.map((one) => one.properties.driver.const)).toEqual([
      "ocpp",
      "besen",
      "ampeco",
      "hass",
      "plug",
    ]);
  });

  it("reads addresses with and without a host, IPv6 too", () => {
    expect(parseListen(":9000")).toEqual({ host: "0.0.0.0", port: 9000 });
    expect(parseListen("[::1]:80")).toEqual({ host: "::1", port: 80 });
  });

  it("never throws anything but a ConfigError for any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        complaints(text);
      }),
      { numRuns: 1000 },
    );
  });
});
