/** Does the loop come to rest? A step, a ramp and noise of the household, for meters that lag by up to a minute. */
import { seededRandom, type PhaseValues } from "../../../bridge/simulate/house.ts";
import type { ChargeMode } from "../../../shared/modes.ts";
import { closedLoop } from "./closed-loop.ts";

export interface SettlingRow {
  readonly mode: ChargeMode;
  readonly disturbance: "step" | "ramp" | "noise";
  readonly delayS: number;
  /** Seconds from the disturbance's end to the last change of more than 1 A. */
  readonly settledS: number;
  /** Spread of the limit over the last ten minutes, A. */
  readonly restA: number;
  /** Starts and stops after the disturbance. */
  readonly switches: number;
}

export const DISTURBANCES = ["step", "ramp", "noise"] as const;
export const DELAYS_S = [0, 2, 10, 30, 60] as const;

const STOP_S = 300;
const RESUME_S = 450;
const FROM_S = 1200;
const RAMP_S = 300;
const END_S = 4200;
const REST_S = 600;

/** One car of up to 16 A on three phases; the household takes 4 A more per phase. */
export function settling(mode: ChargeMode, disturbance: SettlingRow["disturbance"], delayS: number): SettlingRow {
  const random = seededRandom(delayS + 17);
  const standard = mode === "standard";
  const loop = closedLoop({
    config: { breakerA: standard ? 16 : 40 },
    model: { voltageV: 230, present: [true, true, true], battery: undefined, inverterMaxW: 0 },
    cars: [{ change: { settings: { mode } }, lines: 3, ownMaxA: 16, reportS: 10, reactS: 1 }],
    meterDelayS: delayS,
  });
  const limits: { readonly atS: number; readonly limitA: number }[] = [];
  while (loop.timeS < END_S) {
    const since = loop.timeS - FROM_S;
    const share = since < 0 ? 0 : disturbance === "step" ? 1 : disturbance === "ramp" ? Math.min(1, since / RAMP_S) : 0;
    const noise = disturbance === "noise" && since > 0 ? (random() - 0.5) * 2 : 0;
    const each = 2 + 4 * share + noise;
    const householdA: PhaseValues = [each, each, each];
    // The user stops the charge once before: from a start and a stop the bridge knows how late the meter is.
    if (loop.timeS === STOP_S || loop.timeS === RESUME_S) loop.wish(0, { enabled: loop.timeS === RESUME_S });
    loop.tick({ householdA, solarW: standard ? 0 : 9660 });
    limits.push({ atS: loop.timeS, limitA: loop.limits[0] ?? 0 });
  }
  const last = limits.filter((entry) => entry.atS > END_S - REST_S).map((entry) => entry.limitA);
  const rest = limits.at(-1)?.limitA ?? 0;
  const endOfDisturbanceS = FROM_S + (disturbance === "ramp" ? RAMP_S : 0);
  const late = limits.filter((entry) => entry.atS > endOfDisturbanceS && Math.abs(entry.limitA - rest) > 1);
  let switches = 0;
  for (const [index, entry] of limits.entries()) {
    const before = limits[index - 1];
    if (before !== undefined && entry.atS > FROM_S && entry.limitA > 0 !== before.limitA > 0) switches++;
  }
  return {
    mode,
    disturbance,
    delayS,
    settledS: Math.max(0, (late.at(-1)?.atS ?? endOfDisturbanceS) - endOfDisturbanceS),
    restA: Math.max(...last) - Math.min(...last),
    switches,
  };
}

export function settlingTable(): SettlingRow[] {
  const rows: SettlingRow[] = [];
  for (const mode of ["standard", "solar"] as const)
    for (const disturbance of DISTURBANCES)
      for (const delayS of DELAYS_S) rows.push(settling(mode, disturbance, delayS));
  return rows;
}
