/** Decodes `subscribe_entities`: the first message has all (`a`), later ones changes (`c`) and removals (`r`). */
import { isRecord } from "./errors.ts";

export interface SeenState {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** ms since the epoch. */
  readonly changedAtMs: number;
  readonly updatedAtMs: number;
  readonly contextId: string | undefined;
  readonly userId: string | undefined;
  /** A person or an automation brought it about; false: it was there when Home Assistant started. Told for the first picture only. */
  readonly caused: boolean;
}

export interface EntityChange {
  readonly entityId: string;
  readonly before: SeenState | undefined;
  /** undefined: removed. */
  readonly now: SeenState | undefined;
  /** The first that is known of it on this subscription, not a change that was seen happening. */
  readonly initial: boolean;
}

export interface EntityDecoder {
  /** Changes in one event, in its order. Foreign or malformed parts are left out. */
  decode(event: unknown): EntityChange[];
  /** Forgets all: a new subscription begins with `a`. */
  reset(): void;
}

export function createEntityDecoder(): EntityDecoder {
  const states = new Map<string, SeenState>();
  return {
    decode(event) {
      if (!isRecord(event)) return [];
      const out: EntityChange[] = [];
      const put = (entityId: string, now: SeenState | undefined, initial: boolean): void => {
        const before = states.get(entityId);
        if (now === undefined) states.delete(entityId);
        else states.set(entityId, now);
        out.push({ entityId, before, now, initial });
      };
      if (isRecord(event["a"]))
        for (const [entityId, raw] of Object.entries(event["a"]))
          if (isRecord(raw)) put(entityId, read(entityId, raw, undefined), true);
      if (isRecord(event["c"]))
        for (const [entityId, raw] of Object.entries(event["c"])) {
          const before = states.get(entityId);
          if (!isRecord(raw) || before === undefined) continue;
          const plus = isRecord(raw["+"]) ? raw["+"] : {};
          const minus = isRecord(raw["-"]) ? raw["-"] : {};
          const dropped = new Set<unknown>(Array.isArray(minus["a"]) ? minus["a"] : []);
          const kept = Object.entries(before.attributes).filter(([name]) => !dropped.has(name));
          const attributes = Object.fromEntries(kept);
          put(entityId, read(entityId, plus, { ...before, attributes }), false);
        }
      if (Array.isArray(event["r"])) for (const id of event["r"]) if (typeof id === "string") put(id, undefined, false);
      return out;
    },
    reset: () => states.clear(),
  };
}

function read(entityId: string, raw: Record<string, unknown>, before: SeenState | undefined): SeenState {
  // `lu` is left out when it equals `lc`; a change of `lc` moves both.
  const changed = msOf(raw["lc"]);
  const updated = msOf(raw["lu"]) ?? changed;
  const context = contextOf(raw["c"], before);
  return {
    entityId,
    state: typeof raw["s"] === "string" ? raw["s"] : (before?.state ?? "unknown"),
    attributes: isRecord(raw["a"]) ? { ...before?.attributes, ...raw["a"] } : (before?.attributes ?? {}),
    changedAtMs: changed ?? before?.changedAtMs ?? 0,
    updatedAtMs: updated ?? before?.updatedAtMs ?? 0,
    ...context,
    // A context without user and parent is sent as a bare id.
    caused: before !== undefined || isRecord(raw["c"]),
  };
}

function contextOf(
  raw: unknown,
  before: SeenState | undefined,
): { contextId: string | undefined; userId: string | undefined } {
  // A bare id: no user and no parent in the first message, the same ones as before in a change.
  if (typeof raw === "string") return { contextId: raw, userId: before?.userId };
  if (!isRecord(raw)) return { contextId: before?.contextId, userId: before?.userId };
  const user = raw["user_id"];
  return {
    contextId: typeof raw["id"] === "string" ? raw["id"] : before?.contextId,
    userId: typeof user === "string" ? user : user === null ? undefined : before?.userId,
  };
}

function msOf(seconds: unknown): number | undefined {
  return typeof seconds === "number" ? seconds * 1000 : undefined;
}
