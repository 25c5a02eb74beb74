/** Home Assistant's states and services in memory, with an integration's charger behind them. */
import type { Unsubscribe } from "../../../../bridge/clock.ts";
import type { EntityPort, ForeignState } from "../../../../bridge/chargers/entity/port.ts";

export interface FakeCall {
  readonly service: string;
  readonly data: Readonly<Record<string, any>>;
}

export class FakePort implements EntityPort {
  up = true;
  readonly calls: FakeCall[] = [];
  /** Message with which every call is refused. */
  refusal: string | undefined;
  silent = false;
  /** What the integration does with a call. */
  onCall: (call: FakeCall) => unknown = () => undefined;
  readonly #states = new Map<string, ForeignState>();
  readonly #watchers = new Set<{ ids: readonly string[]; listener: (state: ForeignState) => void }>();
  readonly #ups = new Set<(up: boolean) => void>();

  set(entityId: string, state: string | number, attributes: Record<string, unknown> = {}): void {
    const before = this.#states.get(entityId);
    const next = {
      entityId,
      state: String(state),
      attributes: { ...before?.attributes, ...attributes },
      changedAtMs: 0,
    };
    this.#states.set(entityId, next);
    for (const { ids, listener } of [...this.#watchers]) if (ids.includes(entityId)) listener(next);
  }

  setUp(up: boolean): void {
    this.up = up;
    for (const listener of [...this.#ups]) listener(up);
  }

  get listeners(): number {
    return this.#watchers.size + this.#ups.size;
  }

  read(entityId: string): ForeignState | undefined {
    return this.#states.get(entityId);
  }

  onUp(listener: (up: boolean) => void): Unsubscribe {
    this.#ups.add(listener);
    return () => this.#ups.delete(listener);
  }

  watch(ids: readonly string[], listener: (state: ForeignState) => void): Unsubscribe {
    const watcher = { ids, listener };
    this.#watchers.add(watcher);
    for (const id of ids) {
      const state = this.#states.get(id);
      if (state !== undefined) listener(state);
    }
    return () => this.#watchers.delete(watcher);
  }

  async call(domain: string, service: string, data: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.silent) return await new Promise(() => undefined);
    if (this.refusal !== undefined) throw new Error(this.refusal);
    const call = { service: `${domain}.${service}`, data };
    this.calls.push(call);
    return this.onCall(call);
  }
}
