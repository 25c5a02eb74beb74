/** What a station tells besides its outlets: its inventory, its main meter, the house, other systems' limits. */
import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject, OcppVersion } from "../../../../bridge/ocpp/station.ts";
import { OcppError } from "../../../../bridge/ocpp/errors.ts";
import { desk, type Desk } from "./desk.ts";
import { rig } from "./rig.ts";

let table: Desk | undefined;
afterEach(async () => {
  await table?.close();
  table = undefined;
});
async function open(version: OcppVersion): Promise<Desk> {
  table = await desk(version);
  return table;
}
const boot = async (at: Desk): Promise<void> => {
  at.boot();
  await at.clock.advance(12_000);
};
const asked = (at: Desk): readonly JsonObject[] =>
  at.calls.filter(({ action }) => action === "GetBaseReport").map(({ payload }) => payload);
const piece = (at: Desk, requestId: number, seqNo: number, tbc: boolean, name: string, value: string): void => {
  at.say("NotifyReport", {
    requestId,
    generatedAt: at.at(),
    seqNo,
    tbc,
    reportData: [
      {
        component: { name: "SampledDataCtrlr" },
        variable: { name },
        variableAttribute: [
          { type: "MaxSet", value: "99" },
          { type: "Actual", value, mutability: "ReadOnly" },
        ],
        variableCharacteristics: {
          valuesList: "Energy.Active.Import.Register,Voltage",
          dataType: "MemberList",
          supportsMonitoring: false,
        },
      },
    ],
  });
};

describe("the inventory of a 2.x station", () => {
  it("is asked for at first contact, used when it is complete, and not asked for again", async () => {
    const at = await open("2.0.1");
    await boot(at);
    expect(asked(at)).toEqual([{ requestId: 1, reportBase: "FullInventory" }]);
    piece(at, 1, 0, true, "TxUpdatedMeasurands", "Voltage");
    piece(at, 1, 1, false, "TxUpdatedInterval", "60");
    await at.clock.advance(3_000);
    at.calls.length = 0;
    await at.charger.can.services!["ocpp_get_configuration"]!({}, new AbortController().signal);
    const names = JSON.stringify(at.calls.filter(({ action }) => action === "GetVariables"));
    expect(names).toContain("TxUpdatedInterval");
    expect(names).not.toContain("#list");
    // What it calls read-only is not written, and its list of measurands is heeded.
    expect(JSON.stringify(at.calls.filter(({ action }) => action === "SetVariables"))).not.toContain("TxUpdated");
    at.calls.length = 0;
    at.boot();
    await at.clock.advance(60_000);
    expect(asked(at)).toEqual([]);
    await at.restart();
    await boot(at);
    await at.clock.advance(60_000);
    expect(asked(at)).toEqual([]);
  });

  it("is used as far as it was told when the box falls silent", async () => {
    const at = await open("2.1");
    await boot(at);
    piece(at, 1, 0, true, "TxUpdatedInterval", "60");
    await at.clock.advance(60_000);
    expect(asked(at).length).toBe(1);
    expect(at.charger.snapshot.link).toBe("up");
  });

  it("may be refused, and is never asked for on 1.6", async () => {
    const refusing = await open("2.0.1");
    refusing.answers.set("GetBaseReport", new OcppError("NotSupported", "no"));
    await boot(refusing);
    expect(asked(refusing).length).toBe(1);
    expect(refusing.charger.snapshot.link).toBe("up");
    await refusing.close();
    const old = await open("1.6");
    await boot(old);
    expect(asked(old)).toEqual([]);
  });

  it("comes from the simulated box in pieces", async () => {
    const bench = await rig("2.0.1");
    try {
      const { charger } = await bench.driver();
      const box = bench.box();
      await bench.until(() => charger.snapshot.link === "up");
      await bench.until(() => box.calls.includes("GetBaseReport"), 60_000);
      await bench.until(
        () => bench.server.wireLog("CP-1").filter(({ text }) => text.includes('"NotifyReport"')).length >= 2,
        10_000,
      );
    } finally {
      await bench.close();
    }
  });
});

describe("the meter in front of a station", () => {
  it("is kept apart from its outlets", async () => {
    const at = await open("1.6");
    await boot(at);
    at.say("MeterValues", {
      connectorId: 0,
      meterValue: [
        {
          timestamp: at.at(),
          sampledValue: [
            { value: "4600", measurand: "Power.Active.Import", unit: "W" },
            { value: "12345", measurand: "Energy.Active.Import.Register", unit: "Wh" },
            { value: "20", measurand: "Current.Import", phase: "L2", unit: "A" },
          ],
        },
      ],
    });
    expect(at.charger.snapshot.extra).toMatchObject({
      main_meter_power: 4600,
      main_meter_energy: 12.345,
      main_meter_current_l2: 20,
    });
    expect(at.charger.snapshot.powerW).toBeUndefined();
    expect(at.charger.snapshot.energyWh).toBeUndefined();
  });
});

describe("another system's limit", () => {
  it("is shown with its source until it is cleared", async () => {
    const at = await open("2.0.1");
    await boot(at);
    at.say("NotifyChargingLimit", {
      chargingLimit: { chargingLimitSource: "EMS" },
      chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 9 }] }],
    });
    expect(at.charger.snapshot.extra).toMatchObject({ external_limit: "EMS", external_limit_a: 9 });
    at.say("ClearedChargingLimit", { chargingLimitSource: "EMS" });
    expect(at.charger.snapshot.extra["external_limit"]).toBeUndefined();
    expect(at.charger.snapshot.extra["external_limit_a"]).toBeUndefined();
  });
});

describe("ZJBeny's house readings", () => {
  const transfer = (at: Desk, data: string): JsonObject =>
    at.say("DataTransfer", { vendorId: "com.zjbeny.dlb", messageId: "dlbMeter", data });

  it("are read from JSON and from pairs", async () => {
    const at = await open("1.6");
    await boot(at);
    expect(transfer(at, '{"DLBMode":"PV","Current.HomeLoad":"1.1A","Current.Solar":"2A"}')).toEqual({
      status: "Accepted",
    });
    expect(at.charger.snapshot.extra).toMatchObject({ home_load: 1.1, solar_current: 2 });
    transfer(at, "DLBMode:Off,Current.HomeLoad.L1:3.5A,Current.Solar.L3:-0.2A");
    expect(at.charger.snapshot.extra).toMatchObject({ home_load_l1: 3.5, solar_current_l3: -0.2 });
  });

  it("are dropped when they make no sense, and no other vendor's are taken", async () => {
    const at = await open("1.6");
    await boot(at);
    transfer(at, "Current.HomeLoad:1e9A,Current.Solar:many,__proto__:1A,:,,");
    transfer(at, "{broken");
    at.say("DataTransfer", { vendorId: "other", messageId: "dlbMeter", data: "Current.HomeLoad:5A" });
    expect(at.charger.snapshot.extra["home_load"]).toBeUndefined();
    expect(at.charger.snapshot.extra["solar_current"]).toBeUndefined();
  });
});
