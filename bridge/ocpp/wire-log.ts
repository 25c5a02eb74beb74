/** The last frames of one station, for support: bounded in number and in bytes, masked when read. */
import { maskFrame } from "./masking.ts";

export interface WireFrame {
  readonly atMs: number;
  readonly direction: "in" | "out";
  readonly text: string;
}

const MAX_FRAMES = 500;
const MAX_FRAME_CHARS = 16_384;

export class WireLog {
  readonly #frames: (WireFrame | undefined)[] = [];
  readonly #maxChars: number;
  #first = 0;
  #count = 0;
  #chars = 0;

  /** @param maxChars of all frames together; with less than 500 frames if they are long */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  add(atMs: number, direction: "in" | "out", text: string): void {
    const kept = text.length > MAX_FRAME_CHARS ? clip(text) : text;
    if (this.#count === MAX_FRAMES) this.#dropFirst();
    this.#frames[(this.#first + this.#count) % MAX_FRAMES] = { atMs, direction, text: kept };
    this.#count++;
    this.#chars += kept.length;
    while (this.#chars > this.#maxChars && this.#count > 1) this.#dropFirst();
  }

  /** Oldest first. */
  read(): WireFrame[] {
    const frames: WireFrame[] = [];
    for (let i = 0; i < this.#count; i++) {
      const frame = this.#frames[(this.#first + i) % MAX_FRAMES];
      if (frame !== undefined) frames.push({ ...frame, text: maskFrame(frame.text) });
    }
    return frames;
  }

  #dropFirst(): void {
    this.#chars -= this.#frames[this.#first]?.text.length ?? 0;
    this.#frames[this.#first] = undefined;
    this.#first = (this.#first + 1) % MAX_FRAMES;
    this.#count--;
  }
}

function clip(text: string): string {
  return `${text.slice(0, MAX_FRAME_CHARS)}… ${text.length - MAX_FRAME_CHARS} characters more`;
}
