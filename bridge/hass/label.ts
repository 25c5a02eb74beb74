/** The label that groups everything of ours in Home Assistant's lists. */
import type { HassLink } from "./doors.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";

export const LABEL = "evse_bridge";

/** Its id, made when it is not there. Idempotent. @throws HassError */
export async function ensureLabel(link: HassLink): Promise<string> {
  const known = await find(link);
  if (known !== undefined) return known;
  try {
    const made = await link.send<unknown>({
      type: "config/label_registry/create",
      name: LABEL,
      icon: "mdi:ev-station",
      description: "Controls of EVSE Bridge",
    });
    if (isRecord(made) && typeof made["label_id"] === "string") return made["label_id"];
  } catch (error) {
    // Several helpers are made at once: another may have been faster.
    if (toHassError(error, "make the label").code !== "rejected") throw error;
  }
  const now = await find(link);
  if (now === undefined) throw new HassError("protocol", `The label ${LABEL} could not be made`);
  return now;
}

async function find(link: HassLink): Promise<string | undefined> {
  const all = await link.send<unknown>({ type: "config/label_registry/list" });
  const found = Array.isArray(all) ? all.filter(isRecord).find((one) => one["name"] === LABEL) : undefined;
  return typeof found?.["label_id"] === "string" ? found["label_id"] : undefined;
}
