/** `sessions`: the charging history as a table, CSV or JSON. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import { dataDirOf } from "../config/data-dir.ts";
import { silentLog } from "../log.ts";
import { sessionsCsv, sessionsJson, sessionsTable } from "../store/session-text.ts";
import { DATABASE_FILE } from "../store/database.ts";
import { openStore } from "../store/store.ts";
import { readArguments, UsageError } from "./arguments.ts";

export async function sessionsCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({
    args: argv,
    options: {
      from: { type: "string" },
      to: { type: "string" },
      charger: { type: "string" },
      format: { type: "string", default: "table" },
      config: { type: "string" },
    },
  });
  const config = resolveConfig(loadConfig(values.config ?? defaultConfigFile(existsSync), process.env));
  const dir = dataDirOf(config, process.env);
  if (!existsSync(join(dir, DATABASE_FILE))) {
    console.error(`There is no history in ${dir} yet.`);
    return await Promise.resolve(1);
  }
  const store = openStore(dir, systemClock, silentLog());
  try {
    const from = timeOf(values.from, "--from");
    const to = timeOf(values.to, "--to");
    const records = store.sessions.list({
      ...(values.charger === undefined ? {} : { charger: values.charger }),
      ...(from === undefined ? {} : { fromMs: from }),
      ...(to === undefined ? {} : { toMs: to }),
    });
    switch (values.format) {
      case "table":
        console.log(sessionsTable(records));
        return 0;
      case "csv":
        process.stdout.write(sessionsCsv(records));
        return 0;
      case "json":
        console.log(JSON.stringify(sessionsJson(records), null, 2));
        return 0;
      default:
        throw new UsageError("--format is one of table, csv, json");
    }
  } finally {
    store.close();
  }
}

function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = new Date(text).getTime();
  if (Number.isNaN(ms)) throw new UsageError(`${option} should be a date such as 2026-11-01`);
  return ms;
}
