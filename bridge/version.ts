/** The version as package.json has it: the only place where it is written. */
import { readFileSync } from "node:fs";

/** package.json lies one folder up from the sources, two from the compiled files. */
function readVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (found.name === "evse-bridge" && found.version !== undefined) return found.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new Error("package.json was not found beside the program");
}

export const VERSION = readVersion();
