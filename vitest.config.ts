import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/card/**", "test/e2e/**", "test/nightly/**", "test/**/*.ha.test.ts", "node_modules/**"],
    pool: "threads",
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
