/** The door of the AMPECO room: a configured entry's chargers, one for each EVSE of the chosen charge points. */
import type { Charger, ChargerContext, ChargerSource, JsonValue } from "../charger.ts";
import type { AmpecoApi } from "./api.ts";
import { createAmpecoCharger, type AmpecoCharger } from "./charger.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import type { Poller } from "./polling.ts";
import { numberOf, type ChargePointReading } from "./reading.ts";
import { joinTenant, type Tenant, type TenantGuest } from "./tenant.ts";

export type { AmpecoChargerOptions } from "./options.ts";

const KNOWN = "known";
const OUTLETS = "outlets";

/**
 * Nothing is sent before `start`. Chargers known from an earlier run exist at once; others appear when the cloud has listed them.
 * @throws ChargerError for a host that must not be used
 */
export function createAmpecoSource(
  options: AmpecoChargerOptions,
  context: ChargerContext,
  random: () => number = Math.random,
): ChargerSource {
  const { store } = context;
  const chargers: AmpecoCharger[] = [];
  const listeners = new Set<(charger: Charger) => void>();
  const pollers = new Set<Poller>();
  let started = false;
  let closed = false;

  const chosen = (reading: ChargePointReading): boolean =>
    options.chargePoint === undefined || reading.id === options.chargePoint;

  const guest: TenantGuest = {
    context,
    onToken() {
      for (const charger of chargers) charger.onToken();
    },
    onList(api, readings) {
      if (closed) return;
      const mine = readings.filter(chosen);
      if (mine.length === 0)
        context.report({
          title: `${options.name}: no charge point`,
          detail:
            options.chargePoint === undefined
              ? "The token sees no charge point."
              : `The token sees no charge point "${options.chargePoint}"; it sees ${readings.length} others.`,
        });
      else store.set(KNOWN, { flavour: api.flavour, chargePoints: mine.map(kept) });
      admit(api, mine);
      for (const poller of pollers) poller.wake();
    },
  };
  const tenant: Tenant = joinTenant(options, guest, random);

  /** Ids never change once given: the first outlet alone has the entry's own id, several are numbered. */
  function idOf(key: string, alone: boolean): string {
    const outlets = record(store.get(OUTLETS));
    const known = outlets[key];
    if (typeof known === "string") return known;
    const taken = new Set(Object.values(outlets));
    let id = options.id;
    if (!alone || taken.size > 0) {
      let number = taken.size + 1;
      while (taken.has(`${options.id}_${number}`)) number++;
      id = `${options.id}_${number}`;
    }
    store.set(OUTLETS, { ...outlets, [key]: id });
    return id;
  }

  function admit(api: AmpecoApi, readings: readonly ChargePointReading[]): void {
    const alone = readings.reduce((count, reading) => count + reading.evses.length, 0) === 1;
    for (const reading of readings) {
      const poller = tenant.poller(reading);
      poller.setIntervals(options.pollActiveS, options.pollIdleS);
      pollers.add(poller);
      for (const evse of reading.evses) {
        if (chargers.some((charger) => charger.evseId === evse.id)) continue;
        const charger = createAmpecoCharger({
          id: idOf(`${reading.id}/${evse.id}`, alone),
          evseId: evse.id,
          options,
          context,
          api,
          poller,
          tokenRefused: () => tenant.tokenRefused,
          frames: () => tenant.frames(),
        });
        chargers.push(charger);
        for (const listener of listeners) listener(charger);
      }
    }
  }

  function recall(): void {
    const known = record(store.get(KNOWN));
    const { flavour, chargePoints } = known;
    if ((flavour !== "app" && flavour !== "public") || !Array.isArray(chargePoints)) return;
    if (options.api !== "auto" && options.api !== flavour) return;
    const readings = chargePoints
      .map(recalled)
      .filter((reading) => reading !== undefined)
      .filter(chosen);
    if (readings.length === 0) return;
    tenant.recall(flavour, readings);
    if (tenant.api?.flavour === flavour) admit(tenant.api, readings);
  }
  recall();

  return {
    get chargers() {
      return chargers;
    },
    onCharger(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (!started && !closed) {
        started = true;
        tenant.start();
      }
      return Promise.resolve();
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all(chargers.map((charger) => charger.close()));
      listeners.clear();
      await tenant.leave();
    },
  };
}

/** What must be known of a charge point to poll it without asking for the list; no names, no places. */
function kept(reading: ChargePointReading): JsonValue {
  return {
    id: reading.id,
    evses: reading.evses.map(({ rawId, networkId, phases, maxA }) => ({
      id: rawId,
      networkId: networkId ?? null,
      phases: phases ?? null,
      maxA: maxA ?? null,
    })),
  };
}

function recalled(value: JsonValue): ChargePointReading | undefined {
  const { id, evses } = record(value);
  if (typeof id !== "string" || !Array.isArray(evses)) return undefined;
  return {
    id,
    name: undefined,
    status: undefined,
    reachable: false,
    firmware: undefined,
    minA: undefined,
    maxA: undefined,
    more: {},
    smartCharging: undefined,
    evses: evses.map(record).flatMap(({ id: raw, networkId, phases, maxA }) =>
      typeof raw === "string" || typeof raw === "number"
        ? [
            {
              id: String(raw),
              rawId: raw,
              networkId: numberOf(networkId),
              status: undefined,
              connector: undefined,
              phases: phases === 1 || phases === 2 || phases === 3 ? phases : undefined,
              maxA: numberOf(maxA),
              session: undefined,
            },
          ]
        : [],
    ),
  };
}

function record(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, JsonValue>>)
    : {};
}
