/** The label that groups everything of ours in Home Assistant's lists. */
import type { HassLink } from "./doors.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";
import { withInstance } from "./identity.ts";

export const LABEL = "evse_bridge";

/** Names of the labels a helper of this bridge carries: a second bridge's have one of their own besides. */
export function labelNames(instance: string | undefined): readonly string[] {
  return instance === undefined ? [LABEL] : [LABEL, withInstance(LABEL, instance)];
}

/** Whether a registry entry's labels say that this bridge made it. */
export function labelledOurs(labels: readonly string[], instance: string | undefined): boolean {
  if (!labels.includes(LABEL)) return false;
  return instance === undefined
    ? !labels.some((label) => label.startsWith(`${LABEL}_`))
    : labels.includes(withInstance(LABEL, instance));
}

/** Ids of this bridge's labels, made when they are not there. Idempotent. @throws HassError */
export async function ensureLabels(link: HassLink, instance: string | undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of labelNames(instance)) ids.push(await ensureLabel(link, name));
  return ids;
}

async function ensureLabel(link: HassLink, name: string): Promise<string> {
  const known = await find(link, name);
  if (known !== undefined) return known;
  try {
    const made = await link.send<unknown>({
      type: "config/label_registry/create",
      name,
      icon: "mdi:ev-station",
      description: "Controls of EVSE Bridge",
    });
    if (isRecord(made) && typeof made["label_id"] === "string") return made["label_id"];
  } catch (error) {
    // Several helpers are made at once: another may have been faster.
    if (toHassError(error, "make the label").code !== "rejected") throw error;
  }
  const now = await find(link, name);
  if (now === undefined) throw new HassError("protocol", `The label ${name} could not be made`);
  return now;
}

async function find(link: HassLink, name: string): Promise<string | undefined> {
  const all = await link.send<unknown>({ type: "config/label_registry/list" });
  const found = Array.isArray(all) ? all.filter(isRecord).find((one) => one["name"] === name) : undefined;
  return typeof found?.["label_id"] === "string" ? found["label_id"] : undefined;
}
