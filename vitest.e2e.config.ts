import { configDefaults, defineConfig } from "vitest/config";
import { hassMissing } from "./test/e2e/hass.ts";

const missing = hassMissing();
if (missing !== undefined) process.stdout.write(`Tests on a real Home Assistant are skipped: ${missing}\n`);

/**
 * Tests on a real Home Assistant, each file with its own. Two at a time: most of the time they wait (three minutes of silence, a restart).
 * A second try is for a Home Assistant that was slow on a shared machine; it is shown in the output.
 */
export default defineConfig({
  test: {
    include: missing === undefined ? ["test/e2e/**/*.test.ts", "test/contract/**/*.ha.test.ts"] : [],
    exclude: configDefaults.exclude,
    passWithNoTests: true,
    pool: "forks",
    maxWorkers: 2,
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: ["default"],
  },
});
