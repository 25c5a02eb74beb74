/**
 * Wire timestamps. The unit takes the number for Asia/Shanghai wall time and shows those digits as local time, so
 * `wire = epochSeconds + utcOffset(zone, at that instant) - 28800`. Proof: a captured start of an owner at UTC+2.
 */
const SHANGHAI_S = 28_800;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, made);
  return made;
}

/** Seconds east of Greenwich in `zone` at that instant. @throws RangeError for an unknown zone */
export function utcOffsetSeconds(zone: string, epochSeconds: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(epochSeconds * 1000)) part[type] = Number(value);
  const local = Date.UTC(
    part["year"] ?? 0,
    (part["month"] ?? 1) - 1,
    part["day"] ?? 1,
    part["hour"] ?? 0,
    part["minute"] ?? 0,
    part["second"] ?? 0,
  );
  return Math.round(local / 1000 - Math.floor(epochSeconds));
}

export function isZone(zone: string): boolean {
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

export function wireFromEpoch(epochSeconds: number, zone: string): number {
  return (Math.floor(epochSeconds) + utcOffsetSeconds(zone, epochSeconds) - SHANGHAI_S) >>> 0;
}

/** In the hour that a clock change repeats, the earlier of the two instants. */
export function epochFromWire(wire: number, zone: string): number {
  const local = wire + SHANGHAI_S;
  const before = local - utcOffsetSeconds(zone, local - 86_400);
  if (before + utcOffsetSeconds(zone, before) === local) return before;
  const after = local - utcOffsetSeconds(zone, local + 86_400);
  return after;
}

/** The digits the unit shows: `yyyy-mm-ddThh:mm:ss`, local time. */
export function wallClock(wire: number): string {
  return new Date((wire + SHANGHAI_S) * 1000).toISOString().slice(0, 19);
}
