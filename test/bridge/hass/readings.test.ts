import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEntityDecoder } from "../../../bridge/hass/compressed.ts";
import type { HassLink } from "../../../bridge/hass/doors.ts";
import { createStateWatcher, readingOf, type SensorWish } from "../../../bridge/hass/readings.ts";
import { silentLog } from "../../../bridge/log.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";

const wish = (over: Partial<SensorWish> = {}): SensorWish => ({
  key: "gridA",
  entityId: "sensor.x",
  invert: false,
  unit: "A",
  ...over,
});
const state = (text: string, unit?: string): Parameters<typeof readingOf>[0] => ({
  entityId: "sensor.x",
  state: text,
  attributes: unit === undefined ? {} : { unit_of_measurement: unit },
  changedAtMs: 1000,
});
const NOW = 10_000;
const value = (text: string, unit: string | undefined, over: Partial<SensorWish> = {}): number | undefined =>
  readingOf(state(text, unit), wish(over), 230, undefined, NOW).value;

describe("a sensor as a reading", () => {
  it.each([
    ["10", "A", "A", 10],
    ["1500", "mA", "A", 1.5],
    ["2300", "W", "A", 10],
    ["2.3", "kW", "A", 10],
    ["10", undefined, "A", 10],
    ["1500", "W", "W", 1500],
    ["1.5", "kW", "W", 1500],
    ["-3", "kW", "W", -3000],
    ["80", "%", "%", 80],
    ["0.31", "EUR/kWh", "price", 0.31],
    ["310", "EUR/MWh", "price", 0.31],
  ] as const)("takes %s %s as %s: %d", (text, unit, wanted, expected) => {
    expect(value(text, unit, { unit: wanted })).toBeCloseTo(expected, 9);
  });

  it.each(["unavailable", "unknown", "", "  ", "NaN", "Infinity", "12 A", "on"])(
    "takes %j as unknown, never as 0",
    (text) => {
      expect(value(text, "A")).toBeUndefined();
    },
  );

  it("takes a unit that cannot be turned into the wanted one as unknown", () => {
    expect(value("5", "kWh")).toBeUndefined();
    expect(value("5", "A", { unit: "W" })).toBeUndefined();
    expect(value("5", "W", { unit: "%" })).toBeUndefined();
  });

  it("turns the sign, and has no negative zero", () => {
    expect(value("10", "A", { invert: true })).toBe(-10);
    expect(Object.is(value("0", "A", { invert: true }), 0)).toBe(true);
  });

  it("keeps the newest sign of life while there is a value", () => {
    const before = { entityId: "sensor.x", value: 1, unit: "A" as const, atMs: 0, aliveAtMs: 9_000 };
    expect(readingOf(state("2", "A"), wish(), 230, before, NOW)).toMatchObject({ atMs: 1000, aliveAtMs: 9_000 });
    expect(readingOf(state("unavailable", "A"), wish(), 230, before, NOW).aliveAtMs).toBe(1000);
  });

  it("takes no sign of life from the future: Home Assistant's clock may run ahead, and ours may be set back", () => {
    expect(readingOf(state("2", "A"), wish(), 230, undefined, 400).aliveAtMs).toBe(400);
    const before = { entityId: "sensor.x", value: 1, unit: "A" as const, atMs: 0, aliveAtMs: 9_000 };
    expect(readingOf(state("2", "A"), wish(), 230, before, 5_000).aliveAtMs).toBe(5_000);
  });

  it("is finite or unknown whatever comes", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        fc.constantFrom("A", "W", "%", "price" as const),
        (text, unit, wanted) => {
          const got = value(text, unit, { unit: wanted });
          expect(got === undefined || Number.isFinite(got)).toBe(true);
        },
      ),
    );
  });
});

describe("the decoder of subscribe_entities", () => {
  it("puts changes over the first picture, and tells the first from a change", () => {
    const decoder = createEntityDecoder();
    expect(decoder.decode({ a: { "sensor.x": { s: "1", a: { unit: "W", old: 1 }, c: "c1", lc: 10 } } })).toMatchObject([
      {
        initial: true,
        before: undefined,
        now: { state: "1", changedAtMs: 10_000, contextId: "c1", userId: undefined },
      },
    ]);
    expect(
      decoder.decode({
        c: {
          "sensor.x": { "+": { s: "2", lc: 11, c: { id: "c2", user_id: "u" }, a: { new: 2 } }, "-": { a: ["old"] } },
        },
      }),
    ).toMatchObject([
      {
        initial: false,
        before: { state: "1" },
        now: { state: "2", changedAtMs: 11_000, userId: "u", attributes: { unit: "W", new: 2 } },
      },
    ]);
    const [change] = decoder.decode({ c: { "sensor.x": { "+": { c: "c3", lu: 12 } } } });
    expect(change?.now).toMatchObject({ state: "2", changedAtMs: 11_000, updatedAtMs: 12_000, userId: "u" });
    expect(Object.keys(change?.now?.attributes ?? {})).toEqual(["unit", "new"]);
    expect(decoder.decode({ r: ["sensor.x"] })).toMatchObject([{ entityId: "sensor.x", now: undefined }]);
  });

  it("survives anything", () => {
    fc.assert(fc.property(fc.anything(), (event) => Array.isArray(createEntityDecoder().decode(event))));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "c", "r"), fc.dictionary(fc.string(), fc.anything())), (event) =>
        Array.isArray(createEntityDecoder().decode(event)),
      ),
    );
  });
});

describe("a meter that loses its unit", () => {
  it("is unknown until it tells its unit again: it may count in kW now", async () => {
    const clock = fakeClock();
    let hear: (event: unknown) => void = () => undefined;
    const link: HassLink = {
      up: true,
      status: { state: "up" } as HassLink["status"],
      onStatus: () => () => undefined,
      send: () => Promise.reject(new Error("not asked here")),
      subscribe: (_message, listener) => {
        hear = listener;
        return () => undefined;
      },
      start: () => undefined,
      close: () => Promise.resolve(),
    };
    const watcher = createStateWatcher({ link, clock, log: silentLog() });
    const values: (number | undefined)[] = [];
    const stop = watcher.sensors([wish()], 230, (_key, reading) => values.push(reading.value));
    await clock.advance(1_000);
    let atS = 0;
    const say = (text: string, attributes: object): void =>
      hear({ a: { "sensor.x": { s: text, a: attributes, lc: 1, lu: ++atS } } });
    say("2300", { unit_of_measurement: "W" });
    say("2.3", {});
    say("2.3", { unit_of_measurement: "kW" });
    expect(values.slice(-3)).toEqual([10, undefined, 10]);
    stop();
    watcher.close();
  });
});
