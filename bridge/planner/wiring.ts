/** Which site phases a charger uses, and how much it draws on each of them. */
import type { ChargerState, PhaseMap, SiteConfig, SitePhase } from "../../shared/site.ts";
import type { Mask } from "./constraints.ts";
import type { ChargerMemory, PerSitePhase } from "./memory.ts";

export const PHASES: readonly SitePhase[] = ["A", "B", "C"];
const BIT: Readonly<Record<SitePhase, Mask>> = { A: 1, B: 2, C: 4 };
const PLACE: Readonly<Record<SitePhase, 0 | 1 | 2>> = { A: 0, B: 1, C: 2 };
/** A line carrying more than this is in use, A. */
const LINE_IN_USE_A = 1;
/** Samples in a row before a car counts as using fewer phases than its charger has. */
const SAMPLES_TO_NARROW = 2;

/** Site phases that exist, as a mask. */
export function siteMask(config: SiteConfig): Mask {
  return config.phases === 3 ? 7 : config.phases === 2 ? 3 : 1;
}

export function phaseMapOf(charger: ChargerState, memory: ChargerMemory): PhaseMap {
  return memory.remap ?? charger.config.phaseMap;
}

/** Lines of the charger's hardware, 1-3, never more than its car or the present switching uses. */
export function hardwareLines(charger: ChargerState, config: SiteConfig, memory: ChargerMemory): number {
  const hardware = charger.config.phases ?? charger.snapshot.facts.phases ?? config.phases;
  const car = charger.config.vehicle?.phases ?? hardware;
  return Math.min(hardware, car, memory.phase.phases ?? hardware);
}

/** Phases that the charger will load: its lines, narrowed to those its car was seen to use, within the site. */
export function maskOf(charger: ChargerState, config: SiteConfig, memory: ChargerMemory): Mask {
  const map = phaseMapOf(charger, memory);
  const lines = hardwareLines(charger, config, memory);
  let mask = 0;
  for (let line = 0; line < lines; line++) {
    if (memory.lines !== 0 && (memory.lines & (1 << line)) === 0) continue;
    const phase = map[line];
    if (phase !== undefined) mask |= BIT[phase];
  }
  const site = siteMask(config);
  if ((mask & site) !== 0) return mask & site;
  const first = BIT[map[0]] & site;
  return first === 0 ? 1 : first;
}

/** Measured current of each line L1-L3, A; undefined = the charger does not tell. */
export function lineCurrents(
  charger: ChargerState,
  config: SiteConfig,
  memory: ChargerMemory,
): readonly [number, number, number] | undefined {
  const { snapshot } = charger;
  if (snapshot.link === "down") return [0, 0, 0];
  const { l1, l2, l3 } = snapshot.currentA;
  if (l1 !== undefined || l2 !== undefined || l3 !== undefined) return [l1 ?? 0, l2 ?? 0, l3 ?? 0];
  const lines = hardwareLines(charger, config, memory);
  const each =
    snapshot.headlineA ??
    (snapshot.powerW === undefined ? undefined : Math.max(0, snapshot.powerW) / config.voltageV / lines);
  if (each !== undefined) return [each, lines > 1 ? each : 0, lines > 2 ? each : 0];
  return undefined;
}

/** Adds a current per line to the site phases the lines are wired to; lines on phases the site lacks fall to the first one. */
export function addLines(
  target: [number, number, number],
  lines: readonly [number, number, number],
  map: PhaseMap,
  config: SiteConfig,
): void {
  const site = siteMask(config);
  for (const line of [0, 1, 2] as const) {
    if (lines[line] === 0) continue;
    const phase = map[line];
    const exists = (BIT[phase] & site) !== 0;
    if (exists) target[PLACE[phase]] += lines[line];
    else if (line === 0) target[0] += lines[line];
  }
}

/** Spreads a current per phase over a mask. */
export function addMask(target: [number, number, number], current: number, mask: Mask): void {
  for (const phase of [0, 1, 2] as const) if ((mask & (1 << phase)) !== 0) target[phase] += current;
}

/** Learns which lines the car uses. Narrows after two samples alike, widens at once, forgets when the car leaves. */
export function followLines(
  memory: ChargerMemory,
  lines: readonly [number, number, number] | undefined,
  measuredPerLine: boolean,
  connected: boolean,
  offeredA: number | undefined,
  minA: number,
): Pick<ChargerMemory, "lines" | "linesCandidate" | "linesSeen"> {
  if (!connected) return { lines: 0, linesCandidate: 0, linesSeen: 0 };
  const unchanged = { lines: memory.lines, linesCandidate: memory.linesCandidate, linesSeen: memory.linesSeen };
  if (!measuredPerLine || lines === undefined || (offeredA ?? 0) < minA || memory.phase.stage !== "steady")
    return unchanged;
  let used = 0;
  for (const line of [0, 1, 2] as const) if (lines[line] > LINE_IN_USE_A) used |= 1 << line;
  if (used === 0) return unchanged;
  if (memory.lines !== 0 && (used & ~memory.lines) !== 0)
    return { lines: memory.lines | used, linesCandidate: used, linesSeen: 0 };
  const seen = used === memory.linesCandidate ? memory.linesSeen + 1 : 1;
  return {
    lines: seen >= SAMPLES_TO_NARROW ? used : memory.lines,
    linesCandidate: used,
    linesSeen: Math.min(seen, 99),
  };
}

export function asTriple(values: readonly [number, number, number]): PerSitePhase<number> {
  return [values[0], values[1], values[2]];
}
