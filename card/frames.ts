/** Shares the animation frames among all cards of a page: a dashboard with ten of them must not freeze while they draw. */

/** Time for drawing in one frame, ms: what is left of 16 belongs to the browser's own layout and paint. */
const SLICE_MS = 6;

const waiting = new Set<() => void>();
let frame = 0;
/** Drawn already in this frame, ms. */
let spentMs = 0;

/** Draws in the next frame, or in one of those after it when many wait. Asked twice, drawn once. */
export function inFrame(draw: () => void): void {
  waiting.add(draw);
  if (frame === 0) frame = requestAnimationFrame(work);
}

/** Draws at once while this frame has time for it, else as `inFrame`. */
export function soon(draw: () => void): void {
  inFrame(draw);
  if (spentMs < SLICE_MS) timed(draw);
}

export function notInFrame(draw: () => void): void {
  waiting.delete(draw);
}

function timed(draw: () => void): void {
  waiting.delete(draw);
  const fromMs = performance.now();
  draw();
  spentMs += performance.now() - fromMs;
}

function work(): void {
  frame = 0;
  spentMs = 0;
  try {
    for (const draw of waiting) {
      timed(draw);
      if (spentMs >= SLICE_MS) break;
    }
  } finally {
    if (waiting.size > 0) frame = requestAnimationFrame(work);
  }
}
