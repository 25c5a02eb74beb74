/** Driver `hass`: a charger that another integration owns, read and steered through its entities and services. */
import { blankSnapshot, type ChargerFacts, type ChargerSnapshot } from "../../../shared/charger.ts";
import { MIN_CURRENT_A } from "../../../shared/units.ts";
import {
  ChargerError,
  type Capabilities,
  type ChargerContext,
  type ChargerSource,
  type LimitOrder,
} from "../charger.ts";
import { createCalling, createTurns } from "./caller.ts";
import { createOcppPreset, isOcppPreset, ocppRoles, type OcppPreset } from "./lbbrhzn-ocpp.ts";
import { createLimitWriter, press } from "./limit-writer.ts";
import { isThere, measure } from "./measures.ts";
import type { EntityChargerOptions, EntityRoles } from "./options.ts";
import type { EntityPort } from "./port.ts";
import { forwardRegister } from "./register.ts";
import { createAudience, singleSource, type StartedCharger } from "./single.ts";
import { keepVisit } from "./visit.ts";
import { carConnected, statusFrom } from "./words.ts";

export type { EntityChargerOptions } from "./options.ts";

const COMMAND_TIMEOUT_S = 15;
const DEFAULT_RATING_A = 16;
const CHARGING_W = 100;

/** @throws ChargerError for a preset that does not exist or has no device */
export function createEntitySource(
  options: EntityChargerOptions,
  port: EntityPort,
  context: ChargerContext,
): ChargerSource {
  return singleSource(createEntityCharger(options, port, context));
}

function rolesOf({ preset, device, entities }: EntityChargerOptions): EntityRoles {
  if (preset === undefined) return entities;
  if (!isOcppPreset(preset))
    throw new ChargerError("unsupported", `There is no preset "${preset}"; known: lbbrhzn_ocpp.`);
  const id =
    device ?? /^sensor\.(.+)_(status_connector|current_import)$/.exec(entities.status ?? entities.current ?? "")?.[1];
  if (id === undefined)
    throw new ChargerError("unsupported", "The preset lbbrhzn_ocpp needs `device`: the charger's id there.");
  const named = Object.fromEntries(Object.entries(entities).filter(([, value]) => value !== undefined));
  return { ...ocppRoles(id), ...named };
}

function createEntityCharger(
  options: EntityChargerOptions,
  port: EntityPort,
  { clock, log: roomLog, store, site }: ChargerContext,
): StartedCharger {
  const log = roomLog.child({ room: "entity", charger: options.id });
  const roles = rolesOf(options);
  const call = createCalling(port, clock);
  const turns = createTurns();
  const visit = keepVisit(store);
  const register = forwardRegister(store);
  const phases = (): number => options.phases ?? site.phases;
  const ratingA = options.maxA ?? DEFAULT_RATING_A;
  const device = options.device ?? roles.status?.replace(/^sensor\.|_status_connector$/g, "") ?? "";
  let renewalFailed = false;
  const preset: OcppPreset | undefined =
    options.preset === undefined
      ? undefined
      : createOcppPreset({
          port,
          call,
          clock,
          device,
          roles,
          voltageV: site.voltageV,
          phases,
          minA: options.minA,
          failSafeA: options.failSafeA,
          carConnected: () => snapshot.carConnected,
          onError(error) {
            if (!renewalFailed) log.warn({ err: error }, "leased limit not renewed");
            renewalFailed = true;
          },
        });
  const writer =
    preset ??
    createLimitWriter({
      port,
      call,
      roles,
      service: options.limitService,
      voltageV: site.voltageV,
      phases,
      ratingA,
    });
  const named: readonly unknown[] = Object.values(roles);
  const watched = [...new Set([...named, ...writer.watches].filter((id) => typeof id === "string"))];
  /** Whose absence means that the charger is away. */
  const vital = roles.status ?? roles.power ?? roles.current ?? roles.current_limit ?? roles.enable ?? watched[0];
  const facts = (): ChargerFacts => ({
    driver: "hass",
    protocol: preset === undefined ? undefined : "lbbrhzn/ocpp",
    vendor: undefined,
    model: undefined,
    serial: undefined,
    firmware: undefined,
    phases: options.phases,
    minA: writer.pace.onOff === true ? ratingA : options.minA,
    maxA: writer.pace.onOff === true ? ratingA : attributeOf(roles.current_limit, "max"),
    commandTimeoutS: COMMAND_TIMEOUT_S,
  });
  const audience = createAudience();
  let wantedA: number | undefined;
  /** Sent to a service or switch that shows no number back; confirmed by its answer. */
  let answeredA: number | undefined;
  let limitWrites = 0;
  let closed = false;
  let snapshot: ChargerSnapshot = {
    ...blankSnapshot(facts(), clock.nowMs()),
    failSafe: preset === undefined ? "unsupported" : "unproven",
  };

  function attributeOf(entityId: string | undefined, name: string): number | undefined {
    const value = entityId === undefined ? undefined : port.read(entityId)?.attributes[name];
    return typeof value === "number" ? value : undefined;
  }
  const of = (entityId: string | undefined, unit: "W" | "A" | "Wh" | "%"): number | undefined =>
    entityId === undefined ? undefined : measure(port.read(entityId), unit);

  function legs(): ChargerSnapshot["currentA"] {
    const state = roles.current === undefined ? undefined : port.read(roles.current);
    const leg = (entityId: string | undefined, name: string): number | undefined =>
      of(entityId, "A") ??
      (state === undefined ? undefined : measure({ ...state, state: text(state.attributes[name]) }, "A"));
    return { l1: leg(roles.current_l1, "L1"), l2: leg(roles.current_l2, "L2"), l3: leg(roles.current_l3, "L3") };
  }

  function offeredA(): number | undefined {
    const told = of(roles.current_offered, "A");
    if (told !== undefined) return told;
    const offeredW = of(roles.power_offered, "W");
    if (offeredW !== undefined) return offeredW / (site.voltageV * phases());
    const enabled = roles.enable === undefined ? undefined : port.read(roles.enable)?.state;
    if (enabled === "off") return 0;
    return of(roles.current_limit, "A") ?? answeredA;
  }

  function look(): void {
    if (closed) return;
    const linkUp = port.up && vital !== undefined && isThere(port.read(vital));
    if (!linkUp) {
      show({ link: "down" });
      return;
    }
    const currentA = legs();
    const powerW = of(roles.power, "W");
    const raw = roles.status === undefined ? undefined : port.read(roles.status)?.state;
    const status =
      raw === undefined
        ? powerW !== undefined && powerW > CHARGING_W
          ? "charging"
          : undefined
        : statusFrom(raw, options.values);
    const registerWh = of(roles.energy_total, "Wh");
    if (registerWh !== undefined) register.take(registerWh);
    const there = carConnected(status);
    visit.follow(there, register.wh, clock.nowMs());
    const measured = [currentA.l1, currentA.l2, currentA.l3].filter((a) => a !== undefined);
    show({
      atMs: clock.nowMs(),
      link: "up",
      status,
      statusReason: status === "faulted" ? { code: "fault", fault: raw ?? "" } : undefined,
      faults: status === "faulted" ? [raw ?? ""] : [],
      carConnected: there,
      currentA,
      headlineA: measured.length > 0 ? Math.max(...measured) : of(roles.current, "A"),
      phasesUsed: measured.length > 0 ? measured.filter((a) => a > 1).length : undefined,
      powerW,
      energyWh: register.wh,
      socPct: of(roles.soc, "%"),
      offeredA: offeredA(),
      extra: raw === undefined ? {} : { evse_status: raw },
    });
  }

  function show(change: Partial<ChargerSnapshot>): void {
    if (closed) return;
    snapshot = { ...snapshot, ...change, wantedA, limitWrites, session: visit.session, facts: facts() };
    audience.tell(snapshot);
  }

  async function limit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (closed) throw new ChargerError("offline", "The charger is closed.");
    const limitA = order.limitA < MIN_CURRENT_A ? 0 : order.limitA;
    await turns.newest(async (turn) => {
      if (vital === undefined || !isThere(port.read(vital)))
        throw new ChargerError("offline", `${vital ?? "The charger"} is not available in Home Assistant.`);
      wantedA = limitA;
      show({});
      answeredA = await writer.write(limitA, turn, limitA === 0 ? order.hold : undefined);
      renewalFailed = false;
      limitWrites++;
      look();
    }, signal);
  }

  const { start, stop } = roles;
  const fixed: Omit<Capabilities, "pace"> = {
    refresh: async (signal) => {
      await call("homeassistant", "update_entity", { entity_id: watched }, signal);
    },
    perPhase: roles.current_l1 !== undefined || preset !== undefined,
    soc: roles.soc !== undefined,
    ...(start === undefined || stop === undefined
      ? {}
      : {
          session: {
            start: async (signal: AbortSignal) => await press(call, start, signal),
            stop: async (signal: AbortSignal) => await press(call, stop, signal),
            stopEnds: true,
          },
        }),
    ...(preset === undefined
      ? {}
      : {
          reset: async (_kind: "soft" | "hard", signal: AbortSignal) => await preset.reset(signal),
          resetProfiles: async (signal: AbortSignal) => await preset.resetProfiles(signal),
        }),
  };

  return {
    id: options.id,
    entities: [{ key: "evse_status", platform: "sensor", name: "EVSE Status", icon: "mdi:ev-plug-type2" }],
    get can() {
      return { ...fixed, pace: writer.pace };
    },
    get snapshot() {
      return snapshot;
    },
    onSnapshot: (listener) => audience.add(listener),
    start() {
      audience.keep(port.watch(watched, look), port.onUp(look));
      look();
    },
    limit,
    close() {
      closed = true;
      preset?.close();
      turns.close();
      audience.close();
      return Promise.resolve();
    },
  };
}

function text(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}
