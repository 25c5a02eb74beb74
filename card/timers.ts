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
        Math.min(Math.max(0, ms), 2_147_483_000),
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
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }

  get size(): number {
    return this.#running.size;
  }
}
