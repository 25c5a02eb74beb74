/** A charge point as either API tells of it, in the project's units. */

export interface SessionReading {
  readonly id: string;
  /** Neither finished, failed nor expired. */
  readonly active: boolean;
  /** The platform's word. */
  readonly status: string | undefined;
  readonly chargingState: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly powerW: number | undefined;
  readonly energyWh: number | undefined;
  readonly durationS: number | undefined;
  readonly totalDurationS: number | undefined;
  readonly cost: number | undefined;
  readonly totalCost: number | undefined;
  readonly currency: string | undefined;
  readonly socPct: number | undefined;
  readonly reason: string | undefined;
}

export interface EvseReading {
  /** As a string, for comparing. */
  readonly id: string;
  /** In the type received, to be sent back. */
  readonly rawId: string | number;
  /** OCPP connector number (public API). */
  readonly networkId: number | undefined;
  /** The platform's word for its state. */
  readonly status: string | undefined;
  readonly connector: string | undefined;
  readonly phases: 1 | 2 | 3 | undefined;
  readonly maxA: number | undefined;
  readonly session: SessionReading | undefined;
}

export interface ChargePointReading {
  readonly id: string;
  readonly name: string | undefined;
  /** The platform's word. */
  readonly status: string | undefined;
  /** The platform has the box on its line. */
  readonly reachable: boolean;
  readonly firmware: string | undefined;
  readonly minA: number | undefined;
  readonly maxA: number | undefined;
  /** Values shown as they are: entities and attributes. */
  readonly more: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The platform's own smart charging is on: it works against the planner. */
  readonly smartCharging: boolean | undefined;
  readonly evses: readonly EvseReading[];
}

/** Cloud words are compared without case, spaces, `_` and `-`. */
export function normal(word: string | undefined): string {
  return (word ?? "").toLowerCase().replace(/[\s_-]/g, "");
}

/** Numbers may arrive as text; empty text is unknown. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

export function flagOf(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

const OVER = new Set(["finished", "failed", "expired"]);
export function isActive(status: string | undefined): boolean {
  return !OVER.has(normal(status));
}
