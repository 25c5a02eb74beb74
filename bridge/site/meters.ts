/**
 * Lifetime energy that only grows. Boxes reset registers, roll over, freeze, or count a session only; what Home Assistant sees must not.
 * total = base + register; a register that falls starts a new segment on top of what was published.
 */
import type { Drawer } from "../store/drawers.ts";

export interface EnergyMeter {
  /** The monotone total, Wh; undefined while the register has never been read. */
  total(charger: string, registerWh: number | undefined): number | undefined;
  /** Writes what the last readings left in memory. */
  flush(): void;
}

/** A fall smaller than this is jitter of a restarted meter: the old value is held. */
const RESET_WH = 100;
/** A rise larger than this in one step is a misreading until it has been seen three times. */
const LEAP_WH = 1_000_000;
/** What Home Assistant sees of it, and so what is on disk before it is seen: a bridge that was killed must not fall behind. */
const STEP_WH = 1;

interface Segment {
  baseWh: number;
  registerWh: number;
  savedWh: number;
  leaps: number;
}

export function createEnergyMeter(drawer: Drawer): EnergyMeter {
  const segments = new Map<string, Segment>();
  const load = (charger: string): Segment | undefined => {
    const known = segments.get(charger);
    if (known !== undefined) return known;
    const stored = drawer.get(charger) as { baseWh: number; registerWh: number } | undefined;
    if (stored === undefined) return undefined;
    const segment = { ...stored, savedWh: stored.registerWh, leaps: 0 };
    segments.set(charger, segment);
    return segment;
  };
  const save = (charger: string, segment: Segment): void => {
    segment.savedWh = segment.registerWh;
    drawer.set(charger, { baseWh: segment.baseWh, registerWh: segment.registerWh });
  };
  return {
    total(charger, registerWh) {
      const segment = load(charger);
      if (registerWh === undefined || !Number.isFinite(registerWh) || registerWh < 0) {
        return segment === undefined ? undefined : segment.baseWh + segment.registerWh;
      }
      if (segment === undefined) {
        const first = { baseWh: 0, registerWh, savedWh: registerWh, leaps: 0 };
        segments.set(charger, first);
        save(charger, first);
        return registerWh;
      }
      const step = registerWh - segment.registerWh;
      if (step > LEAP_WH && segment.leaps < 2) {
        segment.leaps += 1;
      } else if (step < -RESET_WH) {
        segment.baseWh += segment.registerWh;
        segment.registerWh = registerWh;
        save(charger, segment);
      } else if (step > 0) {
        segment.leaps = 0;
        segment.registerWh = registerWh;
        if (shown(segment.baseWh + segment.registerWh) !== shown(segment.baseWh + segment.savedWh))
          save(charger, segment);
      }
      return segment.baseWh + segment.registerWh;
    },
    flush() {
      for (const [charger, segment] of segments) if (segment.registerWh !== segment.savedWh) save(charger, segment);
    },
  };
}

function shown(energyWh: number): number {
  return Math.round(energyWh / STEP_WH);
}
