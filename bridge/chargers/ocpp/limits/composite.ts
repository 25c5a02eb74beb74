/** Reading GetCompositeSchedule of every version; junk dates do not matter, periods do. */
import type { JsonObject } from "../../../ocpp/station.ts";
import type { Composite } from "../wire/dialect.ts";
import { number, object, objects, text } from "../wire/json.ts";
import { readRateUnit } from "./profile.ts";

/** undefined: the box has none to tell (status not Accepted, or no periods). */
export function readComposite(result: JsonObject): Composite | undefined {
  if (text(result, "status") !== "Accepted") return undefined;
  const schedule = object(result, "chargingSchedule") ?? object(result, "schedule");
  const inner = object(schedule, "chargingSchedule") ?? schedule;
  const periods = objects(inner, "chargingSchedulePeriod").flatMap((period) => {
    const limit = number(period, "limit");
    return limit === undefined
      ? []
      : [{ startS: number(period, "startPeriod") ?? 0, limit, phases: number(period, "numberPhases") }];
  });
  if (periods.length === 0) return undefined;
  return { unit: readRateUnit(text(inner, "chargingRateUnit")), periods: periods.sort((a, b) => a.startS - b.startS) };
}

/** Limit in force `atS` seconds after the schedule's begin. */
export function limitAt(composite: Composite, atS: number): number | undefined {
  return composite.periods.findLast((period) => period.startS <= atS)?.limit;
}
