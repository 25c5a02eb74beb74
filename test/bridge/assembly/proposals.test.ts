import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { proposalYaml, proposeSensors } from "../../../bridge/assembly/proposals.ts";
import { parseConfig } from "../../../bridge/config/load.ts";
import { resolveConfig } from "../../../bridge/config/resolve.ts";

const states = [
  ["sensor.huawei_power_meter_phase_a_current", "3", { unit_of_measurement: "A", device_class: "current" }],
  ["sensor.huawei_power_meter_phase_b_current", "2", { unit_of_measurement: "A", device_class: "current" }],
  ["sensor.huawei_power_meter_phase_c_current", "1", { unit_of_measurement: "A", device_class: "current" }],
  ["sensor.pv_pv_power", "3000", { unit_of_measurement: "W", device_class: "power" }],
  ["sensor.pixel_battery_soc", "50", { unit_of_measurement: "%", device_class: "battery" }],
  ["sensor.home_solar_power", "1", { unit_of_measurement: "W", device_class: "power", evse_id: "site" }],
] as const;
const link = { send: async () => states.map(([entity_id, state, attributes]) => ({ entity_id, state, attributes })) };

describe("sensors proposed for the site", () => {
  it("are a piece of configuration that can be pasted as it is, without our own and without phones", async () => {
    const yaml = proposalYaml(
      await proposeSensors(link as never, { at: () => undefined } as never, new AbortController().signal),
    )!;
    expect(parse(yaml)).toMatchObject({
      site: {
        grid: { l1: "sensor.huawei_power_meter_phase_a_current", l3: "sensor.huawei_power_meter_phase_c_current" },
      },
    });
    expect(yaml).not.toContain("pixel");
    expect(yaml).not.toContain("home_solar_power");
    expect(
      resolveConfig(parseConfig(`${yaml}chargers: []\n`, undefined, { HASS_URL: "http://a", HASS_TOKEN: "b" })).site
        .meteredPhases,
    ).toEqual(["A", "B", "C"]);
  });

  it("name the meters of smart plugs beside the configuration, each with its switch", async () => {
    const plugs = [
      ["sensor.shelly_plug_boiler_power", "0", { unit_of_measurement: "W", device_class: "power" }],
      ["sensor.tasmota_heater_power", "0", { unit_of_measurement: "W", device_class: "power" }],
      ["switch.shelly_plug", "off", {}],
      ["switch.shelly_plug_boiler", "off", {}],
    ] as const;
    const all = [...states, ...plugs].map(([entity_id, state, attributes]) => ({ entity_id, state, attributes }));
    const found = await proposeSensors(
      { send: async () => all } as never,
      { at: () => undefined } as never,
      new AbortController().signal,
    );
    const yaml = proposalYaml(found)!;
    expect(yaml).toContain("#   meter: sensor.shelly_plug_boiler_power  # switch: switch.shelly_plug_boiler\n");
    expect(yaml).toContain("#   meter: sensor.tasmota_heater_power\n");
    expect(parse(yaml)).toHaveProperty("site.grid.l1");
    const alone = proposalYaml({ ...found, grid: {}, solar: undefined, batterySoc: undefined })!;
    expect(parse(alone)).toBeNull();
  });

  it("are nothing where nothing fits", async () => {
    expect(
      proposalYaml(
        await proposeSensors(
          { send: async () => [] } as never,
          { at: () => undefined } as never,
          new AbortController().signal,
        ),
      ),
    ).toBeUndefined();
  });
});
