import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Meter } from "../../../../bridge/chargers/ocpp/facts/meter.ts";
import { energyRegister, readMeterValues } from "../../../../bridge/chargers/ocpp/facts/meter-values.ts";
import { fromWire, readRateUnit, toWire, wireLimit } from "../../../../bridge/chargers/ocpp/limits/profile.ts";
import { Register } from "../../../../bridge/chargers/ocpp/facts/register.ts";
import { timestampMs } from "../../../../bridge/chargers/ocpp/wire/json.ts";
import type { JsonObject } from "../../../../bridge/ocpp/station.ts";

const read = (...samples: JsonObject[]) =>
  readMeterValues([{ timestamp: "2026-01-01T00:00:00Z", sampledValue: samples }]);
const one = (sample: JsonObject): number | undefined => read(sample).samples[0]?.value;

describe("a sampled value", () => {
  it.each([
    [{ value: "1500", measurand: "Power.Active.Import" }, 1500],
    [{ value: "1.5", measurand: "Power.Active.Import", unit: "kW" }, 1500],
    [{ value: 15, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W", multiplier: 2 } }, 1500],
    [{ value: 1.5, measurand: "Power.Active.Import", unitOfMeasure: { unit: "kW" } }, 1500],
    [{ value: "16000", measurand: "Current.Import", unit: "mA" }, 16],
    [{ value: 16, measurand: "Current.Import" }, 16],
    [{ value: "12.5", unit: "kWh" }, 12_500],
    [{ value: "12500" }, 12_500],
    [{ value: " 230 ", measurand: "Voltage", unit: "V" }, 230],
    [{ value: "80", measurand: "SoC", unit: "Percent" }, 80],
    [{ value: "300", measurand: "Temperature", unit: "K" }, 26.85],
    [{ value: "77", measurand: "Temperature", unit: "Fahrenheit" }, 25],
    [{ value: "25", measurand: "Temperature", unit: "Celcius" }, 25],
  ] as [JsonObject, number][])("%j is %d in base units", (sample, value) => {
    expect(one(sample)).toBeCloseTo(value, 6);
  });

  it.each(["", " ", "abc", "1,5", "NaN", "Infinity", "1e999"])("%j is dropped and counted", (value) => {
    expect(read({ value, measurand: "Power.Active.Import" })).toMatchObject({ samples: [], dropped: 1 });
  });

  it.each([
    ["Power.Active.Import", 1e12],
    ["Current.Import", 700],
    ["Voltage", 12],
    ["SoC", 140],
    ["Energy.Active.Import.Register", -5],
  ])("%s of %d is not believed", (measurand, value) => {
    expect(read({ value, measurand })).toMatchObject({ samples: [], dropped: 1 });
  });

  it("is text when it is signed, and never a number", () => {
    expect(read({ value: "OCMF|12", format: "SignedData", context: "Transaction.End" })).toEqual({
      samples: [],
      dropped: 0,
      signed: { "Transaction.End": "OCMF|12" },
    });
  });

  it("of power is shared by one phase at least when the current is not told", () => {
    const meter = new Meter();
    meter.take(
      read({ value: 2300, measurand: "Power.Active.Import" }, { value: 230, measurand: "Voltage" }).samples,
      1,
    );
    expect([undefined, 0, 1, 3].map((phases) => meter.headlineA(2300, phases))).toEqual([10, 10, 10, 10 / 3]);
    expect(meter.headlineA(0, 0)).toBe(0);
  });

  it("never makes NaN, whatever is told", () => {
    fc.assert(
      fc.property(
        fc.record({
          value: fc.oneof(fc.string(), fc.double(), fc.integer()),
          measurand: fc.constantFrom(
            "Power.Active.Import",
            "Current.Import",
            "Voltage",
            "SoC",
            "Energy.Active.Import.Register",
            "Frequency",
          ),
          unit: fc.oneof(fc.string(), fc.constantFrom("kW", "W", "A", "mA", "kWh", "Wh", "V")),
          phase: fc.constantFrom("L1", "L2-N", "N", "L1-L2", "x"),
        }),
        (sample) => {
          const reading = read(JSON.parse(JSON.stringify(sample)) as JsonObject);
          const meter = new Meter();
          meter.take(reading.samples, 1);
          const figures = [
            ...reading.samples.map(({ value }) => value),
            meter.headlineV(),
            meter.headlineA(meter.total("Power.Active.Import"), 1),
            meter.total("Power.Active.Import"),
          ];
          return figures.every((figure) => figure === undefined || Number.isFinite(figure));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads the same amount in every unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300_000 }), (watts) => {
        const measurand = "Power.Active.Import";
        const plain = one({ value: watts, measurand }) ?? NaN;
        const kilo = one({ value: watts / 1000, measurand, unit: "kW" }) ?? NaN;
        const shifted = one({ value: watts * 10, measurand, unitOfMeasure: { unit: "W", multiplier: -1 } }) ?? NaN;
        return Math.abs(plain - watts) < 1e-6 && Math.abs(kilo - watts) < 1e-6 && Math.abs(shifted - watts) < 1e-6;
      }),
    );
  });
});

describe("headline figures", () => {
  const meterOf = (...samples: JsonObject[]): Meter => {
    const meter = new Meter();
    meter.take(read(...samples).samples, 1);
    return meter;
  };
  const sample = (measurand: string, value: number, phase?: string): JsonObject => ({
    value,
    measurand,
    ...(phase === undefined ? {} : { phase }),
  });

  it("leave the neutral out", () => {
    const meter = meterOf(sample("Voltage", 231, "L1-N"), sample("Voltage", 229, "L2-N"), sample("Voltage", 0, "N"));
    expect(meter.headlineV()).toBe(230);
    expect(meterOf(sample("Current.Import", 3, "N")).headlineA(undefined, 1)).toBeUndefined();
  });

  it("turn voltages between phases into line to neutral", () => {
    expect(meterOf(sample("Voltage", 400, "L1-L2"), sample("Voltage", 400, "L2-L3")).headlineV()).toBeCloseTo(231, 0);
  });

  it("take the mean of active legs, then the power, and a lone current last", () => {
    const legs = meterOf(
      sample("Current.Import", 10, "L1"),
      sample("Current.Import", 12, "L2"),
      sample("Current.Import", 0, "L3"),
    );
    expect(legs.headlineA(undefined, undefined)).toBe(11);
    expect(legs.phasesCarrying()).toBe(2);
    const power = meterOf(sample("Power.Active.Import", 11_040), sample("Voltage", 230), sample("Current.Import", 25));
    expect(power.headlineA(11_040, 3)).toBeCloseTo(16, 6);
    expect(meterOf(sample("Current.Import", 7)).headlineA(undefined, 1)).toBe(7);
  });

  it("sum phases where there is no total, or where the total is known to be wrong", () => {
    const meter = meterOf(
      sample("Power.Active.Import", 1000, "L1"),
      sample("Power.Active.Import", 2000, "L2"),
      sample("Power.Active.Import", 999),
    );
    expect(meter.total("Power.Active.Import")).toBe(999);
    expect(meter.total("Power.Active.Import", true)).toBe(3000);
  });

  it("grow old", () => {
    const meter = meterOf(sample("Power.Active.Import", 1000));
    meter.expire(100_000, 60_000);
    expect(meter.total("Power.Active.Import")).toBeUndefined();
  });

  it("take the energy of the end over all others, and never that of the begin", () => {
    const at = (context: string, value: number): JsonObject => ({ value, context });
    expect(energyRegister(read(at("Transaction.Begin", 1)).samples)).toBeUndefined();
    expect(
      energyRegister(read(at("Sample.Periodic", 5), at("Transaction.End", 9), at("Sample.Clock", 7)).samples),
    ).toBe(9);
  });
});

describe("the register", () => {
  it("only grows, whatever is told", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000_000 }), fc.boolean())), (readings) => {
        const register = new Register();
        let last = 0;
        for (const [raw, inTx] of readings) {
          register.take(raw, inTx);
          const total = register.totalWh ?? 0;
          if (total < last) return false;
          last = total;
        }
        return true;
      }),
    );
  });

  it("goes on over a reset, a restart and jitter", () => {
    const register = new Register();
    register.take(50_000, false);
    register.take(49_950, true);
    expect(register.totalWh).toBe(50_000);
    register.take(0, false);
    expect(register.totalWh).toBe(50_000);
    register.take(20, true);
    expect(register.totalWh).toBe(50_020);
    const again = new Register(register.state);
    again.take(520, true);
    expect(again.totalWh).toBe(50_520);
  });

  it("believes a leap of more than a megawatt hour at the third telling only", () => {
    const register = new Register();
    register.take(1000, false);
    register.take(5_000_000, true);
    register.take(5_000_000, true);
    expect(register.totalWh).toBe(1000);
    register.take(5_000_000, true);
    expect(register.totalWh).toBe(5_000_000);
  });
});

describe("limits on the wire", () => {
  it("are 0, or 6 A up to the ceiling, never rounded up", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 100, noNaN: true }),
        fc.constantFrom(0.1, 1),
        fc.constantFrom(undefined, [6, 8, 10, 13, 16]),
        fc.integer({ min: 6, max: 32 }),
        (wanted, stepA, list, maxA) => {
          const limit = wireLimit(wanted, maxA, stepA, list);
          if (limit === 0) return wanted < 6 + stepA || maxA < 6;
          return (
            limit >= 6 &&
            limit <= maxA &&
            limit <= wanted + 1e-6 &&
            (list === undefined || (list as readonly number[]).includes(limit))
          );
        },
      ),
    );
    expect(wireLimit(Number.NaN, 32, 0.1, undefined)).toBe(0);
  });

  it("in watts never mean more amperes than wanted", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 6, max: 32, noNaN: true }),
        fc.constantFrom(1, 2, 3),
        fc.double({ min: 150, max: 300, noNaN: true }),
        (a, phases, measuredV) => {
          const electric = { measuredV, nominalV: 230, phases };
          return fromWire(toWire(a, "W", electric), "W", electric) <= a + 1e-6;
        },
      ),
    );
  });

  it.each([
    ["Current,Power", "A"],
    ["Power", "W"],
    ["A, W", "A"],
    ["W", "W"],
    ["Amperes;Watts", "A"],
    ["", undefined],
    ["nonsense", undefined],
    [undefined, undefined],
  ] as const)("the unit of %j is %s", (told, unit) => {
    expect(readRateUnit(told)).toBe(unit);
  });
});

describe("a charger's time", () => {
  it.each([
    ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"],
    ["2026-03-01T10:00:00", "2026-03-01T10:00:00Z"],
    ["2026-03-01 10:00:00", "2026-03-01T10:00:00Z"],
    ["2026-03-01T12:00:00+02", "2026-03-01T10:00:00Z"],
    ["2026-03-01T12:00:00.123+0200", "2026-03-01T10:00:00.123Z"],
  ])("%s is %s", (told, meant) => {
    expect(timestampMs({ t: told }, "t")).toBe(Date.parse(meant));
  });

  it.each(["1970-01-01T00:00:00Z", "0", "", "tomorrow"])("%s is none", (told) => {
    expect(timestampMs({ t: told }, "t")).toBeUndefined();
  });
});
