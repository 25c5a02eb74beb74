/** The charging history: one row a session, open ones updated in place. */
import type { Database } from "./database.ts";

/** One charging visit. Energy Wh, power W, times ms since the epoch, cost in `currency`. */
export interface SessionRecord {
  readonly charger: string;
  /** The box's transaction id or the driver's own. */
  readonly session: string;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  readonly updatedMs: number;
  readonly energyWh: number;
  readonly solarWh: number;
  readonly maxW: number;
  readonly cost: number | undefined;
  readonly currency: string | undefined;
  readonly tag: string | undefined;
  readonly vehicle: string | undefined;
  readonly stopReason: string | undefined;
  /** Wh by charge mode. */
  readonly perModeWh: Readonly<Record<string, number>>;
  readonly evidence: Readonly<Record<string, string>> | undefined;
}

export interface MonthTotal {
  readonly energyWh: number;
  readonly cost: number | undefined;
}

export interface SessionStore {
  save(record: SessionRecord): void;
  /** Not ended yet, by charger: what a restarted bridge goes on with. */
  open(charger: string): SessionRecord | undefined;
  /** Newest ended session. */
  last(charger: string): SessionRecord | undefined;
  /** Whether this session stands in the history as ended. */
  hasEnded(charger: string, session: string): boolean;
  /** Newest first; bounds in ms, both optional. */
  list(filter: {
    readonly charger?: string;
    readonly fromMs?: number;
    readonly toMs?: number;
    readonly limit?: number;
  }): readonly SessionRecord[];
  /** Sum of the sessions that started in [fromMs, toMs). */
  total(charger: string, fromMs: number, toMs: number): MonthTotal;
  flush(): void;
}

interface Row {
  charger: string;
  session: string;
  started_ms: number;
  ended_ms: number | null;
  updated_ms: number;
  energy_wh: number;
  solar_wh: number;
  max_w: number;
  cost: number | null;
  currency: string | null;
  tag: string | null;
  vehicle: string | null;
  stop_reason: string | null;
  per_mode: string;
  evidence: string | null;
}

export function createSessionStore(database: Database): SessionStore {
  const { db } = database;
  const upsert = db.prepare(`
    INSERT INTO session (charger, session, started_ms, ended_ms, updated_ms, energy_wh, solar_wh, max_w, cost, currency, tag, vehicle, stop_reason, per_mode, evidence)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (charger, session) DO UPDATE SET
      started_ms = excluded.started_ms, ended_ms = excluded.ended_ms, updated_ms = excluded.updated_ms, energy_wh = excluded.energy_wh,
      solar_wh = excluded.solar_wh, max_w = excluded.max_w, cost = excluded.cost, currency = excluded.currency, tag = excluded.tag,
      vehicle = excluded.vehicle, stop_reason = excluded.stop_reason, per_mode = excluded.per_mode, evidence = excluded.evidence`);
  const openOne = db.prepare(
    "SELECT * FROM session WHERE charger = ? AND ended_ms IS NULL ORDER BY started_ms DESC LIMIT 1",
  );
  const lastOne = db.prepare(
    "SELECT * FROM session WHERE charger = ? AND ended_ms IS NOT NULL ORDER BY ended_ms DESC LIMIT 1",
  );
  const endedOne = db.prepare("SELECT 1 FROM session WHERE charger = ? AND session = ? AND ended_ms IS NOT NULL");
  const sum = db.prepare(
    "SELECT SUM(energy_wh) AS energy, SUM(cost) AS cost FROM session WHERE charger = ? AND started_ms >= ? AND started_ms < ?",
  );
  const unsaved = new Map<string, SessionRecord>();
  const save = (record: SessionRecord): boolean =>
    database.write("session", () => {
      upsert.run(
        record.charger,
        record.session,
        Math.round(record.startedMs),
        record.endedMs === undefined ? null : Math.round(record.endedMs),
        Math.round(record.updatedMs),
        record.energyWh,
        record.solarWh,
        record.maxW,
        record.cost ?? null,
        record.currency ?? null,
        record.tag ?? null,
        record.vehicle ?? null,
        record.stopReason ?? null,
        JSON.stringify(record.perModeWh),
        record.evidence === undefined ? null : JSON.stringify(record.evidence),
      );
    });
  const store: SessionStore = {
    save(record) {
      const key = `${record.charger}\0${record.session}`;
      if (save(record)) unsaved.delete(key);
      else unsaved.set(key, record);
    },
    open: (charger) =>
      [...unsaved.values()].find((record) => record.charger === charger && record.endedMs === undefined) ??
      fromRow(openOne.get(charger)),
    hasEnded: (charger, session) => endedOne.get(charger, session) !== undefined,
    last: (charger) => fromRow(lastOne.get(charger)),
    list({ charger, fromMs, toMs, limit }) {
      const rows = db
        .prepare(
          "SELECT * FROM session WHERE (?1 IS NULL OR charger = ?1) AND (?2 IS NULL OR started_ms >= ?2) AND (?3 IS NULL OR started_ms < ?3) ORDER BY started_ms DESC LIMIT ?4",
        )
        .all(charger ?? null, fromMs ?? null, toMs ?? null, limit ?? 10_000);
      return rows.map(fromRow).filter((record) => record !== undefined);
    },
    total(charger, fromMs, toMs) {
      const row = sum.get(charger, Math.round(fromMs), Math.round(toMs)) as {
        energy: number | null;
        cost: number | null;
      };
      return { energyWh: row.energy ?? 0, cost: row.cost ?? undefined };
    },
    flush() {
      for (const record of [...unsaved.values()]) store.save(record);
    },
  };
  return store;
}

function fromRow(value: unknown): SessionRecord | undefined {
  if (value === undefined) return undefined;
  const row = value as Row;
  return {
    charger: row.charger,
    session: row.session,
    startedMs: row.started_ms,
    endedMs: row.ended_ms ?? undefined,
    updatedMs: row.updated_ms,
    energyWh: row.energy_wh,
    solarWh: row.solar_wh,
    maxW: row.max_w,
    cost: row.cost ?? undefined,
    currency: row.currency ?? undefined,
    tag: row.tag ?? undefined,
    vehicle: row.vehicle ?? undefined,
    stopReason: row.stop_reason ?? undefined,
    perModeWh: JSON.parse(row.per_mode) as Record<string, number>,
    evidence: row.evidence === null ? undefined : (JSON.parse(row.evidence) as Record<string, string>),
  };
}
