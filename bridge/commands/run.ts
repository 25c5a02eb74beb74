/** `run`: the bridge until SIGTERM. A changed or signalled configuration is read again; a broken one is refused and the old one stays. */
import { existsSync, watchFile, unwatchFile } from "node:fs";
import { systemClock } from "../clock.ts";
import { ConfigError, formatProblem } from "../config/errors.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig, type BridgeConfig } from "../config/resolve.ts";
import { createLog, type Log } from "../log.ts";
import { startBridge, type RunningBridge } from "../main.ts";
import { readArguments } from "./arguments.ts";

export async function runCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({ args: argv, options: { config: { type: "string", short: "c" } } });
  const file = values.config ?? defaultConfigFile(existsSync);
  let config: BridgeConfig;
  try {
    config = resolveConfig(loadConfig(file, process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    return 2;
  }
  const log = createLog({
    level: config.log.level,
    format: config.log.format ?? (process.stdout.isTTY ? "pretty" : "json"),
  });
  for (const warning of config.warnings) log.warn({ warning }, "configuration");
  return await runUntilStopped(config, file, log);
}

/** Editors write in two steps and mounted files have no events: a look every 2 s, and only a file that has settled is read. */
const WATCH_MS = 2000;

async function runUntilStopped(first: BridgeConfig, file: string | undefined, log: Log): Promise<number> {
  let bridge: RunningBridge = await startBridge({ config: first, clock: systemClock, log });
  let busy: Promise<void> = Promise.resolve();
  const stopped = Promise.withResolvers<undefined>();
  const reload = (why: string): void => {
    busy = busy.then(async () => {
      let next: BridgeConfig;
      try {
        next = resolveConfig(loadConfig(file, process.env));
      } catch (error) {
        const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [String(error)];
        log.error({ problems }, "new configuration refused; the old one goes on");
        return;
      }
      log.info({ why }, "configuration is read again");
      await bridge.stop();
      bridge = await startBridge({ config: next, clock: systemClock, log });
    });
    busy = busy.catch((error: unknown) => {
      log.fatal({ err: error }, "restart failed");
      stopped.resolve(undefined);
      process.exitCode = 1;
    });
  };
  process.on("SIGHUP", () => reload("SIGHUP"));
  if (file !== undefined)
    watchFile(file, { interval: WATCH_MS }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs && now.size > 0) reload("file changed");
    });
  // A second SIGTERM (systemd and a shell both send one) must not cut the clean stop short; a second Ctrl-C may.
  process.on("SIGTERM", () => stopped.resolve(undefined));
  process.once("SIGINT", () => stopped.resolve(undefined));
  await stopped.promise;
  if (file !== undefined) unwatchFile(file);
  await busy;
  log.info("stopping");
  await bridge.stop();
  log.info("stopped");
  return 0;
}
