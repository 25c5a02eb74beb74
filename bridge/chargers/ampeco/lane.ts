/**
 * Commands to one charger, one after the other. A newer limit replaces a queued one, a newer start a queued start; a stop goes first,
 * ends a start under way and is never dropped, not even when its caller has given up.
 */
import { ChargerError } from "../charger.ts";
import { reasonOf } from "./gate.ts";

export type JobKind = "limit" | "start" | "stop" | "other";

export interface Lane {
  /** `keep`: carried out even when the caller gives up while it waits (lower limits, pauses). */
  submit(
    kind: JobKind,
    run: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    keep?: boolean,
  ): Promise<void>;
  readonly busy: boolean;
  close(): void;
}

interface Job {
  readonly kind: JobKind;
  readonly keep: boolean;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly abort: AbortController;
  readonly done: PromiseWithResolvers<void>;
}

export function createLane(): Lane {
  const queue: Job[] = [];
  let running: Job | undefined;
  let closed = false;

  function drop(kinds: readonly JobKind[], by: Promise<void>): void {
    for (const job of [...queue]) {
      if (!kinds.includes(job.kind)) continue;
      queue.splice(queue.indexOf(job), 1);
      // An older order that never left ends as the newer one does.
      by.then(job.done.resolve, job.done.reject);
    }
  }

  async function work(): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      running = job;
      try {
        await job.run(job.abort.signal);
        job.done.resolve();
      } catch (error) {
        job.done.reject(error);
      }
      running = undefined;
    }
  }

  return {
    get busy() {
      return running !== undefined;
    },
    async submit(kind, run, signal, keep = kind === "stop") {
      if (closed) throw new ChargerError("offline", "The charger's connection is closed.");
      if (signal.aborted) throw reasonOf(signal);
      const done = Promise.withResolvers<void>();
      const job: Job = { kind, keep, run, abort: new AbortController(), done };
      const settled = done.promise;
      // Whoever waits hears of a failure below; a job kept alone must not end the process.
      settled.catch(() => undefined);
      if (kind === "stop") {
        drop(["limit", "start"], settled);
        if (running?.kind === "start") running.abort.abort(new ChargerError("rejected", "A later stop ended this."));
        queue.unshift(job);
      } else {
        if (kind !== "other") drop([kind], settled);
        queue.push(job);
      }
      if (running === undefined) void work();
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => {
        if (!keep) {
          const place = queue.indexOf(job);
          if (place >= 0) queue.splice(place, 1);
          job.abort.abort(reasonOf(signal));
        }
        reject(reasonOf(signal));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await Promise.race([settled, aborted]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    close() {
      closed = true;
      const end = new ChargerError("offline", "The charger's connection is closed.");
      for (const job of queue.splice(0)) job.done.reject(end);
      running?.abort.abort(end);
    },
  };
}
