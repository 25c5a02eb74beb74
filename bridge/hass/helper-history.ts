/**
 * Which values Home Assistant may bring back by itself. It writes helpers' values down every 15 minutes and at a clean stop: after a kill
 * it shows an older one, or the default of one it never wrote down. Such a value is nobody's wish. A value that was set while the
 * bridge was away, and survived a clean restart, is one. They are told apart by what is remembered here: the values that were replaced
 * so lately that Home Assistant may not have written their successor down.
 */
import type { HelperSpec } from "../../shared/entities.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { EntityChange } from "./compressed.ts";
import type { HassLink } from "./doors.ts";
import type { HelperValue } from "./helper-forms.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** Home Assistant's own period is 15 minutes; connected for longer than this, it has written the newest down. */
const WRITTEN_DOWN_MS = 16 * 60_000;
/** It writes new helpers down within ten seconds. */
const NEW_WRITTEN_DOWN_MS = 30_000;
const LOOK_MS = 30_000;
/** Helpers of one start of Home Assistant appear within this time. */
const SAME_START_MS = 10_000;
/** So many at the same moment are a start, not a person. */
const START_SIGNS = 3;
/** A slider that is played with; the oldest go first. */
const MOST = 32;

/** `value` is shown now, `replaced` no longer. */
export function remember(memory: HelperMemory, replaced: HelperValue, value: HelperValue): void {
  const earlier = (memory.earlier ?? []).filter((one) => one !== replaced && one !== value);
  memory.earlier = [...earlier, replaced].slice(-MOST);
}

/** Whether a value that Home Assistant restored is one it had written down before its newest. */
export function isStale(memory: HelperMemory, spec: HelperSpec, value: HelperValue): boolean {
  const { earlier } = memory;
  if (earlier === undefined || earlier.length === 0) return false;
  return earlier.includes(value) || value === defaultOf(spec);
}

/** What Home Assistant shows of a helper that it has no value of. */
function defaultOf(spec: HelperSpec): HelperValue | undefined {
  switch (spec.domain) {
    case "input_number":
      return spec.min ?? 0;
    case "input_select":
      return spec.options?.[0];
    case "input_boolean":
      return false;
    case "input_text":
    case "input_datetime":
    case "input_button":
      return undefined;
  }
}

/**
 * Ids of the entities in a first picture whose values came with Home Assistant's start: nobody caused them, and they are of the moment
 * when the first of ours appeared.
 */
export function restoredOf(changes: readonly EntityChange[]): ReadonlySet<string> {
  const first = changes.flatMap(({ initial, now, entityId }) =>
    initial && now !== undefined ? [{ entityId, now }] : [],
  );
  const started = Math.min(...first.map(({ now }) => now.changedAtMs));
  const restored = first.filter(({ now }) => !now.caused && now.changedAtMs - started <= SAME_START_MS);
  return new Set(restored.length < START_SIGNS ? [] : restored.map(({ entityId }) => entityId));
}

/** What of a helper is certain only when Home Assistant has been up long enough. */
export interface Unsettled {
  readonly memory: HelperMemory;
  /** Monotonic: when its value was last replaced, and when it was made. */
  readonly replacedMs: number;
  readonly madeMs: number;
}

export interface Settling {
  /** Something is unsettled: it is looked at from now on until nothing is. */
  look(): void;
  close(): void;
}

/** Forgets the replaced values and the newness of helpers once Home Assistant must have written what came after. */
export function createSettling<T extends Unsettled>(parts: {
  readonly clock: Clock;
  readonly link: HassLink;
  readonly helpers: () => Iterable<T>;
  readonly settled: (changed: readonly T[]) => void;
}): Settling {
  const { clock, link, helpers, settled } = parts;
  let upSinceMs = link.up ? clock.monotonicMs() : Infinity;
  let timer: Unsubscribe | undefined;
  const look = (): void => {
    timer ??= clock.after(LOOK_MS, () => {
      timer = undefined;
      const now = clock.monotonicMs();
      const changed: T[] = [];
      let more = false;
      for (const helper of helpers()) {
        const { memory } = helper;
        const replaced = memory.earlier !== undefined;
        const written = replaced && now - Math.max(upSinceMs, helper.replacedMs) >= WRITTEN_DOWN_MS;
        const kept = memory.fresh === true && now - Math.max(upSinceMs, helper.madeMs) >= NEW_WRITTEN_DOWN_MS;
        if (written) delete memory.earlier;
        if (kept) delete memory.fresh;
        if (written || kept) changed.push(helper);
        more ||= memory.earlier !== undefined || memory.fresh === true;
      }
      if (changed.length > 0) settled(changed);
      if (more) look();
    });
  };
  const stop = link.onStatus(({ state }) => {
    upSinceMs = state === "up" ? Math.min(upSinceMs, clock.monotonicMs()) : Infinity;
    if (state === "up") look();
  });
  return {
    look,
    close() {
      stop();
      timer?.();
    },
  };
}
