/**
 * Controls as `input_*` helpers. Each is made once and known by its registry id for ever: a rename is followed, a deletion respected.
 * Three values keep echoes out: what the helper shows, what it should show (`truth`), and what of ours is on its way (`expected`).
 * Longer than two screens: one closure holds the owners, and what is done to a helper already lies in files of its own.
 */
import type { EvseEntities } from "../../shared/entities.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import { createEntityDecoder } from "./compressed.ts";
import type { HassLink, HassMemory, HelperEvent, HelperOwner, Helpers } from "./doors.ts";
import { toHassError } from "./errors.ts";
import { createSettling } from "./helper-history.ts";
import { createHelperKeeper } from "./helper-keeper.ts";
import { readOwner, saveOwner, type Helper, type Owner } from "./helper-memory.ts";
import { createHelperValues } from "./helper-values.ts";
import { deviceIdentifier } from "./identity.ts";
import type { RegistryEntry } from "./registry-forms.ts";
import type { Registry } from "./registry.ts";
import type { HassRest } from "./rest.ts";

export interface HelpersOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly instance: string | undefined;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
const TELL_MS = 50;

export interface RecreatableHelpers extends Helpers {
  /** Helpers that the user deleted come back (`setup --recreate`). */
  recreate(): void;
}

export function createHelpers(options: HelpersOptions): RecreatableHelpers {
  const { link, registry, memory, clock, instance } = options;
  const log = options.log.child({ room: "hass", part: "helpers" });
  const owners = new Map<string, Owner>();
  const events = new Set<(event: HelperEvent) => void>();
  const changes = new Set<() => void>();
  let byEntity = new Map<string, Helper>();
  let subscribed = "";
  let unsubscribe: Unsubscribe | undefined;
  let told = "";
  let telling: Unsubscribe | undefined;
  let closed = false;

  const keeper = createHelperKeeper({
    link,
    registry,
    memory,
    log,
    instance,
    reshaped: (helper) => values.sync(helper),
    made(helper) {
      helper.madeMs = clock.monotonicMs();
      settling.look();
    },
  });
  const entryOf = (helper: Helper): RegistryEntry | undefined => keeper.entryOf(helper);
  const save = (owner: Owner): void => saveOwner(memory, owner);

  const values = createHelperValues({
    link,
    log,
    closed: () => closed,
    hassNowMs: () => options.rest.hassNowMs(),
    helperAt(entityId) {
      const helper = byEntity.get(entityId);
      const owner = helper === undefined ? undefined : owners.get(helper.owner);
      return helper === undefined || owner === undefined ? undefined : { helper, owner };
    },
    save,
    onReplaced(helper) {
      helper.replacedMs = clock.monotonicMs();
      settling.look();
    },
    fire(event) {
      for (const listener of [...events]) {
        try {
          listener(event);
        } catch (error) {
          log.error({ err: error, owner: event.owner, key: event.key }, "listener failed");
        }
      }
    },
  });

  const settling = createSettling<Helper>({
    clock,
    link,
    helpers: () => [...owners.values()].flatMap((owner) => [...owner.helpers.values()]),
    settled(changed) {
      for (const owner of owners.values()) if (changed.some((helper) => helper.owner === owner.id)) save(owner);
    },
  });

  function resubscribe(): void {
    const next = new Map<string, Helper>();
    for (const owner of owners.values())
      for (const helper of owner.helpers.values()) if (helper.entityId !== undefined) next.set(helper.entityId, helper);
    byEntity = next;
    const ids = [...next.keys()].sort();
    const signature = ids.join(" ");
    if (signature === subscribed) return;
    subscribed = signature;
    const old = unsubscribe;
    const fresh = createEntityDecoder();
    unsubscribe =
      ids.length === 0
        ? undefined
        : link.subscribe({ type: "subscribe_entities", entity_ids: ids }, (event) => {
            values.hear(fresh.decode(event));
          });
    old?.();
  }

  const tellSoon = (): void => {
    telling ??= clock.after(TELL_MS, () => {
      telling = undefined;
      const now = JSON.stringify([...owners.keys()].map((id) => [id, entitiesOf(id)]));
      if (now === told || closed) return;
      told = now;
      for (const listener of [...changes]) listener();
    });
  };

  function entitiesOf(id: string): EvseEntities {
    const out: Record<string, string> = {};
    for (const [key, helper] of owners.get(id)?.helpers ?? [])
      if (helper.entityId !== undefined) out[key] = helper.entityId;
    return out;
  }

  // ---- making and keeping them

  function kick(owner: Owner, delayMs = 0): void {
    if (closed || owner.retired) return;
    if (owner.busy) {
      owner.again = true;
      return;
    }
    owner.wake?.();
    owner.wake = undefined;
    if (delayMs > 0) {
      owner.wake = clock.after(delayMs, () => kick(owner));
      return;
    }
    if (!registry.ready) return; // its onReady wakes everybody
    owner.busy = true;
    owner.again = false;
    work(owner).then(
      () => {
        owner.busy = false;
        owner.failures = 0;
        if (owner.again) kick(owner);
      },
      (error: unknown) => {
        owner.busy = false;
        owner.failures++;
        const reason = toHassError(error, `helpers of ${owner.id}`);
        log[owner.failures === 1 && reason.code !== "offline" ? "warn" : "debug"](
          { owner: owner.id, err: reason },
          "helpers not complete, trying again",
        );
        kick(owner, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(owner.failures - 1, 10)));
      },
    );
  }

  async function work(owner: Owner): Promise<void> {
    if (owner.house !== undefined && registry.house !== undefined && owner.house !== registry.house) {
      log.warn({ owner: owner.id }, "this is another home assistant than before, making new helpers");
      for (const helper of owner.helpers.values()) {
        helper.memory = {};
        helper.truth ??= helper.spec.initial;
      }
    }
    owner.house = registry.house ?? owner.house;
    const area = registry.device(deviceIdentifier(instance, owner.id))?.areaId;
    try {
      await Promise.all([...owner.helpers.values()].map((helper) => keeper.keep(owner, helper, area)));
    } finally {
      if (!owner.retired) save(owner);
      resubscribe();
      tellSoon();
    }
  }

  const wakeAll = (): void => {
    for (const owner of owners.values()) {
      owner.failures = 0;
      for (const helper of owner.helpers.values()) helper.refused = undefined;
      kick(owner);
    }
  };
  const stops = [
    registry.onReady(wakeAll),
    registry.onChange(() => {
      for (const owner of owners.values()) {
        const area = registry.device(deviceIdentifier(instance, owner.id))?.areaId;
        const moved = [...owner.helpers.values()].some((helper) => {
          if (helper.memory.id === undefined) return false;
          const entry = entryOf(helper);
          return (
            (entry?.disabled === false ? entry.entityId : undefined) !== helper.entityId || helper.memory.area !== area
          );
        });
        if (moved) kick(owner);
      }
    }),
    link.onStatus((status) => {
      if (status.state === "up") return;
      // What comes first on the next connection is news from the time in between.
      for (const helper of byEntity.values()) helper.live = false;
    }),
  ];

  return {
    ensure({ id, name }: HelperOwner, specs) {
      if (closed) return;
      let owner = owners.get(id);
      const stored = readOwner(memory, id);
      if (owner === undefined) {
        owner = {
          id,
          name,
          helpers: new Map<string, Helper>(),
          house: stored.house,
          busy: false,
          again: false,
          failures: 0,
          wake: undefined,
          retired: false,
        };
        owners.set(id, owner);
      }
      owner.name = name;
      for (const spec of specs) {
        const helper = owner.helpers.get(spec.key);
        if (helper !== undefined) helper.spec = spec;
        else
          owner.helpers.set(spec.key, {
            spec,
            owner: id,
            memory: stored.keys[spec.key] ?? {},
            entityId: undefined,
            adopted: false,
            live: false,
            truth: undefined,
            expected: undefined,
            reshaping: false,
            writing: false,
            refused: undefined,
            replacedMs: -Infinity,
            madeMs: -Infinity,
          });
        const now = owner.helpers.get(spec.key);
        // The configuration gives the first value only; later the helper's own counts.
        if (now?.memory.id === undefined && now?.memory.making === undefined && now !== undefined)
          now.truth ??= spec.initial;
      }
      kick(owner);
    },
    onEvent(listener) {
      events.add(listener);
      return () => events.delete(listener);
    },
    reflect(id, key, value) {
      const helper = owners.get(id)?.helpers.get(key);
      if (helper === undefined || helper.spec.domain === "input_button") return;
      if (helper.truth !== value) helper.refused = undefined;
      helper.truth = value;
      values.sync(helper);
    },
    entitiesOf,
    onEntities(listener) {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    recreate() {
      for (const owner of owners.values()) {
        for (const { memory: record, spec, ...helper } of owner.helpers.values()) {
          if (record.deleted !== true) continue;
          delete record.deleted;
          delete record.id;
          delete record.shown;
          const kept = owner.helpers.get(spec.key);
          if (kept !== undefined) kept.truth = helper.truth ?? spec.initial;
        }
        save(owner);
        kick(owner);
      }
    },
    async retire(id) {
      const owner = owners.get(id);
      const remembered = Object.values(owner === undefined ? readOwner(memory, id).keys : {});
      if (owner !== undefined) {
        owner.retired = true;
        owner.wake?.();
        owners.delete(id);
        resubscribe();
      }
      await keeper.remove(owner?.helpers.values() ?? [], remembered);
      memory.delete(`helper:${id}`);
      tellSoon();
    },
    close() {
      closed = true;
      for (const stop of stops) stop();
      settling.close();
      for (const owner of owners.values()) owner.wake?.();
      telling?.();
      unsubscribe?.();
      return Promise.resolve();
    },
  };
}
