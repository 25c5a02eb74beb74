/** The card's tests in a real Chromium. `CHROME_PATH` names another binary. */
import { CHROMIUM_ARGS, ensureChromium } from "./scripts/find-chromium.mjs";
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { playwrightLauncher } from "@web/test-runner-playwright";

const tsconfig = fileURLToPath(new URL("./card/tsconfig.json", import.meta.url));

export default {
  files: ["test/card/**/*.test.ts"],
  nodeResolve: { exportConditions: ["production", "default"] },
  concurrency: 1,
  plugins: [esbuildPlugin({ ts: true, json: true, tsconfig, target: "es2022" })],
  browsers: [
    playwrightLauncher({
      product: "chromium",
      launchOptions: {
        executablePath: ensureChromium(),
        headless: true,
        args: CHROMIUM_ARGS,
      },
    }),
  ],
  coverageConfig: {
    include: ["card/**/*.ts"],
    threshold: { statements: 90, branches: 85, functions: 90, lines: 90 },
  },
  testFramework: { config: { timeout: 5000 } },
};
