/** A million bent messages: `vitest run --config vitest.nightly.config.ts`. OCPP_FUZZ_SEED repeats a run. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { driverBehind } from "../bridge/chargers/ocpp/fuzz-behind.ts";
import { fuzz } from "../bridge/ocpp/fuzz.ts";

const PER_ROUND = 20_000;
const ROUNDS = 17;
const MB = 1024 * 1024;
const firstSeed = Number(process.env.OCPP_FUZZ_SEED ?? Math.floor(Math.random() * 1e9));

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What is still held once the garbage is gone; the process' size would tell of the collector's leisure instead. */
function heldMb(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MB;
}

describe("a station that sends whatever comes to mind, all night", () => {
  it.each(["1.6", "2.0.1", "2.1"] as const)(
    `gets through ${PER_ROUND * ROUNDS} messages of %s in bounded memory, seed ${firstSeed}`,
    async (version) => {
      await fuzz(version, PER_ROUND, firstSeed, driverBehind); // compiles every schema
      const beforeMb = heldMb();
      let inputs = 0;
      for (let round = 1; round <= ROUNDS; round++)
        inputs += (await fuzz(version, PER_ROUND, firstSeed + round, driverBehind)).inputs;
      const growthMb = heldMb() - beforeMb;
      console.log(`${version}: ${inputs} messages, ${growthMb.toFixed(1)} MB more held`);
      expect(growthMb).toBeLessThan(30);
    },
    3_600_000,
  );
});
