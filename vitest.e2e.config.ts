import { configDefaults, defineConfig } from "vitest/config";
import { hassMissing } from "./test/e2e/hass.ts";

const missing = hassMissing();
if (missing !== undefined) process.stdout.write(`Tests on a real Home Assistant are skipped: ${missing}\n`);

/** Tests on a real Home Assistant: one file after the other, each with its own. */
export default defineConfig({
  test: {
    include: missing === undefined ? ["test/e2e/**/*.test.ts", "test/contract/**/*.ha.test.ts"] : [],
    exclude: configDefaults.exclude,
    passWithNoTests: true,
    pool: "forks",
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: ["default"],
  },
});
