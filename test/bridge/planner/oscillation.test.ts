import { describe, expect, it } from "vitest";
import { settlingTable } from "./oscillation.ts";

describe("settling", () => {
  it.each(settlingTable())("$mode comes to rest after a $disturbance with a meter $delayS s late", (row) => {
    // Noise never ends: what counts is that the limit stays within a band about as wide as the noise.
    if (row.disturbance === "noise") expect(row.restA).toBeLessThanOrEqual(3);
    else {
      expect(row.settledS).toBeLessThanOrEqual(1500);
      expect(row.restA).toBeLessThanOrEqual(1);
    }
    expect(row.switches).toBeLessThanOrEqual(2);
  });
});
