/** Long runs of the planner: a million cases per property, ten thousand hours of a house. */
import { describe, expect, it } from "vitest";
import { engineProperties } from "../bridge/planner/properties.ts";
import { liveHouse } from "../bridge/planner/random-house.ts";

const HOURS = 10_000;
const HOURS_PER_LIFE = 100;
const REACTION_S = 8;

describe("always true of the engine", () => {
  engineProperties(1_000_000);
});

describe("ten thousand hours of random houses", () => {
  it(
    "never leave a phase above the breaker, nor the site above its cap, longer than it takes to react",
    () => {
      for (let seed = 1; seed <= HOURS / HOURS_PER_LIFE; seed++) {
        const life = liveHouse(1000 + seed, HOURS_PER_LIFE);
        expect(life.worstBreakerS, life.detail).toBeLessThanOrEqual(REACTION_S);
        expect(life.worstImportS, life.detail).toBeLessThanOrEqual(REACTION_S);
      }
    },
    6 * 3_600_000,
  );
});
