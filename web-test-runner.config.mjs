/** The card's tests in a real Chromium. `CHROME_PATH` names another binary. */
import { ensureChromium } from "./scripts/find-chromium.mjs";
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { playwrightLauncher } from "@web/test-runner-playwright";

const tsconfig = fileURLToPath(new URL("./card/tsconfig.json", import.meta.url));
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

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
        args: [...args, "--disable-component-update", "--disable-sync"],
      },
    }),
  ],
  coverageConfig: {
    include: ["card/**/*.ts"],
    threshold: { statements: 90, branches: 85, functions: 90, lines: 90 },
  },
  testFramework: { config: { timeout: 5000 } },
};
