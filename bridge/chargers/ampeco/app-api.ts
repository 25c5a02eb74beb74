/** The API of the vendor's phone app: one's own chargers; start and stop, no limit while charging. */
import type { AmpecoApi } from "./api.ts";
import type { AmpecoClient } from "./client.ts";
import { AmpecoFailure } from "./failure.ts";
import { read, type AppChargePoint, type AppEvse, type AppSession } from "./responses.ts";
import {
  flagOf,
  isActive,
  numberOf,
  textOf,
  timeOf,
  type ChargePointReading,
  type EvseReading,
  type SessionReading,
} from "./reading.ts";
import { isReachable } from "./status.ts";

export interface AppUnits {
  readonly powerUnit: "W" | "kW";
  readonly energyUnit: "Wh" | "kWh";
}

const BASE = "/api/v1/app";
export const APP_LIST = `${BASE}/personal/charge-points`;

export function createAppApi(client: AmpecoClient, units: AppUnits): AmpecoApi {
  /** Tenants end a session at `/end`, a few at `/stop`. */
  let stopWord: "end" | "stop" = "end";

  async function end(
    sessionId: string,
    word: "end" | "stop",
    signal: AbortSignal,
  ): Promise<SessionReading | undefined> {
    const answer = await client.call(
      { method: "POST", path: `${BASE}/session/${encodeURIComponent(sessionId)}/${word}`, urgency: "command" },
      signal,
    );
    if (answer.json === undefined) return undefined;
    const { session } = read.appAction(answer);
    return session === undefined || session === null ? undefined : sessionFrom(session, units);
  }

  return {
    flavour: "app",
    async list(signal, probe = false) {
      const answer = await client.call({ method: "GET", path: APP_LIST, urgency: "read", probe }, signal);
      return read.appList(answer).data.map((one) => chargePointFrom(one, units));
    },
    async poll(known, signal, onSent, urgent) {
      const path = `${APP_LIST}/${encodeURIComponent(known().id)}`;
      const answer = await client.call({ method: "GET", path, urgency: urgent ? "command" : "read", onSent }, signal);
      return { reading: chargePointFrom(read.appOne(answer).data, units), more: false };
    },
    async start({ evse }, maxA, signal) {
      const body = { evseId: evse.rawId, ...(maxA === undefined ? {} : { maxCurrent: maxA }) };
      const answer = await client.call(
        { method: "POST", path: `${BASE}/session/start`, body, urgency: "command" },
        signal,
      );
      if (answer.json === undefined) return undefined;
      const { session } = read.appAction(answer);
      return session === undefined || session === null ? undefined : String(session.id);
    },
    async stop(_place, sessionId, _force, signal) {
      try {
        return await end(sessionId, stopWord, signal);
      } catch (error) {
        const missing = error instanceof AmpecoFailure && error.kind === "gone" && error.facts.status !== 410;
        if (!missing || stopWord === "stop") throw error;
        const session = await end(sessionId, "stop", signal);
        stopWord = "stop";
        return session;
      }
    },
  };
}

function chargePointFrom(raw: AppChargePoint & Readonly<Record<string, unknown>>, units: AppUnits): ChargePointReading {
  const status = textOf(raw.status);
  return {
    id: String(raw.id),
    name: textOf(raw.name),
    status,
    reachable: isReachable(status) && isReachable(textOf(raw["networkStatus"] ?? raw["network_status"])),
    firmware: textOf(raw["firmware_version"]),
    minA: numberOf(raw["allowed_min_current_a"]),
    maxA: numberOf(raw["max_current_a"]) ?? numberOf(raw["allowed_max_current_a"]),
    smartCharging: flagOf(raw["smart_charging_enabled"]),
    more: {
      max_current_a: numberOf(raw["max_current_a"]),
      allowed_min_current_a: numberOf(raw["allowed_min_current_a"]),
      allowed_max_current_a: numberOf(raw["allowed_max_current_a"]),
      allowed_max_power_kw: numberOf(raw["allowed_max_power_kw"]),
      allowed_solar_min_power_kw: numberOf(raw["allowed_solar_min_power_kw"]),
      firmware_version: textOf(raw["firmware_version"]),
      plug_and_charge: flagOf(raw["plug_and_charge"]),
      is_rebooting: flagOf(raw["is_rebooting"]),
      smart_charging_enabled: flagOf(raw["smart_charging_enabled"]),
      last_month_energy_kwh: numberOf(raw["last_month_energy_kwh"]),
      last_month_electricity_cost: numberOf(raw["last_month_electricity_cost"]),
      electricity_cost_tax_name: textOf(raw["electricity_cost_tax_name"]),
      electricity_cost_tax_percent: numberOf(raw["electricity_cost_tax_percent"]),
    },
    evses: (raw.evses ?? []).map((evse) => evseFrom(evse, units)),
  };
}

function evseFrom(raw: AppEvse, units: AppUnits): EvseReading {
  const connectors: readonly unknown[] = Array.isArray(raw.connectors) ? raw.connectors : [];
  const [connector] = connectors;
  return {
    id: String(raw.id),
    rawId: raw.id,
    networkId: undefined,
    status: textOf(raw.status) ?? textOf(raw.hardwareStatus),
    connector:
      typeof connector === "object" && connector !== null && "name" in connector ? textOf(connector.name) : undefined,
    phases: undefined,
    maxA: undefined,
    session: raw.session === undefined || raw.session === null ? undefined : sessionFrom(raw.session, units),
  };
}

function sessionFrom(raw: AppSession, units: AppUnits): SessionReading {
  const scaled = (value: unknown, kilo: boolean): number | undefined => {
    const number = numberOf(value);
    return number === undefined || !kilo ? number : number * 1000;
  };
  const status = textOf(raw.status);
  const { currency } = raw;
  return {
    id: String(raw.id),
    active: isActive(status),
    status,
    chargingState: textOf(raw.chargingState),
    startedAtMs: timeOf(raw.startedAt),
    endedAtMs: timeOf(raw.stoppedAt) ?? timeOf(raw.endedAt),
    powerW: scaled(raw.power, units.powerUnit === "kW"),
    energyWh: scaled(raw.energy, units.energyUnit === "kWh"),
    durationS: numberOf(raw.duration),
    totalDurationS: numberOf(raw.totalDuration),
    cost: numberOf(raw.amount),
    totalCost: numberOf(raw.totalAmount),
    currency:
      typeof currency === "object" && currency !== null && "code" in currency
        ? textOf(currency.code)
        : textOf(currency),
    socPct: numberOf(raw.socPercent) ?? numberOf(raw.carBatteryPercent),
    reason: textOf(raw.reason),
  };
}
