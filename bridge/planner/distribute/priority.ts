/** Priority: everybody's minimum first, then the most urgent up to its ceiling, then the next. */
import { give, reserveMinima, room, sourceLimit, type Work } from "./work.ts";

export function distributePriority(work: Work): void {
  for (const claim of reserveMinima(work)) {
    const base = claim.allocatedA;
    const ceiling = Math.min(sourceLimit(work, claim.load, base), claim.load.maxA);
    const extra = Math.min(ceiling - base, room(claim));
    if (extra > 0) give(work, claim, extra);
  }
}
