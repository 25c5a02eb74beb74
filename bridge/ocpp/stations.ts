/** What the switchboard remembers of each station beyond one connection. */
import type { Connection } from "./connection.ts";
import { zeroCounters, type StationCounters } from "./counters.ts";
import { ReplayCache } from "./replay.ts";
import type { StationHandler, StationPolicy } from "./station.ts";
import { WireLog } from "./wire-log.ts";

const REPLACEMENT_WINDOW_MS = 60_000;
/** More replacements than this within a minute are two boxes with one identity, not one with a bad line. */
const MAX_REPLACEMENTS = 5;

export class Station {
  readonly identity: string;
  readonly counters: StationCounters = zeroCounters();
  readonly wireLog: WireLog;
  /** Undefined: a station nobody registered, shown at the door. */
  policy: StationPolicy | undefined;
  handler: StationHandler;
  connection: Connection | undefined;
  replay = new ReplayCache();
  #replacedAtMs: number[] = [];

  constructor(identity: string, policy: StationPolicy | undefined, handler: StationHandler, wireLogChars: number) {
    this.identity = identity;
    this.policy = policy;
    this.handler = handler;
    this.wireLog = new WireLog(wireLogChars);
  }

  /** Counts one connection that pushed out another; true when that happens too often to be one box. */
  replaced(monotonicMs: number): boolean {
    this.#replacedAtMs = [
      ...this.#replacedAtMs.filter((atMs) => monotonicMs - atMs < REPLACEMENT_WINDOW_MS),
      monotonicMs,
    ];
    return this.#replacedAtMs.length > MAX_REPLACEMENTS;
  }
}
