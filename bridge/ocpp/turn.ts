/**
 * What arrived in one turn of the event loop, from whichever station: all of it is read first, then handled, then answered. Between
 * system calls each message would find the processor's caches full of the kernel's affairs; together they cost about half.
 */
import type { Log } from "../log.ts";

/** More than this is handled at once, so that a flood waits in the kernel and not in our memory. */
const MOST_TOGETHER = 1024;

export interface Speaker {
  /** One frame of the station, in the order they came. */
  handle(data: Buffer, isBinary: boolean): void;
  /** Sends what was said in this turn. */
  flush(): void;
}

interface Arrival {
  readonly speaker: Speaker;
  readonly data: Buffer;
  readonly isBinary: boolean;
}

export class Turn {
  readonly #log: Log;
  #arrived: Arrival[] = [];
  readonly #speaking: Speaker[] = [];
  #running = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether what is said now waits for the end of the turn; who says it must `speak`. */
  get running(): boolean {
    return this.#running;
  }

  arrive(speaker: Speaker, data: Buffer, isBinary: boolean): void {
    const count = this.#arrived.push({ speaker, data, isBinary });
    if (count === 1) setImmediate(() => this.run());
    else if (count >= MOST_TOGETHER) this.run();
  }

  /** Has something to send when all is handled. */
  speak(speaker: Speaker): void {
    this.#speaking.push(speaker);
  }

  /** Handles what has arrived, now. Within a turn it does nothing: what came is being handled. */
  run(): void {
    if (this.#running || this.#arrived.length === 0) return;
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#running = true;
    for (const { speaker, data, isBinary } of arrived) this.#guard(() => speaker.handle(data, isBinary));
    // A station that goes while it is spoken to may make others speak: they are next.
    for (const speaker of this.#speaking) this.#guard(() => speaker.flush());
    this.#speaking.length = 0;
    this.#running = false;
  }

  /** One station's failure must not make the bridge deaf to the others. */
  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#log.error({ err: error }, "frame not handled or not sent");
    }
  }
}
