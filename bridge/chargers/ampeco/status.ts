/** From the platform's words to the product's. */
import type { ChargerStatus } from "../../../shared/charger.ts";
import { normal, type EvseReading } from "./reading.ts";

const WORDS: Readonly<Record<string, ChargerStatus>> = {
  available: "available",
  preparing: "preparing",
  occupied: "preparing",
  charging: "charging",
  suspendedev: "suspended_ev",
  suspendedevse: "suspended_evse",
  finishing: "finishing",
  reserved: "reserved",
  unavailable: "out_of_service",
  disabled: "out_of_service",
  outoforder: "out_of_service",
  inoperative: "out_of_service",
  faulted: "faulted",
};

/** A session that draws less than this is offered current but takes none, W. */
const IDLE_W = 50;

/** undefined for a word that nobody knows. No EVSE at all is out of service. */
export function statusOf(evse: EvseReading | undefined): ChargerStatus | undefined {
  if (evse === undefined) return "out_of_service";
  const own = WORDS[normal(evse.status)];
  const session = evse.session?.active === true ? evse.session : undefined;
  if (session === undefined) return own;
  const state = WORDS[normal(session.chargingState)];
  if (state === "suspended_ev" || state === "suspended_evse") return own === "faulted" ? own : state;
  if (own === "charging" || (own === "preparing" && (session.powerW ?? 0) > IDLE_W))
    return session.powerW !== undefined && session.powerW <= IDLE_W ? "suspended_ev" : "charging";
  return own;
}

const WITH_CAR: ReadonlySet<ChargerStatus | undefined> = new Set<ChargerStatus>([
  "preparing",
  "charging",
  "suspended_ev",
  "suspended_evse",
  "finishing",
]);
const WITHOUT_CAR: ReadonlySet<ChargerStatus | undefined> = new Set<ChargerStatus>(["available", "reserved"]);

export function carConnected(status: ChargerStatus | undefined): boolean | undefined {
  return WITH_CAR.has(status) ? true : WITHOUT_CAR.has(status) ? false : undefined;
}

const AWAY = new Set([
  "unavailable",
  "offline",
  "disconnected",
  "neverconnected",
  "temporarilyunavailable",
  "longtermunavailable",
]);
/** Charge-point level words (`status`, `networkStatus`). */
export function isReachable(word: string | undefined): boolean {
  return !AWAY.has(normal(word));
}
