import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameAssembler } from "../../../../bridge/chargers/besen/assembler.ts";
import { decodeFromCharger, decodeToCharger } from "../../../../bridge/chargers/besen/codec.ts";
import { encodeFrame, maskedHex } from "../../../../bridge/chargers/besen/frame.ts";
import { fuzzStreams } from "./fuzz.ts";

const serial = "A1B2C3D4E5F60718";
const heartbeat = encodeFrame({ command: 3, serial, pin: "charger" });

describe("frame assembler", () => {
  it("survives 20,000 mangled streams within 64 kB", () => {
    const result = fuzzStreams(20_000, 20_260_101);
    expect(result.frames).toBeGreaterThan(10_000);
    expect(result.discards).toBeGreaterThan(10_000);
    expect(result.mostBuffered).toBeLessThanOrEqual(64 * 1024);
  });

  it("delivers what was sent, however it is cut", () => {
    const frames = fc.array(
      fc.record({ command: fc.integer({ min: 0, max: 0xffff }), payload: fc.uint8Array({ maxLength: 999 }) }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((f) => encodeFrame({ ...f, serial, pin: "123456" })));
        const assembler = new FrameAssembler();
        const got: unknown[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!;
          const { frames: more, discards } = assembler.feed(stream.subarray(at, at + size));
          expect(discards).toEqual([]);
          got.push(...more.map((f) => ({ command: f.command, payload: f.payload })));
          at += size;
        }
        expect(got).toEqual(sent.map((f) => ({ command: f.command, payload: f.payload })));
      }),
      { numRuns: 200 },
    );
  });

  it("holds one megabyte of noise in a bounded buffer", () => {
    const assembler = new FrameAssembler();
    assembler.feed(new Uint8Array(1_000_000).fill(6));
    expect(assembler.pendingBytes).toBeLessThanOrEqual(1024);
    expect(assembler.expirePartial().discards).toEqual(["truncated"]);
    expect(assembler.feed(heartbeat).frames).toHaveLength(1);
  });

  it("accepts every serial where many may speak", () => {
    const assembler = new FrameAssembler({ learnSerial: false });
    const other = encodeFrame({ command: 3, serial: "0000000000000000", pin: "none" });
    expect(assembler.feed(Buffer.concat([heartbeat, other])).frames).toHaveLength(2);
  });
});

describe("decoders", () => {
  it("answer every command with every payload and never throw", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.uint8Array({ maxLength: 200 }), (command, payload) => {
        expect(decodeFromCharger({ command, payload }).kind).toBeTypeOf("string");
        expect(decodeToCharger({ command: command | 0x8000, payload }).kind).toBeTypeOf("string");
      }),
      { numRuns: 3000 },
    );
    for (let command = 0; command < 0x0200; command++)
      for (const length of [0, 1, 2, 5, 21, 54, 74, 97]) {
        decodeFromCharger({ command, payload: new Uint8Array(length).fill(0xff) });
        decodeToCharger({ command: command | 0x8000, payload: new Uint8Array(length).fill(0xff) });
      }
  });
});

describe("masked hex", () => {
  it("never shows the PIN, nor a payload that holds a secret", () => {
    const frame = encodeFrame({ command: 0x810a, serial, pin: "654321", payload: Buffer.from("passphrase") });
    const pinHex = Buffer.from("654321").toString("hex");
    expect(maskedHex(frame)).not.toContain(pinHex);
    expect(maskedHex(frame, true)).not.toContain(Buffer.from("passphrase").toString("hex"));
    expect(maskedHex(frame.subarray(0, 16))).not.toContain(pinHex.slice(0, 6));
  });
});
