/**
 * What must hold for every site and every set of loads (docs/planner.md, "Always true"). The same sentences are checked with
 * ten thousand cases each in every test run and with a million at night. A failing case prints its seed.
 */
import fc from "fast-check";
import { it } from "vitest";
import { LIMITS, type Invariant } from "./invariants-limits.ts";
import { ORDER } from "./invariants-order.ts";
import { REST } from "./invariants-rest.ts";
import { question } from "./question.ts";

export const INVARIANTS: readonly Invariant[] = [...LIMITS, ...ORDER, ...REST];

const seeds = fc.integer({ min: 0, max: 0x7fffffff });

/** One test for each sentence. */
export function engineProperties(runs: number): void {
  for (const [name, holds] of INVARIANTS)
    it(
      `${name} (${runs} cases)`,
      () =>
        fc.assert(
          fc.property(seeds, (seed) => holds(question(seed))),
          { numRuns: runs },
        ),
      600_000,
    );
}

/** All sentences about each question: a million questions are asked once, not once for each sentence. */
export function allProperties(runs: number): void {
  const property = fc.property(seeds, (seed) => {
    const asked = question(seed);
    for (const [name, holds] of INVARIANTS)
      try {
        holds(asked);
      } catch (error) {
        throw new Error(`${name} (seed ${seed})`, { cause: error });
      }
  });
  it(
    `${INVARIANTS.length} sentences hold (${runs} cases each)`,
    () => fc.assert(property, { numRuns: runs }),
    6 * 3_600_000,
  );
}
