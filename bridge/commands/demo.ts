/** `demo`: the whole product with nothing but this machine, or as a guest in a real Home Assistant. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { createLog, silentLog } from "../log.ts";
import { startDemo, type Demo } from "../demo/demo.ts";
import { createGuest } from "../demo/guest.ts";
import { cardFile } from "../demo/pages.ts";
import { readArguments, UsageError } from "./arguments.ts";

const USAGE = "demo [--port 8099] [--verbose] [--hass URL [--token-file FILE] [--clean]]";

/** Runs until SIGINT or SIGTERM. @throws UsageError */
export async function demoCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({
    args: argv,
    options: {
      port: { type: "string", default: "8099" },
      hass: { type: "string" },
      "token-file": { type: "string" },
      clean: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port ${values.port} is no port (0 to 65535). ${USAGE}`);
  const real = await realHass(values.hass, values["token-file"]);
  if (values.clean) {
    if (real === undefined) throw new UsageError(`--clean needs --hass. ${USAGE}`);
    return await clean(real);
  }
  if (cardFile() === undefined) {
    console.error("The card is not built yet: npm run build:card, or npm start, which does both.");
    return 1;
  }
  const log = values.verbose ? createLog({ level: "info", format: "pretty" }) : silentLog();
  let demo: Demo;
  try {
    demo = await startDemo({ port, clock: systemClock, log, ...(real === undefined ? {} : { real }) });
  } catch (error) {
    if (!isTaken(error)) throw error;
    console.error(`Port ${port} is taken: choose another with --port (0 takes a free one).`);
    return 1;
  }
  console.log(
    demo.dashboard === undefined
      ? `EVSE Bridge demo: ${demo.url}`
      : `EVSE Bridge demo: ${demo.dashboard} (controls of the simulated house: ${demo.url})`,
  );
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await demo.stop();
  return 0;
}

interface RealHass {
  readonly url: string;
  readonly token: string;
}

async function realHass(url: string | undefined, tokenFile: string | undefined): Promise<RealHass | undefined> {
  if (url === undefined) return undefined;
  const token = tokenFile === undefined ? process.env["HASS_TOKEN"] : await readFile(tokenFile, "utf8");
  if (token === undefined || token.trim() === "")
    throw new UsageError(`--hass needs a token: in HASS_TOKEN, or in a file given by --token-file. ${USAGE}`);
  return { url: url.replace(/\/+$/, ""), token: token.trim() };
}

/** The bridge's own way of leaving, then what only the demo brought. */
async function clean({ url, token }: RealHass): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "evse-bridge-demo-"));
  try {
    const file = join(folder, "evse-bridge.yaml");
    const tokenFile = join(folder, "hass-token");
    await writeFile(tokenFile, token, { mode: 0o600 });
    const guest = await createGuest(url, token, systemClock, silentLog());
    await guest.remove();
    const instance = guest.demoInstance ? "  instance: demo\n" : "";
    await guest.close();
    await writeFile(
      file,
      `home_assistant:\n  url: ${JSON.stringify(url)}\n  token_file: ${JSON.stringify(tokenFile)}\n${instance}data_dir: ${JSON.stringify(join(folder, "data"))}\n`,
      { mode: 0o600 },
    );
    const { setupCommand } = await import("./setup.ts");
    return await setupCommand(["--config", file, "--remove", "--yes"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
