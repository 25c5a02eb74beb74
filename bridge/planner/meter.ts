/** The meter as the engine may trust it: held over gaps, smoothed, with our own draw taken out, and told stale in time. */
import type { Reading, SiteState } from "../../shared/site.ts";
import { clamp } from "../../shared/units.ts";
import type { MeterMemory, PerSitePhase } from "./memory.ts";
import { PHASES, siteMask } from "./wiring.ts";

/** Share of a new reading per regular tick. */
const EMA_ALPHA = 0.3;
/** A reading may be this much ahead of the moment of planning, ms. */
const CLOCK_SLACK_MS = 1_000;

export interface MeterView {
  readonly memory: MeterMemory;
  /** No phase has a sensor. */
  readonly meterless: boolean;
  /** A configured phase has never been seen. */
  readonly initializing: boolean;
  /** Since when the oldest stale phase has been silent, ms; undefined = fresh. */
  readonly staleSinceMs: number | undefined;
  /** Newest readings, A per phase, + = import; undefined = not known now. */
  readonly rawA: PerSitePhase<number | undefined>;
  /** Without our own loads, worst of smoothed and unsmoothed, A. */
  readonly worstA: PerSitePhase<number>;
  /** Without our own loads, smoothed, A. */
  readonly smoothA: PerSitePhase<number>;
  /** How far the house may be below and above these, A per phase: what of the reading is ours is not always sure. */
  readonly belowA: PerSitePhase<number>;
  readonly aboveA: PerSitePhase<number>;
  /** Import over all phases right now, A; undefined = not known. */
  readonly importNowA: number | undefined;
}

/** The least and most that the reading may hold of our own draw, A per site phase. */
export interface Echo {
  readonly leastA: PerSitePhase<number>;
  readonly mostA: PerSitePhase<number>;
}

/** Current of a reading, A; undefined = unavailable. */
export function ampsOf(reading: Reading | undefined, voltageV: number): number | undefined {
  const value = reading?.value;
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return reading?.unit === "W" ? value / voltageV : value;
}

/**
 * One look at the meter. A phase without a reading keeps its last current without our loads: what the house drew, not what
 * the meter showed while our loads were different. Where it is unsure how much of the reading is ours, the house is taken to
 * have moved as little as the reading allows.
 */
export function readMeter(
  state: SiteState,
  memory: MeterMemory,
  echo: Echo,
  nowMs: number,
  lastMs: number | undefined,
): MeterView {
  const { config, readings } = state;
  const site = siteMask(config);
  const sources = [readings.gridA, readings.gridB, readings.gridC];
  const startedAtMs = memory.startedAtMs ?? nowMs;
  const ticks = lastMs === undefined ? 1 : Math.max(0, nowMs - lastMs) / 1000 / config.tickS;
  const alpha = 1 - (1 - EMA_ALPHA) ** Math.min(ticks, 100);
  const raw: (number | undefined)[] = [];
  const net: (number | undefined)[] = [];
  const smooth: (number | undefined)[] = [];
  const missing: (number | undefined)[] = [];
  const below: [number, number, number] = [0, 0, 0];
  const above: [number, number, number] = [0, 0, 0];
  let staleSinceMs: number | undefined;
  let initializing = false;
  for (const place of [0, 1, 2] as const) {
    const phase = PHASES[place] ?? "A";
    const metered = (site & (1 << place)) !== 0 && config.meteredPhases.includes(phase);
    const reading = sources[place];
    const current = metered ? ampsOf(reading, config.voltageV) : undefined;
    raw.push(current);
    if (!metered) {
      net.push(undefined);
      smooth.push(undefined);
      missing.push(undefined);
      continue;
    }
    const missingSinceMs = current === undefined ? (memory.missingSinceMs[place] ?? nowMs) : undefined;
    const silentSinceMs = current === undefined ? (missingSinceMs ?? nowMs) : (reading?.aliveAtMs ?? nowMs);
    // From the future: the machine's clock was set back, so the reading's age is not known. The next one tells.
    const ageless = silentSinceMs - nowMs > CLOCK_SLACK_MS;
    const stale = ageless || nowMs - silentSinceMs > config.staleAfterS[phase] * 1000;
    if (stale) staleSinceMs = Math.min(staleSinceMs ?? Infinity, silentSinceMs, nowMs);
    // A silent meter that then becomes unavailable is no fresher for it.
    missing.push(stale ? Math.min(silentSinceMs, nowMs) : missingSinceMs);
    if (current === undefined) {
      net.push(memory.netA[place]);
      smooth.push(memory.smoothA[place]);
      if (memory.netA[place] === undefined) initializing = true;
      continue;
    }
    const lowest = current - echo.mostA[place];
    const highest = current - echo.leastA[place];
    const before = memory.smoothA[place];
    const without = clamp(before ?? (lowest + highest) / 2, lowest, highest);
    below[place] = without - lowest;
    above[place] = highest - without;
    net.push(without);
    smooth.push(before === undefined ? without : alpha * without + (1 - alpha) * before);
  }
  const none = config.meteredPhases.length === 0;
  const known = raw.filter((value) => value !== undefined);
  const expected = config.meteredPhases.filter((phase) => (site & (1 << PHASES.indexOf(phase))) !== 0).length;
  // Frozen while stale: the draw may have changed since the last reading, the house's own part is the best guess left.
  const frozen = staleSinceMs !== undefined;
  const pick = (
    values: readonly (number | undefined)[],
    place: 0 | 1 | 2,
    held: PerSitePhase<number | undefined>,
  ): number => (frozen ? (held[place] ?? values[place]) : values[place]) ?? fallbackA(state, place);
  const netNow = triple((place) => pick(net, place, memory.netA));
  const smoothNow = triple((place) => pick(smooth, place, memory.smoothA));
  return {
    memory: {
      ...memory,
      startedAtMs,
      netA: frozen ? memory.netA : [net[0], net[1], net[2]],
      smoothA: frozen ? memory.smoothA : [smooth[0], smooth[1], smooth[2]],
      rawA: [raw[0] ?? memory.rawA[0], raw[1] ?? memory.rawA[1], raw[2] ?? memory.rawA[2]],
      missingSinceMs: [missing[0], missing[1], missing[2]],
    },
    meterless: none,
    initializing,
    staleSinceMs,
    rawA: [raw[0], raw[1], raw[2]],
    worstA: triple((place) => Math.max(netNow[place], smoothNow[place])),
    smoothA: smoothNow,
    belowA: below,
    aboveA: above,
    importNowA: frozen || known.length < expected || none ? undefined : known.reduce((sum, value) => sum + value, 0),
  };
}

/** A metered phase never seen counts as full; one without a sensor as empty. */
function fallbackA(state: SiteState, place: 0 | 1 | 2): number {
  const phase = PHASES[place] ?? "A";
  const exists = (siteMask(state.config) & (1 << place)) !== 0;
  return exists && state.config.meteredPhases.includes(phase) ? state.config.breakerA : 0;
}

function triple(value: (place: 0 | 1 | 2) => number): PerSitePhase<number> {
  return [value(0), value(1), value(2)];
}
