/** Expert services (`script.evse_besen_*`): what a person may want of the box beyond a limit. */
import type { Clock } from "../../clock.ts";
import { ChargerError, type Capabilities, type JsonValue } from "../charger.ts";
import type { Governor } from "./governor.ts";

const DAY_MS = 86_400_000;
const MAX_MINUTES = 65_534;
const MAX_KWH = 655.34;

export function expertServices(governor: Governor, clock: Clock): NonNullable<Capabilities["services"]> {
  return {
    /** {max_current?, minutes?, energy?, at?}: a start with limits of its own, now or at an ISO time within 24 h. */
    besen_start: async (fields, signal) => {
      const atMs = timeOf(fields["at"]);
      if (atMs !== undefined && (atMs <= clock.nowMs() || atMs - clock.nowMs() > DAY_MS))
        throw new ChargerError("rejected", "`at` must lie within the next 24 hours");
      await governor.start(signal, {
        maxA: numberOf(fields["max_current"], "max_current", 6, 32),
        maxMinutes: numberOf(fields["minutes"], "minutes", 1, MAX_MINUTES),
        maxKwh: numberOf(fields["energy"], "energy", 0.01, MAX_KWH),
        atMs,
      });
      return atMs === undefined ? { started: true } : { reserved: new Date(atMs).toISOString() };
    },
    /** {}: a stop cancels a reservation. */
    besen_cancel_reservation: async (_fields, signal) => {
      await governor.stop(signal);
      return { cancelled: true };
    },
  };
}

function numberOf(value: JsonValue | undefined, name: string, min: number, max: number): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < min || number > max)
    throw new ChargerError("rejected", `\`${name}\` must be ${min} to ${max}`);
  return number;
}

function timeOf(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new ChargerError("rejected", "`at` must be an ISO 8601 time");
  return ms;
}
