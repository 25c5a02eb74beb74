/** From an integration's state to a status word. */
import { CHARGER_STATUSES, type ChargerStatus } from "../../../shared/charger.ts";

/** Letters and digits only: `SuspendedEV`, `suspended_ev` and `Suspended EV` are one word. */
const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** What integrations commonly say (OCPP words first, then those of wallbox makers' integrations). */
const COMMON: Readonly<Record<string, ChargerStatus>> = {
  ...Object.fromEntries(CHARGER_STATUSES.map((status) => [plain(status), status])),
  outofservice: "out_of_service",
  occupied: "preparing",
  connected: "preparing",
  plugged: "preparing",
  pluggedin: "preparing",
  ready: "preparing",
  readytocharge: "preparing",
  awaitingauthorization: "preparing",
  awaitingstart: "preparing",
  carconnected: "preparing",
  disconnected: "available",
  notconnected: "available",
  unplugged: "available",
  nocar: "available",
  idle: "available",
  paused: "suspended_evse",
  waiting: "suspended_evse",
  complete: "suspended_ev",
  completed: "suspended_ev",
  finished: "finishing",
  error: "faulted",
  fault: "faulted",
};

/** undefined for a word that neither the owner's table nor the common one knows, and for Home Assistant's `unknown`. */
export function statusFrom(raw: string, values: Readonly<Record<string, string>>): ChargerStatus | undefined {
  const word = plain(raw);
  const own = Object.entries(values).find(([state]) => plain(state) === word)?.[1];
  const wanted = own === undefined ? undefined : plain(own);
  if (wanted !== undefined) return CHARGER_STATUSES.find((status) => plain(status) === wanted) ?? COMMON[wanted];
  return COMMON[word];
}

const WITH_CAR: readonly (ChargerStatus | undefined)[] = [
  "preparing",
  "charging",
  "suspended_ev",
  "suspended_evse",
  "finishing",
];
export function carConnected(status: ChargerStatus | undefined): boolean | undefined {
  if (WITH_CAR.includes(status)) return true;
  return status === "available" || status === "reserved" ? false : undefined;
}
