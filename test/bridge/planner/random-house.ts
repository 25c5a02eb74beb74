/** Random lives of a house under the planner, for hours or years: how long is a limit exceeded while something could be done? */
import { createHouse, seededRandom, type HouseModel } from "../../../bridge/simulate/house.ts";
import type { ChargeMode, Distribution } from "../../../shared/modes.ts";
import { DISTRIBUTIONS } from "../../../shared/modes.ts";
import { closedLoop, type CarModel } from "./closed-loop.ts";

export interface LifeResult {
  readonly hours: number;
  /** Longest run of seconds with a phase above the breaker, or the site above its cap, while a charger could still give way. */
  readonly worstBreakerS: number;
  readonly worstImportS: number;
  /** Energy charged, kWh: proof that the run is not merely idle. */
  readonly chargedKwh: number;
  readonly detail: string;
}

const MODES: readonly ChargeMode[] = ["standard", "eco", "solar", "excess"];

/** Site phases of the lines that the car uses, 0-2. */
function sitePhases(car: CarModel): readonly number[] {
  return (car.change.config?.phaseMap ?? ["A", "B", "C"]).slice(0, car.lines).map((phase) => "ABC".indexOf(phase));
}

/** Lives one house with the given seed. */
export function liveHouse(seed: number, hours: number): LifeResult {
  const random = seededRandom(seed * 7919 + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? list[0]!;
  const phases = pick([1, 3, 3] as const);
  const breakerA = pick([16, 20, 25, 35]);
  const hasBattery = random() < 0.5;
  const maxImportW = random() < 0.4 ? breakerA * 230 * phases * (0.5 + random() * 0.4) : undefined;
  const distribution: Distribution = pick(DISTRIBUTIONS);
  const model: HouseModel = {
    voltageV: 230,
    present: phases === 1 ? [true, false, false] : [true, true, true],
    inverterMaxW: 0,
    battery: hasBattery
      ? { maxChargeW: 5000, maxDischargeW: 5000, socMinPct: 15, socFullPct: 97, capacityWh: 10_000 }
      : undefined,
  };
  const house = createHouse({
    ...model,
    seed,
    solarPeakW: random() * 15_000,
    baseLoadA: 0.5 + random() * 2,
    applianceA: breakerA * 0.6,
    startHour: random() * 24,
    startSocPct: 60,
  });
  const count = 1 + Math.floor(random() * 3);
  const cars: CarModel[] = Array.from({ length: count }, (_, index) => ({
    change: {
      config: {
        id: `car${index}`,
        priority: index + 1,
        failSafeA: 6,
        maxA: pick([16, 32]),
        phases: phases === 1 ? 1 : 3,
        phaseMap: pick([
          ["A", "B", "C"],
          ["B", "C", "A"],
          ["C", "A", "B"],
        ] as const),
      },
      settings: { mode: pick(MODES) },
    },
    lines: phases === 1 ? 1 : pick([1, 3, 3] as const),
    ownMaxA: pick([10, 16, 32]),
    reportS: pick([2, 10, 30]),
    reactS: pick([0, 1, 2]),
  }));
  if (phases === 1) for (const car of cars) Object.assign(car.change.config!, { phaseMap: ["A", "A", "A"] });
  const loop = closedLoop({
    config: {
      phases,
      meteredPhases: phases === 1 ? ["A"] : ["A", "B", "C"],
      breakerA,
      hasBattery,
      hasSolar: random() < 0.5,
      maxImportW,
    },
    settings: { distribution, ...(maxImportW === undefined ? {} : { maxImportW }) },
    model,
    cars,
    meterDelayS: pick([0, 1, 2]),
    startSocPct: 60,
  });
  const ticks = Math.round((hours * 3600) / 2);
  // A life of its own, so that the user's acts do not change weather and cars.
  const whim = seededRandom(seed * 104_729 + 3);
  let gapUntil = -1;
  let blindUntil = -1;
  const downUntil = cars.map(() => -1);
  let overBreakerS = 0;
  let overImportS = 0;
  let worstBreakerS = 0;
  let worstImportS = 0;
  let chargedWs = 0;
  let detail = "";
  for (let tick = 0; tick < ticks; tick++) {
    const timeS = tick * 2;
    if (random() < 1 / 3600) gapUntil = timeS + random() * 120;
    if (random() < 1 / 7200) loop.restart();
    for (const [index] of cars.entries()) {
      if (whim() < 1 / 450) loop.wish(index, { enabled: whim() < 0.7 });
      if (random() < 1 / 1800) loop.plug(index, random() < 0.7);
      if (random() < 1 / 14_400 && downUntil[index]! < timeS) {
        loop.link(index, false);
        downUntil[index] = timeS + 30 + random() * 600;
      } else if (downUntil[index]! >= 0 && downUntil[index]! < timeS) {
        loop.link(index, true);
        downUntil[index] = -1;
      }
    }
    const instant = house.step(2, loop.drawA);
    const gap = timeS < gapUntil;
    if (gap) blindUntil = timeS + 12;
    const plan = loop.tick({ householdA: instant.householdA, solarW: instant.solarW, gap });
    chargedWs += loop.drawA.reduce((sum, current) => sum + current, 0) * 230 * 2;
    // Something could be done as long as a charger within reach is allowed to draw on a phase that is over.
    const giving = cars.filter((_, index) => downUntil[index]! < 0 && loop.limits[index]! > 0);
    const canGive = giving.length > 0;
    const drawing = ([0, 1, 2] as const).some(
      (phase) => loop.netA[phase] > breakerA + 0.1 && giving.some((car) => sitePhases(car).includes(phase)),
    );
    overBreakerS = drawing && timeS > blindUntil ? overBreakerS + 2 : 0;
    if (overBreakerS > worstBreakerS) {
      worstBreakerS = overBreakerS;
      detail = `seed ${seed} t=${timeS} net ${loop.netA.map((a) => a.toFixed(1)).join("/")} breaker ${breakerA} draw ${loop.drawA.join("/")} limits ${loop.limits.join("/")} ${JSON.stringify(plan.allocations.map((a) => [a.limitA, a.allocatedA, a.keep, a.reason.code]))}`;
    }
    const imported = loop.netA.reduce((sum, current) => sum + Math.max(0, current), 0) * 230;
    // A cloud that takes the sun away steadily is followed one answer behind: what it takes meanwhile does not count.
    const overCap =
      maxImportW !== undefined &&
      imported > maxImportW * 1.02 + 30 &&
      canGive &&
      loop.drawA.some((current) => current > 0);
    overImportS = overCap && timeS > blindUntil ? overImportS + 2 : 0;
    if (overImportS > worstImportS) {
      worstImportS = overImportS;
      if (overImportS > worstBreakerS)
        detail = `seed ${seed} t=${timeS} import ${imported.toFixed(0)} cap ${maxImportW} draw ${loop.drawA.join("/")} limits ${loop.limits.join("/")} net ${loop.netA.map((a) => a.toFixed(1)).join("/")} ${JSON.stringify(plan.allocations.map((a) => [a.limitA, a.allocatedA, a.keep, a.reason.code]))}`;
    }
  }
  return { hours, worstBreakerS, worstImportS, chargedKwh: chargedWs / 3.6e6, detail };
}
