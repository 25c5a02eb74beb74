import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";

describe("a station that sends whatever comes to mind", () => {
  it.each(["1.6", "2.0.1", "2.1"] as const)("is answered call by call on %s, and nothing breaks", async (version) => {
    const report = await fuzz(version, 4000, 1);
    expect(report.answered).toBe(report.calls);
    // The generator must reach every part, or the run proves little.
    expect(report.calls).toBeGreaterThan(2500);
    expect(report.handled).toBeGreaterThan(2000);
    expect(report.repaired).toBeGreaterThan(500);
    expect(report.settled).toBeGreaterThan(30);
    expect(report.closed).toBeGreaterThan(5);
  });
});
