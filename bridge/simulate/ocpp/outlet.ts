/** One outlet of a simulated charge point: cable, car, meter, transaction. */
import type { Car } from "../car.ts";

export type ChargingState = "Charging" | "EVConnected" | "SuspendedEV" | "SuspendedEVSE" | "Idle";

export interface SimTransaction {
  /** 1.6: given by the server, undefined until it has answered. 2.x: ours. */
  id: string | undefined;
  readonly tag: string;
  readonly startedAtMs: number;
  readonly meterStartWh: number;
  readonly remoteStartId: number | undefined;
  seqNo: number;
  state: ChargingState;
  /** It refused a profile and takes no more (Delta). */
  sulking: boolean;
}

export class SimOutlet {
  readonly n: number;
  car: Car | undefined;
  /** Error code, or undefined. */
  fault: string | undefined;
  operative = true;
  transaction: SimTransaction | undefined;
  /** The last session was stopped from afar and the cable has not been pulled since. */
  stopped = false;
  authorizedTag: string | undefined;
  registerWh: number;
  offeredA = 0;
  currentA = 0;
  reportedStatus: string | undefined;
  lastValuesAtMs = 0;
  /** A TxProfile that sticks (Delta). */
  orphan = false;
  frozenA: number | undefined;
  frozenCurrent = 0;
  reserved: number | undefined;
  /** Readings told in place of the model's own: for tests. */
  override: { readonly powerW?: number; readonly currentA?: number; readonly energyWh?: number } | undefined;

  constructor(n: number, registerWh: number) {
    this.n = n;
    this.registerWh = registerWh;
  }
}

/** OCPP's word for the connector. */
export function statusWord(outlet: SimOutlet, v16: boolean): string {
  if (outlet.fault !== undefined) return "Faulted";
  const tx = outlet.transaction;
  const empty = outlet.reserved !== undefined ? "Reserved" : "Available";
  if (!v16) {
    if (!outlet.operative && tx === undefined) return "Unavailable";
    return outlet.car !== undefined ? "Occupied" : empty;
  }
  if (tx !== undefined) return tx.state === "EVConnected" || tx.state === "Idle" ? "Preparing" : tx.state;
  if (!outlet.operative) return "Unavailable";
  if (outlet.car === undefined) return empty;
  return outlet.stopped ? "Finishing" : "Preparing";
}

/** What follows from the offer and from what the car makes of it. */
export function chargingStateOf(outlet: SimOutlet, tx: SimTransaction, car: Car): ChargingState {
  const flows = outlet.currentA > 0;
  if (outlet.offeredA < 6) return flows ? tx.state : "SuspendedEVSE";
  if (flows) return "Charging";
  if (car.full || car.asleep) return "SuspendedEV";
  return tx.state === "EVConnected" || tx.state === "Charging" ? tx.state : "SuspendedEV";
}
