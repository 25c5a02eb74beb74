/** The configured tags as the box's own list, so that it knows them while the bridge is away. Only where the box has its list switched on. */
import { createHash } from "node:crypto";
import type { JsonObject } from "../../../ocpp/station.ts";
import { isoTime, text, whole } from "../wire/json.ts";
import type { TagEntry } from "../options.ts";
import type { SetupPort } from "./setup-port.ts";

const WORDS = { accepted: "Accepted", blocked: "Blocked", expired: "Expired", invalid: "Invalid" } as const;
/** Entries in one message where the box does not say (Delta takes 8). */
const PER_MESSAGE = 8;

/** Sends the list if the box holds another version of it. The version is drawn from the list itself. @throws ChargerError */
export async function syncLocalList(port: SetupPort, list: readonly TagEntry[]): Promise<void> {
  const { model, commands } = port;
  const v16 = commands.version === "1.6";
  const told = (key16: string, key20: string): string | undefined =>
    model.config.get((v16 ? key16 : `LocalAuthListCtrlr/${key20}`).toLowerCase())?.value;
  if (list.length === 0 || told("LocalAuthListEnabled", "Enabled")?.toLowerCase() !== "true") return;
  const version = versionOf(list);
  const answer = await port.ask({ action: "GetLocalListVersion", payload: {} });
  if (whole(answer, v16 ? "listVersion" : "versionNumber") === version) return;
  const most = Number(told("SendLocalListMaxLength", "ItemsPerMessage") ?? PER_MESSAGE);
  const step = Number.isInteger(most) && most > 0 ? most : PER_MESSAGE;
  const entries = list.map((entry) => (v16 ? entry16(entry) : entry20(entry)));
  for (let start = 0; start < entries.length; start += step) {
    const part = entries.slice(start, start + step);
    const updateType = start === 0 ? "Full" : "Differential";
    const payload: JsonObject = v16
      ? { listVersion: version, updateType, localAuthorizationList: part }
      : { versionNumber: version, updateType, localAuthorizationList: part };
    const status = text(await port.ask({ action: "SendLocalList", payload }), "status");
    if (status !== "Accepted") {
      port.log.info({ status }, "tag list not taken");
      return;
    }
  }
  port.log.info({ entries: entries.length }, "tag list sent");
}

function entry16(entry: TagEntry): JsonObject {
  return { idTag: entry.tag, idTagInfo: { status: WORDS[entry.status], ...expiry(entry, "expiryDate") } };
}

function entry20(entry: TagEntry): JsonObject {
  return {
    idToken: { idToken: entry.tag, type: "ISO14443" },
    idTokenInfo: { status: WORDS[entry.status], ...expiry(entry, "cacheExpiryDateTime") },
  };
}

function expiry(entry: TagEntry, key: string): JsonObject {
  return entry.expiryMs === undefined ? {} : { [key]: isoTime(entry.expiryMs) };
}

/** 1 or more, the same for the same list. */
function versionOf(list: readonly TagEntry[]): number {
  const digest = createHash("sha256").update(JSON.stringify(list)).digest();
  return 1 + (digest.readUInt32BE(0) % 2_000_000_000);
}
