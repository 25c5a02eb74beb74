/** The history for people and programs. */
import { roundTo } from "../../shared/units.ts";
import type { SessionRecord } from "./sessions.ts";

export interface SessionJson {
  readonly charger: string;
  readonly session: string;
  readonly start: string;
  readonly end: string | null;
  readonly energy_kwh: number;
  readonly duration_min: number;
  readonly max_w: number;
  readonly avg_w: number;
  readonly solar_pct: number | null;
  readonly cost: number | null;
  readonly currency: string | null;
  readonly tag: string | null;
  readonly vehicle: string | null;
  readonly stop_reason: string | null;
  readonly per_mode_kwh: Readonly<Record<string, number>>;
}

export function sessionsJson(records: readonly SessionRecord[]): SessionJson[] {
  return records.map((record) => {
    const durationMs = (record.endedMs ?? record.updatedMs) - record.startedMs;
    return {
      charger: record.charger,
      session: record.session.replace(/#\d+$/, ""),
      start: new Date(record.startedMs).toISOString(),
      end: record.endedMs === undefined ? null : new Date(record.endedMs).toISOString(),
      energy_kwh: roundTo(record.energyWh / 1000, 3),
      duration_min: Math.round(durationMs / 60_000),
      max_w: Math.round(record.maxW),
      avg_w: durationMs <= 0 ? 0 : Math.round(record.energyWh / (durationMs / 3_600_000)),
      solar_pct:
        record.energyWh > 0 && record.solarWh > 0 ? Math.round((record.solarWh / record.energyWh) * 100) : null,
      cost: record.cost === undefined ? null : roundTo(record.cost, 2),
      currency: record.currency ?? null,
      tag: record.tag ?? null,
      vehicle: record.vehicle ?? null,
      stop_reason: record.stopReason ?? null,
      per_mode_kwh: Object.fromEntries(
        Object.entries(record.perModeWh).map(([mode, wh]) => [mode, roundTo(wh / 1000, 3)]),
      ),
    };
  });
}

const COLUMNS = [
  "charger",
  "session",
  "start",
  "end",
  "energy_kwh",
  "duration_min",
  "max_w",
  "avg_w",
  "solar_pct",
  "cost",
  "currency",
  "tag",
  "vehicle",
  "stop_reason",
] as const;

/** RFC 4180. A cell that a spreadsheet would take for a formula is quoted with an apostrophe: tags come from outside. */
export function sessionsCsv(records: readonly SessionRecord[]): string {
  const cell = (value: string | number | null): string => {
    const plain = value === null ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t]/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = sessionsJson(records).map((row) => COLUMNS.map((column) => cell(row[column])).join(","));
  return `${[COLUMNS.join(","), ...rows].join("\r\n")}\r\n`;
}

export function sessionsTable(records: readonly SessionRecord[]): string {
  if (records.length === 0) return "No sessions in this time.";
  const head = ["Charger", "Start", "End", "kWh", "Minutes", "Cost", "Car or tag"];
  const rows = sessionsJson(records).map((row) => [
    row.charger,
    localTime(row.start),
    row.end === null ? "going on" : localTime(row.end),
    row.energy_kwh.toFixed(2),
    String(row.duration_min),
    row.cost === null ? "" : `${row.cost.toFixed(2)}${row.currency === null ? "" : ` ${row.currency}`}`,
    row.vehicle ?? row.tag ?? "",
  ]);
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((value, index) => value.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function localTime(iso: string): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
}
