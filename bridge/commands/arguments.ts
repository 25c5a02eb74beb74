/** Options of a command, strictly: an unknown one is an error that names the known ones. */
import { parseArgs, type ParseArgsConfig } from "node:util";

export class UsageError extends Error {
  readonly code = "usage";
}

/** @throws UsageError */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>(config);
  } catch (error) {
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw new UsageError(
      `${error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error)}. Known options: ${[...known, "--help"].join(", ")}`,
      { cause: error },
    );
  }
}
