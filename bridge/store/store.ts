/** THE CELLAR's door: everything that outlives the process. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { openDatabase } from "./database.ts";
import { createDrawers, type Drawer } from "./drawers.ts";
import { openSecrets, type Secrets } from "./secrets.ts";
import { createSessionStore, type SessionStore } from "./sessions.ts";

export interface Store {
  drawer(space: string): Drawer;
  readonly sessions: SessionStore;
  readonly secrets: Secrets;
  /** What keeps the disk from being used, with the remedy. */
  readonly problem: string | undefined;
  /** Tries again what could not be written. */
  flush(): void;
  close(): void;
}

export function openStore(dir: string, clock: Clock, log: Log): Store {
  const database = openDatabase(dir, log);
  const drawers = createDrawers(database, clock);
  const sessions = createSessionStore(database);
  const flush = (): void => {
    drawers.flush();
    sessions.flush();
  };
  return {
    drawer: (space) => drawers.open(space),
    sessions,
    secrets: openSecrets(dir, log),
    get problem() {
      return database.problem;
    },
    flush,
    close() {
      flush();
      database.close();
    },
  };
}
