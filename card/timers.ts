/** Named one-shot timers of one element; all gone when it leaves the page. */
export class Timers {
  readonly #running = new Map<string, ReturnType<typeof setTimeout>>();

  /** Starts, or starts again. */
  set(name: string, ms: number, run: () => void): void {
    this.clear(name);
    this.#running.set(
      name,
      setTimeout(
        () => {
          this.#running.delete(name);
          run();
        },
        Math.min(ms, 2 ** 31 - 1), // more would overflow and run at once
      ),
    );
  }

  has(name: string): boolean {
    return this.#running.has(name);
  }

  clear(name: string): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  clearAll(): void {
    for (const name of this.#running.keys()) this.clear(name);
  }

  get size(): number {
    return this.#running.size;
  }
}
