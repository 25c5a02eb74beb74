/**
 * Frames out of a stream of notifications that may split, join, cut or garble them. One per connection. Pure: the owner runs the
 * partial-frame timer and calls `expirePartial` when it fires.
 */
import {
  decodeFrame,
  FRAME_OVERHEAD,
  HEADER_0,
  HEADER_1,
  MAX_FRAME,
  SERIAL_AT,
  SERIAL_SIZE,
  type Discard,
  type Frame,
} from "./frame.ts";

/** How long an unfinished frame may wait for its rest, ms. */
export const PARTIAL_TIMEOUT_MS = 1500;
/** Most bytes taken into the buffer at once, so that it never holds more than a frame and this. */
const SLICE = 4096;

export interface Assembled {
  readonly frames: readonly Frame[];
  readonly discards: readonly Discard[];
}

export interface AssemblerOptions {
  /** Pinned by the user; else learned from the first valid frame. */
  readonly knownSerial?: string | undefined;
  /** A listener for many senders (a simulated box) accepts every serial. */
  readonly learnSerial?: boolean;
}

export class FrameAssembler {
  #buffer: Uint8Array = new Uint8Array(0);
  #serial: Uint8Array | undefined;
  readonly #learn: boolean;

  constructor(options: AssemblerOptions = {}) {
    this.#learn = options.learnSerial !== false;
    if (options.knownSerial !== undefined) this.#serial = Buffer.from(options.knownSerial, "hex");
  }

  /** Bytes waiting for the rest of their frame; the owner's timer runs while this is above 0. */
  get pendingBytes(): number {
    return this.#buffer.length;
  }

  /** 16 upper-case hex digits, once known. */
  get serial(): string | undefined {
    return this.#serial === undefined ? undefined : Buffer.from(this.#serial).toString("hex").toUpperCase();
  }

  feed(chunk: Uint8Array): Assembled {
    const out = new Outcome();
    for (let at = 0; at < chunk.length; at += SLICE) {
      this.#append(chunk.subarray(at, at + SLICE));
      this.#run(out);
    }
    return out.done();
  }

  /** The rest never came: gives up the unfinished frame and looks for good ones behind its header. */
  expirePartial(): Assembled {
    const out = new Outcome();
    if (this.#buffer.length > 0) {
      out.discard("truncated");
      this.#drop(2);
      this.#run(out);
    }
    return out.done();
  }

  #append(slice: Uint8Array): void {
    const joined = new Uint8Array(this.#buffer.length + slice.length);
    joined.set(this.#buffer);
    joined.set(slice, this.#buffer.length);
    this.#buffer = joined;
  }

  #drop(count: number): void {
    this.#buffer = this.#buffer.subarray(Math.min(count, this.#buffer.length));
  }

  #run(out: Outcome): void {
    for (;;) {
      const skipped = headerOffset(this.#buffer);
      if (skipped > 0) {
        out.garbage(skipped);
        this.#drop(skipped);
      }
      const length = this.#wholeLength(out);
      if (length === "wait") break;
      if (length === "dropped") continue;
      const frame = decodeFrame(this.#buffer.subarray(0, length));
      if (typeof frame === "string") {
        out.discard(frame);
        this.#drop(2);
        continue;
      }
      if (this.#serial === undefined && this.#learn) this.#serial = Buffer.from(frame.serial, "hex");
      out.frame(frame);
      this.#drop(length);
    }
    // What stays is copied, so that a small rest never keeps a large notification alive.
    this.#buffer = this.#buffer.slice();
  }

  /** Checks what can be told before the whole frame is there. */
  #wholeLength(out: Outcome): number | "wait" | "dropped" {
    const bytes = this.#buffer;
    if (bytes.length < 4) return "wait";
    const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    if (length < FRAME_OVERHEAD || length > MAX_FRAME) out.discard("length");
    else if (bytes.length > 4 && bytes[4] !== 0) out.discard("key_type");
    else if (this.#foreignSerial()) out.discard("serial");
    else return bytes.length < length ? "wait" : length;
    this.#drop(2);
    return "dropped";
  }

  #foreignSerial(): boolean {
    if (this.#serial === undefined) return false;
    const seen = Math.min(SERIAL_SIZE, this.#buffer.length - SERIAL_AT);
    for (let i = 0; i < seen; i++) if (this.#buffer[SERIAL_AT + i] !== this.#serial[i]) return true;
    return false;
  }
}

/** Bytes in front of the next `06 01`; a lone trailing `06` is kept. */
function headerOffset(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++)
    if (bytes[i] === HEADER_0 && (i + 1 === bytes.length || bytes[i + 1] === HEADER_1)) return i;
  return bytes.length;
}

/** Collects results; neighbouring garbage counts as one. */
class Outcome {
  readonly #frames: Frame[] = [];
  readonly #discards: Discard[] = [];
  #skipped = 0;

  garbage(count: number): void {
    this.#skipped += count;
  }

  frame(frame: Frame): void {
    this.#flush();
    this.#frames.push(frame);
  }

  discard(reason: Discard): void {
    this.#flush();
    this.#discards.push(reason);
  }

  done(): Assembled {
    this.#flush();
    return { frames: this.#frames, discards: this.#discards };
  }

  #flush(): void {
    if (this.#skipped === 0) return;
    this.#discards.push(`garbage:${this.#skipped}`);
    this.#skipped = 0;
  }
}
