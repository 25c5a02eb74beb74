/** `setup`: the first steps, and what is done once: taking deleted helpers back, the Energy dashboard, leaving, taking over from another system. */
import { existsSync } from "node:fs";
import { hassMemory, RECREATE } from "../assembly/interpreter.ts";
import { systemClock } from "../clock.ts";
import { dataDirOf } from "../config/data-dir.ts";
import { defaultConfigFile, loadConfig } from "../config/load.ts";
import { resolveConfig, type BridgeConfig, type HassConfig } from "../config/resolve.ts";
import { createHassLink } from "../hass/connection.ts";
import type { HassLink } from "../hass/doors.ts";
import { addToEnergyDashboard, rememberEnergy } from "../hass/energy.ts";
import { idBehind } from "../hass/identity.ts";
import { createRegistry, type Registry } from "../hass/registry.ts";
import { removeEverything } from "../hass/remove.ts";
import { createHassRest, type HassRest } from "../hass/rest.ts";
import { silentLog } from "../log.ts";
import { openStore, type Store } from "../store/store.ts";
import { readArguments, UsageError } from "./arguments.ts";
import { findHomeAssistants } from "../assembly/discover.ts";
import { firstSteps } from "./setup/first-steps.ts";
import { replacedSystems } from "./setup/migrate.ts";
import { terminalQuestions } from "./setup/questions.ts";

const OPTIONS = {
  config: { type: "string" },
  recreate: { type: "boolean", default: false },
  remove: { type: "boolean", default: false },
  migrate: { type: "boolean", default: false },
  energy: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
} as const;

export async function setupCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({ args: argv, options: OPTIONS });
  const asked = [values.recreate, values.remove, values.migrate, values.energy].filter(Boolean).length;
  if (asked > 1) throw new UsageError("Only one of --recreate, --remove, --migrate, --energy at a time.");
  const questions = terminalQuestions(process.stdin, process.stdout);
  try {
    if (asked === 0) {
      const file = values.config ?? "evse-bridge.yaml";
      return await firstSteps({ clock: systemClock, questions, file, propose: () => findHomeAssistants(systemClock) });
    }
    const config = resolveConfig(loadConfig(values.config ?? defaultConfigFile(existsSync), process.env));
    if (config.hass === undefined)
      throw new UsageError("Home Assistant is not configured yet; run `evse-bridge setup` first.");
    if (values.recreate) return recreate(config);
    if (
      values.remove &&
      !values.yes &&
      !(await questions.confirm(
        "Take every entity, helper, service and label of this bridge out of Home Assistant? Stop the bridge first.",
        false,
      ))
    )
      return 1;
    const hass = config.hass;
    return await withHass(hass, config, async (tools) => {
      if (values.remove) return await remove(config, hass, tools);
      if (values.energy) return await energy(config, tools);
      return await migrate(tools);
    });
  } finally {
    questions.close();
  }
}

interface Tools {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly store: Store;
}

const CONNECT_MS = 20_000;

async function withHass(
  hass: HassConfig,
  config: BridgeConfig,
  task: (tools: Tools) => Promise<number>,
): Promise<number> {
  const log = silentLog();
  const link = createHassLink({ url: hass.url, token: hass.token, clock: systemClock, log });
  const rest = createHassRest({ url: hass.url, token: hass.token, clock: systemClock });
  const registry = createRegistry({ link, clock: systemClock, log });
  const store = openStore(dataDirOf(config, process.env), systemClock, log);
  try {
    const ready = new Promise<void>((resolve) => registry.onReady(resolve));
    registry.start();
    link.start();
    const deadline = systemClock.deadline(CONNECT_MS);
    await Promise.race([
      ready,
      new Promise((_resolve, reject) =>
        deadline.addEventListener("abort", () => reject(new Error(`Home Assistant: ${link.status.detail}`)), {
          once: true,
        }),
      ),
    ]);
    return await task({ link, rest, registry, store });
  } finally {
    registry.close();
    await link.close();
    await rest.close();
    store.close();
  }
}

async function remove(config: BridgeConfig, hass: HassConfig, { link, rest, registry, store }: Tools): Promise<number> {
  const memory = hassMemory(store.drawer("hass"));
  const chargers = config.chargers.map((charger) => charger.config.id);
  const { removed, failed } = await removeEverything({
    link,
    rest,
    registry,
    memory,
    instance: hass.instance,
    chargers,
  });
  console.log(`${removed.length} things removed.`);
  for (const problem of failed) console.error(`not removed: ${problem}`);
  return failed.length === 0 ? 0 : 1;
}

async function energy(config: BridgeConfig, { link, registry, store }: Tools): Promise<number> {
  const names = new Map(config.chargers.map((charger) => [charger.config.id, charger.config.name]));
  const chargers = [...registry.entries()].flatMap((entry) => {
    const owner =
      entry.platform === "mobile_app" && entry.uniqueId.endsWith("_energy_total")
        ? ownerOf(registry, entry.deviceId, config.hass?.instance)
        : undefined;
    const name = owner === undefined ? undefined : names.get(owner);
    return name === undefined ? [] : [{ energyId: entry.entityId, name }];
  });
  if (chargers.length === 0) {
    console.error("No charger has an energy register in Home Assistant yet; run the bridge first.");
    return 1;
  }
  const added = await addToEnergyDashboard(link, chargers);
  rememberEnergy(hassMemory(store.drawer("hass")), added);
  console.log(
    added.length === 0
      ? "The Energy dashboard has them already."
      : `Added to the Energy dashboard: ${added.join(", ")}`,
  );
  return 0;
}

function ownerOf(registry: Registry, deviceId: string | undefined, instance: string | undefined): string | undefined {
  const device = deviceId === undefined ? undefined : registry.deviceById(deviceId);
  return device?.identifiers.map((identifier) => idBehind(identifier, instance)).find((id) => id !== undefined);
}

function recreate(config: BridgeConfig): number {
  const store = openStore(dataDirOf(config, process.env), systemClock, silentLog());
  try {
    const drawer = store.drawer("hass");
    // The running bridge holds its own copy: it takes the mark at its next start.
    drawer.set(RECREATE, true);
    console.log("Helpers that were deleted come back when the bridge starts next.");
    return 0;
  } finally {
    store.close();
  }
}

async function migrate({ link }: Tools): Promise<number> {
  const found = await replacedSystems(link);
  if (found.length === 0) {
    console.log("None of the systems that EVSE Bridge replaces was found.");
    return 0;
  }
  for (const system of found) console.log(`${system.name}\n${system.steps.map((step) => `  - ${step}`).join("\n")}`);
  console.log("Two systems must not control one wallbox: the old one first, then the bridge. Nothing was changed.");
  return 0;
}
