/** One pass at a time towards the newest wish: who waits for which, what is given up for a newer one, what failed. */
import { ChargerError } from "../../charger.ts";
import type { Clock } from "../../../clock.ts";

export const superseded = new ChargerError("timeout", "A newer limit took its place.");

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: ChargerError) => void;
}

export interface PassWork {
  /** Brings the box to the present wish. @throws ChargerError */
  apply(signal: AbortSignal): Promise<void>;
  succeeded(): void;
  failed(failure: ChargerError): void;
  /** Nothing is left to do for now. */
  rested(): void;
}

export class LimitPasses {
  readonly #clock: Clock;
  readonly #work: PassWork;
  #waiters: Waiter[] = [];
  #version = 0;
  #done = 0;
  #dirty = false;
  #running = false;
  #closed = false;
  #pass: AbortController | undefined;
  /** The present pass only waits until it may go on: anything newer begins at once. */
  #napping = false;

  constructor(clock: Clock, work: PassWork) {
    this.#clock = clock;
    this.#work = work;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The newest wish has been carried out. */
  get done(): boolean {
    return this.#done >= this.#version;
  }

  /** Resolves when the box has the wish as it is now, or a newer one. @throws ChargerError */
  push(): Promise<void> {
    const version = ++this.#version;
    const result = new Promise<void>((resolve, reject) => this.#waiters.push({ version, resolve, reject }));
    this.#dirty = true;
    if (this.#napping) this.#pass?.abort(superseded);
    if (!this.#running) void this.#run();
    return result;
  }

  /** What is still queued of the present pass is not sent any more. */
  abort(why: ChargerError = superseded): void {
    this.#pass?.abort(why);
  }

  /** Waits within a pass; a newer push ends it at once. */
  async nap(ms: number, signal: AbortSignal): Promise<void> {
    this.#napping = true;
    try {
      await this.#clock.sleep(ms, signal);
    } finally {
      this.#napping = false;
    }
  }

  close(why: ChargerError): void {
    this.#closed = true;
    this.#pass?.abort(why);
    for (const waiter of this.#take(Number.POSITIVE_INFINITY)) waiter.reject(why);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      const version = this.#version;
      const pass = new AbortController();
      this.#pass = pass;
      try {
        await this.#work.apply(pass.signal);
        this.#done = version;
        this.#work.succeeded();
        for (const waiter of this.#take(version)) waiter.resolve();
      } catch (error) {
        if (pass.signal.aborted && pass.signal.reason === superseded && this.#dirty) continue;
        const failure =
          error instanceof ChargerError
            ? error
            : new ChargerError("protocol", "The limit could not be set.", { cause: error });
        this.#work.failed(failure);
        for (const waiter of this.#take(version)) waiter.reject(failure);
      } finally {
        this.#pass = undefined;
      }
    }
    this.#running = false;
    this.#work.rested();
  }

  #take(version: number): readonly Waiter[] {
    const taken = this.#waiters.filter((waiter) => waiter.version <= version);
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > version);
    return taken;
  }
}
