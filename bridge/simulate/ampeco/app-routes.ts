/** The simulated app API. */
import {
  sessionFigures,
  type AmpecoWorld,
  type SimulatedChargePoint,
  type SimulatedEvse,
  type SimulatedSession,
} from "./world.ts";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Asked {
  readonly method: string;
  /** Under the API's base, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
  /** Tenants that have no such parameter answer 422. */
  readonly refusesMaxCurrent: boolean;
}

const NOT_FOUND: Answer = { status: 404, body: { message: "Not found" } };

export function answerApp(world: AmpecoWorld, asked: Asked): Answer {
  const { method, path, body, nowMs } = asked;
  if (method === "GET" && path === "/personal/charge-points")
    return { status: 200, body: { data: world.chargePoints.map((one) => chargePoint(world, one, nowMs)) } };
  const one = /^\/personal\/charge-points\/([^/]+)$/.exec(path);
  if (method === "GET" && one !== null) {
    const found = world.find(decodeURIComponent(one[1] ?? ""));
    return found === undefined ? NOT_FOUND : { status: 200, body: { data: chargePoint(world, found, nowMs) } };
  }
  if (method === "POST" && path === "/session/start") {
    const place = world.outlet(String(body["evseId"]));
    if (place === undefined) return NOT_FOUND;
    const { evse } = place;
    if (evse.session !== undefined) return { status: 406, body: { message: "A session is already active" } };
    const maxA = body["maxCurrent"];
    if (maxA !== undefined && asked.refusesMaxCurrent)
      return { status: 422, body: { message: "Invalid data", errors: { maxCurrent: ["is not a known field"] } } };
    const started = world.start(place.chargePoint, evse, typeof maxA === "number" ? maxA : undefined);
    return { status: 200, body: { session: session(started, evse, nowMs) } };
  }
  const stop = /^\/session\/([^/]+)\/(end|stop)$/.exec(path);
  if (method === "POST" && stop !== null) {
    const place = world.withSession(decodeURIComponent(stop[1] ?? ""));
    if (place === undefined) return NOT_FOUND;
    const ended = world.stop(place.chargePoint, place.evse);
    return ended === undefined ? NOT_FOUND : { status: 200, body: { session: session(ended, place.evse, nowMs) } };
  }
  return NOT_FOUND;
}

function chargePoint(world: AmpecoWorld, one: SimulatedChargePoint, nowMs: number): unknown {
  return {
    id: one.id,
    name: one.name,
    status: "available",
    networkStatus: one.networkStatus,
    max_current_a: one.maxA,
    allowed_min_current_a: 6,
    allowed_max_current_a: one.maxA,
    allowed_max_power_kw: "11.0",
    allowed_solar_min_power_kw: null,
    firmware_version: "2.4.1",
    plug_and_charge: false,
    is_rebooting: false,
    smart_charging_enabled: one.smartCharging,
    last_month_energy_kwh: "212.4",
    last_month_electricity_cost: 53.1,
    electricity_cost_tax_name: "VAT",
    electricity_cost_tax_percent: 20,
    evses: one.evses.map((evse) => {
      world.flow(evse);
      return {
        id: evse.id,
        identifier: String(evse.networkId),
        status: evse.status,
        maxPower: 11000,
        currentType: "ac",
        connectors: [{ name: "Type 2", format: "cable", status: evse.status }],
        ...(evse.session === undefined ? {} : { session: session(evse.session, evse, nowMs) }),
      };
    }),
  };
}

function session(of: SimulatedSession, evse: SimulatedEvse, nowMs: number): unknown {
  const { powerW, energyWh, durationS, amount } = sessionFigures(of, evse, nowMs);
  return {
    id: of.id,
    status: of.status,
    chargingState: evse.status,
    evseStatus: evse.status,
    evseId: evse.id,
    startedAt: new Date(of.startedAtMs).toISOString(),
    power: powerW,
    energy: energyWh,
    duration: durationS,
    totalDuration: durationS,
    amount,
    totalAmount: amount,
    currency: { code: "EUR" },
  };
}
