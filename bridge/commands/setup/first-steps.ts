/** The first five minutes: Home Assistant, the fuse, the first wallbox; each answer checked, the file written last. */
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { networkInterfaces } from "node:os";
import { fetch } from "undici";
import { stringify } from "yaml";
import type { Clock } from "../../clock.ts";
import { ConfigError } from "../../config/errors.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { checkHass } from "../../assembly/checks.ts";
import { slugify } from "../../../shared/slug.ts";
import type { Questions } from "./questions.ts";

export interface FirstStepsParts {
  readonly clock: Clock;
  readonly questions: Questions;
  readonly file: string;
  readonly propose: () => Promise<readonly string[]>;
}

type Answers = Record<string, unknown>;

/** @returns exit code */
export async function firstSteps({ clock, questions, file, propose }: FirstStepsParts): Promise<number> {
  if (existsSync(file)) {
    questions.say(`${file} exists already; change it there, or name another file with --config.`);
    return 1;
  }
  questions.say("EVSE Bridge, first steps. Nothing is written before the last answer.\n");
  const [found] = await propose();
  const url = await questions.ask("Home Assistant's address", {
    proposal: found ?? "http://homeassistant.local:8123",
    check: (answer) => answersLikeHass(answer, clock),
  });
  questions.say("In Home Assistant: your profile → Security → Long-lived access tokens → Create token.");
  const token = await questions.ask("Token", { check: (answer) => tokenComplaint(url, answer, clock) });
  const phases = Number(
    await questions.ask("Phases of the house (1 or 3)", {
      proposal: "3",
      check: (answer) => (/^[123]$/.test(answer) ? undefined : "1, 2 or 3."),
    }),
  );
  const breaker = Number(
    await questions.ask("Main fuse, A per phase", {
      proposal: "25",
      check: (answer) =>
        Number(answer) >= 1 && Number(answer) <= 200 ? undefined : "1 to 200 A. It stands on the fuse.",
    }),
  );
  const charger = await askCharger(questions);
  const tokenFile = join(dirname(resolve(file)), "home-assistant.token");
  const config: Answers = {
    home_assistant: { url: url.replace(/\/+$/, ""), token_file: tokenFile },
    site: { phases, main_breaker: breaker },
    ...(charger === undefined ? {} : { chargers: [charger] }),
  };
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  writeFileSync(file, stringify(config), { mode: 0o600, flag: "wx" });
  try {
    resolveConfig(loadConfig(file, {}));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    questions.say(`\n${file} is written, but:\n${error.message}`);
    return 1;
  }
  questions.say(`\n${file} is written. Start the bridge with: evse-bridge run --config ${file}`);
  if (charger?.["driver"] === "ocpp") {
    questions.say(
      "\nType one of these into the wallbox as its OCPP server (some boxes want the address without the last part and the identity in a field of its own):",
    );
    for (const address of lanAddresses()) questions.say(`  ws://${address}:9000/${String(charger["station"])}`);
  }
  return 0;
}

async function askCharger(questions: Questions): Promise<Answers | undefined> {
  const driver = await questions.ask("First wallbox: ocpp, besen, ampeco, or none for later", {
    proposal: "ocpp",
    check: (answer) =>
      ["ocpp", "besen", "ampeco", "none"].includes(answer) ? undefined : "ocpp, besen, ampeco or none.",
  });
  if (driver === "none") return undefined;
  const name = await questions.ask("Its name in Home Assistant", {
    proposal: "Wallbox",
    check: (answer) => (answer === "" ? "A name, please." : undefined),
  });
  const common = { id: slugify(name), name, driver };
  const needed =
    (what: string) =>
    (answer: string): string | undefined =>
      answer === "" ? `${what} is needed.` : undefined;
  if (driver === "ocpp") {
    const station = await questions.ask("Its identity (last part of the OCPP address; free to choose on most boxes)", {
      proposal: "CP-0001",
      check: (answer) => (/^[^/?#\s]{1,255}$/.test(answer) ? undefined : "No blanks, no slashes."),
    });
    const maximum = Number(
      await questions.ask("Most it may draw, A per phase", {
        proposal: "16",
        check: (answer) => (Number(answer) >= 6 && Number(answer) <= 80 ? undefined : "6 to 80 A."),
      }),
    );
    return { ...common, station, max_current: maximum };
  }
  if (driver === "besen") {
    const address = await questions.ask("Its Bluetooth address (aa:bb:...), or its IP address on the LAN", {
      check: needed("An address"),
    });
    const pin = await questions.ask("Its PIN, 6 digits", {
      proposal: "123456",
      check: (answer) => (/^\d{6}$/.test(answer) ? undefined : "6 digits."),
    });
    return { ...common, ...(address.includes(":") ? { address } : { transport: "udp", host: address }), pin };
  }
  const host = await questions.ask("The cloud's host name", { check: needed("A host name") });
  const token = await questions.ask("Its API token", { check: needed("A token") });
  return { ...common, host, token };
}

const ANSWER_MS = 8_000;

async function answersLikeHass(url: string, clock: Clock): Promise<string | undefined> {
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

async function tokenComplaint(url: string, token: string, clock: Clock): Promise<string | undefined> {
  if (token === "") return "The token is needed.";
  const hass = {
    url: url.replace(/\/+$/, ""),
    token,
    publish: "device" as const,
    nativeControls: true,
    services: true,
    instance: undefined,
  };
  const problem = (await checkHass({ hass }, clock)).find((check) => check.level === "bad");
  return problem?.detail;
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
