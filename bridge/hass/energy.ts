/** The Energy dashboard's list of single devices: each wallbox's lifetime energy, offered and added on request. */
import type { HassLink, HassMemory } from "./doors.ts";
import { isRecord } from "./errors.ts";

/** What `energy/get_prefs` and `energy/validate` know of ours. */
export interface EnergyOffer {
  /** Lifetime energy entities that are not on the list yet. */
  readonly missing: readonly string[];
  readonly present: readonly string[];
}

interface Prefs {
  readonly device_consumption: readonly Record<string, unknown>[];
}

/** @throws HassError */
async function prefsOf(link: HassLink): Promise<Prefs> {
  try {
    const raw = await link.send<unknown>({ type: "energy/get_prefs" });
    const list =
      isRecord(raw) && Array.isArray(raw["device_consumption"]) ? raw["device_consumption"].filter(isRecord) : [];
    return { device_consumption: list };
  } catch (error) {
    // A house that never opened the dashboard has no preferences.
    if (isRecord(error) && error["word"] === "not_found") return { device_consumption: [] };
    throw error;
  }
}

/** @throws HassError */
export async function energyOffer(link: HassLink, energyIds: readonly string[]): Promise<EnergyOffer> {
  const { device_consumption: list } = await prefsOf(link);
  const there = new Set(list.map((item) => item["stat_consumption"]));
  return {
    missing: energyIds.filter((id) => !there.has(id)),
    present: energyIds.filter((id) => there.has(id)),
  };
}

const ADDED = "energy";

/** What was once added for this bridge: the entry of a wallbox that is gone shows its past until the bridge is taken away. */
export function energyAdded(memory: HassMemory): readonly string[] {
  const raw = memory.get(ADDED);
  return Array.isArray(raw) ? raw.filter((id) => typeof id === "string") : [];
}

export function rememberEnergy(memory: HassMemory, energyIds: readonly string[]): void {
  memory.set(ADDED, [...new Set([...energyAdded(memory), ...energyIds])]);
}

/** Adds what is missing to the list and leaves the rest as it is; answers what was added. Idempotent. @throws HassError */
export async function addToEnergyDashboard(
  link: HassLink,
  chargers: readonly { readonly energyId: string; readonly name: string }[],
): Promise<readonly string[]> {
  const { device_consumption: list } = await prefsOf(link);
  const there = new Set(list.map((item) => item["stat_consumption"]));
  const fresh = chargers.filter(({ energyId }) => !there.has(energyId));
  if (fresh.length > 0)
    await link.send({
      type: "energy/save_prefs",
      device_consumption: [...list, ...fresh.map(({ energyId, name }) => ({ stat_consumption: energyId, name }))],
    });
  return fresh.map(({ energyId }) => energyId);
}

/** Takes ours off the list again. @throws HassError */
export async function removeFromEnergyDashboard(link: HassLink, energyIds: ReadonlySet<string>): Promise<void> {
  const { device_consumption: list } = await prefsOf(link);
  const kept = list.filter(
    (item) => typeof item["stat_consumption"] !== "string" || !energyIds.has(item["stat_consumption"]),
  );
  if (kept.length < list.length) await link.send({ type: "energy/save_prefs", device_consumption: kept });
}
