#!/usr/bin/env node
/** argv, environment, exit codes; nothing else. Each command is a file of its own, loaded only when asked for. */
import { VERSION } from "./version.ts";

type Command = (argv: string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Command> }>> = {
  run: {
    about: "the bridge itself",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  demo: {
    about: "a whole simulated house",
    load: async () => (await import("./commands/demo.ts")).demoCommand,
  },
  check: {
    about: "what works, what does not, what to do",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  setup: {
    about: "first steps, question by question; leaving; the Energy dashboard",
    load: async () => (await import("./commands/setup.ts")).setupCommand,
  },
  plan: {
    about: "what the planner would do",
    load: async () => (await import("./commands/plan.ts")).planCommand,
  },
  simulate: {
    about: "a wallbox or cloud without hardware: ocpp, besen, ampeco",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
  sessions: {
    about: "the charging history",
    load: async () => (await import("./commands/sessions.ts")).sessionsCommand,
  },
  certificate: {
    about: "a local CA and certificates for wss",
    load: async () => (await import("./commands/certificate.ts")).certificateCommand,
  },
  charger: {
    about: "secrets and expert actions",
    load: async () => (await import("./commands/charger.ts")).chargerCommand,
  },
  service: {
    about: "the systemd unit",
    load: async () => (await import("./commands/service.ts")).serviceCommand,
  },
  config: {
    about: "JSON Schema, validation",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
};

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([word, { about }]) => `  ${word.padEnd(12)} ${about}`);
  return [
    `evse-bridge ${VERSION}`,
    "",
    "Usage: evse-bridge COMMAND [options]",
    "",
    "Commands:",
    ...lines,
    "",
    "evse-bridge COMMAND --help tells what a command takes; --version prints the version.",
  ].join("\n");
}

/** Older ones lack node:sqlite, and say so in words that help nobody. */
const LEAST_NODE = 24;

/** A word of its own before any `--`: what follows that is data. */
function has(argv: readonly string[], ...words: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => words.includes(word));
}

async function main(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    console.log(overview());
    return 0;
  }
  if (first === "--version" || first === "-v") {
    console.log(VERSION);
    return 0;
  }
  const asked = first === "help" ? rest : argv;
  const [name = ""] = asked;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    console.error(
      `${name.startsWith("-") ? `There is no option ${name}` : `There is no command "${name}"`}.\n\n${overview()}`,
    );
    return 2;
  }
  if (first === "help" || has(rest, "--help", "-h")) {
    const { usageOf, usageText } = await import("./commands/usage.ts");
    const usage = usageOf(asked);
    if (usage !== undefined) console.log(usageText(usage));
    return 0;
  }
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    console.error(
      `EVSE Bridge needs Node.js ${LEAST_NODE} or newer; this is ${process.versions.node} (${process.execPath}). See https://nodejs.org, or use the Docker image.`,
    );
    return 1;
  }
  const run = await command.load();
  try {
    return await run([...rest]);
  } catch (error) {
    // Wrong words or a wrong file are the caller's to mend: 2, not a failure of the work itself.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "usage" && code !== "config") throw error;
    console.error(error instanceof Error ? error.message : String(error));
    const form = name === "simulate" ? [name, ...rest.slice(0, 1)].join(" ") : name;
    if (code === "usage") console.error(`evse-bridge ${form} --help tells more.`);
    return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// A Bluetooth library may hold the process for ever after a clean stop; what is still being written gets its time.
setTimeout(() => process.exit(), 2_000).unref();
