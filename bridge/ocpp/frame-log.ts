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

export class FrameLog {
  readonly #maxBytes: number;
  #bytes = Buffer.alloc(0);
  /** Where the next frame goes; the oldest one is the first found from here on, around the end. */
  #write = 0;
  #count = 0;
  /** Number of the next frame; frame n lives in slot n % 500. */
  #next = 0;
  #slots: Slots | undefined;

  /** @param maxBytes of all frames together, at least 32 KiB; fewer than 500 frames if they are long */
  constructor(maxBytes: number) {
    this.#maxBytes = Math.max(maxBytes, 2 * MAX_FRAME_BYTES);
  }

  /** @returns the frame's number, for `same` */
  add(atMs: number, direction: "in" | "out", frame: Buffer | string): number {
    const slots = (this.#slots ??= makeSlots());
    const length = typeof frame === "string" ? Buffer.byteLength(frame) : frame.length;
    const kept = Math.min(length, MAX_FRAME_BYTES);
    if (this.#count === MAX_FRAMES) this.#count--;
    const start = this.#room(kept, slots);
    if (typeof frame === "string") this.#bytes.write(frame, start, kept);
    else if (kept === length) this.#bytes.set(frame, start);
    else frame.copy(this.#bytes, start, 0, kept);
    const slot = this.#next % MAX_FRAMES;
    slots.start[slot] = start;
    slots.kept[slot] = kept;
    slots.length[slot] = length;
    slots.atMs[slot] = atMs;
    slots.outbound[slot] = direction === "out" ? 1 : 0;
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
    if (slots === undefined) return [];
    return Array.from({ length: this.#count }, (_, index) => {
      const slot = (this.#next - this.#count + index) % MAX_FRAMES;
      const missing = (slots.length[slot] ?? 0) - (slots.kept[slot] ?? 0);
      const text = maskFrame(this.#at(slot, slots).toString());
      return {
        atMs: slots.atMs[slot] ?? 0,
        direction: slots.outbound[slot] === 1 ? "out" : "in",
        text: missing > 0 ? `${text}… ${missing} bytes more` : text,
      };
    });
  }

  #whole(frame: number): Buffer | undefined {
    const slots = this.#slots;
    if (slots === undefined || frame >= this.#next || frame < this.#next - this.#count) return undefined;
    const slot = frame % MAX_FRAMES;
    return slots.kept[slot] === slots.length[slot] ? this.#at(slot, slots) : undefined;
  }

  #at(slot: number, slots: Slots): Buffer {
    const start = slots.start[slot] ?? 0;
    return this.#bytes.subarray(start, start + (slots.kept[slot] ?? 0));
  }

  /** A free stretch of `size` bytes, at the cost of the oldest frames. */
  #room(size: number, slots: Slots): number {
    if (this.#write + size > this.#bytes.length && this.#bytes.length < this.#maxBytes) this.#grow(size, slots);
    if (this.#write + size > this.#bytes.length) {
      this.#dropOldest(slots, this.#write, this.#bytes.length);
      this.#write = 0;
    }
    this.#dropOldest(slots, this.#write, this.#write + size);
    return this.#write;
  }

  /** Drops the oldest frames as long as they begin between `from` and `to`. */
  #dropOldest(slots: Slots, from: number, to: number): void {
    while (this.#count > 0) {
      const start = slots.start[(this.#next - this.#count) % MAX_FRAMES] ?? 0;
      if (start < from || start >= to) return;
      this.#count--;
    }
  }

  #grow(size: number, slots: Slots): void {
    const frames = Array.from({ length: this.#count }, (_, index) => (this.#next - this.#count + index) % MAX_FRAMES);
    const used = frames.reduce((sum, slot) => sum + (slots.kept[slot] ?? 0), 0);
    let capacity = Math.max(FIRST_BYTES, this.#bytes.length * 2);
    while (capacity < used + size) capacity *= 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(capacity, Math.max(this.#maxBytes, used + size)));
    let write = 0;
    for (const slot of frames) {
      const frame = this.#at(slot, slots);
      frame.copy(larger, write);
      slots.start[slot] = write;
      write += frame.length;
    }
    this.#bytes = larger;
    this.#write = write;
  }
}

interface Slots {
  readonly start: Uint32Array;
  readonly kept: Uint32Array;
  readonly length: Uint32Array;
  readonly atMs: Float64Array;
  readonly outbound: Uint8Array;
}

function makeSlots(): Slots {
  return {
    start: new Uint32Array(MAX_FRAMES),
    kept: new Uint32Array(MAX_FRAMES),
    length: new Uint32Array(MAX_FRAMES),
    atMs: new Float64Array(MAX_FRAMES),
    outbound: new Uint8Array(MAX_FRAMES),
  };
}
