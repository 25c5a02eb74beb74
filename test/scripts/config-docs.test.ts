import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configurationPage } from "../../scripts/config-docs.ts";

it("docs/configuration.md says what the schema says (node scripts/config-docs.ts writes it)", () => {
  expect(readFileSync("docs/configuration.md", "utf8")).toBe(configurationPage());
});
