/** The newest frames for support, PIN masked. */
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { WireFrame } from "../charger.ts";
import { maskedHex } from "./frame.ts";

const KEPT = 200;

export class WireTap {
  readonly #frames: WireFrame[] = [];
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  note(direction: WireFrame["direction"], frame: Uint8Array, secret: boolean): void {
    const text = maskedHex(frame, secret);
    this.#frames.push({ atMs: this.#clock.nowMs(), direction, text });
    if (this.#frames.length > KEPT) this.#frames.shift();
    this.#log.trace({ direction, frame: text }, "besen frame");
  }

  frames(): readonly WireFrame[] {
    return [...this.#frames];
  }
}
