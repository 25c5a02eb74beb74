/**
 * A simulated house: household, sun, battery and the meter at the house connection. `balance` is the physics of one instant
 * (used by `plan` and by tests of the planner); `createHouse` lets time pass over it (used by the demo and by long runs).
 * Deterministic: the same seed and the same steps give the same house. Nothing here reads a clock.
 */
import { clamp } from "../../shared/units.ts";

/** One value per site phase A, B, C. A phase that the site lacks carries 0. */
export type PhaseValues = readonly [number, number, number];

export interface Battery {
  /** W. */
  readonly maxChargeW: number;
  readonly maxDischargeW: number;
  /** It does not discharge at or below this charge, %. */
  readonly socMinPct: number;
  /** From this charge on it takes nothing more, %. */
  readonly socFullPct: number;
  /** Wh, for a charge that moves. */
  readonly capacityWh: number;
}

/** What is built in. */
export interface HouseModel {
  readonly voltageV: number;
  /** Which of A, B, C exist. */
  readonly present: readonly [boolean, boolean, boolean];
  readonly battery: Battery | undefined;
  /** W over all phases; 0 = no limit. Limits sun and discharge together. */
  readonly inverterMaxW: number;
}

export interface Balance {
  /** At the meter, A per phase, + = import. */
  readonly netA: PhaseValues;
  /** + discharging, - charging; 0 without a battery. */
  readonly batteryW: number;
  /** Sun on each existing phase, A. */
  readonly solarA: number;
}

/**
 * The instant's balance. The sun is spread evenly over the existing phases; a battery brings the total at the meter to 0 as
 * far as its limits allow, evenly spread as well.
 */
export function balance(
  model: HouseModel,
  householdA: PhaseValues,
  solarW: number,
  drawA: PhaseValues,
  socPct: number | undefined,
): Balance {
  const phases = Math.max(1, model.present.filter(Boolean).length);
  const solarA = solarW / phases / model.voltageV;
  const raw = ([0, 1, 2] as const).map((phase) =>
    model.present[phase] ? householdA[phase] - solarA + drawA[phase] : 0,
  );
  const total = raw.reduce((sum, current) => sum + current, 0);
  let battery = 0;
  if (model.battery !== undefined && socPct !== undefined) {
    const { maxChargeW, maxDischargeW, socMinPct, socFullPct } = model.battery;
    if (total > 0 && socPct > socMinPct) {
      battery = Math.min(total, maxDischargeW / model.voltageV);
      if (model.inverterMaxW > 0)
        battery = Math.min(battery, Math.max(0, model.inverterMaxW / model.voltageV - solarA * phases));
    } else if (total < 0 && socPct < socFullPct) {
      battery = -Math.min(-total, maxChargeW / model.voltageV);
    }
  }
  const net = (phase: 0 | 1 | 2): number => (model.present[phase] ? (raw[phase] ?? 0) - battery / phases : 0);
  return { netA: [net(0), net(1), net(2)], batteryW: battery * model.voltageV, solarA };
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface HouseOptions extends HouseModel {
  readonly seed: number;
  /** Peak of a clear day, W. */
  readonly solarPeakW: number;
  /** Always-on household, A per existing phase. */
  readonly baseLoadA: number;
  /** Largest single appliance, A. */
  readonly applianceA: number;
  /** Hour of the day at the start, 0-24. */
  readonly startHour: number;
  readonly startSocPct: number;
}

export interface HouseInstant {
  /** Seconds since the start. */
  readonly timeS: number;
  /** Hour of the day, 0-24. */
  readonly hour: number;
  /** At the meter, A per phase, + = import. */
  readonly gridA: PhaseValues;
  readonly solarW: number;
  /** + discharging; undefined without a battery. */
  readonly batteryW: number | undefined;
  readonly socPct: number | undefined;
  /** Household without chargers, A per phase. */
  readonly householdA: PhaseValues;
}

export interface House {
  /** The instant reached; the first one is at time 0 with nothing charging. */
  readonly now: HouseInstant;
  /** Lets `dtS` seconds pass while the chargers draw `drawA`. */
  step(dtS: number, drawA: PhaseValues): HouseInstant;
  /** Holds the sun at a share of its clear peak (0-1); undefined gives it back to the weather. */
  setSun(share: number | undefined): void;
  /** Holds an extra household load on each phase, A. */
  setExtraLoad(currentA: PhaseValues): void;
}

interface Appliance {
  readonly phase: 0 | 1 | 2;
  readonly currentA: number;
  readonly untilS: number;
}

/** Mean seconds between two appliances being switched on. */
const APPLIANCE_EVERY_S = 900;
/** How fast clouds come and go, per second. */
const CLOUD_RATE = 1 / 300;

export function createHouse(options: HouseOptions): House {
  const random = seededRandom(options.seed);
  const phases = ([0, 1, 2] as const).filter((phase) => options.present[phase]);
  let timeS = 0;
  let cloud = random();
  let cloudTarget = random();
  let soc = options.battery === undefined ? undefined : options.startSocPct;
  let appliances: readonly Appliance[] = [];
  let sunShare: number | undefined;
  let extra: PhaseValues = [0, 0, 0];

  const hourNow = (): number => (options.startHour + timeS / 3600) % 24;

  /** A clear day from 6 to 20 h, dimmed by clouds. */
  const sun = (): number => {
    if (sunShare !== undefined) return options.solarPeakW * sunShare;
    const hour = hourNow();
    const clear = hour > 6 && hour < 20 ? Math.sin((Math.PI * (hour - 6)) / 14) : 0;
    return options.solarPeakW * Math.max(0, clear) * (1 - 0.85 * cloud);
  };

  const household = (): PhaseValues => {
    const hour = hourNow();
    const evening = hour > 17 && hour < 22 ? 1.6 : 1;
    const out: [number, number, number] = [0, 0, 0];
    for (const phase of phases) out[phase] = options.baseLoadA * evening + extra[phase];
    for (const appliance of appliances) out[appliance.phase] += appliance.currentA;
    return out;
  };

  const passWeather = (dtS: number): void => {
    const move = clamp(dtS * CLOUD_RATE, 0, 1);
    cloud += (cloudTarget - cloud) * move;
    if (random() < move / 2) cloudTarget = random();
  };

  const passAppliances = (dtS: number): void => {
    appliances = appliances.filter((appliance) => appliance.untilS > timeS);
    if (random() >= 1 - Math.exp(-dtS / APPLIANCE_EVERY_S)) return;
    const phase = phases[Math.floor(random() * phases.length)];
    if (phase === undefined) return;
    const currentA = 0.5 + random() * random() * options.applianceA;
    appliances = [...appliances, { phase, currentA, untilS: timeS + 60 + random() * 2400 }];
  };

  const measure = (drawA: PhaseValues): HouseInstant => {
    const householdA = household();
    const solarW = sun();
    const result = balance(options, householdA, solarW, drawA, soc);
    return {
      timeS,
      hour: hourNow(),
      gridA: result.netA,
      solarW,
      batteryW: options.battery === undefined ? undefined : result.batteryW,
      socPct: soc,
      householdA,
    };
  };

  let now = measure([0, 0, 0]);
  return {
    get now() {
      return now;
    },
    step(dtS, drawA) {
      if (options.battery !== undefined && soc !== undefined)
        soc = clamp(soc - (((now.batteryW ?? 0) * dtS) / 3600 / options.battery.capacityWh) * 100, 0, 100);
      timeS += dtS;
      passWeather(dtS);
      passAppliances(dtS);
      now = measure(drawA);
      return now;
    },
    setSun(share) {
      sunShare = share === undefined ? undefined : clamp(share, 0, 1);
    },
    setExtraLoad(currentA) {
      extra = currentA;
    },
  };
}
