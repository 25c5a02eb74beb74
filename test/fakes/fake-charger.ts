/** A charger whose answers the test decides: every order waits until it is accepted or refused. */
import { ChargerError, type Capabilities, type Charger, type LimitOrder } from "../../bridge/chargers/charger.ts";
import { DEFAULT_PACE } from "../../shared/site.ts";
import type { ChargerSnapshot } from "../../shared/charger.ts";
import { snapshot as blank } from "./site.ts";

export interface FakeCharger extends Charger {
  /** Everything ever asked, in order. */
  readonly orders: readonly LimitOrder[];
  readonly calls: readonly string[];
  /** Answers the oldest order that waits. */
  accept(): void;
  refuse(error?: ChargerError): void;
  /** From now on orders are answered at once. */
  answerAll(how: "accept" | ChargerError): void;
  report(change: Partial<ChargerSnapshot>): void;
}

export function fakeCharger(id = "garage", can: Partial<Capabilities> = {}): FakeCharger {
  const orders: LimitOrder[] = [];
  const calls: string[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const listeners = new Set<(next: ChargerSnapshot) => void>();
  let answer: "accept" | ChargerError | undefined;
  let current = blank();
  const act = (name: string) => async (): Promise<void> => {
    calls.push(name);
    if (answer instanceof ChargerError) throw answer;
  };
  return {
    id,
    entities: [],
    can: {
      pace: DEFAULT_PACE,
      session: { start: act("start"), stop: act("stop"), stopEnds: true },
      reset: act("reset"),
      resetProfiles: act("reset_profiles"),
      refresh: act("refresh"),
      ...can,
    },
    get snapshot() {
      return current;
    },
    orders,
    calls,
    onSnapshot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    limit(order, signal) {
      orders.push(order);
      if (answer === "accept") return Promise.resolve();
      if (answer !== undefined) return Promise.reject(answer);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
    close: async () => undefined,
    accept: () => waiting.shift()?.resolve(),
    refuse: (error = new ChargerError("rejected", "The wallbox refused it.")) => waiting.shift()?.reject(error),
    answerAll(how) {
      answer = how;
    },
    report(change) {
      current = { ...current, ...change };
      for (const listener of listeners) listener(current);
    },
  };
}
