import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { monthStartMs } from "../../../bridge/assembly/figures.ts";
import { leftBehind } from "../../../bridge/assembly/interpreter.ts";
import { createLastErrors } from "../../../bridge/assembly/last-errors.ts";
import { parseConfig } from "../../../bridge/config/load.ts";
import { resolveConfig } from "../../../bridge/config/resolve.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";

describe("the month", () => {
  it("begins at midnight of the house, not of Greenwich", () => {
    expect(new Date(monthStartMs(Date.UTC(2026, 10, 21, 12), "Europe/Berlin")).toISOString()).toBe(
      "2026-10-31T23:00:00.000Z",
    );
    expect(new Date(monthStartMs(Date.UTC(2026, 10, 30, 23, 30), "Europe/Berlin")).toISOString()).toBe(
      "2026-11-30T23:00:00.000Z",
    );
    expect(new Date(monthStartMs(Date.UTC(2026, 10, 21), undefined)).toISOString()).toBe("2026-11-01T00:00:00.000Z");
  });
  it("knows that the clocks were changed since its first day", () => {
    expect(new Date(monthStartMs(Date.UTC(2026, 2, 30), "Europe/Berlin")).toISOString()).toBe(
      "2026-02-28T23:00:00.000Z",
    );
    expect(new Date(monthStartMs(Date.UTC(2026, 9, 28), "Europe/Berlin")).toISOString()).toBe(
      "2026-09-30T22:00:00.000Z",
    );
  });
  it("is never later than now and at most 31 days and an hour ago", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) }),
        fc.constantFrom("Europe/Lisbon", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland", "UTC"),
        (now, zone) => {
          const age = now - monthStartMs(now, zone);
          expect(age).toBeGreaterThanOrEqual(-999);
          expect(age).toBeLessThan(31 * 86_400_000 + 3_600_000);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("chargers left behind", () => {
  const config = resolveConfig(
    parseConfig("chargers: [{ id: garage, driver: ocpp, station: A }]", undefined, {
      HASS_URL: "http://a",
      HASS_TOKEN: "b",
    }),
  );
  it("are those with a device, helpers or plain states that are configured no more; outlets belong to their station", () => {
    expect(
      leftBehind(
        [
          "device:site",
          "device:garage",
          "device:garage_2",
          "device:garage_north",
          "device:carport",
          "helper:carport",
          "helper:x",
          "states:z",
          "prefix:y",
        ],
        config,
      ),
    ).toEqual(["garage_north", "carport", "x", "z"]);
  });
});

describe("last errors", () => {
  it("count the same thing and keep the newest first, and only so many", async () => {
    const clock = fakeClock();
    const errors = createLastErrors(clock);
    for (let n = 0; n < 40; n++) errors.add({ title: `e${n}`, detail: "d" });
    await clock.advance(1000);
    errors.add({ title: "e39", detail: "again" });
    expect(errors.list()).toHaveLength(30);
    expect(errors.list()[0]).toMatchObject({ title: "e39", detail: "again", count: 2 });
  });
});
