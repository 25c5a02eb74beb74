/** Calls waiting for their turn: by priority, first come first served within one, and one per key. */
import type { CallPriority } from "./station.ts";

export interface Queued {
  readonly priority: CallPriority;
  readonly coalesceKey: string | undefined;
}

export class CallQueue<T extends Queued> {
  readonly #lanes: T[][] = [[], [], [], [], []];

  get size(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  has(coalesceKey: string): boolean {
    return this.#lanes.some((lane) => lane.some((item) => item.coalesceKey === coalesceKey));
  }

  /** Adds `item`, returning the one with the same key that it replaces. */
  push(item: T): T | undefined {
    const replaced = item.coalesceKey === undefined ? undefined : this.#takeKey(item.coalesceKey);
    const lane = this.#lane(item.priority);
    // The newer call keeps the turn of the one it replaces, so a fast stream of them cannot starve itself.
    if (replaced !== undefined && replaced.item.priority === item.priority) lane.splice(replaced.index, 0, item);
    else lane.push(item);
    return replaced?.item;
  }

  next(): T | undefined {
    for (const lane of this.#lanes) if (lane.length > 0) return lane.shift();
    return undefined;
  }

  remove(item: T): boolean {
    const lane = this.#lane(item.priority);
    const index = lane.indexOf(item);
    if (index >= 0) lane.splice(index, 1);
    return index >= 0;
  }

  /** Empties the queue, most urgent first. */
  drain(): T[] {
    return this.#lanes.flatMap((lane) => lane.splice(0));
  }

  #takeKey(key: string): { item: T; index: number } | undefined {
    for (const lane of this.#lanes) {
      const index = lane.findIndex((item) => item.coalesceKey === key);
      const item = index < 0 ? undefined : lane.splice(index, 1)[0];
      if (item !== undefined) return { item, index };
    }
    return undefined;
  }

  #lane(priority: CallPriority): T[] {
    const lane = this.#lanes[priority - 1];
    if (lane === undefined) throw new RangeError(`no priority ${priority}`);
    return lane;
  }
}
