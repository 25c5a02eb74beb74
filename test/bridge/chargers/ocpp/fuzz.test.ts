import { describe, expect, it } from "vitest";
import { fuzz } from "../../ocpp/fuzz.ts";
import { driverBehind } from "./fuzz-behind.ts";

describe("a box that tells whatever comes to mind", () => {
  it.each(["1.6", "2.0.1", "2.1"] as const)(
    "never makes the driver of %s fail or believe nonsense",
    async (version) => {
      const report = await fuzz(version, 4000, 2, driverBehind);
      expect(report.answered).toBe(report.calls);
      expect(report.handled).toBeGreaterThan(2000);
    },
  );
});
