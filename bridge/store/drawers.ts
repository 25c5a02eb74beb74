/** Key-value drawers for durable ids, settings and probing results. Memory is the truth while running; the disk follows. */
import type { Clock } from "../clock.ts";
import type { Database } from "./database.ts";

export type Stored = null | boolean | number | string | readonly Stored[] | { readonly [key: string]: Stored };

export interface Drawer {
  get(key: string): Stored | undefined;
  set(key: string, value: Stored): void;
  delete(key: string): void;
  keys(): readonly string[];
}

export interface Drawers {
  open(space: string): Drawer;
  /** Writes what could not be written before; called on a beat and at the end. */
  flush(): void;
}

export function createDrawers(database: Database, clock: Pick<Clock, "monotonicMs">): Drawers {
  const cache = new Map<string, Map<string, string>>();
  for (const row of database.db.prepare("SELECT space, key, value FROM drawer").all() as {
    space: string;
    key: string;
    value: string;
  }[]) {
    spaceOf(row.space).set(row.key, row.value);
  }
  const put = database.db.prepare(
    "INSERT INTO drawer (space, key, value) VALUES (?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET value = excluded.value",
  );
  const drop = database.db.prepare("DELETE FROM drawer WHERE space = ? AND key = ?");
  /** Not on disk yet; NUL cannot be part of a space or key. */
  const unsaved = new Map<string, readonly [space: string, key: string]>();
  let lastTryMs = 0;

  function spaceOf(space: string): Map<string, string> {
    let found = cache.get(space);
    if (found === undefined) cache.set(space, (found = new Map<string, string>()));
    return found;
  }
  function save(space: string, key: string): boolean {
    const value = spaceOf(space).get(key);
    return database.write("drawer", () => {
      if (value === undefined) drop.run(space, key);
      else put.run(space, key, value);
    });
  }
  function flush(): void {
    for (const [id, [space, key]] of unsaved) {
      if (!save(space, key)) return;
      unsaved.delete(id);
    }
  }
  function change(space: string, key: string): void {
    // A disk in trouble is tried again at most every 10 s, so that a full disk costs no time.
    if (unsaved.size > 0 && clock.monotonicMs() - lastTryMs < 10_000) {
      unsaved.set(`${space}\0${key}`, [space, key]);
      return;
    }
    lastTryMs = clock.monotonicMs();
    if (!save(space, key)) unsaved.set(`${space}\0${key}`, [space, key]);
    else flush();
  }
  return {
    flush,
    open(space) {
      const map = spaceOf(space);
      return {
        get(key) {
          const text = map.get(key);
          return text === undefined ? undefined : (JSON.parse(text) as Stored);
        },
        set(key, value) {
          const text = JSON.stringify(value);
          if (map.get(key) === text) return;
          map.set(key, text);
          change(space, key);
        },
        delete(key) {
          if (map.delete(key)) change(space, key);
        },
        keys: () => [...map.keys()],
      };
    },
  };
}
