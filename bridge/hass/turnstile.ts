/** Lets only so many tasks run at once, the others in order behind them. */

export interface Turnstile {
  pass<T>(task: () => Promise<T>): Promise<T>;
}

export function createTurnstile(width: number): Turnstile {
  let inside = 0;
  const queue: (() => void)[] = [];
  return {
    async pass(task) {
      if (inside >= width) await new Promise<void>((resolve) => queue.push(resolve));
      else inside++;
      try {
        return await task();
      } finally {
        const next = queue.shift();
        // The place is handed on, not freed, so nobody slips in between.
        if (next === undefined) inside--;
        else next();
      }
    },
  };
}
