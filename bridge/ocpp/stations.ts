/** What the switchboard remembers of each station beyond one connection. */
import type { Connection } from "./connection.ts";
import { zeroCounters, type StationCounters } from "./counters.ts";
import { ReplayCache } from "./replay.ts";
import { FrameLog } from "./frame-log.ts";
import type { StationHandler, StationPolicy } from "./station.ts";

const REPLACEMENT_WINDOW_MS = 60_000;
/** More replacements than this within a minute are two boxes with one identity, not one with a bad line. */
const MAX_REPLACEMENTS = 5;

export class Station {
  readonly identity: string;
  readonly counters: StationCounters = zeroCounters();
  readonly frames: FrameLog;
  /** Undefined: a station nobody registered, shown at the door. */
  policy: StationPolicy | undefined;
  handler: StationHandler;
  connection: Connection | undefined;
  replay: ReplayCache;
  #replacedAtMs: number[] = [];

  constructor(identity: string, policy: StationPolicy | undefined, handler: StationHandler, frameLogBytes: number) {
    this.identity = identity;
    this.policy = policy;
    this.handler = handler;
    const frames = new FrameLog(frameLogBytes);
    this.frames = frames;
    this.replay = new ReplayCache((arrival, earlier) => frames.same(arrival, earlier));
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
