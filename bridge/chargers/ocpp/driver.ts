/** The OCPP driver: one configured station as a source of chargers, one per outlet. */
import { isDeepStrictEqual } from "node:util";
import type { ChargerFacts, ChargerSnapshot } from "../../../shared/charger.ts";
import type { HelperSpec } from "../../../shared/entities.ts";
import type { Unsubscribe } from "../../clock.ts";
import type { OcppServer, StationPolicy } from "../../ocpp/station.ts";
import {
  ChargerError,
  type Capabilities,
  type Charger,
  type ChargerContext,
  type ChargerSource,
  type LimitOrder,
} from "../charger.ts";
import { AVAILABILITY, LEARN_TAG, LED_BRIGHTNESS, OCPP_ENTITIES } from "./entities.ts";
import type { OcppChargerOptions } from "./options.ts";
import type { Outlet } from "./facts/outlet.ts";
import { pictureOf } from "./facts/picture.ts";
import { profilesClear } from "./limits/reset-profiles.ts";
import { adminOf, passwordsOf, passwordUsed } from "./station/admin.ts";
import { servicesOf } from "./station/services.ts";
import { refresh } from "./setup/setup.ts";
import { setSetting } from "./station/settings.ts";
import { canSwitchPhases, startSession, stopPauses, stopSession, switchPhases } from "./station/start-stop.ts";
import type { OutletParts } from "./station/outlet-parts.ts";
import { StationDriver } from "./station/station-driver.ts";
import { ceilingA, hardwarePhases, limitTraits } from "./boxes/traits.ts";

const COMMAND_TIMEOUT_S = 35;
const TELL_EVERY_MS = 50;

export function createOcppSource(
  options: OcppChargerOptions,
  server: OcppServer,
  context: ChargerContext,
): ChargerSource {
  const chargers: OcppCharger[] = [];
  const listeners = new Set<(charger: Charger) => void>();
  const byOutlet = new Map<Outlet, OcppCharger>();
  const driver: StationDriver = new StationDriver(options, context, {
    changed: (outlet) => byOutlet.get(outlet)?.refresh(),
    grown: (parts) => {
      const charger = add(parts);
      for (const listener of listeners) listener(charger);
    },
  });
  const add = (parts: OutletParts): OcppCharger => {
    const { n } = parts.outlet;
    // Outlet 1 is the charger that was there before the station told of others: its id never changes.
    const charger = new OcppCharger(
      n === 1 || options.connector !== undefined ? options.id : `${options.id}_${n}`,
      driver,
      parts,
      server,
    );
    chargers.push(charger);
    byOutlet.set(parts.outlet, charger);
    return charger;
  };
  for (const parts of driver.parts.values()) add(parts);
  let unregister: Unsubscribe = () => undefined;
  return {
    chargers,
    onCharger(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      driver.start();
      unregister = server.register(policyOf(options, driver), driver);
      return Promise.resolve();
    },
    async close() {
      await driver.close();
      unregister();
      listeners.clear();
      for (const charger of chargers) charger.silence();
    },
  };
}

function policyOf(options: OcppChargerOptions, driver: StationDriver): StationPolicy {
  return {
    identity: options.station,
    passwords: () => passwordsOf(driver),
    onPasswordUsed: (password) => passwordUsed(driver, password),
    version: options.version === "auto" ? (driver.model.deviations.pinVersion ?? "auto") : options.version,
    anonymous: options.anonymous,
    strict: options.strict,
    // Never the serial number that the box told of itself: whoever it let in first would choose the name for the next.
    certificateNames: options.serial === undefined ? [] : [options.serial],
    callTimeoutMs: options.callTimeoutMs,
  };
}

class OcppCharger implements Charger {
  readonly id: string;
  readonly entities = OCPP_ENTITIES;
  readonly #plain: Capabilities;
  readonly #switching: Capabilities;
  readonly #driver: StationDriver;
  readonly #parts: OutletParts;
  readonly #listeners = new Set<(next: ChargerSnapshot) => void>();
  #snapshot: ChargerSnapshot;
  /** What the listeners know. */
  #told: ChargerSnapshot;
  #toldAtMs = -Infinity;
  /** Of the last refresh, to see a session's turns. */
  readonly #seen: { last: unknown; tx: unknown; connector: unknown } = {
    last: undefined,
    tx: undefined,
    connector: undefined,
  };
  #stale = false;
  #cancelTell: Unsubscribe | undefined;

  constructor(id: string, driver: StationDriver, parts: OutletParts, server: OcppServer) {
    this.id = id;
    this.#driver = driver;
    this.#parts = parts;
    this.#plain = capabilitiesOf(driver, parts, server, false);
    this.#switching = capabilitiesOf(driver, parts, server, true);
    this.#snapshot = this.#picture();
    this.#told = this.#snapshot;
  }

  /** What the box can is known only once it has told. */
  get can(): Capabilities {
    return canSwitchPhases(this.#driver) ? this.#switching : this.#plain;
  }

  get snapshot(): ChargerSnapshot {
    if (this.#stale) {
      this.#stale = false;
      this.#snapshot = this.#picture();
    }
    return this.#snapshot;
  }

  onSnapshot(listener: (next: ChargerSnapshot) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  limit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    return this.#parts.limits.order(order, signal);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  /** A picture per message when they come in seconds; in a flood one per 50 ms, but none of a session's turns is left out. */
  refresh(): void {
    const { clock } = this.#driver.context;
    const { connector, history, last, liveTx } = this.#parts.outlet;
    const seen = this.#seen;
    const turn = history.length > 0 || last !== seen.last || liveTx !== seen.tx || connector !== seen.connector;
    seen.last = last;
    seen.tx = liveTx;
    seen.connector = connector;
    this.#stale = true;
    if (!turn && this.#cancelTell !== undefined) return;
    const waitMs = this.#toldAtMs + TELL_EVERY_MS - clock.monotonicMs();
    if (turn || waitMs <= 0) this.#tell();
    else this.#cancelTell = clock.after(waitMs, () => this.#tell());
  }

  #tell(): void {
    this.#cancelTell?.();
    this.#cancelTell = undefined;
    this.#toldAtMs = this.#driver.context.clock.monotonicMs();
    const told = this.#told;
    const next = this.snapshot;
    // A newer datum is always news; only what changed nothing since is held back.
    if (next.atMs === told.atMs && isDeepStrictEqual(next, told)) return;
    this.#told = next;
    for (const listener of this.#listeners) listener(next);
  }

  silence(): void {
    this.#listeners.clear();
    this.#cancelTell?.();
  }

  #picture(): ChargerSnapshot {
    const driver = this.#driver;
    const { outlet, limits, problem } = this.#parts;
    return pictureOf({
      model: driver.model,
      outlet,
      limits,
      facts: this.#facts(),
      linkUp: driver.online,
      problem,
      latencyMs: driver.latencyMs,
      reconnects: driver.reconnects,
      unit: limitTraits(driver.options, driver.model).unit,
      settings: {
        availability: outlet.connector === undefined ? undefined : outlet.connector !== "Unavailable",
        ...(driver.options.auth === "allow_list" ? { learn_tag: false } : {}),
        led_brightness: numeric(driver.model.config.get("statusled/brightness")?.value),
      },
      spoken: driver.spoken,
      atMs: driver.lastChangeMs,
    });
  }

  #facts(): ChargerFacts {
    const { options, model } = this.#driver;
    return {
      driver: "ocpp",
      protocol: model.version,
      vendor: model.identity.vendor,
      model: model.identity.model,
      serial: model.identity.serial,
      firmware: model.identity.firmware,
      phases: hardwarePhases(options, model),
      minA: 6,
      maxA: options.maxA === undefined ? undefined : ceilingA(options, this.#parts.outlet),
      commandTimeoutS: COMMAND_TIMEOUT_S,
    };
  }
}

function numeric(text: string | undefined): number | undefined {
  const value = Number(text ?? "");
  return text !== undefined && Number.isFinite(value) ? value : undefined;
}

function capabilitiesOf(driver: StationDriver, parts: OutletParts, server: OcppServer, phases: boolean): Capabilities {
  const need = (): NonNullable<StationDriver["commands"]> => {
    if (driver.commands === undefined || !driver.ready)
      throw new ChargerError("offline", "The wallbox is not connected.");
    return driver.commands;
  };
  return {
    session: {
      start: (signal, maxA) => startSession(driver, parts, signal, maxA),
      stop: (signal) => stopSession(driver, parts, signal),
      get stopEnds() {
        return !stopPauses(driver);
      },
    },
    get pace() {
      const now = limitTraits(driver.options, driver.model);
      return {
        minIntervalS: now.raiseEveryS,
        minChangeA: now.raiseByA,
        stepA: now.stepA,
        ...(now.stepListA === undefined ? {} : { stepListA: now.stepListA }),
        zeroAmps: "hold",
        applies: "now",
      } as const;
    },
    ...(phases ? { phases: { use: (count, signal) => switchPhases(driver, parts, count, signal) } } : {}),
    reset: (kind, signal) => driver.reboot(kind, signal),
    resetProfiles: (signal) => parts.limits.reset(() => profilesClear(driver, parts, signal), signal),
    async unlock(signal) {
      const { action, payload } = need().unlock(parts.outlet.ref);
      const status = (await driver.ask({ action, payload }, { signal }))["status"];
      if (status !== "Unlocked")
        throw new ChargerError(
          "rejected",
          `The wallbox answered: ${typeof status === "string" ? status : "no status"}.`,
        );
    },
    refresh: (signal) => refresh(driver.setupPort(need(), signal), "user"),
    perPhase: true,
    settings: {
      get specs(): readonly HelperSpec[] {
        return [
          AVAILABILITY,
          ...(driver.options.auth === "allow_list" ? [LEARN_TAG] : []),
          ...(driver.model.config.has("statusled/brightness") ? [LED_BRIGHTNESS] : []),
        ];
      },
      set: (key, value, signal) => setSetting(driver, parts, key, value, signal),
    },
    services: servicesOf(driver, parts),
    admin: adminOf(driver),
    wireLog: () => server.wireLog(driver.options.station),
  };
}
