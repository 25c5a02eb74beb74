/** `check`: one line a look, with what to do about it. Exit 1 when something is red. */
import { existsSync } from "node:fs";
import { fetch } from "undici";
import { checkCertificates, checkHass, checkPort, checkSettings, type Check } from "../assembly/checks.ts";
import { systemClock } from "../clock.ts";
import { dataDirOf } from "../config/data-dir.ts";
import { ConfigError, formatProblem } from "../config/errors.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig, type BridgeConfig } from "../config/resolve.ts";
import { CONTROL_SECRET } from "../http/control.ts";
import { silentLog } from "../log.ts";
import { openSecrets } from "../store/secrets.ts";
import { readArguments } from "./arguments.ts";
import { checkBluetooth } from "./check-bluetooth.ts";

export async function checkCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({
    args: argv,
    options: { config: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const checks = await runChecks(values.config ?? defaultConfigFile(existsSync));
  if (values.json) console.log(JSON.stringify(checks, null, 2));
  else for (const check of checks) console.log(`${MARKS[check.level]} ${check.title}: ${check.detail}`);
  return checks.some((check) => check.level === "bad") ? 1 : 0;
}

const MARKS: Readonly<Record<Check["level"], string>> = { good: "ok  ", warn: "warn", bad: "BAD " };

async function runChecks(file: string | undefined): Promise<readonly Check[]> {
  let config: BridgeConfig;
  try {
    config = resolveConfig(loadConfig(file, process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem, index) => ({
      id: `config:${index}`,
      level: "bad",
      title: "Configuration",
      detail: formatProblem(problem),
    }));
  }
  const [hass, running] = await Promise.all([checkHass(config, systemClock), askRunning(config)]);
  const own = [...checkSettings(config), ...hass, ...checkCertificates(config, systemClock.nowMs())];
  if (running !== undefined) {
    const seen = new Set(own.map((check) => check.id));
    return [...own, ...running.filter((check) => !seen.has(check.id))];
  }
  const ports = await Promise.all([
    checkPort("port:ocpp", "Port for wallboxes", config.ocpp.listen),
    ...(config.ocpp.tls?.listen === undefined
      ? []
      : [checkPort("port:wss", "Port for wallboxes (wss)", config.ocpp.tls.listen)]),
    checkPort("port:http", "Port of the status page", config.http.listen),
  ]);
  return [
    ...own,
    ...ports,
    ...(await checkBluetooth(config, systemClock)),
    {
      id: "bridge",
      level: "warn",
      title: "Bridge",
      detail: "It is not running here, so its chargers cannot be asked. Start it and check again.",
    },
  ];
}

/** What the running bridge knows of its chargers, radio and cloud; undefined when it does not run here. */
async function askRunning(config: BridgeConfig): Promise<readonly Check[] | undefined> {
  const token = openSecrets(dataDirOf(config, process.env), silentLog()).get("http", CONTROL_SECRET);
  if (token === undefined) return undefined;
  const { host, port } = config.http.listen;
  const address = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  try {
    const reply = await fetch(`http://${address}:${port}/api/checks`, {
      headers: { authorization: `Bearer ${token}` },
      signal: systemClock.deadline(15_000),
    });
    return reply.ok ? ((await reply.json()) as Check[]) : undefined;
  } catch {
    return undefined; // not running: the caller looks at the ports instead
  }
}
