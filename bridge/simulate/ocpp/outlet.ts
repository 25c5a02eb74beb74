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
