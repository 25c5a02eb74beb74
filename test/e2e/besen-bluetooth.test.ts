/**
 * Scan, connect, discovery, notifications and writes through a whole Bluetooth stack: the library's HCI layer speaks to a virtual
 * controller (PyPI bumble), on whose link a simulated BS20 serves GATT. Needs Python with bumble: `EVSE_BUMBLE_PYTHON`, or a venv at
 * `.tmp/bumble`.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBleTransport, scanForBoxes } from "../../bridge/chargers/besen/ble.ts";
import { createBesenSource } from "../../bridge/chargers/besen/driver.ts";
import type { NobleLike } from "../../bridge/chargers/besen/noble-like.ts";
import { radioOf, type Radio } from "../../bridge/chargers/besen/radio.ts";
import type { Charger, ChargerSource, JsonValue } from "../../bridge/chargers/charger.ts";
import { systemClock } from "../../bridge/clock.ts";
import { silentLog } from "../../bridge/log.ts";
import { createSimulatedBs20, type Bs20Port, type SimulatedBs20 } from "../../bridge/simulate/besen/simulated-bs20.ts";

const require = createRequire(import.meta.url);
const BOX_ADDRESS = "c4:12:f5:00:00:01";

function pythonWithBumble(): string | undefined {
  const own = join(import.meta.dirname, "../../.tmp/bumble/bin/python");
  const python = process.env["EVSE_BUMBLE_PYTHON"] ?? (existsSync(own) ? own : undefined);
  if (python === undefined) return undefined;
  try {
    execFileSync(python, ["-c", "import bumble"], { stdio: "ignore" });
    return python;
  } catch {
    return undefined;
  }
}

const python = pythonWithBumble();
if (python === undefined)
  describe("a BS20 over a virtual radio", () => {
    it.skip("skipped: no Python with bumble (pip install bumble==0.0.236 into .tmp/bumble, or EVSE_BUMBLE_PYTHON)", () =>
      undefined);
  });
else
  describe("a BS20 over a virtual radio", () => {
    let folder: string;
    let child: ChildProcess;
    let box: SimulatedBs20;
    let radio: Radio;
    let source: ChargerSource;
    let charger: Charger;
    let noble: NobleLike & { stop(): void };
    const never = (): AbortSignal => new AbortController().signal;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "evse-radio-"));
      const port = join(folder, "hci");
      box = createSimulatedBs20({ clock: systemClock, zone: "UTC", faults: { interruptS: 2 } });
      child = spawn(python, [join(import.meta.dirname, "besen/virtual_radio.py"), port], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      await ready(child, box);
      const library = require("@stoprocent/noble") as { withBindings(kind: string, options: object): typeof noble };
      noble = library.withBindings("hci", {
        hciDriver: "uart",
        bindParams: { uart: { port, baudRate: 1_000_000 } },
      });
      noble.removeAllListeners("warning");
      radio = radioOf(noble, "noble-next");
      // Held for the whole test: scan and charger share it.
      radio.use();
      const store = new Map<string, JsonValue>();
      source = createBesenSource(
        {
          id: "virtual",
          name: "Virtual",
          minA: 6,
          maxA: undefined,
          failSafeA: 6,
          phases: undefined,
          address: BOX_ADDRESS,
          nameFilter: undefined,
          host: undefined,
          pin: "123456",
          transport: "ble",
          bleDriver: "noble-next",
          adapter: undefined,
          zone: "UTC",
          keepRecordsForApp: true,
          rssi: false,
        },
        {
          clock: systemClock,
          log: silentLog(),
          store: {
            get: (key) => store.get(key),
            set: (key, value) => void store.set(key, value),
            delete: (key) => void store.delete(key),
          },
          secrets: { get: () => undefined, set: () => Promise.resolve() },
          site: { voltageV: 230, phases: 1, timeZone: "UTC" },
          report: () => undefined,
        },
        {
          transport: createBleTransport({
            address: BOX_ADDRESS,
            nameFilter: undefined,
            driver: "noble-next",
            adapter: undefined,
            clock: systemClock,
            log: silentLog(),
            radio,
          }),
        },
      );
      charger = source.chargers[0]!;
    }, 60_000);

    afterAll(async () => {
      await source?.close();
      noble?.stop();
      box?.close();
      child?.stdin?.end();
      await rm(folder, { recursive: true, force: true });
    });

    it("finds, logs in, charges, changes the current, stops, and comes back after a lost link", async () => {
      const seen = await scanForBoxes(
        { driver: "noble-next", adapter: undefined, clock: systemClock, log: silentLog(), radio },
        never(),
      );
      expect(seen).toMatchObject([{ address: BOX_ADDRESS, name: "ACP#Virtual" }]);
      await source.start();
      await until(() => charger.snapshot.link === "up");
      expect(charger.snapshot.facts).toMatchObject({ model: "BS20", serial: box.serial });
      box.plugIn();
      await until(() => charger.snapshot.status === "preparing");
      await charger.limit({ limitA: 10, hold: undefined }, never());
      await until(() => charger.snapshot.status === "charging");
      await charger.limit({ limitA: 8, hold: undefined }, never());
      await until(() => charger.snapshot.headlineA === 8);
      await charger.limit({ limitA: 0, hold: undefined }, never());
      await until(() => charger.snapshot.status === "suspended_evse");
      expect(box.limits).toEqual([10, 8, 0]);
      child.stdin!.write("drop\n");
      await until(() => charger.snapshot.link === "down");
      await until(() => charger.snapshot.link === "up");
      expect(charger.snapshot.session?.endedAtMs).toBeUndefined();
    }, 110_000);
  });

/** Joins the radio's lines to the simulated box; resolves when it is on the air. */
function ready(child: ChildProcess, box: SimulatedBs20): Promise<void> {
  let port: Bs20Port | undefined;
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the virtual radio ended with ${code}`)));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const [verb, hex = ""] = line.split(" ");
      if (verb === "ready") resolve();
      else if (verb === "subscribed")
        port = box.attach((bytes) => child.stdin!.write(`notify ${Buffer.from(bytes).toString("hex")}\n`));
      else if (verb === "write") port?.receive(Buffer.from(hex, "hex"));
      else if (verb === "gone") port?.detach();
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not so within 60 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
