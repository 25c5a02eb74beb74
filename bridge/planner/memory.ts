/** What the planner remembers between two evaluations. Plain data: it may be written to disk and read back. */

export interface PlannerMemory {
  readonly version: 1;
  /** When the last evaluation ran, ms since the epoch; undefined before the first. */
  readonly atMs: number | undefined;
}

export function emptyMemory(): PlannerMemory {
  return { version: 1, atMs: undefined };
}
