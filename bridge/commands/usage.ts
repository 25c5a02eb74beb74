/** What each command takes, for `--help`: the words a person reads. The options themselves are parsed where they are used; a test keeps both in step. */

export interface Usage {
  /** Without the program's name; several where a command has forms. */
  readonly forms: readonly string[];
  /** One sentence or two. */
  readonly about: string;
  /** `--name VALUE` to what it does. */
  readonly options: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  /** Exit codes where they say more than 0 and 1. */
  readonly exits?: string;
}

const CONFIG = {
  "--config FILE": "configuration; default ./evse-bridge.yaml, else /etc/evse-bridge/evse-bridge.yaml",
};

const SIMULATE_OCPP: Usage = {
  forms: ["simulate ocpp --url URL --id ID [options]"],
  about:
    "A simulated OCPP wallbox with a car that arrives after 3 s, until Ctrl-C. What is typed is done: plug, unplug, card TAG, sleep, fault CODE, offline, online, reboot, state, quit.",
  options: {
    "--url URL": "of the bridge, ws://HOST:9000 or wss://HOST:PORT",
    "--id ID": "identity, as `station` in the configuration",
    "--version V": "1.6, 2.0.1 or 2.1; default 1.6 or the preset's",
    "--phases N": "1 or 3; default 3",
    "--preset NAME": "manners of a known model; default standard, a wrong name lists all",
    "--password TEXT": "for basic authentication; better in OCPP_PASSWORD",
    "--outlets N": "1 to 4; default 1",
    "--no-car": "none comes by itself",
    "--ca FILE": "authority to trust for wss, as `ca.pem` of `certificate`",
  },
  examples: ["simulate ocpp --url ws://localhost:9000 --id CP-0001 --version 2.0.1"],
  exits: "0 stopped, 2 wrong arguments",
};

const SIMULATE_BESEN: Usage = {
  forms: ["simulate besen [options]"],
  about: "A simulated Besen BS20 on the LAN (UDP), until Ctrl-C.",
  options: {
    "--port N": "UDP port; default 7248",
    "--address IP": "to listen on; default 127.0.0.1",
    "--serial HEX": "16 hex digits",
    "--pin PIN": "six digits; default 123456",
    "--phases N": "1 or 3; default 1",
    "--max-current A": "6 to 32; default 32",
    "--name NAME": "up to 11 letters",
    "--zone ZONE": "time zone of its clock; default this machine's",
    "--car": "a car is plugged in",
    "--car-current A": "most that the car takes, 6 to 32; default 16",
    "--reject-pin": "refuses every PIN",
    "--next-start": "takes a new limit only with the next session",
    "--refuse-start CODE": "answers Start with this code",
    "--refuse-stop CODE": "answers Stop with this code",
    "--silent-every MINUTES": "falls silent and speaks again in turn",
  },
  examples: ["simulate besen --car --phases 3"],
  exits: "0 stopped, 2 wrong arguments",
};

const SIMULATE_AMPECO: Usage = {
  forms: ["simulate ampeco [options]"],
  about: "A simulated AMPECO cloud with charge points and a waiting car, until Ctrl-C.",
  options: {
    "--port N": "TCP port; default a free one",
    "--api NAME": "app or public; default app",
    "--charge-points N": "1 to 50; default 1",
    "--evses N": "outlets of each, 1 to 8; default 1",
  },
  examples: ["simulate ampeco --charge-points 2"],
};

/** By command, `simulate` also by its second word. */
export const USAGES: Readonly<Record<string, Usage>> = {
  run: {
    forms: ["run [--config FILE]"],
    about:
      "The bridge itself, until SIGTERM. It reads its configuration again on SIGHUP and when the file changes, and starts without one to serve the first page.",
    options: CONFIG,
    examples: ["run", "run --config /etc/evse-bridge/evse-bridge.yaml"],
    exits: "0 stopped, 2 bad configuration",
  },
  demo: {
    forms: ["demo [--port N] [--verbose]", "demo --hass URL [--token-file FILE] [--clean]"],
    about:
      "A whole simulated house with wallboxes of four kinds and the card, on this machine alone or as a guest in a real Home Assistant (token from HASS_TOKEN or a file).",
    options: {
      "--port N": "of the page; default 8099, 0 takes a free one",
      "--hass URL": "show it in this Home Assistant",
      "--token-file FILE": "long-lived token of an administrator",
      "--clean": "take every trace of the demo out of that Home Assistant",
      "--verbose": "log to the terminal",
    },
    examples: ["demo", "demo --hass http://homeassistant.local:8123 --token-file token"],
  },
  check: {
    forms: ["check [--config FILE] [--json]"],
    about:
      "Looks at configuration, Home Assistant, clocks, ports, certificates and each charger; one line each, with what to do about it.",
    options: { ...CONFIG, "--json": "for scripts" },
    examples: ["check", "check --json"],
    exits: "0 all good, 1 something is red",
  },
  setup: {
    forms: ["setup [--config FILE]", "setup --energy | --recreate | --migrate | --remove [--yes] [--config FILE]"],
    about:
      "The first steps, question by question: Home Assistant, token, first wallbox. Or one of the things that are done once.",
    options: {
      ...CONFIG,
      "--energy": "add each wallbox to the Energy dashboard's single devices",
      "--recreate": "helpers that were deleted come back at the bridge's next start",
      "--migrate": "what to do to take over from a replaced system; changes nothing",
      "--remove": "take everything of the bridge out of Home Assistant; stop the bridge first",
      "--yes": "do not ask before --remove",
    },
    examples: ["setup", "setup --energy", "setup --remove --config evse-bridge.yaml"],
  },
  plan: {
    forms: ["plan [FILE] [--start zero|max] [--cycles N] [--compat]"],
    about:
      "What the planner would do with one scenario or a file of them (JSON, or from standard input); prints one result each.",
    options: {
      "--start WHERE": "chargers begin at zero or max",
      "--cycles N": "rounds to run",
      "--compat": "with the oddities of the system that it replaces",
    },
    examples: ["plan scenario.json", "plan --start max < scenario.json"],
    exits: "0, 2 invalid input",
  },
  simulate: {
    forms: ["simulate ocpp --url URL --id ID [options]", "simulate besen [options]", "simulate ampeco [options]"],
    about: "A wallbox or a cloud without hardware. `simulate ocpp --help` and so on list the options of each.",
    options: {},
    examples: ["simulate ocpp --help", "simulate besen --help", "simulate ampeco --help"],
  },
  "simulate ocpp": SIMULATE_OCPP,
  "simulate besen": SIMULATE_BESEN,
  "simulate ampeco": SIMULATE_AMPECO,
  sessions: {
    forms: ["sessions [--from DAY] [--to DAY] [--charger ID] [--format table|csv|json] [--config FILE]"],
    about: "The charging history, newest first.",
    options: {
      "--from DAY": "sessions that began on or after it, such as 2026-11-01",
      "--to DAY": "sessions that began before it",
      "--charger ID": "of this wallbox only",
      "--format NAME": "table, csv or json; default table",
      ...CONFIG,
    },
    examples: ["sessions --from 2026-11-01", "sessions --charger garage --format csv > november.csv"],
  },
  certificate: {
    forms: ["certificate [--host NAME]... [--dir DIR]", "certificate --client IDENTITY [--dir DIR]"],
    about:
      "A local authority and a server certificate (ECDSA and RSA) for wss, or a wallbox's own certificate; tells which file goes where.",
    options: {
      "--host NAME": "a name or address that wallboxes dial; may be repeated; default this machine's",
      "--dir DIR": "where they are written; default ./certificates",
      "--client IDENTITY": "a certificate for this station (security profile 3)",
    },
    examples: ["certificate --host bridge.lan --host 192.168.1.10", "certificate --client CP-0001"],
  },
  charger: {
    forms: ["charger ID pin | wifi | rotate-password [--config FILE]", "charger ID raw ACTION [JSON]"],
    about:
      "Secrets and expert actions, carried out by the running bridge and never through Home Assistant. Secrets are asked for on the terminal or read from standard input.",
    options: CONFIG,
    examples: ["charger carport pin", 'charger garage raw GetConfiguration \'{"key": ["MeterValueSampleInterval"]}\''],
  },
  service: {
    forms: ["service install [--print] [--force] [--target FILE]"],
    about: "Writes the hardened systemd unit and tells what comes next.",
    options: {
      "--target FILE": "default /etc/systemd/system/evse-bridge.service",
      "--print": "to the terminal instead",
      "--force": "over a file that is there",
    },
    examples: ["service install", "service install --print"],
  },
  config: {
    forms: ["config schema", "config check [FILE]"],
    about:
      "Prints the JSON Schema of the configuration, or validates a file: `file:line path: what is wrong, what is allowed`.",
    options: CONFIG,
    examples: ["config check evse-bridge.yaml", "config schema > evse-bridge.schema.json"],
    exits: "0 good, 2 bad",
  },
};

const PROGRAM = "evse-bridge";

/** The page of `--help`. */
export function usageText({ forms, about, options, examples, exits }: Usage): string {
  const names = { ...options, "--help": "this page" };
  const width = Math.max(...Object.keys(names).map((name) => name.length));
  const lines = [
    ...forms.map((form, index) => `${index === 0 ? "Usage: " : "       "}${PROGRAM} ${form}`),
    "",
    about,
    "",
    "Options:",
    ...Object.entries(names).map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
    "",
    "Examples:",
    ...examples.map((example) => `  ${PROGRAM} ${example}`),
  ];
  if (exits !== undefined) lines.push("", `Exit codes: ${exits}`);
  return lines.join("\n");
}

/** The command that `argv` names, with `simulate`'s second word. */
export function usageOf(argv: readonly string[]): Usage | undefined {
  const [name = "", second = ""] = argv;
  return USAGES[`${name} ${second}`] ?? USAGES[name];
}
