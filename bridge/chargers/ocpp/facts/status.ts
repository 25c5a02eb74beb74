/** A charger's state from what the box last said: one pure function for all versions. */
import type { ChargerStatus } from "../../../../shared/charger.ts";
import type { Reason } from "../../../../shared/reasons.ts";

export const CHARGING_STATES = ["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"] as const;

/** Power above this means that the car charges, W. */
export const CHARGING_W = 100;

export interface StatusFacts {
  readonly family: "1.6" | "2.x";
  /** Raw word of the whole station; undefined until told. */
  readonly station: string | undefined;
  /** Raw word of the connector; undefined until told. */
  readonly connector: string | undefined;
  readonly tx:
    | {
        /** 2.x; the last one told. */
        readonly chargingState: string | undefined;
        /** Energy has flowed in it. */
        readonly charged: boolean;
      }
    | undefined;
  /** Readings above `CHARGING_W` in a row. */
  readonly powerReadings: number;
  /** A transaction ended and the connector has not been Available since. */
  readonly ended: boolean;
  readonly errorCode: string | undefined;
  readonly expecting: "reboot" | "firmware" | undefined;
}

export interface DerivedStatus {
  readonly status: ChargerStatus | undefined;
  readonly reason: Reason | undefined;
}

const WORDS_16: Readonly<Record<string, ChargerStatus>> = {
  available: "available",
  preparing: "preparing",
  charging: "charging",
  suspendedev: "suspended_ev",
  suspendedevse: "suspended_evse",
  finishing: "finishing",
  reserved: "reserved",
  unavailable: "out_of_service",
  faulted: "faulted",
};

export function deriveStatus(facts: StatusFacts): DerivedStatus {
  if (facts.station === "Faulted") return { status: "faulted", reason: fault(facts) };
  const status = facts.family === "1.6" ? status16(facts) : status20(facts);
  if (facts.station === "Unavailable" && facts.tx === undefined)
    return { status: "out_of_service", reason: { code: "disabled" } };
  return { status, reason: reasonOf(status, facts) };
}

function status16(facts: StatusFacts): ChargerStatus | undefined {
  const status = WORDS_16[(facts.connector ?? "").toLowerCase()];
  const idle = status === undefined || status === "preparing" || status === "finishing";
  return facts.tx !== undefined && idle && facts.powerReadings > 0 ? "charging" : status;
}

/** OCPP 2.0.1 has five connector states; the rest comes from the transaction. First rule that applies. */
function status20(facts: StatusFacts): ChargerStatus | undefined {
  const { connector, tx } = facts;
  if (connector === "Faulted") return "faulted";
  if (connector === "Unavailable" && tx === undefined) return "out_of_service";
  if (tx !== undefined) {
    switch (tx.chargingState) {
      case "Charging":
        return "charging";
      case "SuspendedEV":
        return "suspended_ev";
      case "SuspendedEVSE":
        return "suspended_evse";
      case "Idle":
        return connector === "Occupied" ? "finishing" : "available";
      default:
        // Delta reports EVConnected while it charges.
        return facts.powerReadings >= 2 ? "charging" : "preparing";
    }
  }
  if (connector === "Reserved") return "reserved";
  if (connector === "Occupied") return facts.ended ? "finishing" : "preparing";
  return connector === "Available" ? "available" : undefined;
}

function reasonOf(status: ChargerStatus | undefined, facts: StatusFacts): Reason | undefined {
  if (facts.expecting === "reboot") return { code: "rebooting" };
  if (facts.expecting === "firmware") return { code: "firmware" };
  switch (status) {
    case "faulted":
      return fault(facts);
    case "out_of_service":
      return { code: "disabled" };
    case "available":
      return { code: "unplugged" };
    case "preparing":
      return facts.tx === undefined ? { code: "authorization" } : { code: "ev_not_ready" };
    case "suspended_ev":
      return facts.tx?.charged === true ? { code: "ev_full" } : { code: "ev_not_ready" };
    case "finishing":
      return { code: "replug_required" };
    default:
      return undefined;
  }
}

function fault(facts: StatusFacts): Reason {
  return {
    code: "fault",
    fault: facts.errorCode === undefined || facts.errorCode === "NoError" ? "Faulted" : facts.errorCode,
  };
}

/** Whether a cable is in; undefined while unknown. A fault says nothing: the caller keeps what it knew. */
export function pluggedIn(status: ChargerStatus | undefined): boolean | undefined {
  if (status === undefined || status === "faulted" || status === "offline") return undefined;
  return status !== "available" && status !== "out_of_service" && status !== "reserved";
}

const AGGREGATE_ORDER: readonly ChargerStatus[] = [
  "faulted",
  "charging",
  "suspended_ev",
  "suspended_evse",
  "preparing",
  "finishing",
  "reserved",
  "out_of_service",
  "available",
];

/** The station's state where one word must do for several outlets. */
export function aggregateStatus(statuses: readonly (ChargerStatus | undefined)[]): ChargerStatus | undefined {
  return AGGREGATE_ORDER.find((word) => statuses.includes(word));
}
