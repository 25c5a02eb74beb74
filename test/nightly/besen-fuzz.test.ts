import { describe, expect, it } from "vitest";
import { fuzzStreams } from "../bridge/chargers/besen/fuzz.ts";

describe("Besen stream parser", () => {
  it("survives a million mangled streams within 64 kB", () => {
    const result = fuzzStreams(1_000_000, Date.now() >>> 0);
    expect(result.frames).toBeGreaterThan(500_000);
    expect(result.mostBuffered).toBeLessThanOrEqual(64 * 1024);
  });
});
