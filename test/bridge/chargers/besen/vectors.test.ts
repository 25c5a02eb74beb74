import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FrameAssembler } from "../../../../bridge/chargers/besen/assembler.ts";
import {
  decodeFromCharger,
  decodeToCharger,
  encodeFromCharger,
  encodeToCharger,
} from "../../../../bridge/chargers/besen/codec.ts";
import { wifiLayout } from "../../../../bridge/chargers/besen/charge-codec.ts";
import { decodeFrame, encodeFrame, type Frame } from "../../../../bridge/chargers/besen/frame.ts";
import { epochFromWire, utcOffsetSeconds, wallClock, wireFromEpoch } from "../../../../bridge/chargers/besen/time.ts";

interface Vector {
  name: string;
  direction: "to_evse" | "from_evse";
  hex?: string;
  chunks?: string[];
  fields: Record<string, any> | null;
  knownSerial?: string;
  partialTimeoutFires?: boolean;
  expect?: { acceptedCommands: number[]; errors: string[]; leftoverBytes: number };
}
const file = JSON.parse(readFileSync(new URL("vectors/besen-vectors.json", import.meta.url), "utf8")) as {
  defaults: { zone: string };
  vectors: Vector[];
};
const whole = file.vectors.filter((v) => v.hex !== undefined && v.fields !== null);
const streams = file.vectors.filter((v) => v.chunks !== undefined);
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const frameOf = (hex: string): Frame => {
  const frame = decodeFrame(bytes(hex));
  if (typeof frame === "string") throw new Error(frame);
  return frame;
};
/** Keys of the file that say something about the frame, or about the derivation of a field, rather than the message. */
const ABOUT_FRAME = ["command", "serial", "password", "payloadHex", "note"];
const DERIVED = ["epoch", "utcOffsetSeconds", "wallClock", "payloadLength", "feature"];

const without = (fields: Record<string, any>, keys: readonly string[]): Record<string, any> =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

describe("vectors: frames", () => {
  it("has the whole file", () => {
    expect(whole.length).toBeGreaterThanOrEqual(50);
    expect(streams.length).toBeGreaterThanOrEqual(18);
  });
  it.each(whole.map((v) => [v.name, v] as const))("%s: the frame's parts and back", (_name, vector) => {
    const frame = frameOf(vector.hex!);
    expect(frame.command).toBe(vector.fields!["command"]);
    expect(frame.serial).toBe(vector.fields!["serial"]);
    if (vector.fields!["payloadHex"] !== undefined) expect(hexOf(frame.payload)).toBe(vector.fields!["payloadHex"]);
    expect(frame.pin).toBe(vector.fields!["password"]);
    const again = encodeFrame({ ...frame, pin: frame.pin ?? "charger" });
    expect(hexOf(again)).toBe(vector.hex);
  });
});

describe("vectors: requests", () => {
  it.each(whole.filter((v) => v.direction === "to_evse").map((v) => [v.name, v] as const))(
    "%s: written from its fields alone, and read back",
    (_name, { hex, fields }) => {
      const { serial, password, payloadHex } = fields!;
      const rest = without(fields!, [...ABOUT_FRAME, ...DERIVED]);
      if (fields!["layout"] !== undefined) expect(wifiLayout(fields!["feature"])).toBe(fields!["layout"]);
      const plain = Object.keys(rest).length === 1;
      const message: any = plain ? { ...rest, payloadHex } : rest;
      expect(hexOf(encodeToCharger(serial, password, message))).toBe(hex);
      expect(decodeToCharger(frameOf(hex!))).toMatchObject(rest);
    },
  );
});

describe("vectors: telemetry and answers", () => {
  it.each(whole.filter((v) => v.direction === "from_evse").map((v) => [v.name, v] as const))(
    "%s: read to its fields, and written again",
    (_name, { hex, fields }) => {
      const rest = without(fields!, [...ABOUT_FRAME, ...DERIVED.filter((key) => key !== "feature")]);
      const frame = frameOf(hex!);
      const message: any = decodeFromCharger(frame);
      expect(message).toMatchObject(rest);
      const answer = [6, 13].includes(frame.command) ? { answer: true } : {};
      const stored = frame.command === 10 ? { stored: true } : {};
      // A weekly schedule's idle days keep figures that a simulated box need not repeat: its slots are compared, not its bytes.
      const written = encodeFromCharger(fields!["serial"], { ...message, ...answer, ...stored });
      if (message.kind === "weekly_schedule") expect(decodeFromCharger(frameOf(hexOf(written)))).toEqual(message);
      else expect(hexOf(written)).toBe(hex);
    },
  );

  it("agrees on wire time both ways", () => {
    const timed = whole.filter((v) => v.fields?.["epoch"] !== undefined);
    expect(timed.length).toBeGreaterThan(0);
    for (const { fields } of timed) {
      const { epoch, wireTimestamp, utcOffsetSeconds: offset } = fields!;
      expect(utcOffsetSeconds(file.defaults.zone, epoch)).toBe(offset);
      expect(wireFromEpoch(epoch, file.defaults.zone)).toBe(wireTimestamp);
      expect(epochFromWire(wireTimestamp, file.defaults.zone)).toBe(epoch);
      expect(wallClock(wireTimestamp)).toBe(fields!["wallClock"]);
    }
  });
});

describe("vectors: streams", () => {
  it.each(streams.map((v) => [v.name, v] as const))("%s", (_name, vector) => {
    const assembler = new FrameAssembler({ knownSerial: vector.knownSerial });
    const results = vector.chunks!.map((chunk) => assembler.feed(bytes(chunk)));
    if (vector.partialTimeoutFires === true) results.push(assembler.expirePartial());
    expect(results.flatMap((r) => r.frames.map((f) => f.command))).toEqual(vector.expect!.acceptedCommands);
    expect(results.flatMap((r) => r.discards)).toEqual(vector.expect!.errors);
    expect(assembler.pendingBytes).toBe(vector.expect!.leftoverBytes);
  });
});
