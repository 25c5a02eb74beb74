/**
 * Shared as the scenario data pins it (P1): equal parts of the smallest headroom, and all parts scaled down to the sun that any
 * load of the round still has, whether the others need it or not; where a load that needs the sun and one that does not share
 * such a round, both end there, though the grid has more. `plan --compat` alone uses it.
 */
import { DUST_A, available } from "../constraints.ts";
import { give, reserveMinima, room, sourceLimit, type Claim, type Work } from "./work.ts";

/** Steps up to this are not worth a booking; a round without a larger one ends it, A. */
const LEAST_STEP_A = 0.001;

export function distributeSharedPinned(work: Work): void {
  const served = reserveMinima(work);
  const left = (claim: Claim): number =>
    Math.min(claim.load.maxA, sourceLimit(work, claim.load, claim.allocatedA)) - claim.allocatedA;
  for (let round = 0; round < 4 * served.length + 16; round++) {
    // Who has met a physical limit leaves the round, so that the others go on (D5).
    const rising = served.filter((claim) => left(claim) > DUST_A && room(claim) > DUST_A);
    if (rising.length === 0) return;
    let headroom = Infinity;
    let sun = Infinity;
    for (const claim of rising) {
      headroom = Math.min(headroom, room(claim));
      sun = Math.min(sun, available(work.solar, claim.mask));
    }
    const share = headroom / rising.length;
    const steps = rising.map((claim) => Math.min(share, left(claim)));
    const total = steps.reduce((all, step) => all + step, 0);
    const scale = sun > DUST_A && total > sun ? sun / total : 1;
    let moved = false;
    for (const [index, claim] of rising.entries()) {
      const step = (steps[index] ?? 0) * scale;
      if (step <= LEAST_STEP_A) continue;
      give(work, claim, step);
      moved = true;
    }
    if (!moved) return;
    const needSun = rising.filter(({ load }) => load.mode === "eco" || load.mode === "solar" || load.mode === "excess");
    if (scale < 1 && needSun.length > 0 && needSun.length < rising.length) return;
  }
}
