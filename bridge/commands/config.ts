/** `config schema` prints the JSON Schema; `config check [FILE]` validates a file. Exit 0 or 2. */
import { existsSync } from "node:fs";
import { ConfigError, formatProblem } from "../config/errors.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import { jsonSchema } from "../config/schema.ts";
import { readArguments, UsageError } from "./arguments.ts";

export async function configCommand(argv: string[]): Promise<number> {
  const { positionals, values } = readArguments({
    args: argv,
    allowPositionals: true,
    options: { config: { type: "string" } },
  });
  const [action, given] = positionals;
  if (action === "schema") {
    console.log(JSON.stringify(jsonSchema(), null, 2));
    return await Promise.resolve(0);
  }
  if (action !== "check") throw new UsageError("Say `config schema` or `config check [FILE]`");
  const file = given ?? values.config ?? defaultConfigFile(existsSync);
  try {
    const config = resolveConfig(loadConfig(file, process.env));
    for (const warning of config.warnings) console.log(`warning: ${warning}`);
    console.log(`${file ?? "environment"}: good, ${config.chargers.length} charger(s)`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    return 2;
  }
}
