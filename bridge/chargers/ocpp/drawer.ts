/** Typed access to the charger's durable drawer; one outlet's keys carry its number. */
import type { DriverStore, JsonValue } from "../charger.ts";

export class Drawer {
  readonly #store: DriverStore;
  readonly #prefix: string;

  constructor(store: DriverStore, prefix = "") {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** A drawer within this one. */
  of(name: string): Drawer {
    return new Drawer(this.#store, `${this.#prefix}${name}:`);
  }

  read(key: string): JsonValue | undefined {
    return this.#store.get(this.#prefix + key);
  }

  write(key: string, value: JsonValue): void {
    this.#store.set(this.#prefix + key, value);
  }

  drop(key: string): void {
    this.#store.delete(this.#prefix + key);
  }

  number(key: string): number | undefined {
    const value = this.read(key);
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }

  text(key: string): string | undefined {
    const value = this.read(key);
    return typeof value === "string" ? value : undefined;
  }

  record(key: string): Readonly<Record<string, JsonValue>> | undefined {
    const value = this.read(key);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, JsonValue>>)
      : undefined;
  }
}

/** Counts up for ever, also across restarts. */
export function nextNumber(drawer: Drawer, key: string, first: number): number {
  const next = Math.max(first, (drawer.number(key) ?? first - 1) + 1);
  drawer.write(key, next);
  return next;
}
