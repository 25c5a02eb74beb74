/** A million bent messages: `vitest run --config vitest.nightly.config.ts`. OCPP_FUZZ_SEED repeats a run. */
import { describe, expect, it } from "vitest";
import { driverBehind } from "../bridge/chargers/ocpp/fuzz-behind.ts";
import { fuzz } from "../bridge/ocpp/fuzz.ts";

const PER_ROUND = 20_000;
const ROUNDS = 17;
const MB = 1024 * 1024;
const firstSeed = Number(process.env.OCPP_FUZZ_SEED ?? Math.floor(Math.random() * 1e9));

describe("a station that sends whatever comes to mind, all night", () => {
  it.each(["1.6", "2.0.1", "2.1"] as const)(
    `gets through ${PER_ROUND * ROUNDS} messages of %s in bounded memory, seed ${firstSeed}`,
    async (version) => {
      await fuzz(version, PER_ROUND, firstSeed, driverBehind); // compiles every schema
      const beforeMb = process.memoryUsage().rss / MB;
      let inputs = 0;
      for (let round = 1; round <= ROUNDS; round++)
        inputs += (await fuzz(version, PER_ROUND, firstSeed + round, driverBehind)).inputs;
      const growthMb = process.memoryUsage().rss / MB - beforeMb;
      console.log(`${version}: ${inputs} messages, ${growthMb.toFixed(0)} MB growth`);
      expect(growthMb).toBeLessThan(200);
    },
    3_600_000,
  );
});
