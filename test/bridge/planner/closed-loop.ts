/** The planner in a simulated house: meters that lag, cars that follow their limit, links that break. Time is a number. */
import type { Plan } from "../../../shared/plan.ts";
import type { ChargerSettings, ChargerState, SiteConfig, SiteReadings, SiteSettings } from "../../../shared/site.ts";
import { balance, type HouseModel, type PhaseValues } from "../../../bridge/simulate/house.ts";
import { emptyMemory, type PlannerMemory } from "../../../bridge/planner/memory.ts";
import { plan } from "../../../bridge/planner/plan.ts";
import { siteConfig, siteSettings } from "../../fakes/site.ts";
import { T0, charger, reading, type ChargerChange } from "./site-fixture.ts";

export interface CarModel {
  readonly change: ChargerChange;
  /** Lines the car uses. */
  readonly lines: 1 | 2 | 3;
  /** Its own maximum, A. */
  readonly ownMaxA: number;
  /** How often the box reports its currents, s. */
  readonly reportS: number;
  /** How long the box takes to pass a limit on, s. */
  readonly reactS: number;
}

export interface LoopOptions {
  readonly config?: Partial<SiteConfig>;
  readonly settings?: Partial<SiteSettings>;
  readonly model: HouseModel;
  readonly cars: readonly CarModel[];
  /** Age of what the meter shows, s. */
  readonly meterDelayS: number;
  readonly startSocPct?: number;
  readonly memory?: PlannerMemory;
}

interface Car {
  limitA: number;
  drawA: number;
  reportedA: number;
  reportedAtS: number;
  pending: { readonly atS: number; readonly limitA: number; readonly lease?: true }[];
  /** What was sent last: the same is not sent twice. */
  sentA: number | undefined;
  plugged: boolean;
  linkUp: boolean;
  wishes: Partial<ChargerSettings>;
}

/** What the world does in one step. */
export interface World {
  readonly householdA: PhaseValues;
  readonly solarW: number;
  /** The meter's sensors are unavailable. */
  readonly gap?: boolean;
}

export interface Loop {
  readonly timeS: number;
  readonly memory: PlannerMemory;
  readonly limits: readonly number[];
  readonly netA: PhaseValues;
  readonly drawA: PhaseValues;
  readonly plan: Plan;
  readonly socPct: number | undefined;
  /** One planner tick, the physical world in steps of a second. */
  tick(world: World): Plan;
  restart(): void;
  plug(index: number, plugged: boolean): void;
  link(index: number, up: boolean): void;
  /** What the user sets from now on. */
  wish(index: number, settings: Partial<ChargerSettings>): void;
}

const FOLLOW_A_PER_S = 6;
const PHASE_INDEX = { A: 0, B: 1, C: 2 } as const;

export function closedLoop(options: LoopOptions): Loop {
  const config = siteConfig(options.config);
  const settings = siteSettings(options.settings);
  const { model } = options;
  let timeS = 0;
  let memory = options.memory ?? emptyMemory();
  let soc = model.battery === undefined ? undefined : (options.startSocPct ?? 50);
  const cars: Car[] = options.cars.map(() => ({
    limitA: 0,
    drawA: 0,
    reportedA: 0,
    reportedAtS: -1e9,
    pending: [],
    sentA: undefined,
    plugged: true,
    linkUp: true,
    wishes: {},
  }));
  const meter: { atS: number; netA: PhaseValues; solarW: number; batteryW: number }[] = [];
  let netA: PhaseValues = [0, 0, 0];
  let drawA: PhaseValues = [0, 0, 0];
  let last: Plan | undefined;

  const linesOf = (index: number): readonly (0 | 1 | 2)[] => {
    const map = options.cars[index]?.change.config?.phaseMap ?? (["A", "B", "C"] as const);
    return map.slice(0, options.cars[index]?.lines ?? 3).map((phase) => PHASE_INDEX[phase]);
  };

  const second = (world: World): void => {
    timeS += 1;
    const total: [number, number, number] = [0, 0, 0];
    for (const [index, car] of cars.entries()) {
      const spec = options.cars[index];
      if (spec === undefined) continue;
      while (car.pending[0] !== undefined && car.pending[0].atS <= timeS) car.limitA = car.pending.shift()?.limitA ?? 0;
      const wanted = car.plugged ? Math.min(car.limitA, spec.ownMaxA) : 0;
      car.drawA =
        wanted < car.drawA
          ? Math.max(wanted, car.drawA - 4 * FOLLOW_A_PER_S)
          : Math.min(wanted, car.drawA + FOLLOW_A_PER_S);
      if (car.drawA < 6 && wanted < 6) car.drawA = 0;
      for (const phase of linesOf(index)) if (model.present[phase]) total[phase] += car.drawA;
      if (timeS - car.reportedAtS >= spec.reportS) {
        car.reportedA = car.drawA;
        car.reportedAtS = timeS;
      }
    }
    drawA = total;
    const now = balance(model, world.householdA, world.solarW, drawA, soc);
    netA = now.netA;
    if (model.battery !== undefined && soc !== undefined)
      soc = Math.min(100, Math.max(0, soc - (now.batteryW / 3600 / model.battery.capacityWh) * 100));
    meter.push({ atS: timeS, netA, solarW: world.solarW, batteryW: now.batteryW });
    while ((meter[1]?.atS ?? Infinity) <= timeS - options.meterDelayS) meter.shift();
  };

  const chargers = (): ChargerState[] =>
    options.cars.map((spec, index) => {
      const car = cars[index];
      const reported = car?.reportedA ?? 0;
      const plugged = car?.plugged ?? false;
      return charger({
        ...spec.change,
        settings: { ...spec.change.settings, ...car?.wishes },
        snapshot: {
          atMs: T0 + timeS * 1000,
          link: car?.linkUp === false ? "down" : "up",
          status: !plugged
            ? "available"
            : reported > 0
              ? "charging"
              : (car?.limitA ?? 0) > 0
                ? "preparing"
                : "suspended_evse",
          carConnected: plugged,
          offeredA: car?.limitA,
          currentA: {
            l1: reported,
            l2: spec.lines > 1 ? reported : 0,
            l3: spec.lines > 2 ? reported : 0,
          },
          ...spec.change.snapshot,
        },
      });
    });

  return {
    get timeS() {
      return timeS;
    },
    get memory() {
      return memory;
    },
    get limits() {
      return cars.map((car) => car.limitA);
    },
    get netA() {
      return netA;
    },
    get drawA() {
      return drawA;
    },
    get plan() {
      if (last === undefined) throw new Error("no tick yet");
      return last;
    },
    get socPct() {
      return soc;
    },
    tick(world) {
      for (let passed = 0; passed < config.tickS; passed++) second(world);
      const seen = meter[0];
      const atMs = T0 + timeS * 1000;
      const value = (phase: 0 | 1 | 2): number | undefined => (world.gap === true ? undefined : seen?.netA[phase]);
      const readings: SiteReadings = {
        gridA: reading(value(0), "A", atMs),
        gridB: config.phases > 1 ? reading(value(1), "A", atMs) : undefined,
        gridC: config.phases > 2 ? reading(value(2), "A", atMs) : undefined,
        ...(config.hasSolar ? { solar: reading(seen?.solarW, "W", atMs) } : {}),
        ...(config.hasBattery
          ? { batterySoc: reading(soc, "%", atMs), batteryPower: reading(seen?.batteryW, "W", atMs) }
          : {}),
      };
      const result = plan({ config, settings, readings, chargers: chargers(), hassUp: true }, memory, atMs);
      memory = result.memory;
      last = result.plan;
      for (const [index, allocation] of last.allocations.entries()) {
        const car = cars[index];
        const spec = options.cars[index];
        if (car === undefined || spec === undefined || allocation.keep || !car.linkUp) continue;
        if (car.sentA === allocation.limitA) continue;
        car.sentA = allocation.limitA;
        car.pending = car.pending.filter((entry) => entry.lease !== true);
        car.pending.push({ atS: timeS + spec.reactS, limitA: allocation.limitA });
      }
      return last;
    },
    restart() {
      memory = emptyMemory();
    },
    plug(index, plugged) {
      const car = cars[index];
      if (car !== undefined) car.plugged = plugged;
    },
    wish(index, settings) {
      const car = cars[index];
      if (car !== undefined) car.wishes = { ...car.wishes, ...settings };
    },
    link(index, up) {
      const car = cars[index];
      if (car === undefined) return;
      car.linkUp = up;
      // A driver renews its limit after a reconnect.
      if (up) car.sentA = undefined;
      // The box's lease runs out and it falls to its fail-safe current by itself.
      if (!up)
        car.pending.push({ atS: timeS + 120, limitA: options.cars[index]?.change.config?.failSafeA ?? 6, lease: true });
    },
  };
}
