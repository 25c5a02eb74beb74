/** What every driver over entities is: one charger, known from the start, that shows itself to whoever listens. */
import type { Unsubscribe } from "../../clock.ts";
import type { ChargerSnapshot } from "../../../shared/charger.ts";
import type { Charger, ChargerSource } from "../charger.ts";

/** A charger that is started once. */
export type StartedCharger = Charger & { start(): void };

export function singleSource(charger: StartedCharger): ChargerSource {
  return {
    chargers: [charger],
    onCharger: () => () => undefined,
    start() {
      charger.start();
      return Promise.resolve();
    },
    close: () => charger.close(),
  };
}

/** Who is told of each new snapshot, and what is watched for it; both end with `close`. */
export interface Audience {
  add(listener: (next: ChargerSnapshot) => void): Unsubscribe;
  tell(snapshot: ChargerSnapshot): void;
  /** Ends with `close`. */
  keep(...leaves: readonly Unsubscribe[]): void;
  close(): void;
}

export function createAudience(): Audience {
  const listeners = new Set<(next: ChargerSnapshot) => void>();
  const leaves: Unsubscribe[] = [];
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(snapshot) {
      for (const listener of listeners) listener(snapshot);
    },
    keep(...more) {
      leaves.push(...more);
    },
    close() {
      for (const leave of leaves) leave();
      listeners.clear();
    },
  };
}
