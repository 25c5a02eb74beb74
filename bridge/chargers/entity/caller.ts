/** Service calls with a deadline, Home Assistant's refusals in the house's words; one order at a time, the newest wins. */
import type { Clock } from "../../clock.ts";
import { ChargerError } from "../charger.ts";
import type { EntityPort } from "./port.ts";

const CALL_MS = 10_000;

export type Calling = (
  domain: string,
  service: string,
  data: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<unknown>;

/** @throws ChargerError offline | timeout | rejected */
export function createCalling(port: EntityPort, clock: Clock): Calling {
  return async (domain, service, data, signal) => {
    if (!port.up) throw new ChargerError("offline", "Home Assistant is not connected.");
    if (signal.aborted) throw new ChargerError("timeout", "Given up before it was sent.");
    const done = new AbortController();
    const deadline = clock.deadline(CALL_MS, AbortSignal.any([signal, done.signal]));
    const { promise: late, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(new ChargerError("timeout", `${domain}.${service} was not answered in time.`));
    deadline.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([port.call(domain, service, data, deadline), late]);
    } catch (error) {
      if (error instanceof ChargerError) throw error;
      if (deadline.aborted)
        throw new ChargerError("timeout", `${domain}.${service} was not answered in time.`, { cause: error });
      throw new ChargerError("rejected", error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      deadline.removeEventListener("abort", onAbort);
      done.abort();
    }
  };
}

export interface Turns {
  /** An order still queued ends as the newer one does. @throws what `run` throws, and `timeout` when the caller gives up */
  newest(run: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Turn {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly done: PromiseWithResolvers<void>;
}

export function createTurns(): Turns {
  let running = false;
  let waiting: Turn | undefined;
  const closing = new AbortController();

  async function work(): Promise<void> {
    running = true;
    for (let turn = waiting; turn !== undefined; turn = waiting) {
      waiting = undefined;
      try {
        await turn.run(AbortSignal.any([turn.signal, closing.signal]));
        turn.done.resolve();
      } catch (error) {
        turn.done.reject(error);
      }
    }
    running = false;
  }

  return {
    async newest(run, signal) {
      if (closing.signal.aborted) throw new ChargerError("offline", "The charger is closed.");
      if (signal.aborted) throw new ChargerError("timeout", "Given up before it was sent.");
      const done = Promise.withResolvers<void>();
      const turn: Turn = { run, signal, done };
      const older = waiting;
      if (older !== undefined) done.promise.then(older.done.resolve, older.done.reject);
      // The queue's own handler: an order that was given up has nobody to hear of its failure.
      done.promise.catch(() => undefined);
      waiting = turn;
      if (!running) void work();
      const { promise: givenUp, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => {
        if (waiting === turn) waiting = undefined;
        reject(new ChargerError("timeout", "Given up before it was answered."));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await Promise.race([done.promise, givenUp]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    close() {
      closing.abort();
      waiting?.done.reject(new ChargerError("offline", "The charger is closed."));
      waiting = undefined;
    },
  };
}
