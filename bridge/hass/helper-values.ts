/** What helpers show and should show: the user's turns become events, our own writes never do. */
import type { Log } from "../log.ts";
import type { EntityChange } from "./compressed.ts";
import type { HassLink, HelperEvent } from "./doors.ts";
import { toHassError } from "./errors.ts";
import { helperValue, helperWrite } from "./helper-forms.ts";
import { isStale, remember, restoredOf } from "./helper-history.ts";
import type { Helper, Owner } from "./helper-memory.ts";

export interface HelperValues {
  /** News of one subscription event. */
  hear(changes: readonly EntityChange[]): void;
  /** Writes the truth when the helper shows something else. Never throws. */
  sync(helper: Helper): void;
}

export interface HelperValuesOptions {
  readonly link: HassLink;
  readonly log: Log;
  readonly closed: () => boolean;
  readonly helperAt: (entityId: string) => { readonly helper: Helper; readonly owner: Owner } | undefined;
  readonly save: (owner: Owner) => void;
  readonly fire: (event: HelperEvent) => void;
  /** A value was replaced by another: for a while Home Assistant may bring it back. */
  readonly onReplaced: (helper: Helper) => void;
  /** Home Assistant's clock now, as far as it is known. */
  readonly hassNowMs: () => number | undefined;
}

/** A press that took longer to arrive waited out a cut line: who pressed has seen nothing happen since. */
const LATE_PRESS_MS = 10_000;

export function createHelperValues(options: HelperValuesOptions): HelperValues {
  const { link, log, closed, helperAt, save, fire, onReplaced, hassNowMs } = options;

  function onChange({ entityId, before, now, initial }: EntityChange, restored: boolean): void {
    const found = helperAt(entityId);
    if (found === undefined || now === undefined) return;
    const { helper, owner } = found;
    helper.live = true;
    if (helper.spec.domain === "input_button") {
      // Only a press that was seen happening counts, not one from while the bridge or the line was down.
      const pressed =
        !initial && before !== undefined && before.state !== now.state && Number.isFinite(Date.parse(now.state));
      const lateMs = (hassNowMs() ?? now.changedAtMs) - now.changedAtMs;
      if (pressed && lateMs > LATE_PRESS_MS)
        log.info({ owner: owner.id, key: helper.spec.key, lateMs: Math.round(lateMs) }, "press arrived too late");
      else if (pressed) fire({ owner: owner.id, key: helper.spec.key, value: undefined, userId: now.userId });
      return;
    }
    const value = helperValue(helper.spec.domain, now.state);
    if (value === undefined) {
      if (now.state === "unknown") sync(helper); // a text that was never written
      return;
    }
    const first = helper.memory.shown === undefined && !helper.adopted;
    helper.adopted = false;
    if (helper.memory.shown !== value) {
      const stale = restored && isStale(helper.memory, helper.spec, value);
      if (helper.memory.shown !== undefined) {
        // What the bridge last showed and did not see replaced is what it should show.
        if (stale) helper.truth ??= helper.memory.shown;
        remember(helper.memory, helper.memory.shown, value);
        onReplaced(helper);
      }
      helper.memory.shown = value;
      save(owner);
      const ours = first || stale || helper.reshaping || helper.expected === value;
      if (!ours) {
        // The user's wish is the newest truth until the bridge says otherwise.
        helper.truth = value;
        helper.refused = undefined;
        fire({ owner: owner.id, key: helper.spec.key, value, userId: now.userId });
      }
    }
    sync(helper);
  }

  /** Writes the truth when the helper shows something else. */
  function sync(helper: Helper): void {
    const { truth, spec, entityId } = helper;
    if (closed() || helper.writing || helper.reshaping || !helper.live || !link.up || entityId === undefined) return;
    if (truth === undefined || truth === helper.memory.shown || truth === helper.refused) return;
    const call = helperWrite(spec, truth);
    if (call === undefined) {
      helper.refused = truth;
      log.debug({ entity: entityId, value: truth }, "value does not fit the helper");
      return;
    }
    helper.writing = true;
    helper.expected = truth;
    link
      .send({
        type: "call_service",
        domain: spec.domain,
        service: call.service,
        service_data: call.data,
        target: { entity_id: entityId },
      })
      .then(
        () => undefined,
        (error: unknown) => {
          const reason = toHassError(error, `write ${entityId}`);
          if (reason.code === "offline" || reason.code === "timeout") return;
          helper.refused = truth;
          log.warn({ entity: entityId, value: truth, err: reason }, "helper refused a value");
        },
      )
      .finally(() => {
        // The event of a change always comes before the answer to its call: from here on, the same value is the user's.
        helper.writing = false;
        helper.expected = undefined;
        if (helper.truth !== truth) sync(helper);
      });
  }

  return {
    hear(changes) {
      const restored = restoredOf(changes);
      for (const change of changes) onChange(change, restored.has(change.entityId));
    },
    sync,
  };
}
