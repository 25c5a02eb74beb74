/** The simulated operator's API. */
import type { Answer, Asked } from "./app-routes.ts";
import {
  sessionFigures,
  type AmpecoWorld,
  type SimulatedChargePoint,
  type SimulatedEvse,
  type SimulatedSession,
} from "./world.ts";

const NOT_FOUND: Answer = { status: 404, body: { message: "Not found" } };
const PAGE = 2;

export function answerPublic(world: AmpecoWorld, asked: Asked): Answer {
  const [kind = "", ...parts] = asked.path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  if (kind === "resources" && asked.method === "GET") return resource(world, parts, asked);
  if (kind === "actions" && asked.method === "POST") return action(world, parts, asked);
  return NOT_FOUND;
}

function resource(world: AmpecoWorld, parts: readonly string[], asked: Asked): Answer {
  const [what, version, id, more] = parts;
  if (what === "sessions") return sessions(world, id, asked);
  if (what !== "charge-points") return NOT_FOUND;
  if (id === undefined) return list(world, asked.query);
  const one = world.find(id);
  if (one === undefined) return NOT_FOUND;
  for (const evse of one.evses) world.flow(evse);
  if (version === "v1.0" && more === "status")
    return {
      status: 200,
      body: {
        data: {
          networkStatus: one.networkStatus,
          hardwareStatus: "available",
          evses: one.evses.map((evse) => ({ id: evse.id, hardwareStatus: evse.status })),
          lastUpdatedAt: new Date(asked.nowMs).toISOString(),
        },
      },
    };
  if (more === "evses") return { status: 200, body: { data: one.evses.map((evse) => outlet(one, evse)) } };
  if (more === "smart-charging") return { status: 200, body: { data: { enabled: one.smartCharging } } };
  return { status: 200, body: { data: chargePoint(one) } };
}

function list(world: AmpecoWorld, query: URLSearchParams): Answer {
  const from = Number(query.get("cursor") ?? 0);
  const page = world.chargePoints.slice(from, from + PAGE);
  const next = from + PAGE < world.chargePoints.length ? `?cursor=${from + PAGE}&per_page=${PAGE}` : null;
  return {
    status: 200,
    body: {
      data: page.map(chargePoint),
      links: { next: next === null ? null : `/public-api/resources/charge-points/v2.0${next}` },
    },
  };
}

function sessions(world: AmpecoWorld, id: string | undefined, { query, nowMs }: Asked): Answer {
  if (id !== undefined) {
    const place = world.withSession(id);
    if (place !== undefined) world.flow(place.evse);
    const found = place?.evse.session ?? world.history.find((one) => one.id === id);
    return found === undefined ? NOT_FOUND : { status: 200, body: { data: session(found, place?.evse, nowMs) } };
  }
  const place = world.outlet(query.get("filter[evseId]") ?? "");
  if (place !== undefined) world.flow(place.evse);
  const found = place?.evse.session;
  return { status: 200, body: { data: found === undefined ? [] : [session(found, place?.evse, nowMs)], links: {} } };
}

function action(world: AmpecoWorld, parts: readonly string[], asked: Asked): Answer {
  const [what, , id = "", order, target = ""] = parts;
  const one = what === "charge-point" ? world.find(id) : undefined;
  if (one === undefined) return NOT_FOUND;
  switch (order) {
    case "start": {
      const evse = one.evses.find((outlet) => String(outlet.id) === target);
      if (evse === undefined) return NOT_FOUND;
      if (evse.session !== undefined)
        return { status: 202, body: { success: false, errorCode: "SESSION_EXISTS", message: "A session exists" } };
      const started = world.start(one, evse, 32);
      return { status: 202, body: { success: true, sessionId: Number(started.id), authorizationId: "1" } };
    }
    case "stop": {
      const place = world.withSession(target);
      if (place === undefined) return NOT_FOUND;
      world.stop(one, place.evse);
      return { status: 202, body: {} };
    }
    case "set-charging-profile": {
      const evse = one.evses.find((outlet) => String(outlet.networkId) === target);
      const limitA = limitOf(asked.body);
      if (evse === undefined || limitA === undefined)
        return { status: 422, body: { message: "Invalid data", errors: { chargingSchedule: ["is required"] } } };
      world.setLimit(one, evse, limitA);
      return { status: 202, body: { data: { id: 1 } } };
    }
    case "clear-charging-profile":
    case "unlock":
    case "reset":
      return { status: 202, body: { data: { id: 2 } } };
    default:
      return NOT_FOUND;
  }
}

function limitOf(body: Readonly<Record<string, unknown>>): number | undefined {
  const schedule = body["chargingSchedule"];
  if (typeof schedule !== "object" || schedule === null || !("chargingSchedulePeriod" in schedule)) return undefined;
  const periods: unknown = schedule.chargingSchedulePeriod;
  const first: unknown = Array.isArray(periods) ? periods[0] : undefined;
  return typeof first === "object" && first !== null && "limit" in first && typeof first.limit === "number"
    ? first.limit
    : undefined;
}

function chargePoint(one: SimulatedChargePoint): unknown {
  return {
    id: one.id,
    name: one.name,
    networkStatus: one.networkStatus,
    hardwareStatus: "available",
    firmwareVersion: "3.0.0",
  };
}

function outlet(one: SimulatedChargePoint, evse: SimulatedEvse): unknown {
  return {
    id: evse.id,
    networkId: evse.networkId,
    status: "enabled",
    hardwareStatus: evse.status,
    powerOptions: { maxPower: one.maxA * 690, maxAmperage: one.maxA, maxVoltage: "230", phases: "3" },
  };
}

function session(of: SimulatedSession, evse: SimulatedEvse | undefined, nowMs: number): unknown {
  const { powerW, energyWh, amount } = sessionFigures(of, evse?.session === of ? evse : undefined, nowMs);
  return {
    id: Number(of.id),
    status: of.status,
    energy: energyWh,
    power: { latest: powerW, peak: powerW, average: powerW },
    socPercent: null,
    startedAt: new Date(of.startedAtMs).toISOString(),
    stoppedAt: of.endedAtMs === undefined ? null : new Date(of.endedAtMs).toISOString(),
    amount,
    currency: "EUR",
  };
}
