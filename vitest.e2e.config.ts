import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { hassMissing } from "./test/e2e/hass.ts";

const missing = hassMissing();
if (missing !== undefined) process.stdout.write(`Tests on a real Home Assistant are skipped: ${missing}\n`);

/** Minutes each, mostly of waiting: they begin first, so that the others run beside them. */
const LONG = ["hass-restart-matrix", "besen.test", "stories", "card.test", "charge-point-delta"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONG.findIndex((name) => moduleId.includes(`/e2e/${name}`));
      return index < 0 ? LONG.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/**
 * Tests on a real Home Assistant, each file with its own. Three at a time: most of the time they wait (three minutes of silence, a
 * restart). A second try is for a Home Assistant that was slow on a shared machine; it is shown in the output.
 */
export default defineConfig({
  test: {
    include: missing === undefined ? ["test/e2e/**/*.test.ts", "test/contract/**/*.ha.test.ts"] : [],
    exclude: configDefaults.exclude,
    passWithNoTests: true,
    pool: "forks",
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: ["default"],
  },
});
