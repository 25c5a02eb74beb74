/** Shares the animation frames among all cards of a page: a dashboard with ten of them must not freeze while they draw. */

/** Time for drawing in one frame, ms: what is left of 16 belongs to the browser's own layout and paint. */
const SLICE_MS = 6;

const waiting = new Set<() => void>();
let frame = 0;

/** Draws in the next frame, or in one of those after it when many wait. Asked twice, drawn once. */
export function inFrame(draw: () => void): void {
  waiting.add(draw);
  if (frame === 0) frame = requestAnimationFrame(work);
}

export function notInFrame(draw: () => void): void {
  waiting.delete(draw);
}

function work(): void {
  frame = 0;
  const end = performance.now() + SLICE_MS;
  try {
    for (const draw of waiting) {
      waiting.delete(draw);
      draw();
      if (performance.now() >= end) break;
    }
  } finally {
    if (waiting.size > 0) frame = requestAnimationFrame(work);
  }
}
