import { describe, expect, it } from "vitest";
import { settlingTable } from "./oscillation.ts";

describe("settling", () => {
  it.each(settlingTable())("$mode comes to rest after a $disturbance with a meter $delayS s late", (row) => {
    // Noise of 2 A from peak to peak never ends: the limit stays within a band as wide.
    if (row.disturbance === "noise") expect(row.restA).toBeLessThanOrEqual(2 + 1e-6);
    else {
      expect(row.settledS).toBeLessThanOrEqual(600);
      expect(row.restA).toBeLessThanOrEqual(1);
    }
    expect(row.switches).toBe(0);
  });
});
