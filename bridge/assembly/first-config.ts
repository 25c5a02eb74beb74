/** The first configuration: answers checked against the real Home Assistant, then written in one go, secrets in a file of their own. */
import { rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fetch } from "undici";
import { stringify } from "yaml";
import type { Clock } from "../clock.ts";
import { ConfigError } from "../config/errors.ts";
import { loadConfig } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import { checkHass } from "./checks.ts";

export interface FirstAnswers {
  readonly url: string;
  readonly token: string;
  readonly phases: number;
  readonly breakerA: number;
  /** As in the configuration file; undefined = none yet. */
  readonly charger: Readonly<Record<string, unknown>> | undefined;
}

const ANSWER_MS = 8_000;

/** Why this is no Home Assistant; undefined = it is one. */
export async function urlComplaint(url: string, clock: Clock): Promise<string | undefined> {
  if (!/^https?:\/\/[^\s/]+/.test(url)) return "An address such as http://homeassistant.local:8123.";
  try {
    const reply = await fetch(`${url.replace(/\/+$/, "")}/api/`, { signal: clock.deadline(ANSWER_MS) });
    return reply.status === 401 || reply.status === 200
      ? undefined
      : `Something answers there (${reply.status}), but not Home Assistant.`;
  } catch (error) {
    const code =
      error instanceof Error
        ? ((error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message)
        : String(error);
    return `It does not answer (${code}). Can this machine reach it?`;
  }
}

export async function tokenComplaint(url: string, token: string, clock: Clock): Promise<string | undefined> {
  if (token === "") return "The token is needed.";
  const hass = {
    url: url.replace(/\/+$/, ""),
    token,
    publish: "device" as const,
    advancedSensors: true,
    nativeControls: true,
    services: true,
    instance: undefined,
  };
  return (await checkHass({ hass }, clock)).find((check) => check.level === "bad")?.detail;
}

export function stationComplaint(station: string): string | undefined {
  return /^[^/?#\s]{1,255}$/.test(station) ? undefined : "No blanks, no slashes, 1 to 255 characters.";
}

export function breakerComplaint(breaker: string): string | undefined {
  return Number(breaker) >= 1 && Number(breaker) <= 200 ? undefined : "1 to 200 A. It stands on the fuse.";
}

/** Writes `file` and the token beside it, both 0600. Answers what is wrong with them together; then nothing is left behind. */
export function writeFirstConfig(file: string, answers: FirstAnswers): string | undefined {
  const tokenFile = join(dirname(resolve(file)), "home-assistant.token");
  const config = {
    home_assistant: { url: answers.url.replace(/\/+$/, ""), token_file: tokenFile },
    site: { phases: answers.phases, main_breaker: answers.breakerA },
    ...(answers.charger === undefined ? {} : { chargers: [answers.charger] }),
  };
  try {
    writeFileSync(file, stringify(config), { mode: 0o600, flag: "wx" });
  } catch (error) {
    return `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
  }
  try {
    writeFileSync(tokenFile, `${answers.token}\n`, { mode: 0o600 });
    resolveConfig(loadConfig(file, {}));
    return undefined;
  } catch (error) {
    rmSync(file, { force: true });
    if (error instanceof ConfigError)
      return error.problems.map((problem) => `${problem.path}: ${problem.message}`).join("\n");
    return error instanceof Error ? error.message : String(error);
  }
}

/** Addresses of this machine on its networks, IPv4 first. */
export function lanAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outside = all.filter((one) => !one.internal && !one.address.startsWith("fe80"));
  const sorted = outside.toSorted((a, b) => Number(a.family !== "IPv4") - Number(b.family !== "IPv4"));
  return sorted.length > 0
    ? sorted.map((one) => (one.family === "IPv6" ? `[${one.address}]` : one.address))
    : ["THIS-MACHINE"];
}
