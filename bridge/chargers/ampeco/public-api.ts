/** The operator's API: every charge point of the tenant, with a current limit through OCPP charging profiles. */
import { floorTenth } from "../../../shared/units.ts";
import type { AmpecoApi, Place } from "./api.ts";
import type { AmpecoClient } from "./client.ts";
import { AmpecoFailure, refusalText } from "./failure.ts";
import type { HttpAnswer } from "./http.ts";
import { nextPage, read, type PublicChargePoint, type PublicEvse, type PublicSession } from "./responses.ts";
import {
  flagOf,
  isActive,
  normal,
  numberOf,
  textOf,
  timeOf,
  type ChargePointReading,
  type EvseReading,
  type SessionReading,
} from "./reading.ts";
import { isReachable } from "./status.ts";

const RESOURCES = "/public-api/resources";
const ACTIONS = "/public-api/actions/charge-point/v1.0";
export const PUBLIC_LIST = `${RESOURCES}/charge-points/v2.0`;
const PER_PAGE = 100;
const MAX_PAGES = 50;
/** A standing limit: it holds for the running session and for the next one, with or without the bridge. */
const PROFILE = { stackLevel: 1, chargingProfilePurpose: "TxDefaultProfile", chargingProfileKind: "Relative" } as const;
/** Of the polls with a session, one in this many asks for the charge point's status instead. */
const STATUS_EVERY = 4;
const WITH_SESSION = new Set(["occupied", "preparing", "charging", "suspendedev", "suspendedevse", "finishing"]);

export function createPublicApi(client: AmpecoClient, origin: string): AmpecoApi {
  const turns = new Map<string, number>();
  /** EVSEs that were seen without a session in their present state: not asked again until the state changes. */
  const lookedUp = new Map<string, string>();
  const part = (text: string | number): string => encodeURIComponent(String(text));

  async function pages<T>(
    path: string,
    reader: (answer: HttpAnswer) => { readonly data: readonly T[]; readonly links?: unknown },
    signal: AbortSignal,
  ): Promise<T[]> {
    const all: T[] = [];
    let next: string | undefined = path;
    for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
      const body = reader(await client.call({ method: "GET", path: next, urgency: "read" }, signal));
      all.push(...body.data);
      next = nextPage(body, origin);
    }
    return all;
  }

  async function act(path: string, body: unknown, signal: AbortSignal): Promise<HttpAnswer> {
    return await client.call({ method: "POST", path, body, urgency: "command" }, signal);
  }

  async function platformSmartCharging(id: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      const answer = await client.call(
        { method: "GET", path: `${PUBLIC_LIST}/${part(id)}/smart-charging`, urgency: "read" },
        signal,
      );
      const { json } = answer;
      const body: unknown = typeof json === "object" && json !== null && "data" in json ? json.data : undefined;
      if (typeof body !== "object" || body === null) return undefined;
      const { enabled, smartChargingEnabled } = body as { enabled?: unknown; smartChargingEnabled?: unknown };
      return flagOf(enabled) ?? flagOf(smartChargingEnabled);
    } catch (error) {
      // Many tenants do not offer it, or not to this token.
      if (error instanceof AmpecoFailure && ["gone", "forbidden", "bad_request", "invalid"].includes(error.kind))
        return undefined;
      throw error;
    }
  }

  const api: AmpecoApi = {
    flavour: "public",
    async list(signal, probe = false) {
      if (probe) {
        const path = `${PUBLIC_LIST}?per_page=1`;
        read.anyList(await client.call({ method: "GET", path, urgency: "read", probe }, signal));
      }
      const chargePoints = await pages(`${PUBLIC_LIST}?cursor=&per_page=${PER_PAGE}`, read.publicList, signal);
      const all: ChargePointReading[] = [];
      for (const raw of chargePoints) {
        const evses = await pages(`${PUBLIC_LIST}/${part(raw.id)}/evses`, read.publicEvses, signal);
        all.push(chargePointFrom(raw, evses, await platformSmartCharging(String(raw.id), signal)));
      }
      return all;
    },
    async poll(latest, signal, onSent, urgent) {
      const known = latest();
      const urgency = urgent ? "command" : "read";
      const turn = turns.get(known.id) ?? 0;
      turns.set(known.id, turn + 1);
      const questions = known.evses.filter((evse) => asks(evse, lookedUp));
      const asked = turn % STATUS_EVERY === 0 ? undefined : questions[turn % Math.max(1, questions.length)];
      if (asked !== undefined) {
        const session = await sessionOf(asked, urgency, signal, onSent);
        if (session === undefined) lookedUp.set(asked.id, normal(asked.status));
        // Another answer may have come meanwhile: the rest is kept from that.
        const now = latest();
        const evses = now.evses.map((evse) => (evse.id === asked.id ? { ...evse, session } : evse));
        // A session that has ended changes the outlet's status too.
        return { reading: { ...now, evses }, more: asked.session?.active === true && session?.active !== true };
      }
      const answer = await client.call(
        { method: "GET", path: `${RESOURCES}/charge-points/v1.0/${part(known.id)}/status`, urgency, onSent },
        signal,
      );
      const { data } = read.publicStatus(answer);
      const before = latest();
      const evses = before.evses.map((evse) => {
        const now = (data.evses ?? []).find((one) => String(one.id) === evse.id);
        const status = textOf(now?.hardwareStatus) ?? evse.status;
        if (normal(status) !== normal(evse.status)) lookedUp.delete(evse.id);
        return { ...evse, status };
      });
      const reading = {
        ...before,
        status: textOf(data.hardwareStatus) ?? textOf(data.networkStatus),
        reachable: isReachable(textOf(data.networkStatus)),
        evses,
      };
      const open = evses.some((evse) =>
        WITH_SESSION.has(normal(evse.status))
          ? evse.session?.active !== true && asks(evse, lookedUp)
          : evse.session?.active === true,
      );
      return { reading, more: open };
    },
    async start(place, _maxA, signal) {
      const { chargePoint, evse } = place;
      const answer = await act(`${ACTIONS}/${part(chargePoint.id)}/start/${part(evse.rawId)}`, {}, signal);
      lookedUp.delete(evse.id);
      if (answer.json === undefined) return undefined;
      const body = read.publicStart(answer);
      const errorCode = textOf(body.errorCode);
      if (body.success === false)
        throw new AmpecoFailure("refused", refusalText(errorCode, textOf(body.message)), {
          status: answer.status,
          errorCode,
        });
      return textOf(body.sessionId);
    },
    async stop({ chargePoint }, sessionId, force, signal) {
      await act(`${ACTIONS}/${part(chargePoint.id)}/stop/${part(sessionId)}`, { force }, signal);
      return undefined;
    },
    async limit(place, limitA, signal) {
      const schedule = {
        chargingRateUnit: "A",
        chargingSchedulePeriod: [{ startPeriod: 0, limit: floorTenth(limitA), numberPhases: place.evse.phases ?? 3 }],
      };
      const path = `${ACTIONS}/${part(place.chargePoint.id)}/set-charging-profile/${networkId(place)}`;
      const answer = await act(path, { ...PROFILE, chargingSchedule: schedule }, signal);
      if (answer.json !== undefined) read.publicProfile(answer);
    },
    async clearLimit(place, signal) {
      await act(
        `${ACTIONS}/${part(place.chargePoint.id)}/clear-charging-profile`,
        { evseNetworkId: networkId(place) },
        signal,
      );
    },
    async unlock(place, signal) {
      await act(`${ACTIONS}/${part(place.chargePoint.id)}/unlock/${part(place.evse.rawId)}`, {}, signal);
    },
    async reset(place, kind, signal) {
      await act(`${ACTIONS}/${part(place.chargePoint.id)}/reset/${kind}`, {}, signal);
    },
  };

  async function sessionOf(
    evse: EvseReading,
    urgency: "command" | "read",
    signal: AbortSignal,
    onSent: () => void,
  ): Promise<SessionReading | undefined> {
    if (evse.session?.active === true) {
      const path = `${RESOURCES}/sessions/v1.0/${part(evse.session.id)}`;
      try {
        const answer = await client.call({ method: "GET", path, urgency, onSent }, signal);
        return sessionFrom(read.publicSession(answer).data);
      } catch (error) {
        if (error instanceof AmpecoFailure && error.facts.status === 404) return undefined;
        throw error;
      }
    }
    const path = `${RESOURCES}/sessions/v1.0?filter[evseId]=${part(evse.rawId)}&filter[status]=active`;
    const answer = await client.call({ method: "GET", path, urgency, onSent }, signal);
    const [first] = read.publicSessions(answer).data;
    return first === undefined ? undefined : sessionFrom(first);
  }

  return api;
}

/** Whether the outlet's session is worth a question. */
function asks(evse: EvseReading, lookedUp: ReadonlyMap<string, string>): boolean {
  if (evse.session?.active === true) return true;
  return WITH_SESSION.has(normal(evse.status)) && lookedUp.get(evse.id) !== normal(evse.status);
}

function networkId({ evse }: Place): number {
  if (evse.networkId === undefined)
    throw new AmpecoFailure("gone", "The platform does not tell this outlet's connector number, so it has no limit.");
  return evse.networkId;
}

function chargePointFrom(
  raw: PublicChargePoint & Readonly<Record<string, unknown>>,
  evses: readonly PublicEvse[],
  smartCharging: boolean | undefined,
): ChargePointReading {
  return {
    id: String(raw.id),
    name: textOf(raw.name),
    status: textOf(raw["hardwareStatus"]) ?? textOf(raw.networkStatus) ?? textOf(raw.status),
    reachable: isReachable(textOf(raw.networkStatus)),
    firmware: textOf(raw["firmwareVersion"]),
    minA: undefined,
    maxA: undefined,
    smartCharging,
    more: { firmware_version: textOf(raw["firmwareVersion"]), smart_charging_enabled: smartCharging },
    evses: evses.map((evse): EvseReading => {
      const power: Readonly<Record<string, unknown>> =
        typeof evse.powerOptions === "object" && evse.powerOptions !== null ? { ...evse.powerOptions } : {};
      return {
        id: String(evse.id),
        rawId: evse.id,
        networkId: numberOf(evse.networkId),
        status: normal(textOf(evse.status)) === "enabled" ? textOf(evse.hardwareStatus) : textOf(evse.status),
        connector: undefined,
        phases: phasesOf(power["phases"]),
        maxA: numberOf(power["maxAmperage"]),
        session: undefined,
      };
    }),
  };
}

/** Tenants tell a count or words such as `three_phase`. */
function phasesOf(value: unknown): 1 | 2 | 3 | undefined {
  const word = normal(textOf(value));
  if (word === "3" || word.startsWith("three")) return 3;
  if (word === "2" || word.startsWith("two") || word.startsWith("split")) return 2;
  if (word === "1" || word.startsWith("one") || word.startsWith("single")) return 1;
  return undefined;
}

function sessionFrom(raw: PublicSession): SessionReading {
  const status = textOf(raw.status);
  const power: Readonly<Record<string, unknown>> =
    typeof raw.power === "object" && raw.power !== null ? { ...raw.power } : { latest: raw.power };
  return {
    id: String(raw.id),
    active: isActive(status),
    status,
    chargingState: undefined,
    startedAtMs: timeOf(raw.startedAt),
    endedAtMs: timeOf(raw.stoppedAt),
    powerW: numberOf(power["latest"]),
    energyWh: numberOf(raw.energy),
    durationS: undefined,
    totalDurationS: undefined,
    cost: numberOf(raw.amount),
    totalCost: undefined,
    currency: textOf(raw.currency),
    socPct: numberOf(raw.socPercent),
    reason: textOf(raw.reason),
  };
}
