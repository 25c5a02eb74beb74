/** What the history adds to a charger's readings: this session's cost and sun, the last session, this month. Read from the disk seldom. */
import type { Clock } from "../clock.ts";
import type { ChargerFigures } from "../hass/entities.ts";
import type { SessionRecorder } from "../site/sessions.ts";
import type { SessionRecord, SessionStore } from "../store/sessions.ts";

export interface Figures {
  of(charger: string): ChargerFigures;
  /** A session began or ended: the past has changed. */
  forget(charger: string): void;
}

/** The running session is saved once a minute; asking more often shows nothing new. */
const REFRESH_MS = 60_000;

interface Past {
  readonly last: SessionRecord | undefined;
  readonly monthEnergyWh: number;
  readonly monthCost: number | undefined;
  readonly readAtMs: number;
}

export function createFigures({
  clock,
  store,
  sessions,
  timeZone,
  solar,
}: {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly sessions: SessionRecorder;
  readonly timeZone: () => string | undefined;
  readonly solar: boolean;
}): Figures {
  const pasts = new Map<string, Past>();
  function pastOf(charger: string): Past {
    const known = pasts.get(charger);
    if (known !== undefined && clock.monotonicMs() - known.readAtMs < REFRESH_MS) return known;
    const nowMs = clock.nowMs();
    const month = store.total(charger, monthStartMs(nowMs, timeZone()), nowMs + 1);
    const past = {
      last: store.last(charger),
      monthEnergyWh: month.energyWh,
      monthCost: month.cost,
      readAtMs: clock.monotonicMs(),
    };
    pasts.set(charger, past);
    return past;
  }
  return {
    of(charger) {
      const past = pastOf(charger);
      const current = sessions.current(charger);
      return {
        sessionCost: current?.cost,
        sessionSolarPct:
          !solar || current === undefined || current.energyWh <= 0
            ? undefined
            : (current.solarWh / current.energyWh) * 100,
        lastSession:
          past.last === undefined
            ? undefined
            : {
                energyWh: past.last.energyWh,
                cost: past.last.cost,
                startedMs: past.last.startedMs,
                endedMs: past.last.endedMs,
              },
        monthEnergyWh: past.monthEnergyWh,
        monthCost: past.monthCost,
      };
    },
    forget: (charger) => void pasts.delete(charger),
  };
}

/** First instant of the month that `nowMs` is in, on the clocks of `timeZone` (undefined = UTC). */
export function monthStartMs(nowMs: number, timeZone: string | undefined): number {
  const offsetMs = (atMs: number): number => {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: timeZone ?? "UTC",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(atMs);
    const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
    return (
      Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) -
      Math.floor(atMs / 1000) * 1000
    );
  };
  const local = new Date(nowMs + offsetMs(nowMs));
  const midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1);
  // The clocks may have been changed since the first of the month: the offset of that day counts.
  return midnight - offsetMs(midnight - offsetMs(nowMs));
}
