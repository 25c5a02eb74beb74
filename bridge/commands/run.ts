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
/** Where the first page writes while there is no configuration anywhere. */
const FIRST_FILE = "evse-bridge.yaml";

async function runUntilStopped(first: BridgeConfig, named: string | undefined, log: Log): Promise<number> {
  let file = named;
  let exitCode = 0;
  // A defect of our own still ends the process, so that the supervisor starts it anew; the chargers fall to their fail-safe.
  process.on("uncaughtExceptionMonitor", (error) => log.fatal({ err: error }, "unexpected error; the bridge ends"));
  const stopped = Promise.withResolvers<undefined>();
  // A second SIGTERM (systemd and a shell both send one) must not cut the clean stop short; a second Ctrl-C may.
  process.on("SIGTERM", () => stopped.resolve(undefined));
  process.once("SIGINT", () => stopped.resolve(undefined));

  const start = (config: BridgeConfig): Promise<RunningBridge> => {
    const nothing = config.hass === undefined && config.chargers.length === 0;
    const done = (): void => {
      file = FIRST_FILE;
      watch(FIRST_FILE);
      // The answer to the browser goes out first.
      systemClock.after(500, () => reload("first configuration"));
    };
    return startBridge({
      config,
      clock: systemClock,
      log,
      ...(nothing && named === undefined ? { firstSteps: { file: FIRST_FILE, done } } : {}),
    });
  };
  let bridge = await start(first);
  if (first.hass === undefined)
    log.warn(
      bridge.httpPort === undefined ? {} : { page: `http://${first.http.listen.host}:${bridge.httpPort}/` },
      "no Home Assistant is configured yet; the first page asks for it",
    );
  let busy: Promise<void> = Promise.resolve();

  function reload(why: string): void {
    busy = busy
      .then(async () => {
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
        bridge = await start(next);
      })
      .catch((error: unknown) => {
        log.fatal({ err: error }, "restart failed");
        exitCode = 1;
        stopped.resolve(undefined);
      });
  }
  function watch(path: string): void {
    watchFile(path, { interval: WATCH_MS }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs && now.size > 0) reload("file changed");
    });
  }
  process.on("SIGHUP", () => reload("SIGHUP"));
  if (file !== undefined) watch(file);
  await stopped.promise;
  if (file !== undefined) unwatchFile(file);
  await busy;
  log.info("stopping");
  await bridge.stop();
  log.info("stopped");
  return exitCode;
}
