/** The simulated tenant's charge points, their cars and sessions. Energy flows by the given clock. */
import type { Clock } from "../../clock.ts";

export interface SimulatedEvse {
  readonly id: number;
  readonly networkId: number;
  /** The platform's word. */
  status: string;
  car: SimulatedCar | undefined;
  session: SimulatedSession | undefined;
  /** A per phase; 32 = as much as the box can. The public API's charging profile sets it. */
  limitA: number;
  /** Fixes the readings, for tests. */
  told: { powerW?: number; energyWh?: number };
}

export interface SimulatedCar {
  readonly maxA: number;
  readonly phases: number;
  /** What it still takes, Wh. */
  wantsWh: number;
}

export interface SimulatedSession {
  readonly id: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  status: "active" | "finished" | "failed";
  energyWh: number;
  powerW: number;
  maxA: number;
  atMs: number;
}

export interface SimulatedChargePoint {
  readonly id: string | number;
  readonly name: string;
  readonly maxA: number;
  smartCharging: boolean;
  networkStatus: string;
  readonly evses: SimulatedEvse[];
  /** Every order that reached the box, A per phase: 0 for off, its own current for on. */
  readonly limits: number[];
}

export interface ChargePointPlan {
  readonly id: string | number;
  readonly name?: string;
  readonly maxA?: number;
  readonly evses?: number;
}

const VOLTAGE_V = 230;
const CENTS_PER_KWH = 0.3;

export class AmpecoWorld {
  readonly chargePoints: SimulatedChargePoint[];
  readonly history: SimulatedSession[] = [];
  readonly #clock: Clock;
  #sessions = 900_000;

  constructor(clock: Clock, plans: readonly ChargePointPlan[]) {
    this.#clock = clock;
    let outlet = 4100;
    this.chargePoints = plans.map((plan) => ({
      id: plan.id,
      name: plan.name ?? `Charger ${plan.id}`,
      maxA: plan.maxA ?? 16,
      smartCharging: false,
      networkStatus: "available",
      limits: [],
      evses: Array.from({ length: plan.evses ?? 1 }, (_, index) => ({
        id: ++outlet,
        networkId: index + 1,
        status: "available",
        car: undefined,
        session: undefined,
        limitA: plan.maxA ?? 16,
        told: {},
      })),
    }));
  }

  find(id: string): SimulatedChargePoint | undefined {
    return this.chargePoints.find((one) => String(one.id) === id);
  }

  outlet(evseId: string): { readonly chargePoint: SimulatedChargePoint; readonly evse: SimulatedEvse } | undefined {
    for (const chargePoint of this.chargePoints)
      for (const evse of chargePoint.evses) if (String(evse.id) === evseId) return { chargePoint, evse };
    return undefined;
  }

  withSession(id: string): { readonly chargePoint: SimulatedChargePoint; readonly evse: SimulatedEvse } | undefined {
    for (const chargePoint of this.chargePoints)
      for (const evse of chargePoint.evses) if (evse.session?.id === id) return { chargePoint, evse };
    return undefined;
  }

  plugIn(evse: SimulatedEvse, car: Partial<SimulatedCar> = {}): void {
    evse.car = { maxA: car.maxA ?? 16, phases: car.phases ?? 3, wantsWh: car.wantsWh ?? 40_000 };
    if (evse.status === "available") evse.status = "preparing";
  }

  unplug(chargePoint: SimulatedChargePoint, evse: SimulatedEvse): void {
    if (evse.session !== undefined) this.stop(chargePoint, evse);
    evse.car = undefined;
    evse.status = "available";
  }

  start(chargePoint: SimulatedChargePoint, evse: SimulatedEvse, maxA: number | undefined): SimulatedSession {
    const now = this.#clock.nowMs();
    const session: SimulatedSession = {
      id: String(++this.#sessions),
      startedAtMs: now,
      endedAtMs: undefined,
      status: "active",
      energyWh: 0,
      powerW: 0,
      maxA: maxA ?? chargePoint.maxA,
      atMs: now,
    };
    evse.session = session;
    evse.told = {};
    chargePoint.limits.push(session.maxA);
    this.flow(evse);
    return session;
  }

  stop(chargePoint: SimulatedChargePoint, evse: SimulatedEvse): SimulatedSession | undefined {
    const { session } = evse;
    if (session === undefined) return undefined;
    this.flow(evse);
    session.status = "finished";
    session.endedAtMs = this.#clock.nowMs();
    session.powerW = 0;
    this.history.push(session);
    evse.session = undefined;
    evse.status = evse.car === undefined ? "available" : "finishing";
    chargePoint.limits.push(0);
    return session;
  }

  setLimit(chargePoint: SimulatedChargePoint, evse: SimulatedEvse, limitA: number): void {
    this.flow(evse);
    evse.limitA = limitA;
    chargePoint.limits.push(limitA);
    this.flow(evse);
  }

  /** Lets energy flow up to now. */
  flow(evse: SimulatedEvse): void {
    const { session, car } = evse;
    if (session === undefined) return;
    const now = this.#clock.nowMs();
    const moved = Math.min((session.powerW * (now - session.atMs)) / 3_600_000, car?.wantsWh ?? 0);
    session.energyWh += moved;
    session.atMs = now;
    if (car !== undefined) car.wantsWh -= moved;
    const amps = Math.min(evse.limitA, session.maxA, car?.maxA ?? 0);
    const full = (car?.wantsWh ?? 0) <= 0;
    session.powerW = amps < 6 || full ? 0 : amps * VOLTAGE_V * (car?.phases ?? 0);
    evse.status = car === undefined ? "preparing" : full ? "suspendedEV" : amps < 6 ? "suspendedEVSE" : "charging";
  }
}

export function sessionFigures(session: SimulatedSession, evse: SimulatedEvse | undefined, nowMs: number) {
  const energy = Math.round(evse?.told.energyWh ?? session.energyWh);
  return {
    powerW: Math.round(evse?.told.powerW ?? session.powerW),
    energyWh: energy,
    durationS: Math.round(((session.endedAtMs ?? nowMs) - session.startedAtMs) / 1000),
    amount: Math.round((energy / 1000) * CENTS_PER_KWH * 100) / 100,
  };
}
