import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { UsageError } from "../../../bridge/commands/arguments.ts";
import { certificateCommand } from "../../../bridge/commands/certificate.ts";
import { chargerCommand } from "../../../bridge/commands/charger.ts";
import { checkCommand } from "../../../bridge/commands/check.ts";
import { configCommand } from "../../../bridge/commands/config.ts";
import { demoCommand } from "../../../bridge/commands/demo.ts";
import { planCommand } from "../../../bridge/commands/plan.ts";
import { runCommand } from "../../../bridge/commands/run.ts";
import { serviceCommand } from "../../../bridge/commands/service.ts";
import { sessionsCommand } from "../../../bridge/commands/sessions.ts";
import { setupCommand } from "../../../bridge/commands/setup.ts";
import { simulateCommand } from "../../../bridge/commands/simulate.ts";
import { USAGES, usageOf, usageText } from "../../../bridge/commands/usage.ts";
import { VERSION } from "../../../bridge/version.ts";

const CLI = fileURLToPath(new URL("../../../bridge/cli.ts", import.meta.url));

const COMMANDS: Readonly<Record<string, (argv: string[]) => Promise<number>>> = {
  run: runCommand,
  demo: demoCommand,
  check: checkCommand,
  setup: setupCommand,
  plan: planCommand,
  "simulate ocpp": (argv) => simulateCommand(["ocpp", ...argv]),
  "simulate besen": (argv) => simulateCommand(["besen", ...argv]),
  "simulate ampeco": (argv) => simulateCommand(["ampeco", ...argv]),
  sessions: sessionsCommand,
  certificate: certificateCommand,
  charger: chargerCommand,
  service: serviceCommand,
  config: configCommand,
};

function evseBridge(...argv: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...argv], { encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the help of a command", () => {
  it.each(Object.entries(COMMANDS))("of %s names exactly the options that it takes", async (name, command) => {
    const said = vi.spyOn(console, "error").mockReturnValue(undefined);
    const refusal = await command(["--no-such-option"]).then(
      () => String(said.mock.calls[0]?.[0]),
      (error: unknown) => {
        expect(error).toBeInstanceOf(UsageError);
        return error instanceof Error ? error.message : "";
      },
    );
    expect(refusal).toContain("Unknown option '--no-such-option'");
    const taken = [...(refusal.split("Known options:")[1] ?? "").matchAll(/--[\w-]+/g)]
      .map(([option]) => option)
      .sort();
    const told = ["--help", ...Object.keys(USAGES[name]?.options ?? {}).map((option) => option.split(" ")[0])].sort();
    expect(told).toEqual(taken);
  });

  it("has usage, options and examples that are forms of the command", () => {
    expect(Object.keys(USAGES).sort()).toEqual([...Object.keys(COMMANDS), "simulate"].sort());
    for (const [name, usage] of Object.entries(USAGES)) {
      const page = usageText(usage);
      expect(page).toContain(`Usage: evse-bridge ${name}`);
      expect(usage.examples.length).toBeGreaterThan(0);
      for (const example of usage.examples) {
        expect(example.startsWith(name), example).toBe(true);
        for (const [option] of example.matchAll(/--[\w-]+/g)) expect(page).toContain(`  ${option}`);
      }
    }
    expect(usageOf(["simulate", "besen", "--help"])).toBe(USAGES["simulate besen"]);
    expect(usageOf(["simulate", "--help"])).toBe(USAGES["simulate"]);
  });
});

describe("the program", { timeout: 30_000 }, () => {
  it("shows help and version on standard output, exit code 0", () => {
    expect(evseBridge("--version")).toEqual({ status: 0, out: `${VERSION}\n`, err: "" });
    expect(evseBridge("setup", "--help")).toMatchObject({
      status: 0,
      err: "",
      out: expect.stringContaining("--remove"),
    });
    expect(evseBridge("help", "simulate", "besen")).toMatchObject({
      status: 0,
      out: expect.stringContaining("--pin PIN"),
    });
    expect(evseBridge()).toMatchObject({ status: 0, out: expect.stringContaining("Commands:") });
  });

  it("answers what it does not know on standard error, exit code 2", () => {
    expect(evseBridge("sessions", "--nope")).toMatchObject({
      status: 2,
      out: "",
      err: expect.stringMatching(/Unknown option '--nope'.*--format.*\nevse-bridge sessions --help tells more/s),
    });
    expect(evseBridge("brew")).toMatchObject({ status: 2, out: "", err: expect.stringContaining('no command "brew"') });
    expect(evseBridge("constructor")).toMatchObject({ status: 2 });
    expect(evseBridge("sessions", "--config", "/no/such/file.yaml")).toMatchObject({ status: 2, out: "" });
  });
});
