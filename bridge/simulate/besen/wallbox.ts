/** The wallbox behind the protocol: plug, car, relay, meter, session, records. Time passes only through `elapse`. */
import type { StartRequest } from "../../chargers/besen/charge-codec.ts";
import type { Bs20Faults } from "./faults.ts";

const [FAULT, READY, NOT_CONNECTED, CHARGING, COMPLETED, FULL, RESERVED] = [1, 13, 12, 14, 15, 17, 20];
const VOLTAGE = 230;
const RELAY_S = 2;
const DAY_S = 86_400;
const STOP_BY_APP = 11;
const STOP_FULL = 13;
const STOP_ENERGY = 15;
const STOP_TIME = 16;
const STOP_UNPLUGGED = 17;
const STOP_BUTTON = 24;

export interface Car {
  /** A per phase that it takes at most. */
  maxA: number;
  phases: 1 | 3;
  /** Takes current when offered. */
  wants: boolean;
}

export interface Charge {
  readonly id: string;
  readonly userId: string;
  readonly startedS: number;
  readonly startKwh: number;
  readonly phases: 1 | 3;
  readonly maxMinutes: number | null;
  readonly maxKwh: number | null;
  /** A in force. */
  amps: number;
  endedS: number | undefined;
  endKwh: number;
  stopReason: number;
}

export interface Readings {
  powerW: number | undefined;
  currentA: number | undefined;
}

export interface WallboxOptions {
  readonly phases: 1 | 3;
  readonly maxAmps: number;
  readonly faults: Bs20Faults;
  readonly startKwh: number;
  /** True seconds since the epoch. */
  readonly nowS: () => number;
}

export class Wallbox {
  readonly #options: WallboxOptions;
  state = NOT_CONNECTED;
  car: Car | undefined;
  /** Stored preference, A. */
  storedA: number;
  totalKwh: number;
  charge: Charge | undefined;
  /** 0 app and button, 1 app only, 2 on plug-in. */
  startMode = 0;
  reservation: { readonly atS: number; readonly request: StartRequest } | undefined;
  innerC: number | null = 27.5;
  /** Set by a test in place of the physics. */
  readonly forced: Readings = { powerW: undefined, currentA: undefined };
  #relayWaitS = 0;
  onRecord: (charge: Charge) => void = () => undefined;

  constructor(options: WallboxOptions) {
    this.#options = options;
    this.storedA = options.maxAmps;
    this.totalKwh = options.startKwh;
  }

  get phases(): 1 | 3 {
    return this.#options.phases;
  }
  get maxAmps(): number {
    return this.#options.maxAmps;
  }
  get errorBits(): string {
    return this.#options.faults.errorBits;
  }

  get outputOn(): boolean {
    return this.state === CHARGING && this.#relayWaitS <= 0 && this.car?.wants === true;
  }

  get activePhases(): 1 | 3 {
    return this.charge?.phases === 3 && this.car?.phases === 3 ? 3 : 1;
  }

  /** A on each active leg. */
  get currentA(): number {
    if (this.forced.currentA !== undefined) return this.forced.currentA;
    if (!this.outputOn || this.car === undefined || this.charge === undefined) return 0;
    return Math.min(this.car.maxA, this.charge.amps);
  }

  get powerW(): number {
    return this.forced.powerW ?? Math.round(this.currentA * VOLTAGE * this.activePhases);
  }

  get plugState(): number {
    if (this.#options.faults.plugState !== undefined) return this.#options.faults.plugState;
    return this.car === undefined ? 1 : this.state === CHARGING ? 4 : 2;
  }

  get shownState(): number {
    return this.#options.faults.errorBits === "00000000" ? this.state : FAULT;
  }

  plugIn(car: Partial<Car> = {}): void {
    this.car = { maxA: 32, phases: this.#options.phases, wants: true, ...car };
    this.state = READY;
    if (this.startMode === 2) this.#begin("auto", "plug", this.storedA, this.#options.phases, null, null);
  }

  unplug(): void {
    this.#finish(STOP_UNPLUGGED);
    this.car = undefined;
    this.reservation = undefined;
    this.state = NOT_CONNECTED;
  }

  /** The unit's own button (or card): starts at the stored current, or stops. */
  pressButton(): void {
    if (this.state === CHARGING) {
      this.#finish(STOP_BUTTON);
      this.state = COMPLETED;
    } else if (this.car !== undefined) this.#begin("button", "button", this.storedA, this.#options.phases, null, null);
  }

  /** The car has had enough. */
  carIsFull(): void {
    this.#finish(STOP_FULL);
    this.state = FULL;
  }

  /** @returns error reason and reservation result as in the start response */
  start(request: StartRequest, atS: number | undefined): { readonly error: number; readonly reservation: number } {
    const { faults, nowS } = this.#options;
    if (faults.refuseStart !== 0) return { error: faults.refuseStart, reservation: 0 };
    if (this.car === undefined) return { error: 1, reservation: 0 };
    if (this.state === CHARGING) return { error: 3, reservation: 0 };
    if (this.state === COMPLETED || this.state === FULL) return { error: 2, reservation: 0 };
    if (atS !== undefined) {
      if (faults.refuseReservation !== 0) return { error: 0, reservation: faults.refuseReservation };
      if (this.reservation !== undefined) return { error: 0, reservation: 6 };
      if (atS - nowS() > DAY_S) return { error: 0, reservation: 3 };
      if (atS > nowS()) {
        this.reservation = { atS, request };
        this.state = RESERVED;
        return { error: 0, reservation: 1 };
      }
      this.#beginFrom(request);
      return { error: 0, reservation: 4 };
    }
    this.#beginFrom(request);
    return { error: 0, reservation: 0 };
  }

  #beginFrom(request: StartRequest): void {
    this.storedA = request.maxAmps;
    const phases = request.lineId === 2 && this.#options.phases === 3 ? 3 : 1;
    const { chargeId, userId, maxAmps, maxDurationMinutes, maxEnergyKwh } = request;
    this.#begin(chargeId, userId, maxAmps, phases, maxDurationMinutes, maxEnergyKwh);
  }

  #begin(
    id: string,
    userId: string,
    amps: number,
    phases: 1 | 3,
    maxMinutes: number | null,
    maxKwh: number | null,
  ): void {
    const startedS = Math.floor(this.#options.nowS());
    this.charge = {
      id: id.length > 8 ? id : `${startedS}${id}`.slice(0, 16),
      userId,
      startedS,
      startKwh: this.totalKwh,
      phases,
      maxMinutes,
      maxKwh,
      amps,
      endedS: undefined,
      endKwh: this.totalKwh,
      stopReason: 0,
    };
    this.state = CHARGING;
    this.#relayWaitS = RELAY_S;
  }

  /** @returns the fail reason, 0 = ok */
  stop(): number {
    const { faults } = this.#options;
    if (faults.refuseStop !== 0) return faults.refuseStop;
    if (this.state === CHARGING) {
      this.#finish(STOP_BY_APP);
      this.state = COMPLETED;
    } else if (this.state === RESERVED || this.state === COMPLETED || this.state === FULL) {
      this.reservation = undefined;
      this.state = READY;
    }
    return 0;
  }

  setCurrent(amps: number): void {
    this.storedA = amps;
    if (this.charge === undefined || this.state !== CHARGING || this.#options.faults.nextStartOnly) return;
    if (this.charge.amps !== amps) this.#relayWaitS = this.#options.faults.interruptS;
    this.charge.amps = amps;
  }

  #finish(reason: number): void {
    if (this.charge === undefined || this.charge.endedS !== undefined) return;
    this.charge.endedS = Math.floor(this.#options.nowS());
    this.charge.endKwh = this.totalKwh;
    this.charge.stopReason = reason;
    this.onRecord(this.charge);
  }

  /** @returns true when something worth a status push changed */
  elapse(seconds: number): boolean {
    const before = `${this.state} ${this.outputOn}`;
    this.#relayWaitS = Math.max(0, this.#relayWaitS - seconds);
    this.totalKwh += (this.powerW * seconds) / 3_600_000;
    const nowS = this.#options.nowS();
    if (this.reservation !== undefined && nowS >= this.reservation.atS) {
      const { request } = this.reservation;
      this.reservation = undefined;
      this.#beginFrom(request);
    }
    const { charge } = this;
    if (this.state === CHARGING && charge !== undefined) {
      const minutes = (nowS - charge.startedS) / 60;
      const over = charge.maxMinutes !== null && minutes >= charge.maxMinutes;
      const full = charge.maxKwh !== null && this.totalKwh - charge.startKwh >= charge.maxKwh;
      if (over || full) {
        this.#finish(over ? STOP_TIME : STOP_ENERGY);
        this.state = COMPLETED;
      }
    }
    return before !== `${this.state} ${this.outputOn}`;
  }
}
