import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDate } from "../../../bridge/ocpp/dates.ts";
import { spell, readCode } from "../../../bridge/ocpp/errors.ts";
import { FrameLog } from "../../../bridge/ocpp/frame-log.ts";
import { parseFrame } from "../../../bridge/ocpp/frames.ts";
import { actionsOf, schemaOf } from "../../../bridge/ocpp/schemas.ts";
import type { Json, JsonObject } from "../../../bridge/ocpp/station.ts";
import { checkOutbound, checkRequest } from "../../../bridge/ocpp/validate.ts";

describe("dates", () => {
  const noon = Date.UTC(2026, 0, 31, 12, 0, 0);
  it.each([
    ["2026-01-31T12:00:00Z", noon],
    ["2026-01-31T12:00:00", noon],
    ["2026-01-31 12:00:00z", noon],
    ["2026-01-31T14:00:00+02", noon],
    ["2026-01-31T14:00:00+0200", noon],
    ["2026-01-31T14:00:00+02:00", noon],
    ["2026-01-31T06:30:00-05:30", noon],
    ["2026-01-31T12:00Z", noon],
    ["2026-01-31T12:00:00.123456Z", noon + 123],
    ["2026-01-31T12:00:00,5Z", noon + 500],
    ["1970-01-01T00:00:00Z", 0],
  ])("%s is read", (text, ms) => expect(parseDate(text)).toBe(ms));

  it.each([
    "",
    "0",
    "soon",
    "2026-01-31",
    "2026-02-30T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T12:60:00Z",
  ])("%s is none", (text) => expect(parseDate(text)).toBeUndefined());

  it("survive their own writing", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2099-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
        expect(parseDate(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

describe("frames", () => {
  it("are read or refused, never thrown at", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        fc.constantFrom("1.6", "2.0.1", "2.1"),
        (text, version) => void parseFrame(text, version),
      ),
    );
  });

  it("keep every digit of a number that is an id", () => {
    expect(parseFrame("[[1,1],1e400]", "2.0.1")).toMatchObject({ kind: "bad", idJson: undefined });
    expect(parseFrame("[2, 00, 1]", "1.6")).toMatchObject({ kind: "bad" });
    expect(parseFrame('[2,9007199254740993,"Heartbeat",{}]', "1.6")).toMatchObject({
      id: "9007199254740993",
      idJson: "9007199254740993",
    });
  });
});

describe("error codes", () => {
  it("are spelt as each version does, and read in every spelling", () => {
    expect(["1.6", "2.0.1", "2.1"].map((version) => spell("FormatViolation", version as "1.6"))).toEqual([
      "FormationViolation",
      "FormatViolation",
      "FormatViolation",
    ]);
    expect(["1.6", "2.0.1", "2.1"].map((version) => spell("OccurrenceConstraintViolation", version as "1.6"))).toEqual([
      "OccurenceConstraintViolation",
      "OccurenceConstraintViolation",
      "OccurrenceConstraintViolation",
    ]);
    expect(spell("Timeout", "2.1")).toBe("InternalError");
    for (const version of ["1.6", "2.0.1", "2.1"] as const)
      expect(readCode(spell("OccurrenceConstraintViolation", version))).toBe("OccurrenceConstraintViolation");
  });
});

describe("schemas", () => {
  it.each([
    ["1.6", 39],
    ["2.0.1", 64],
    ["2.1", 91],
  ] as const)("of %s cover %i actions", (version, count) => {
    expect(actionsOf(version)).toHaveLength(count);
    for (const action of actionsOf(version)) expect(schemaOf(version, action, "Request"), action).toBeDefined();
  });
});

describe("lenient validation", () => {
  const options = { strict: false, nowMs: Date.UTC(2026, 0, 1) };
  const check = (version: "1.6" | "2.0.1", action: string, payload: Json): ReturnType<typeof checkRequest> => {
    const text = JSON.stringify([2, "1", action, payload]);
    return checkRequest(version, action, (JSON.parse(text) as unknown[])[3], text, options);
  };

  it("leaves a good message alone", () => {
    const payload = { connectorId: 1, errorCode: "NoError", status: "Available", timestamp: "2026-01-01T00:00:00+02" };
    expect(check("1.6", "StatusNotification", payload)).toEqual({ payload, violations: [] });
  });

  it.each<[string, "1.6" | "2.0.1", string, JsonObject, JsonObject]>([
    ["drops what nobody knows", "1.6", "Heartbeat", { vendor: { a: 1 } }, {}],
    [
      "turns text into numbers and numbers into text",
      "1.6",
      "StartTransaction",
      { connectorId: "1", idTag: 1234, meterStart: " 10 ", timestamp: "t" },
      { connectorId: 1, idTag: "1234", meterStart: 10, timestamp: "t" },
    ],
    [
      "wraps an object where a list is wanted (Huawei)",
      "1.6",
      "MeterValues",
      { connectorId: 1, meterValue: { timestamp: "t", sampledValue: { value: 5 } } },
      { connectorId: 1, meterValue: [{ timestamp: "t", sampledValue: [{ value: "5" }] }] },
    ],
    [
      "unwraps a list where an object is wanted",
      "2.0.1",
      "StatusNotification",
      { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp: "t", customData: [{ vendorId: "v" }] },
      { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp: "t", customData: { vendorId: "v" } },
    ],
    [
      "fills the time and NoError",
      "1.6",
      "StatusNotification",
      { connectorId: 0, status: "Available" },
      { connectorId: 0, status: "Available", errorCode: "NoError" },
    ],
    [
      "keeps words and lengths it does not know",
      "1.6",
      "StatusNotification",
      { connectorId: 1, status: "Napping", errorCode: "x".repeat(99) },
      { connectorId: 1, status: "Napping", errorCode: "x".repeat(99) },
    ],
    [
      "drops null, and text that is no number",
      "2.0.1",
      "StatusNotification",
      { evseId: "one", connectorId: null, connectorStatus: "Available", timestamp: null },
      { connectorStatus: "Available", timestamp: "2026-01-01T00:00:00.000Z" },
    ],
    ["drops a list nothing is left of", "2.0.1", "MeterValues", { evseId: 1, meterValue: [1, "x"] }, { evseId: 1 }],
  ])("%s", (_name, version, action, payload, expected) => {
    const checked = check(version, action, payload);
    expect(checked.payload).toEqual(expected);
    expect(checked.violations.length).toBeGreaterThan(0);
  });

  it("does not give an unlabelled current the unit of energy", () => {
    const payload = {
      evseId: 1,
      meterValue: [
        {
          timestamp: "2026-01-01T00:00:00Z",
          sampledValue: [{ value: 16, measurand: "Current.Import", unitOfMeasure: {} }],
        },
      ],
    };
    expect(check("2.0.1", "MeterValues", payload).payload).toEqual(payload);
  });

  it("never throws at an object", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...actionsOf("2.0.1")),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (action, payload) => {
          check("2.0.1", action, payload as Json);
        },
      ),
    );
  });
});

describe("strict validation of our own", () => {
  it("checks dates", () => {
    expect(() => checkOutbound("1.6", "Heartbeat", "Response", { currentTime: "2026-01-01T00:00:00Z" })).not.toThrow();
    expect(() => checkOutbound("1.6", "Heartbeat", "Response", { currentTime: "now" })).toThrow(/format/);
  });
});

describe("the frame log", () => {
  it("holds what a plain list of the last frames would hold", () => {
    const frame = fc.record({ size: fc.oneof(fc.nat(200), fc.nat(20_000)), out: fc.boolean() });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 700 }), fc.integer({ min: 1, max: 200_000 }), (frames, bytes) => {
        const log = new FrameLog(bytes);
        const texts = frames.map(({ size, out }, index) => {
          const text = `${index}:${"abcdefgh".repeat(2500).slice(0, size)}`;
          log.add(index, out ? "out" : "in", out ? text : Buffer.from(text));
          return text;
        });
        const kept = log.read();
        expect(kept.length).toBeLessThanOrEqual(500);
        if (texts.length > 0) expect(kept.length).toBeGreaterThan(0);
        kept.forEach((entry, index) => {
          const at = texts.length - kept.length + index;
          const text = texts[at] ?? "";
          expect(entry.atMs).toBe(at);
          expect(entry.text).toBe(
            text.length > 16_384 ? `${text.slice(0, 16_384)}… ${text.length - 16_384} bytes more` : text,
          );
        });
      }),
      { numRuns: 25 },
    );
  });

  it("keeps 500 frames of ordinary length", () => {
    const log = new FrameLog(1024 * 1024);
    for (let i = 0; i < 1200; i++) log.add(i, "in", "x".repeat(1500));
    expect(log.read()).toHaveLength(500);
    expect(log.read()[0]?.atMs).toBe(700);
  });

  it("tells equal frames while it has them, whole", () => {
    const log = new FrameLog(64 * 1024);
    const a = log.add(0, "in", Buffer.from("same"));
    const b = log.add(0, "in", Buffer.from("same"));
    const c = log.add(0, "in", Buffer.from("other"));
    const long = [log.add(0, "in", "x".repeat(17_000)), log.add(0, "in", "x".repeat(17_000))] as const;
    expect([log.same(a, b), log.same(a, c), log.same(...long), log.same(a, 99)]).toEqual([true, false, false, false]);
    for (let i = 0; i < 600; i++) log.add(0, "in", "x".repeat(100));
    expect(log.same(a, b)).toBe(false);
  });
});
