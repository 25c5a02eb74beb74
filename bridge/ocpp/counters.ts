/** What a station's connections did wrong so far, for diagnostics. */

export interface StationCounters {
  connections: number;
  framesIn: number;
  framesOut: number;
  badFrames: number;
  binaryFrames: number;
  unknownActions: number;
  replayed: number;
  /** Results for calls that were never made, already answered, or too late to be remembered. */
  strayResults: number;
  lateResults: number;
  timeouts: number;
  /** Messages that had to be repaired, by action. */
  readonly violations: Map<string, number>;
}

export function zeroCounters(): StationCounters {
  return {
    connections: 0,
    framesIn: 0,
    framesOut: 0,
    badFrames: 0,
    binaryFrames: 0,
    unknownActions: 0,
    replayed: 0,
    strayResults: 0,
    lateResults: 0,
    timeouts: 0,
    violations: new Map(),
  };
}
