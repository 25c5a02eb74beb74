/** Long runs of the planner: a million cases for each sentence, ten thousand hours of a house. */
import { describe, expect, it } from "vitest";
import { allProperties } from "../bridge/planner/properties.ts";
import { liveHouse } from "../bridge/planner/random-house.ts";

const HOURS = 10_000;
const HOURS_PER_LIFE = 100;
const REACTION_S = 8;

describe("always true of the engine", () => {
  allProperties(1_000_000);
});

describe("ten thousand hours of random houses", () => {
  it.each(Array.from({ length: HOURS / HOURS_PER_LIFE }, (_, life) => 1001 + life))(
    "never leave a phase above the breaker, nor the site above its cap, longer than it takes to react: life %i",
    (seed) => {
      const life = liveHouse(seed, HOURS_PER_LIFE);
      expect(life.worstBreakerS, life.detail).toBeLessThanOrEqual(REACTION_S);
      expect(life.worstImportS, life.detail).toBeLessThanOrEqual(REACTION_S);
    },
    3_600_000,
  );
});
