import { describe, expect, it } from "vitest";
import { proposePlugMeters, proposeSite, type EntityListing } from "../../../bridge/site/detection.ts";

function listing(entityId: string, unit: string, change: Partial<EntityListing> = {}): EntityListing {
  return { entityId, unit, deviceClass: undefined, state: "1.5", platform: "test", ...change };
}

describe("proposing the site's sensors", () => {
  it.each<[string, readonly string[], string]>([
    [
      "Fronius",
      ["sensor.meter_current_ac_phase_1", "sensor.meter_current_ac_phase_2", "sensor.meter_current_ac_phase_3"],
      "A",
    ],
    [
      "Huawei",
      [
        "sensor.power_meter_phase_a_current",
        "sensor.power_meter_phase_b_current",
        "sensor.power_meter_phase_c_current",
      ],
      "A",
    ],
    [
      "Deye (external clamps)",
      ["sensor.deye_external_ct1_current", "sensor.deye_external_ct2_current", "sensor.deye_external_ct3_current"],
      "A",
    ],
    ["Deye (grid power)", ["sensor.sa_grid_power_1", "sensor.sa_grid_power_2", "sensor.sa_grid_power_3"], "W"],
    [
      "Enphase",
      [
        "sensor.envoy_1_consumption_phase_a",
        "sensor.envoy_1_consumption_phase_b",
        "sensor.envoy_1_consumption_phase_c",
      ],
      "W",
    ],
    [
      "Victron",
      ["sensor.victron_grid_l1_current", "sensor.victron_grid_l2_current", "sensor.victron_grid_l3_current"],
      "A",
    ],
    ["Sofar", ["sensor.inv_current_grid_l1", "sensor.inv_current_grid_l2", "sensor.inv_current_grid_l3"], "A"],
    [
      "Sungrow",
      ["sensor.sg_meter_phase_a_current", "sensor.sg_meter_phase_b_current", "sensor.sg_meter_phase_c_current"],
      "A",
    ],
  ])("finds the grid phases of %s in any order", (brand, ids, unit) => {
    const { grid } = proposeSite([...ids].reverse().map((id) => listing(id, unit)));
    expect([grid.l1?.entityId, grid.l2?.entityId, grid.l3?.entityId]).toEqual(ids);
    expect(grid.l1?.brand).toBe(brand);
  });

  it("turns the sign of a battery that counts charging as positive", () => {
    const found = proposeSite([listing("sensor.battery_charge_discharge_power", "W", { platform: "huawei_solar" })]);
    expect(found.batteryPower).toEqual({
      entityId: "sensor.battery_charge_discharge_power",
      invert: true,
      brand: "Huawei",
    });
  });

  it("takes no phone for a battery, no percentage for a power and no entity of its own", () => {
    const found = proposeSite([
      listing("sensor.pixel_8_battery_soc", "%"),
      listing("sensor.garden_solar_power", "%"),
      listing("sensor.home_site_power", "W", { own: true }),
      listing("sensor.house_battery_soc", "%", { state: "unavailable" }),
    ]);
    expect(found.batterySoc).toBeUndefined();
    expect(found.solar).toBeUndefined();
    expect(found.topology).toBe("parallel");
  });

  it("proposes nine tenths of the battery's limits, an import limit and the topology of a battery inverter", () => {
    const found = proposeSite([
      listing("sensor.house_battery_soc", "%"),
      listing("number.deye_battery_max_charge_power", "kW", { state: "5" }),
      listing("number.deye_battery_max_discharge_power", "W", { state: "4000" }),
      listing("sensor.contract", "W", { name: "House Power Limit", state: "8000" }),
    ]);
    expect(found).toMatchObject({ batteryMaxChargeW: 4500, batteryMaxDischargeW: 3600, topology: "series" });
    expect(found.maxImport?.entityId).toBe("sensor.contract");
  });

  it("knows the meters of smart plugs", () => {
    const ids = [
      "sensor.shelly_plug_s_power",
      "sensor.sonoff_s40_power",
      "sensor.tasmota_power",
      "sensor.kitchen_light_power",
    ];
    expect(proposePlugMeters(ids.map((id) => listing(id, "W"))).map((plug) => plug.meter)).toEqual(ids.slice(0, 3));
  });
});
