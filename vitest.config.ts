import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/card/**", "test/e2e/**", "test/nightly/**", "test/**/*.ha.test.ts", "node_modules/**"],
    pool: "threads",
    // The same cases in every run: a red run means that the change broke something. The nightly runs draw new ones.
    setupFiles: ["test/seed.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
