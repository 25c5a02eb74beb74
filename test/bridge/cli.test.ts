import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const CLI = fileURLToPath(new URL("../../bridge/cli.ts", import.meta.url));
/** Runs before the program and makes it believe in another Node. */
const OLD_NODE =
  "data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";

it("says which Node it needs instead of failing within it", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--import", OLD_NODE, CLI, "check"], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("EVSE Bridge needs Node.js 24 or newer; this is 20.20.2");
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
