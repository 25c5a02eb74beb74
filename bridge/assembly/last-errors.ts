/** What went wrong lately, for the status page: newest first, the same thing counted and not repeated. */
import type { Clock } from "../clock.ts";

export interface LastError {
  readonly title: string;
  /** What it means and what happens next, English. */
  readonly detail: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
}

export interface LastErrors {
  add(error: { readonly title: string; readonly detail: string }): void;
  list(): readonly LastError[];
}

const MOST = 30;

export function createLastErrors(clock: Pick<Clock, "nowMs">): LastErrors {
  let errors: LastError[] = [];
  return {
    add({ title, detail }) {
      const nowMs = clock.nowMs();
      const before = errors.find((error) => error.title === title);
      const next = {
        title,
        detail,
        firstAtMs: before?.firstAtMs ?? nowMs,
        lastAtMs: nowMs,
        count: (before?.count ?? 0) + 1,
      };
      errors = [next, ...errors.filter((error) => error !== before)].slice(0, MOST);
    },
    list: () => errors,
  };
}
