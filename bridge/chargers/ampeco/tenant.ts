/**
 * One tenant with one token, shared by every configured charger that names it: one client, one turnstile, one poller a charge point.
 * Knows when to leave the cloud alone: a refused token (hourly retry), a 429 (pause), trouble on the whole host (breaker).
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ChargerContext, SecretStore, WireFrame } from "../charger.ts";
import type { AmpecoApi } from "./api.ts";
import { tenantOrigin } from "./address.ts";
import { createAppApi } from "./app-api.ts";
import { createClient } from "./client.ts";
import { detectApi } from "./detect.ts";
import { AmpecoFailure } from "./failure.ts";
import { createGate } from "./gate.ts";
import { createHttpDoor } from "./http.ts";
import type { AmpecoChargerOptions } from "./options.ts";
import { createPoller, type Poller } from "./polling.ts";
import { createPublicApi } from "./public-api.ts";
import type { ChargePointReading } from "./reading.ts";
import { createTokenKeeper } from "./token.ts";
import { backoff } from "./waiting.ts";

export interface TenantGuest {
  /** The charge points as listed: first, and again after each new list. */
  onList(api: AmpecoApi, readings: readonly ChargePointReading[]): void;
  /** The token was refused for good, or works again. */
  onToken(refused: boolean): void;
  readonly context: ChargerContext;
}

export interface Tenant {
  readonly tokenRefused: boolean;
  readonly api: AmpecoApi | undefined;
  /** Known from an earlier run: polled without asking for the list first. */
  recall(flavour: "app" | "public", chargePoints: readonly ChargePointReading[]): void;
  /** Finds out the API and lists, until it succeeds; then tells the guests. A guest who comes later is told what is known. */
  start(): void;
  poller(reading: ChargePointReading): Poller;
  frames(): readonly WireFrame[];
  leave(): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** So many failures of the host in a row, whichever charger asked, and one probe at a time goes out. */
const BREAKER_AFTER = 3;

interface Shared {
  readonly guests: Set<TenantGuest>;
  readonly tenant: Omit<Tenant, "leave" | "start">;
  start(guest: TenantGuest): void;
  close(): Promise<void>;
}
const HOUSES = new WeakMap<Clock, Map<string, Shared>>();

/** @throws ChargerError for a host that must not be used */
export function joinTenant(options: AmpecoChargerOptions, guest: TenantGuest, random: () => number): Tenant {
  const { clock } = guest.context;
  const house = HOUSES.get(clock) ?? new Map<string, Shared>();
  HOUSES.set(clock, house);
  const origin = tenantOrigin(options.host);
  const key = JSON.stringify([
    origin,
    options.token,
    options.oauth,
    options.api,
    options.headers,
    options.powerUnit,
    options.energyUnit,
  ]);
  const shared = house.get(key) ?? createShared(options, origin, guest.context, random);
  house.set(key, shared);
  shared.guests.add(guest);
  const { tenant } = shared;
  return {
    get tokenRefused() {
      return tenant.tokenRefused;
    },
    get api() {
      return tenant.api;
    },
    recall: tenant.recall,
    start: () => shared.start(guest),
    poller: tenant.poller,
    frames: tenant.frames,
    async leave() {
      shared.guests.delete(guest);
      if (shared.guests.size > 0) return;
      house.delete(key);
      await shared.close();
    },
  };
}

function createShared(
  options: AmpecoChargerOptions,
  origin: string,
  { clock, log: roomLog }: { readonly clock: Clock; readonly log: Log },
  random: () => number,
): Shared {
  const log = roomLog.child({ room: "ampeco" });
  const guests = new Set<TenantGuest>();
  const pollers = new Map<string, Poller>();
  const stop = new AbortController();
  const gate = createGate(clock);
  const http = createHttpDoor(clock, origin, options.headers);
  const report = (title: string, detail: string): void => {
    for (const guest of [...guests].slice(0, 1)) guest.context.report({ title, detail });
  };
  const secrets: SecretStore = {
    get: (name) => [...guests].map((guest) => guest.context.secrets.get(name)).find((value) => value !== undefined),
    async set(name, value) {
      await Promise.all([...guests].map((guest) => guest.context.secrets.set(name, value)));
    },
  };
  let refused = false;
  let api: AmpecoApi | undefined;
  let listed: readonly ChargePointReading[] | undefined;
  let listing = false;
  let listedMs = -HOUR_MS;
  let listFailures = 0;
  let listTimer: Unsubscribe | undefined;
  let retryTimer: Unsubscribe | undefined;
  let troubles = 0;
  let blockedUntil = 0;
  let probing = false;

  // Made at the first request, when the first guest's secrets are there to be read.
  let made: ReturnType<typeof makeClient> | undefined;
  function makeClient() {
    const token = createTokenKeeper({
      clock,
      log,
      http,
      secrets,
      token: options.token,
      oauth: options.oauth,
      report: ({ title, detail }) => report(title, detail),
    });
    const client = createClient({ clock, http, gate, token, onToken });
    return { client, app: createAppApi(client, options), public: createPublicApi(client, origin) };
  }
  const both = (): ReturnType<typeof makeClient> => (made ??= makeClient());

  function candidates(): readonly AmpecoApi[] {
    const { app, public: operator } = both();
    if (options.api === "app") return [app];
    if (options.api === "public") return [operator];
    if (options.oauth !== undefined) return [options.oauth.refreshToken === undefined ? operator : app];
    return api === undefined ? [app, operator] : [api];
  }

  function onToken(now: boolean): void {
    if (now === refused) return;
    refused = now;
    if (now) {
      log.error("token refused; polling stops, one try an hour");
      report("AMPECO token refused", "The cloud refuses the token: it is wrong or has expired. Enter a new one.");
      retryTimer?.();
      retryTimer = clock.after(HOUR_MS, retry);
    } else {
      retryTimer?.();
      retryTimer = undefined;
      log.info("token works again");
      for (const poller of pollers.values()) poller.wake();
    }
    for (const guest of guests) guest.onToken(now);
  }

  /** One request, and only one: it either clears the refusal or the next hour begins. */
  function retry(): void {
    retryTimer = clock.after(HOUR_MS, retry);
    void list();
  }

  async function list(): Promise<void> {
    if (listing || stop.signal.aborted) return;
    listing = true;
    listTimer?.();
    listTimer = undefined;
    const asked = new Map([...pollers].map(([id, poller]) => [id, poller.asking()]));
    try {
      const found = await detectApi(candidates(), stop.signal);
      api = found.api;
      listFailures = 0;
      listedMs = clock.monotonicMs();
      listed = found.readings;
      for (const reading of found.readings) pollers.get(reading.id)?.seen(reading, asked.get(reading.id) ?? 0);
      const missing = [...pollers.keys()].some((id) => !found.readings.some((reading) => reading.id === id));
      if (missing) listTimer = clock.after(HOUR_MS, () => void list());
      for (const guest of guests) guest.onList(found.api, found.readings);
    } catch (error) {
      if (stop.signal.aborted) return;
      listFailures++;
      const failure = error instanceof AmpecoFailure ? error : undefined;
      if (failure?.kind === "auth") onToken(true);
      if (listFailures === 1) {
        log.warn({ err: error }, "charge points not listed");
        if (failure?.kind !== "auth") report("AMPECO cloud", failure?.message ?? String(error));
      }
      if (failure?.kind !== "auth")
        listTimer = clock.after(
          Math.max(backoff(listFailures, random), failure?.facts.waitMs ?? 0, gate.pausedMs),
          () => void list(),
        );
    } finally {
      listing = false;
    }
  }

  const tenant: Omit<Tenant, "leave" | "start"> = {
    get tokenRefused() {
      return refused;
    },
    get api() {
      return api;
    },
    recall(flavour) {
      api ??= flavour === "app" ? both().app : both().public;
    },
    poller(reading) {
      const known = pollers.get(reading.id);
      if (known !== undefined) return known;
      if (api === undefined) throw new AmpecoFailure("closed", "The cloud's API is not known yet.");
      const poller = createPoller({
        clock,
        api,
        first: reading,
        random,
        rules: {
          hold() {
            if (refused) return undefined;
            const wait = Math.max(gate.pausedMs, blockedUntil - clock.monotonicMs());
            if (wait > 0) return wait;
            if (troubles < BREAKER_AFTER) return 0;
            if (probing) return backoff(1, random);
            probing = true;
            return 0;
          },
          outcome(error) {
            probing = false;
            if (error === undefined) {
              if (troubles >= BREAKER_AFTER) log.info("cloud is back");
              troubles = 0;
              blockedUntil = 0;
              return;
            }
            troubles++;
            if (troubles === BREAKER_AFTER) log.warn({ reason: error.message }, "cloud in trouble; asked rarely now");
            if (troubles >= BREAKER_AFTER)
              blockedUntil = clock.monotonicMs() + backoff(troubles - BREAKER_AFTER + 1, random);
          },
          gone() {
            const due = Math.max(0, listedMs + HOUR_MS - clock.monotonicMs());
            listTimer ??= clock.after(due, () => void list());
          },
        },
      });
      pollers.set(reading.id, poller);
      return poller;
    },
    frames: () => made?.client.frames() ?? [],
  };
  return {
    guests,
    tenant,
    start(guest) {
      if (listed !== undefined && api !== undefined) guest.onList(api, listed);
      else if (listTimer === undefined && !refused) void list();
    },
    async close() {
      stop.abort();
      listTimer?.();
      retryTimer?.();
      for (const poller of pollers.values()) poller.close();
      gate.close();
      await http.close();
    },
  };
}
