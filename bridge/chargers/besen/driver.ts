/**
 * A Besen box (EVSE Master family) as a charger. The client keeps the connection; this folds what the box tells into the snapshot,
 * follows the charging visit, and hands orders to the governor. Longer than most files: it is the one place where all parts of a box meet.
 */
import type { Unsubscribe } from "../../clock.ts";
import {
  blankSnapshot,
  type ChargerFacts,
  type ChargerProblem,
  type ChargerSnapshot,
} from "../../../shared/charger.ts";
import type { Capabilities, Charger, ChargerContext, ChargerSource, LimitOrder } from "../charger.ts";
import { ChargerError } from "../charger.ts";
import { adminCommands, PIN_SECRET } from "./admin.ts";
import { createBleTransport } from "./ble.ts";
import { readStatus } from "./charge-commands.ts";
import { BesenClient, type LinkCounters } from "./client.ts";
import { BESEN_ENTITIES, extraOf } from "./entities.ts";
import { FROM_CHARGER } from "./commands.ts";
import { Follower } from "./follower.ts";
import { isPin, type Frame } from "./frame.ts";
import { Governor } from "./governor.ts";
import type { BoxStatus, ChargeRecord, FromCharger } from "./messages.ts";
import type { BesenChargerOptions } from "./options.ts";
import { carConnected, CHARGING, faultWords, meter, RESERVED, statusOf, type Told } from "./picture.ts";
import { fold, nothingTold } from "./told.ts";
import { FACTORY_PIN } from "./problems.ts";
import { Register } from "./register.ts";
import { expertServices } from "./services.ts";
import { SETTING_SPECS, settingValues, writeSettingValue } from "./settings.ts";
import { epochFromWire } from "./time.ts";
import type { BoxTransport } from "./transport.ts";
import { createUdpTransport } from "./udp.ts";
import { Visit } from "./visit.ts";
import type { WallboxPort } from "./wallbox-port.ts";

/** Tests bring their own radio and dice. */
export interface BesenParts {
  readonly transport?: BoxTransport;
  readonly random?: () => number;
}

const COMMAND_TIMEOUT_S = 20;
/** No Besen box offers more. */
const FAMILY_MAX_A = 32;
const DEFAULT_MAX_A = 16;

export function createBesenSource(
  options: BesenChargerOptions,
  context: ChargerContext,
  parts: BesenParts = {},
): ChargerSource {
  const charger = new BesenCharger(options, context, parts);
  return {
    chargers: [charger],
    onCharger: () => () => undefined,
    start: () => {
      charger.start();
      return Promise.resolve();
    },
    close: () => charger.close(),
  };
}

function transportFor(options: BesenChargerOptions, context: ChargerContext): BoxTransport {
  if (options.transport === "udp") return createUdpTransport({ host: options.host ?? "", clock: context.clock });
  return createBleTransport({
    address: options.address,
    nameFilter: options.nameFilter,
    driver: options.bleDriver,
    adapter: options.adapter,
    clock: context.clock,
    log: context.log,
  });
}

class BesenCharger implements Charger {
  readonly id: string;
  readonly entities = BESEN_ENTITIES;
  snapshot: ChargerSnapshot;
  readonly #options: BesenChargerOptions;
  readonly #context: ChargerContext;
  readonly #client: BesenClient;
  readonly #governor: Governor;
  readonly #register: Register;
  readonly #visit: Visit;
  readonly #listeners = new Set<(next: ChargerSnapshot) => void>();
  readonly #zone: string;
  readonly #told: Told = nothingTold();
  readonly #follower: Follower;
  #capabilities: Capabilities;
  #lastStatus: BoxStatus | undefined;
  #problem: ChargerProblem | undefined;
  #rssi: number | undefined;
  #counters: LinkCounters = { connections: 0, discarded: 0 };
  #stopReason: number | undefined;
  #limitWrites: number;
  #closed = false;

  constructor(options: BesenChargerOptions, context: ChargerContext, parts: BesenParts) {
    this.#options = options;
    this.#context = context;
    this.id = options.id;
    const { store, clock, log } = context;
    this.#zone = options.zone ?? context.site.timeZone;
    this.#register = new Register(store);
    this.#visit = new Visit(store);
    const writes = store.get("limit_writes");
    this.#limitWrites = typeof writes === "number" ? writes : 0;
    const kept = context.secrets.get(PIN_SECRET);
    const configured = [kept, options.pin].find((pin) => pin !== undefined && isPin(pin));
    this.#client = new BesenClient(
      {
        transport: parts.transport ?? transportFor(options, context),
        clock,
        log,
        random: parts.random ?? Math.random,
        pin: configured ?? FACTORY_PIN,
        pinIsDefault: configured === undefined,
        zone: this.#zone,
        rssi: options.rssi,
      },
      {
        onAuthenticated: () => this.#governor.recall(),
        onMessage: (message, frame) => this.#onMessage(message, frame),
        onDown: () => this.#onDown(),
        onProblem: (problem) => this.#onProblem(problem),
        onRssi: (dBm) => {
          this.#rssi = dBm;
          this.#publish();
        },
        onCounters: (counters) => {
          this.#counters = counters;
          this.#publish();
        },
      },
    );
    this.#governor = new Governor(this.#port(parts.random ?? Math.random), store, log, options.minOffS);
    this.#follower = new Follower({
      clock,
      zone: this.#zone,
      store,
      visit: this.#visit,
      register: this.#register,
      governor: this.#governor,
      charging: () => this.#told.status?.currentState === CHARGING,
    });
    this.snapshot = blankSnapshot(this.#facts(), clock.nowMs());
    this.#capabilities = this.#makeCapabilities();
  }

  get can(): Capabilities {
    return this.#capabilities;
  }

  start(): void {
    this.#client.start();
  }

  onSnapshot(listener: (next: ChargerSnapshot) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async limit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new ChargerError("offline", "The bridge has let go of this box");
    await this.#governor.limit(order, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#client.authenticated) await this.#governor.leave(this.#options.failSafeA);
    this.#closed = true;
    this.#governor.halt();
    await this.#client.close();
    this.#listeners.clear();
  }

  #port(random: () => number): WallboxPort {
    const ceiling = (): number => this.#ceilingA();
    const phases = (): 1 | 3 | undefined => this.#told.info?.phases;
    return {
      clock: this.#context.clock,
      zone: this.#zone,
      random,
      told: this.#told,
      visit: this.#visit,
      request: (message, options) => this.#client.request(message, options),
      get phases() {
        return phases();
      },
      get ceilingA() {
        return ceiling();
      },
      registerWh: () => this.#register.wh,
      changed: () => this.#publish(),
      noteWrite: () => {
        this.#limitWrites++;
        this.#context.store.set("limit_writes", this.#limitWrites);
      },
    };
  }

  #ceilingA(): number {
    const box = this.#told.info?.maxAmps;
    const configured = this.#options.maxA ?? box ?? DEFAULT_MAX_A;
    return Math.min(configured, box ?? FAMILY_MAX_A, FAMILY_MAX_A);
  }

  #makeCapabilities(): Capabilities {
    const governor = this.#governor;
    const client = this.#client;
    const told = this.#told;
    return {
      session: {
        start: (signal, maxA) => governor.start(signal, { maxA }),
        stop: (signal) => governor.stop(signal),
        stopEnds: true,
      },
      pace: governor.pace,
      refresh: async (signal) => {
        await readStatus(governor.port, signal);
        await client.request({ kind: "output_amps", action: "get" }, { signal, retries: 1 });
      },
      perPhase: told.info?.phases === 3,
      ...(told.info?.phases === 3
        ? { phases: { use: (count: 1 | 3, signal: AbortSignal) => governor.usePhases(count, signal) } }
        : {}),
      settings: {
        specs: SETTING_SPECS,
        set: async (key, value, signal) => {
          await writeSettingValue(client, told, key, value, signal);
          this.#publish();
        },
      },
      services: expertServices(governor, this.#context.clock),
      admin: adminCommands({
        client,
        told,
        secrets: this.#context.secrets,
        clock: this.#context.clock,
        protocol: this.#options.transport,
      }),
      wireLog: client.wireLog,
    };
  }

  /** Capabilities keep their identity until they change. */
  #refreshCapabilities(): void {
    const three = this.#told.info?.phases === 3;
    const stale =
      this.#capabilities.pace !== this.#governor.pace || (this.#capabilities.phases !== undefined) !== three;
    if (stale) this.#capabilities = this.#makeCapabilities();
  }

  #onMessage(message: FromCharger, frame: Frame): void {
    const told = this.#told;
    told.serial = frame.serial;
    if (message.kind === "status") {
      this.#onStatus(message);
      return;
    }
    fold(told, message);
    if (message.kind === "version") this.#governor.recall();
    else if (message.kind === "session") this.#follower.onSession(message);
    else if (message.kind === "charge_record") this.#onRecord(message, frame);
    else if (message.kind === "charge_stop_response" && message.failReason === 0) this.#stopReason = message.stopResult;
    this.#publish();
  }

  #onRecord(record: ChargeRecord, frame: Frame): void {
    this.#follower.onRecord(frame.serial, record);
    this.#stopReason = record.stopReason;
    if (this.#options.keepRecordsForApp) return;
    const kind = frame.command === FROM_CHARGER.stored_record ? "stored_record_ack" : "charge_record_ack";
    this.#client
      .send({ kind, lineId: record.lineId, chargeId: record.chargeId, status: 1 })
      .catch((error: unknown) => this.#context.log.debug({ err: error }, "besen record not acknowledged"));
  }

  #onStatus(status: BoxStatus): void {
    const before = this.#told.status;
    this.#told.status = status;
    this.#lastStatus = status;
    this.#follower.onStatus(before, status);
    this.#publish();
    void this.#governor.reconcile();
  }

  #onDown(): void {
    this.#told.status = undefined;
    this.#publish();
  }

  #onProblem(problem: ChargerProblem | undefined): void {
    const isNew = problem !== undefined && problem.code !== this.#problem?.code;
    this.#problem = problem;
    if (isNew) {
      this.#context.log.warn({ charger: this.id, problem: problem.code, detail: problem.text }, "besen problem");
      this.#context.report({ title: `${this.#options.name}: ${problem.text}`, detail: problem.remedy });
    }
    this.#publish();
  }

  #facts(): ChargerFacts {
    const { info, version, serial } = this.#told;
    return {
      driver: "besen",
      protocol: this.#options.transport,
      vendor: info?.brand,
      model: info?.model,
      serial,
      firmware: version?.softwareVersion ?? info?.hardwareVersion,
      phases: info?.phases ?? this.#options.phases,
      minA: 6,
      maxA: info?.maxAmps,
      commandTimeoutS: COMMAND_TIMEOUT_S,
    };
  }

  #publish(): void {
    if (this.#closed) return;
    this.#refreshCapabilities();
    const { clock } = this.#context;
    const status = this.#told.status;
    const base: ChargerSnapshot = {
      ...this.snapshot,
      link: status === undefined ? "down" : "up",
      wantedA: this.#governor.wantedA,
      problem: this.#problem,
      failSafe: "single_level",
      limitWrites: this.#limitWrites,
      facts: this.#facts(),
      extra: extraOf({
        told: { ...this.#told, status: status ?? this.#lastStatus },
        zone: this.#zone,
        rssi: this.#rssi,
        counters: this.#counters,
        stopReason: this.#stopReason,
      }),
      settings: settingValues(this.#told),
    };
    this.snapshot = status === undefined ? base : this.#withStatus(base, status, clock.nowMs());
    for (const listener of this.#listeners) listener(this.snapshot);
  }

  #withStatus(base: ChargerSnapshot, status: BoxStatus, nowMs: number): ChargerSnapshot {
    const word = statusOf(status, {
      paused: this.#visit.paused,
      restBeforeMs: this.#governor.restBeforeMs,
      endedBy: this.#visit.endedBy,
    });
    const reservedWire = this.#told.session?.reservationWire ?? null;
    const planned = status.currentState === RESERVED;
    return {
      ...base,
      atMs: nowMs,
      status: planned ? "suspended_evse" : word.status,
      statusReason: planned
        ? { code: "planned", fromMs: reservedWire === null ? nowMs : epochFromWire(reservedWire, this.#zone) * 1000 }
        : word.reason,
      carConnected: carConnected(status),
      offeredA: this.#governor.offeredA,
      ...meter(status),
      energyWh: this.#register.wh,
      temperatureC: status.innerTempC ?? undefined,
      session: this.#follower.session(),
      faults: faultWords(status),
    };
  }
}
