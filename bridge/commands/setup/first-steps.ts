/** The first five minutes on a terminal: Home Assistant, the fuse, the first wallbox; each answer checked, the file written last. */
import { existsSync } from "node:fs";
import {
  breakerComplaint,
  lanAddresses,
  stationComplaint,
  tokenComplaint,
  urlComplaint,
  writeFirstConfig,
} from "../../assembly/first-config.ts";
import type { Clock } from "../../clock.ts";
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
    check: (answer) => urlComplaint(answer, clock),
  });
  questions.say("In Home Assistant: your profile → Security → Long-lived access tokens → Create token.");
  const token = await questions.ask("Token", { check: (answer) => tokenComplaint(url, answer, clock) });
  const phases = Number(
    await questions.ask("Phases of the house (1 or 3)", {
      proposal: "3",
      check: (answer) => (/^[123]$/.test(answer) ? undefined : "1, 2 or 3."),
    }),
  );
  const breakerA = Number(await questions.ask("Main fuse, A per phase", { proposal: "25", check: breakerComplaint }));
  const charger = await askCharger(questions);
  const problem = writeFirstConfig(file, { url, token, phases, breakerA, charger });
  if (problem !== undefined) {
    questions.say(`\nNothing was written: ${problem}`);
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
    check: (answer) => (answer === "" ? "It needs a name." : undefined),
  });
  const common = { id: slugify(name), name, driver };
  const needed =
    (what: string) =>
    (answer: string): string | undefined =>
      answer === "" ? `${what} is needed.` : undefined;
  if (driver === "ocpp") {
    const station = await questions.ask("Its identity (last part of the OCPP address; free to choose on most boxes)", {
      proposal: "CP-0001",
      check: stationComplaint,
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
