/** What one phase and three phases could have, and with that whether a charger switches between them. */
import type { SiteState } from "../../shared/site.ts";
import { available, count, type Mask } from "./constraints.ts";
import type { Evaluation } from "./evaluate.ts";
import type { ChargerMemory } from "./memory.ts";
import { followPhases } from "./phase-switch.ts";
import type { Subject } from "./subject.ts";
import { PHASES, phaseMapOf } from "./wiring.ts";

export function switchPhases(
  subject: Subject,
  state: SiteState,
  { result }: Evaluation,
  shareA: number,
  nowMs: number,
): { memory: ChargerMemory["phase"]; hold: boolean; phases: 1 | 3 | undefined } {
  const { charger, memory, load, standing } = subject;
  const offered =
    charger.config.phaseSwitching === "auto" &&
    charger.canSwitchPhases &&
    state.config.phases === 3 &&
    (charger.config.phases ?? charger.snapshot.facts.phases ?? 3) === 3 &&
    standing.kind === "active";
  const { left } = result;
  const first: Mask = 1 << Math.max(0, PHASES.indexOf(phaseMapOf(charger, memory)[0]));
  const sunny = load.mode === "solar" || load.mode === "eco" || load.mode === "excess";
  const source = load.mode === "excess" ? left.excess : left.solar;
  const own = shareA * count(load.mask);
  const reach = (mask: Mask): number => {
    const ownThere = (load.mask & mask) === mask ? shareA : own / 3;
    const physical = available(left.physical, mask) + ownThere;
    return sunny ? Math.min(physical, available(source, mask) + (mask === 7 ? own / 3 : shareA)) : physical;
  };
  const followed = followPhases(memory.phase, {
    nowMs,
    offered,
    charging: memory.on && subject.drawA.some((current) => current > 1),
    drawA: subject.drawA[0] + subject.drawA[1] + subject.drawA[2],
    minA: load.minA,
    maxA: load.maxA,
    threeA: reach(7),
    oneA: reach(first),
    totalA: (left.solar[7] ?? 0) + own,
    enableDelayS: charger.config.enableDelayS,
    disableDelayS: charger.config.solarGraceS,
  });
  return { ...followed, phases: offered ? followed.memory.phases : undefined };
}
