/** Secrets that change at run time: one JSON file beside the database, mode 0600, replaced atomically. Never in the database, never in a log. */
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Log } from "../log.ts";

export interface Secrets {
  get(space: string, key: string): string | undefined;
  /** Resolves once it is on disk. @throws Error when it cannot be saved: the caller must not then rely on the new secret. */
  set(space: string, key: string, value: string): Promise<void>;
}

export function openSecrets(dir: string, log: Log): Secrets {
  const file = join(dir, "secrets.json");
  let all: Record<string, Record<string, string>> = {};
  try {
    all = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.error(
        { file, reason: (error as Error).name },
        "secrets file is unreadable; the configuration's values are used",
      );
  }
  let queue: Promise<void> = Promise.resolve();
  async function save(text: string): Promise<void> {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(`${file}.new`, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }
  return {
    get: (space, key) => all[space]?.[key],
    async set(space, key, value) {
      const before = queue;
      const mine = (async () => {
        await before;
        const next = { ...all, [space]: { ...all[space], [key]: value } };
        await save(JSON.stringify(next, null, 2));
        all = next;
      })();
      // The next writer waits for this one whether it succeeds or not; the failure itself goes to this caller.
      queue = mine.catch(() => undefined);
      await mine;
    },
  };
}
