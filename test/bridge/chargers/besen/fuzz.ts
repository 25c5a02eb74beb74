/** Streams made of good frames, then torn, joined, cut, repeated and bit-flipped; every result is also decoded. Repeatable by seed. */
import { readFileSync } from "node:fs";
import { FrameAssembler } from "../../../../bridge/chargers/besen/assembler.ts";
import { decodeFromCharger, decodeToCharger } from "../../../../bridge/chargers/besen/codec.ts";
import { maskedHex } from "../../../../bridge/chargers/besen/frame.ts";

export interface FuzzResult {
  readonly streams: number;
  readonly frames: number;
  readonly discards: number;
  /** Most bytes any assembler held at once. */
  readonly mostBuffered: number;
}

export function fuzzStreams(streams: number, seed: number): FuzzResult {
  const random = mulberry(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const goods = goodFrames();
  let frames = 0;
  let discards = 0;
  let mostBuffered = 0;
  for (let i = 0; i < streams; i++) {
    const known = below(2) === 0;
    const assembler = new FrameAssembler(known ? { knownSerial: "2026010203040506" } : {});
    const take = ({ frames: got, discards: lost }: ReturnType<FrameAssembler["feed"]>): void => {
      for (const frame of got) {
        decodeFromCharger(frame);
        decodeToCharger(frame);
      }
      frames += got.length;
      discards += lost.length;
      mostBuffered = Math.max(mostBuffered, assembler.pendingBytes);
    };
    const stream = mangle(goods, below, random);
    maskedHex(stream.subarray(0, below(60)));
    for (let at = 0; at < stream.length;) {
      const size = below(4) === 0 ? 1 + below(3) : 1 + below(300);
      take(assembler.feed(stream.subarray(at, at + size)));
      at += size;
      if (below(12) === 0) take(assembler.expirePartial());
    }
    for (let left = 0; assembler.pendingBytes > 0; left++) {
      if (left > 2000) throw new Error("The partial timer does not empty the buffer");
      take(assembler.expirePartial());
    }
  }
  return { streams, frames, discards, mostBuffered };
}

function mangle(goods: readonly Buffer[], below: (n: number) => number, random: () => number): Uint8Array {
  const parts: Buffer[] = [];
  for (let n = 1 + below(4); n > 0; n--) {
    const good = Buffer.from(goods[below(goods.length)]!);
    switch (below(8)) {
      case 0:
        parts.push(Buffer.from(Array.from({ length: below(80) }, () => below(256))));
        break;
      case 1:
        parts.push(good.subarray(0, below(good.length)));
        break;
      case 2:
        parts.push(good.subarray(below(good.length)));
        break;
      case 3:
        for (let flips = 1 + below(4); flips > 0; flips--) {
          const at = below(good.length);
          good[at] = good[at]! ^ (1 << below(8));
        }
        parts.push(good);
        break;
      case 4:
        good.writeUInt16BE(below(0x10000), 2);
        parts.push(good);
        break;
      case 5:
        parts.push(Buffer.from([0x06, 0x01, 0x06, 0x01, 0x06].slice(0, 1 + below(5))), good);
        break;
      default:
        parts.push(good);
        if (random() < 0.3) parts.push(Buffer.from("005f00", "hex"));
    }
  }
  return Buffer.concat(parts);
}

function goodFrames(): Buffer[] {
  const text = readFileSync(new URL("vectors/besen-vectors.json", import.meta.url), "utf8");
  const { vectors } = JSON.parse(text) as { vectors: { hex?: string }[] };
  return vectors.flatMap((v) => (v.hex === undefined ? [] : [Buffer.from(v.hex, "hex")]));
}

/** A small generator with a seed, so that a failure can be repeated. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
