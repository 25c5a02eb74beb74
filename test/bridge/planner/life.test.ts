import { describe, expect, it } from "vitest";
import { liveHouse } from "./random-house.ts";

/** Meter, tick, box and car together react within this, s. */
const REACTION_S = 8;

describe("random lives of a house", () => {
  it("never leaves a phase above the breaker, nor the site above its cap, longer than it takes to react", () => {
    let charged = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const life = liveHouse(seed, 2);
      expect(life.worstBreakerS, life.detail).toBeLessThanOrEqual(REACTION_S);
      expect(life.worstImportS, life.detail).toBeLessThanOrEqual(REACTION_S);
      charged += life.chargedKwh;
    }
    expect(charged).toBeGreaterThan(20);
  }, 120_000);
});
