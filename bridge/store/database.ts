/**
 * The cellar's file: node:sqlite in WAL mode, versioned, backed up before each migration, mode 0600. Survives kill -9 at any moment.
 * A disk that is full or read-only never stops the bridge: writes are kept in memory, tried again, and the problem is told.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Log } from "../log.ts";
import { MIGRATIONS, type Migration } from "./migrations/index.ts";

export const DATABASE_FILE = "evse-bridge.sqlite";

export interface Database {
  readonly db: DatabaseSync;
  /** Runs a write; answers false and remembers the problem when the disk refuses. */
  write(what: string, task: (db: DatabaseSync) => void): boolean;
  /** English, with the remedy; undefined while all is well. */
  readonly problem: string | undefined;
  close(): void;
}

/** Opens or makes the database in `dir`; falls back to memory when the directory cannot be used. */
export function openDatabase(dir: string, log: Log, migrations: readonly Migration[] = MIGRATIONS): Database {
  let problem: string | undefined;
  const tell = (text: string, error: unknown): void => {
    if (problem !== text) log.error({ err: error, dir }, text);
    problem = text;
  };
  let db: DatabaseSync;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    db = openFile(join(dir, DATABASE_FILE), log, migrations);
  } catch (error) {
    tell(
      `${join(dir, DATABASE_FILE)} cannot be opened (${reasonOf(error)}); history and ids are kept in memory only. Free space or fix the rights of data_dir, then restart`,
      error,
    );
    db = new DatabaseSync(":memory:");
    migrate(db, MIGRATIONS, () => undefined);
  }
  return {
    db,
    get problem() {
      return problem;
    },
    write(what, task) {
      try {
        task(db);
        if (problem?.startsWith("could not save") === true) {
          log.info({ what }, "saving works again");
          problem = undefined;
        }
        return true;
      } catch (error) {
        tell(
          `could not save to ${join(dir, DATABASE_FILE)} (${reasonOf(error)}); it is kept in memory and tried again`,
          error,
        );
        return false;
      }
    },
    close() {
      db.close();
    },
  };
}

function openFile(file: string, log: Log, migrations: readonly Migration[]): DatabaseSync {
  const fresh = !existsSync(file);
  const db = new DatabaseSync(file);
  try {
    chmodSync(file, 0o600);
    db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON;",
    );
    migrate(db, migrations, (from) => {
      if (fresh) return;
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const backup = `${file}.v${from}.bak`;
      copyFileSync(file, backup);
      chmodSync(backup, 0o600);
      log.info({ backup }, "database backed up before migration");
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: DatabaseSync, migrations: readonly Migration[], backup: (fromVersion: number) => void): void {
  const version = (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest)
    throw new Error(
      `the database is of version ${version}, this bridge knows ${newest}: install the newer bridge again`,
    );
  const due = migrations.filter((migration) => migration.version > version);
  if (due.length === 0) return;
  backup(version);
  for (const migration of due) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migration.sql);
      db.exec(`PRAGMA user_version = ${migration.version}`);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw new Error(`migration to version ${migration.version} (${migration.name}) failed`, { cause: error });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
