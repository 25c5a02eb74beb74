import { describe } from "vitest";
import { engineProperties } from "./properties.ts";

describe("always true of the engine", () => {
  engineProperties(10_000);
});
