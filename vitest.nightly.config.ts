import { defineConfig } from "vitest/config";

/** Long runs: `vitest run --config vitest.nightly.config.ts`. */
export default defineConfig({
  test: {
    include: ["test/nightly/**/*.test.ts"],
    pool: "threads",
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
  },
});
