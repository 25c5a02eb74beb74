/** `charger ID ACTION ...`: secrets and expert actions, carried out by the running bridge over its loopback page; never through Home Assistant. */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { systemClock } from "../clock.ts";
import { dataDirOf } from "../config/data-dir.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import { silentLog } from "../log.ts";
import { CONTROL_SECRET } from "../http/control.ts";
import { openSecrets } from "../store/secrets.ts";
import { readArguments, UsageError } from "./arguments.ts";

/** Asked on the terminal (or read line by line from standard input), so that they stand in no process list. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  pin: ["New PIN, 6 digits: ", "The same again, to confirm it: "],
  wifi: ["Wi-Fi name: ", "Wi-Fi password: "],
};

export async function chargerCommand(argv: string[]): Promise<number> {
  const { positionals, values } = readArguments({
    args: argv,
    allowPositionals: true,
    options: { config: { type: "string" } },
  });
  const [id, action, ...rest] = positionals;
  if (id === undefined || action === undefined)
    throw new UsageError("Say which charger and what: `charger ID pin|wifi|rotate-password|raw`");
  const config = resolveConfig(loadConfig(values.config ?? defaultConfigFile(existsSync), process.env));
  const control = openSecrets(dataDirOf(config, process.env), silentLog()).get("http", CONTROL_SECRET);
  if (control === undefined) {
    console.error("The bridge has not run here yet; start it first.");
    return 1;
  }
  const answers = await ask(QUESTIONS[action] ?? []);
  const { host, port } = config.http.listen;
  const address = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  try {
    const reply = await fetch(`http://${address}:${port}/api/charger`, {
      method: "POST",
      headers: { authorization: `Bearer ${control}`, "content-type": "application/json" },
      body: JSON.stringify({ charger: id, action, args: [...answers, ...rest] }),
      signal: systemClock.deadline(120_000),
    });
    const text = (await reply.text()).trim();
    console[reply.ok ? "log" : "error"](text);
    return reply.ok ? 0 : 1;
  } catch (error) {
    console.error(
      `The bridge does not answer at ${address}:${port} (${error instanceof Error ? error.message : String(error)}); is it running?`,
    );
    return 1;
  }
}

async function ask(questions: readonly string[]): Promise<string[]> {
  if (questions.length === 0) return [];
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (process.stdin.isTTY) {
      const answers: string[] = [];
      for (const question of questions) answers.push(await terminal.question(question));
      return answers;
    }
    const lines: string[] = [];
    for await (const line of terminal) {
      lines.push(line);
      if (lines.length === questions.length) break;
    }
    return lines;
  } finally {
    terminal.close();
  }
}
