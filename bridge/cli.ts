#!/usr/bin/env node
/** argv, environment, exit codes; nothing else. Each command is a file of its own, loaded only when asked for. */
import { VERSION } from "./version.ts";

type Command = (argv: string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Command> }>> = {
  run: {
    about: "the bridge itself: run [--config FILE]",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  demo: {
    about: "a whole simulated house: demo [--port 8099]",
    load: async () => (await import("./commands/demo.ts")).demoCommand,
  },
  check: {
    about: "what works, what does not, what to do: check [--config FILE] [--json]",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  setup: {
    about: "first steps, question by question: setup [--recreate|--remove|--migrate]",
    load: async () => (await import("./commands/setup.ts")).setupCommand,
  },
  plan: {
    about: "what the planner would do: plan [FILE] [--start zero|max] [--cycles N] [--compat]",
    load: async () => (await import("./commands/plan.ts")).planCommand,
  },
  simulate: {
    about: "a wallbox without hardware: simulate ocpp|besen|ampeco ...",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
  sessions: {
    about: "the charging history: sessions [--from --to] [--format table|csv|json]",
    load: async () => (await import("./commands/sessions.ts")).sessionsCommand,
  },
  certificate: {
    about: "a local CA and server certificate for wss: certificate [--host NAME]",
    load: async () => (await import("./commands/certificate.ts")).certificateCommand,
  },
  charger: {
    about: "secrets and expert actions: charger ID pin|wifi|rotate-password|raw",
    load: async () => (await import("./commands/charger.ts")).chargerCommand,
  },
  service: {
    about: "the systemd unit: service install",
    load: async () => (await import("./commands/service.ts")).serviceCommand,
  },
  config: {
    about: "config schema | config check [FILE]",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
};

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-v") {
    console.log(VERSION);
    return 0;
  }
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined) {
    const asked = name === undefined || name === "help" || name === "--help" || name === "-h";
    const lines = Object.entries(COMMANDS).map(([word, { about }]) => `  ${word.padEnd(12)} ${about}`);
    console[asked ? "log" : "error"](
      `${asked ? "" : `There is no command "${name}".\n`}evse-bridge ${VERSION}\n\n${lines.join("\n")}`,
    );
    return asked ? 0 : 2;
  }
  return await (
    await command.load()
  )(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// A Bluetooth library may hold the process for ever after a clean stop; what is still being written gets its time.
setTimeout(() => process.exit(), 2_000).unref();
