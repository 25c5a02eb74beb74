/**
 * The last frames of one station: for support, where they are masked when read, and to recognise a message that comes twice.
 * Bytes in one ring, so a thousand busy stations give the garbage collector nothing to do.
 */
import { maskFrame } from "./masking.ts";

export interface WireFrame {
  readonly atMs: number;
  readonly direction: "in" | "out";
  readonly text: string;
}

const MAX_FRAMES = 500;
/** Longer frames are kept in part and never taken for a repetition. */
const MAX_FRAME_BYTES = 16_384;
const FIRST_BYTES = 4096;
const FIRST_FRAMES = 32;

/** What is known of each frame, side by side in memory: where it starts, its length before it was cut, when it came, and which way. */
const FIELDS = 4;
const START = 0;
const LENGTH = 1;
const AT_MS = 2;
const OUTBOUND = 3;

export class FrameLog {
  readonly #maxBytes: number;
  #bytes = Buffer.alloc(0);
  /** Where the next frame goes; the oldest one is the first found from here on, around the end. */
  #write = 0;
  #count = 0;
  /** Number of the next frame. */
  #next = 0;
  #slots = new Float64Array(0);

  /** @param maxBytes of all frames together, at least 32 KiB; fewer than 500 frames if they are long */
  constructor(maxBytes: number) {
    this.#maxBytes = Math.max(maxBytes, 2 * MAX_FRAME_BYTES);
  }

  /** @returns the frame's number, for `same` */
  add(atMs: number, direction: "in" | "out", frame: Buffer | string): number {
    const slots = this.#slotsForOneMore();
    const length = typeof frame === "string" ? Buffer.byteLength(frame) : frame.length;
    const kept = Math.min(length, MAX_FRAME_BYTES);
    if (this.#count === MAX_FRAMES) this.#count--;
    const start = this.#room(kept, slots);
    if (typeof frame === "string") this.#bytes.write(frame, start, kept);
    else if (kept === length) this.#bytes.set(frame, start);
    else frame.copy(this.#bytes, start, 0, kept);
    const slot = slotOf(this.#next);
    slots[slot + START] = start;
    slots[slot + LENGTH] = length;
    slots[slot + AT_MS] = atMs;
    slots[slot + OUTBOUND] = direction === "out" ? 1 : 0;
    this.#write = start + kept;
    this.#count++;
    return this.#next++;
  }

  /** Whether both frames are still here, whole, and equal byte for byte. */
  same(a: number, b: number): boolean {
    const one = this.#whole(a);
    const other = this.#whole(b);
    return one !== undefined && other !== undefined && one.equals(other);
  }

  /** Oldest first, secrets masked. */
  read(): WireFrame[] {
    const slots = this.#slots;
    return Array.from({ length: this.#count }, (_, index) => {
      const slot = slotOf(this.#next - this.#count + index);
      const missing = Math.max(0, (slots[slot + LENGTH] ?? 0) - MAX_FRAME_BYTES);
      const text = maskFrame(this.#at(slot, slots).toString());
      return {
        atMs: slots[slot + AT_MS] ?? 0,
        direction: slots[slot + OUTBOUND] === 1 ? "out" : "in",
        text: missing > 0 ? `${text}… ${missing} bytes more` : text,
      };
    });
  }

  #whole(frame: number): Buffer | undefined {
    const slots = this.#slots;
    if (frame >= this.#next || frame < this.#next - this.#count) return undefined;
    const slot = slotOf(frame);
    return (slots[slot + LENGTH] ?? 0) <= MAX_FRAME_BYTES ? this.#at(slot, slots) : undefined;
  }

  #at(slot: number, slots: Float64Array): Buffer {
    const start = slots[slot + START] ?? 0;
    return this.#bytes.subarray(start, start + Math.min(slots[slot + LENGTH] ?? 0, MAX_FRAME_BYTES));
  }

  /** Grows as frames come: most of a thousand stations say little. */
  #slotsForOneMore(): Float64Array {
    const present = this.#slots;
    if (this.#next * FIELDS < present.length || present.length === MAX_FRAMES * FIELDS) return present;
    this.#slots = new Float64Array(Math.min(MAX_FRAMES, Math.max(FIRST_FRAMES, 2 * this.#next)) * FIELDS);
    this.#slots.set(present);
    return this.#slots;
  }

  /** A free stretch of `size` bytes, at the cost of the oldest frames. */
  #room(size: number, slots: Float64Array): number {
    if (this.#write + size > this.#bytes.length && this.#bytes.length < this.#maxBytes) this.#grow(size, slots);
    if (this.#write + size > this.#bytes.length) {
      this.#dropOldest(slots, this.#write, this.#bytes.length);
      this.#write = 0;
    }
    this.#dropOldest(slots, this.#write, this.#write + size);
    return this.#write;
  }

  /** Drops the oldest frames as long as they begin between `from` and `to`. */
  #dropOldest(slots: Float64Array, from: number, to: number): void {
    while (this.#count > 0) {
      const start = slots[slotOf(this.#next - this.#count) + START] ?? 0;
      if (start < from || start >= to) return;
      this.#count--;
    }
  }

  #grow(size: number, slots: Float64Array): void {
    const frames = Array.from({ length: this.#count }, (_, index) => slotOf(this.#next - this.#count + index));
    const used = frames.reduce((sum, slot) => sum + Math.min(slots[slot + LENGTH] ?? 0, MAX_FRAME_BYTES), 0);
    let capacity = Math.max(FIRST_BYTES, this.#bytes.length * 2);
    while (capacity < used + size) capacity *= 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(capacity, Math.max(this.#maxBytes, used + size)));
    let write = 0;
    for (const slot of frames) {
      const frame = this.#at(slot, slots);
      frame.copy(larger, write);
      slots[slot + START] = write;
      write += frame.length;
    }
    this.#bytes = larger;
    this.#write = write;
  }
}

/** Frame n takes the place of frame n - 500. */
function slotOf(frame: number): number {
  return (frame % MAX_FRAMES) * FIELDS;
}
