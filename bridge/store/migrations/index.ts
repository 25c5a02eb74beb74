/** The database's history: each step leads one version forward and is never edited once released. */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "drawers and sessions",
    sql: `
      CREATE TABLE drawer (
        space TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (space, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        charger TEXT NOT NULL,
        session TEXT NOT NULL,
        started_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        updated_ms INTEGER NOT NULL,
        energy_wh REAL NOT NULL,
        solar_wh REAL NOT NULL,
        max_w REAL NOT NULL,
        cost REAL,
        currency TEXT,
        tag TEXT,
        vehicle TEXT,
        stop_reason TEXT,
        per_mode TEXT NOT NULL,
        evidence TEXT,
        UNIQUE (charger, session)
      ) STRICT;
      CREATE INDEX session_by_time ON session (charger, started_ms);
    `,
  },
];
