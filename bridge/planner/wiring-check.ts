/** Runs the checks of the wiring (detection.ts) once a tick and turns what they find into notices. */
import type { PlanNotice } from "../../shared/plan.ts";
import type { SiteState } from "../../shared/site.ts";
import { followInversion, followMapping, swapped } from "./detection.ts";
import { freshCharger, type ChargerMemory, type PerSitePhase, type PlannerMemory } from "./memory.ts";
import type { MeterView } from "./meter.ts";
import type { Subject } from "./subject.ts";
import { PHASES, phaseMapOf } from "./wiring.ts";

export function checkWiring(
  state: SiteState,
  memory: PlannerMemory,
  subjects: readonly Subject[],
  chargers: Record<string, ChargerMemory>,
  meter: MeterView,
  own: PerSitePhase<number>,
  nowMs: number,
): { inversion: PlannerMemory["inversion"]; notices: PlanNotice[] } {
  const notices: PlanNotice[] = [];
  const tick = memory.atMs === undefined || nowMs - memory.atMs >= (state.config.tickS * 1000) / 2;
  const present = PHASES.slice(0, state.config.phases);
  const [a, b, c] = meter.rawA;
  const gridKnown = present.every((_, place) => meter.rawA[place] !== undefined) && !meter.meterless;
  const total = gridKnown ? (a ?? 0) + (b ?? 0) + (c ?? 0) : undefined;
  const inversion = tick
    ? followInversion(memory.inversion, own[0] + own[1] + own[2], total)
    : { memory: memory.inversion, inverted: memory.inversion.told };
  if (inversion.inverted)
    notices.push({
      id: "grid_inverted",
      title: "Grid meter: sign looks turned round",
      message:
        "The meter falls when charging rises. Check the direction of the current clamps, or set `invert: true` at the grid sensors.",
    });
  if (!tick || !gridKnown || state.config.phases !== 3 || state.config.detectPhaseMapping === false)
    return { inversion: inversion.memory, notices };
  const gridA = [a ?? 0, b ?? 0, c ?? 0] as const;
  const moved = subjects.filter((subject) => {
    const before = subject.memory.mapping.totalA;
    const now = subject.lines === undefined ? 0 : subject.lines[0] + subject.lines[1] + subject.lines[2];
    return before !== undefined && Math.abs(now - before) >= 0.5;
  });
  for (const subject of subjects) {
    const { charger, lines } = subject;
    const id = charger.config.id;
    const entry = chargers[id];
    if (lines === undefined || entry === undefined || charger.config.kind === "plug") continue;
    const status = charger.snapshot.status;
    const eligible = status === "charging" || status === "suspended_ev" || status === "suspended_evse";
    const map = phaseMapOf(charger, subject.memory);
    const hardware = charger.config.phases ?? charger.snapshot.facts.phases ?? state.config.phases;
    const alone = moved.every((other) => other === subject);
    const result = followMapping(entry.mapping, lines, gridA, map, hardware, eligible, alone);
    let next: ChargerMemory = { ...entry, mapping: result.scores };
    if (result.mismatch !== undefined) {
      const { line, phase, sure } = result.mismatch;
      const apply = sure && state.config.detectPhaseMapping === "apply";
      notices.push({
        id: `phase_map:${id}`,
        title: `${charger.config.name}: wired to other phases than configured`,
        message: `Line L${line + 1} moves with site phase L${PHASES.indexOf(phase) + 1}.${apply ? " The bridge works with that until it restarts; correct" : " Check"} \`phase_map\` of this charger.`,
      });
      if (apply)
        next = { ...next, remap: swapped(map, line, phase), mapping: freshCharger(entry.mode, false, nowMs).mapping };
    }
    chargers[id] = next;
  }
  return { inversion: inversion.memory, notices };
}
