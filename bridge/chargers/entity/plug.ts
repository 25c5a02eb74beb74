/** Driver `plug`: a switch with a load behind it, on or off, with or without a power meter. It wants power whenever it is enabled. */
import type { Unsubscribe } from "../../clock.ts";
import {
  blankSnapshot,
  NO_PHASES,
  type ChargerFacts,
  type ChargerSnapshot,
  type ChargerStatus,
} from "../../../shared/charger.ts";
import type { EntitySpec } from "../../../shared/entities.ts";
import { ampsFromWatts } from "../../../shared/units.ts";
import { ChargerError, type Capabilities, type ChargerContext, type ChargerSource } from "../charger.ts";
import { createCalling, createTurns } from "./caller.ts";
import { isThere, measure } from "./measures.ts";
import type { PlugChargerOptions } from "./options.ts";
import type { EntityPort } from "./port.ts";
import { createAudience, singleSource, type StartedCharger } from "./single.ts";
import { keepVisit } from "./visit.ts";

export type { PlugChargerOptions } from "./options.ts";

/** A load that draws more is running, W. */
const RUNNING_W = 10;
const RATING_READINGS = 5;
const COMMAND_TIMEOUT_S = 15;
/** A load that has been off this long has ended its visit. */
const VISIT_ENDS_MS = 3_600_000;
const DUST_A = 1e-6;

const ENTITIES: readonly EntitySpec[] = [
  {
    key: "device_power",
    platform: "sensor",
    name: "Device Power",
    deviceClass: "power",
    unit: "W",
    stateClass: "measurement",
    category: "diagnostic",
    precision: 0,
  },
];

export function createPlugSource(
  options: PlugChargerOptions,
  port: EntityPort,
  context: ChargerContext,
): ChargerSource {
  return singleSource(createPlug(options, port, context));
}

function createPlug(
  options: PlugChargerOptions,
  port: EntityPort,
  { clock, log, store, site }: ChargerContext,
): StartedCharger {
  const phases = options.phases ?? 1;
  const ratingA = ampsFromWatts(options.powerW, site.voltageV, phases);
  const facts: ChargerFacts = {
    driver: "plug",
    protocol: undefined,
    vendor: "Smart plug",
    model: undefined,
    serial: undefined,
    firmware: undefined,
    phases,
    minA: ratingA,
    maxA: ratingA,
    commandTimeoutS: COMMAND_TIMEOUT_S,
  };
  const audience = createAudience();
  const call = createCalling(port, clock);
  const turns = createTurns();
  const visit = keepVisit(store);
  let snapshot: ChargerSnapshot = { ...blankSnapshot(facts, clock.nowMs()), failSafe: "unsupported" };
  let wantedA: number | undefined;
  let running: number[] = [];
  let idleTimer: Unsubscribe | undefined;
  let closed = false;
  const domain = options.switch.split(".")[0] ?? "switch";

  function look(): void {
    if (closed) return;
    const power = options.meter === undefined ? undefined : port.read(options.meter);
    const state = port.read(options.switch);
    const linkUp = port.up && isThere(state);
    const on = linkUp ? (state?.state === "on" ? true : state?.state === "off" ? false : undefined) : undefined;
    const powerW = linkUp
      ? (measure(power, "W") ?? (options.meter === undefined && on === false ? 0 : undefined))
      : undefined;
    const status: ChargerStatus | undefined =
      on === undefined
        ? linkUp
          ? undefined
          : snapshot.status
        : !on
          ? "suspended_evse"
          : powerW !== undefined && powerW <= RUNNING_W
            ? "suspended_ev"
            : "charging";
    if (status === "charging") visit.follow(true, undefined, clock.nowMs());
    armIdle(status);
    show({
      atMs: clock.nowMs(),
      link: linkUp ? "up" : "down",
      status,
      statusReason: status === "suspended_ev" ? { code: "ev_not_ready" } : undefined,
      // A switched-off plug is no missing load: it is to be switched on again.
      carConnected: linkUp ? true : snapshot.carConnected,
      offeredA: on === undefined ? undefined : on ? ratingA : 0,
      powerW,
      headlineA: powerW === undefined ? undefined : ampsFromWatts(powerW, site.voltageV, phases),
    });
  }

  /** An idle load's visit ends after an hour without current. */
  function armIdle(status: ChargerStatus | undefined): void {
    if (status === "charging") {
      idleTimer?.();
      idleTimer = undefined;
    } else if (idleTimer === undefined && visit.session !== undefined && visit.session.endedAtMs === undefined)
      idleTimer = clock.after(VISIT_ENDS_MS, () => {
        idleTimer = undefined;
        visit.follow(false, undefined, clock.nowMs());
        show({});
      });
  }

  function show(change: Partial<ChargerSnapshot>): void {
    snapshot = {
      ...snapshot,
      ...change,
      wantedA,
      session: visit.session,
      currentA: NO_PHASES,
      extra: { device_power: measured() ?? options.powerW },
    };
    audience.tell(snapshot);
  }

  /** Mean of the last readings of the running load, W. */
  const measured = (): number | undefined =>
    running.length === 0 ? undefined : running.reduce((sum, power) => sum + power, 0) / running.length;

  const can: Capabilities = {
    pace: { minIntervalS: 15, minChangeA: 0.1, stepA: 0.1, onOff: true, zeroAmps: "hold", applies: "now" },
    refresh: async (signal) => {
      await call("homeassistant", "update_entity", { entity_id: [options.switch] }, signal);
    },
  };

  return {
    id: options.id,
    entities: ENTITIES,
    can,
    get snapshot() {
      return snapshot;
    },
    onSnapshot: (listener) => audience.add(listener),
    start() {
      const ids = [options.switch, ...(options.meter === undefined ? [] : [options.meter])];
      audience.keep(
        port.watch(ids, (state) => {
          const powerW = state.entityId === options.meter ? measure(state, "W") : undefined;
          if (powerW !== undefined && powerW > RUNNING_W) running = [...running, powerW].slice(-RATING_READINGS);
          look();
        }),
        port.onUp(look),
      );
      look();
    },
    async limit(order, signal) {
      if (closed) throw new ChargerError("offline", "The plug is closed.");
      // All or nothing: less than the load draws is off.
      const on = order.limitA >= ratingA - DUST_A;
      await turns.newest(async (turn) => {
        const state = port.read(options.switch);
        if (!port.up || !isThere(state)) throw new ChargerError("offline", `${options.switch} is not available.`);
        wantedA = on ? ratingA : 0;
        show({});
        await call(domain, on ? "turn_on" : "turn_off", { entity_id: options.switch }, turn);
        log.debug({ charger: options.id, on }, "plug switched");
        look();
      }, signal);
    },
    close() {
      closed = true;
      turns.close();
      idleTimer?.();
      audience.close();
      return Promise.resolve();
    },
  };
}
