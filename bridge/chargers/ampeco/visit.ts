/**
 * The user's charging visit over the cloud's sessions: a pause here is a stop there, so one visit may hold several of them.
 * And a lifetime register, since the cloud has none: the energy of all sessions seen. Pure.
 */
import type { ChargerStatus, SessionSnapshot } from "../../../shared/charger.ts";
import type { JsonValue } from "../charger.ts";
import type { SessionReading } from "./reading.ts";

export interface Part {
  readonly id: string;
  readonly energyWh: number | undefined;
  readonly cost: number | undefined;
  readonly durationS: number | undefined;
}

export interface Visit {
  readonly id: string;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Sums of the parts that are over. */
  readonly doneWh: number;
  readonly doneCost: number | undefined;
  /** The cloud's newest session; undefined before the first. */
  readonly part: Part | undefined;
  /** We have stopped the cloud's session (or not begun one) and mean to go on. */
  readonly paused: boolean;
  readonly stopReason: string | undefined;
}

export function newVisit(id: string, startedAtMs: number, paused: boolean): Visit {
  return {
    id,
    startedAtMs,
    endedAtMs: undefined,
    doneWh: 0,
    doneCost: undefined,
    part: undefined,
    paused,
    stopReason: undefined,
  };
}

/** What a reading means for the visit. `status` undefined (a word nobody knows) decides nothing. */
export function followVisit(
  visit: Visit | undefined,
  session: SessionReading | undefined,
  status: ChargerStatus | undefined,
  nowMs: number,
): Visit | undefined {
  const open = visit !== undefined && visit.endedAtMs === undefined ? visit : undefined;
  if (visit !== undefined && open === undefined && session !== undefined && session.id === visit.part?.id) {
    // Last values told late; or it was missing from one answer only and goes on.
    const part = partOf(session, visit.part);
    return session.active ? { ...visit, endedAtMs: undefined, part } : { ...visit, part };
  }
  if (session?.active === true) {
    if (open?.part?.id === session.id) return { ...open, paused: false, part: partOf(session, open.part) };
    if (open !== undefined && (open.paused || open.part === undefined))
      return { ...withoutPart(open), paused: false, part: partOf(session, undefined) };
    return { ...newVisit(session.id, session.startedAtMs ?? nowMs, false), part: partOf(session, undefined) };
  }
  if (open === undefined) return visit;
  const final = session?.id === open.part?.id && session !== undefined ? partOf(session, open.part) : open.part;
  const updated = { ...open, part: final };
  if (status === undefined) return updated;
  const carGone = status === "available" || status === "reserved";
  if (open.paused && !carGone) return updated;
  if (open.paused && open.part === undefined) return undefined;
  return endVisit(updated, session?.endedAtMs ?? nowMs, session?.reason);
}

export function endVisit(visit: Visit, endedAtMs: number, stopReason: string | undefined): Visit {
  return { ...visit, endedAtMs, paused: false, stopReason: stopReason ?? visit.stopReason };
}

export function visitWh(visit: Visit): number | undefined {
  const now = visit.part?.energyWh;
  return now === undefined && visit.doneWh === 0 ? undefined : visit.doneWh + (now ?? 0);
}

export function snapshotOf(visit: Visit | undefined): SessionSnapshot | undefined {
  if (visit === undefined) return undefined;
  const costs = [visit.doneCost, visit.part?.cost].filter((cost) => cost !== undefined);
  return {
    id: visit.id,
    startedAtMs: visit.startedAtMs,
    endedAtMs: visit.endedAtMs,
    energyWh: visitWh(visit),
    idTag: undefined,
    stopReason: visit.stopReason,
    ...(costs.length === 0 ? {} : { cost: costs.reduce((a, b) => a + b, 0) }),
  };
}

/** Figures of one session never run backwards. */
function partOf(session: SessionReading, before: Part | undefined): Part {
  return {
    id: session.id,
    energyWh: highest(session.energyWh, before?.energyWh),
    cost: session.totalCost ?? session.cost ?? before?.cost,
    durationS: session.totalDurationS ?? session.durationS ?? before?.durationS,
  };
}

function withoutPart(visit: Visit): Visit {
  const { part } = visit;
  if (part === undefined) return visit;
  const doneCost = part.cost === undefined ? visit.doneCost : (visit.doneCost ?? 0) + part.cost;
  return { ...visit, doneWh: visit.doneWh + (part.energyWh ?? 0), doneCost, part: undefined };
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

export interface Register {
  readonly doneWh: number;
  readonly partId: string;
  readonly partWh: number;
}

export function followRegister(
  register: Register | undefined,
  session: SessionReading | undefined,
): Register | undefined {
  if (session?.energyWh === undefined) return register;
  if (register === undefined) return { doneWh: 0, partId: session.id, partWh: session.energyWh };
  if (register.partId === session.id) return { ...register, partWh: Math.max(register.partWh, session.energyWh) };
  return { doneWh: register.doneWh + register.partWh, partId: session.id, partWh: session.energyWh };
}

export function registerWh(register: Register | undefined): number | undefined {
  return register === undefined ? undefined : register.doneWh + register.partWh;
}

/** The stored form; undefined when there is none or it is not readable. */
export function parseVisit(value: JsonValue | undefined): Visit | undefined {
  if (!isRecord(value) || typeof value["id"] !== "string" || typeof value["doneWh"] !== "number") return undefined;
  const part = value["part"];
  return {
    id: value["id"],
    startedAtMs: number(value["startedAtMs"]),
    endedAtMs: number(value["endedAtMs"]),
    doneWh: value["doneWh"],
    doneCost: number(value["doneCost"]),
    part:
      isRecord(part) && typeof part["id"] === "string"
        ? {
            id: part["id"],
            energyWh: number(part["energyWh"]),
            cost: number(part["cost"]),
            durationS: number(part["durationS"]),
          }
        : undefined,
    paused: value["paused"] === true,
    stopReason: typeof value["stopReason"] === "string" ? value["stopReason"] : undefined,
  };
}

export function parseRegister(value: JsonValue | undefined): Register | undefined {
  if (!isRecord(value)) return undefined;
  const { doneWh, partId, partWh } = value;
  if (typeof doneWh !== "number" || typeof partId !== "string" || typeof partWh !== "number") return undefined;
  return { doneWh, partId, partWh };
}

/** For the store: without what is undefined. */
export function storable(value: Visit | Register): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

const number = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
