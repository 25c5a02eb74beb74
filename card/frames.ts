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
  frame ||= requestAnimationFrame(work);
}

/** Draws at once while this frame has time for it, else as `inFrame`. */
export function soon(draw: () => void): void {
  inFrame(draw);
  inTime(draw);
}

export function notInFrame(draw: () => void): void {
  waiting.delete(draw);
}

function inTime(draw: () => void): void {
  if (spentMs >= SLICE_MS) return;
  waiting.delete(draw);
  const fromMs = performance.now();
  draw();
  spentMs += performance.now() - fromMs;
}

function work(): void {
  // The next frame is asked for before anything is drawn: it comes also when a drawing fails.
  frame = waiting.size > 1 ? requestAnimationFrame(work) : 0;
  spentMs = 0;
  waiting.forEach(inTime);
}
