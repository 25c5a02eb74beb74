/**
 * A simulated charge point: real OCPP over a real WebSocket, a real car's manners, and the oddities of a preset. For people without
 * hardware (`evse-bridge simulate ocpp`), for the demo and for tests.
 *
 * Longer than two screens: the life of a box is read in one piece; sessions, wire, outbox, messages, profiles and presets live beside it.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { OcppVersion } from "../../ocpp/station.ts";
import { Car, COMPACT_CAR, type CarOptions } from "../car.ts";
import { answer } from "./answers.ts";
import { configurationOf, type Configuration } from "./configuration.ts";
import { LimitPuller } from "./limit-puller.ts";
import { bootPayload, chatter, inventory, stationStatus, statusPayload } from "./messages.ts";
import { chargingStateOf, SimOutlet, statusWord, type ChargingState, type SimTransaction } from "./outlet.ts";
import { Outbox } from "./outbox.ts";
import { PRESETS, STANDARD, type Preset } from "./presets.ts";
import { ProfileStack, type InstalledProfile, type Moment } from "./profiles.ts";
import { SimSessions } from "./sessions.ts";
import { Wire } from "./wire.ts";

export interface SimulatedChargePointOptions {
  /** Server, e.g. `ws://127.0.0.1:9000`; the identity is appended. */
  readonly url: string;
  readonly identity: string;
  readonly version: OcppVersion;
  readonly phases: 1 | 3;
  /** Name from PRESETS, or one of your own. */
  readonly preset?: string | Preset;
  readonly password?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly car?: CarOptions;
  /** Outlets of the station; default 1. */
  readonly outlets?: number;
  /** Lifetime register at the start, Wh. */
  readonly registerWh?: number;
  /** PEM of a CA for wss. */
  readonly ca?: string;
  /** How far its clock is off, ms; + = ahead. */
  readonly clockOffsetMs?: number;
}

export interface SimulatedState {
  readonly connected: boolean;
  /** OCPP's word. */
  readonly status: string;
  readonly offeredA: number;
  /** A per phase. */
  readonly drawnA: readonly [number, number, number];
  readonly powerW: number;
  readonly registerWh: number;
  /** Wh of the running transaction, 0 without one. */
  readonly sessionWh: number;
  readonly transactionId: string | undefined;
  readonly chargingState: ChargingState;
  readonly socPct: number | undefined;
}

export interface ReceivedLimit {
  readonly atMs: number;
  readonly outlet: number;
  readonly profile: InstalledProfile;
  /** A per phase. */
  readonly limitA: number;
  readonly accepted: boolean;
}

const STEP_MS = 1_000;
const VOLTAGE_V = 230;

export class SimulatedChargePoint {
  readonly options: SimulatedChargePointOptions;
  readonly preset: Preset;
  readonly config: Configuration;
  readonly profiles: ProfileStack;
  readonly outlets: readonly SimOutlet[];
  /** Every limit that arrived, oldest first. */
  readonly received: ReceivedLimit[] = [];
  /** Actions of the server, oldest first. */
  readonly calls: string[] = [];
  /** Knobs of tests. */
  readonly behaviour = { refuseProfiles: false, forgetProfiles: false, refuseStart: false, refuseReset: false };
  readonly #wire: Wire;
  readonly #listeners = new Set<(event: string) => void>();
  readonly sessions: SimSessions;
  readonly voltageV = VOLTAGE_V;
  readonly #outbox: Outbox;
  readonly #puller: LimitPuller;
  #connectedAtMs = 0;
  #heartbeatAtMs = 0;
  #heartbeatS = 60;
  #stop: Unsubscribe = () => undefined;
  #comeBack: Unsubscribe = () => undefined;
  #lastStepMs = 0;
  #closed = false;

  constructor(options: SimulatedChargePointOptions) {
    this.options = options;
    this.preset =
      typeof options.preset === "object" ? options.preset : (PRESETS[options.preset ?? "standard"] ?? STANDARD);
    this.profiles = new ProfileStack(this.preset.lowestWins === true);
    this.config = configurationOf(this.preset, options.version, options.phases, options.outlets ?? 1);
    this.outlets = Array.from(
      { length: options.outlets ?? 1 },
      (_, index) => new SimOutlet(index + 1, options.registerWh ?? 1000),
    );
    this.#wire = new Wire({
      url: options.url,
      identity: options.identity,
      password: options.password,
      version: options.version,
      clock: options.clock,
      ca: options.ca,
      events: {
        opened: () => this.#opened(),
        closed: (why) => {
          this.#outbox.registered = false;
          this.tell(`disconnected (${why})`);
        },
        called: (action, payload) => {
          this.calls.push(action);
          return answer(this, action, payload);
        },
      },
    });
    this.#outbox = new Outbox(this.#wire, options.log);
    this.sessions = new SimSessions(this, this.#outbox, () => this.#wire.open);
    this.#puller = new LimitPuller(options.clock, options.log, this.#wire, this.profiles);
  }

  get v16(): boolean {
    return this.options.version === "1.6";
  }

  get phases(): 1 | 3 {
    return this.preset.phases ?? this.options.phases;
  }

  nowMs(): number {
    return this.options.clock.nowMs() + (this.options.clockOffsetMs ?? 0);
  }

  isoNow(): string {
    return new Date(this.nowMs()).toISOString();
  }

  /** Seconds since the link was opened. */
  get connectedForS(): number {
    return (this.options.clock.monotonicMs() - this.#connectedAtMs) / 1000;
  }

  start(): void {
    this.#lastStepMs = this.options.clock.monotonicMs();
    this.#stop = this.options.clock.every(
      STEP_MS,
      () => this.#step(),
      (error) => this.options.log.error({ err: error }, "simulated charge point stumbled"),
    );
    this.#wire.dial();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    this.#comeBack();
    this.#wire.hangUp();
    this.#listeners.clear();
    return Promise.resolve();
  }

  onEvent(listener: (event: string) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: string): void {
    this.options.log.debug({ event }, "simulated charge point");
    for (const listener of this.#listeners) listener(event);
  }

  outlet(n = 1): SimOutlet {
    const found = this.outlets[n - 1];
    if (found === undefined) throw new RangeError(`There is no outlet ${n}.`);
    return found;
  }

  state(n = 1): SimulatedState {
    const outlet = this.outlet(n);
    const legs = this.legs(outlet);
    const leg = (index: number): number => (index <= legs ? outlet.currentA : 0);
    return {
      connected: this.#wire.open,
      status: this.statusOf(outlet),
      offeredA: outlet.offeredA,
      drawnA: [leg(1), leg(2), leg(3)],
      powerW: outlet.currentA * VOLTAGE_V * legs,
      registerWh: outlet.registerWh,
      sessionWh: outlet.transaction === undefined ? 0 : outlet.registerWh - outlet.transaction.meterStartWh,
      transactionId: outlet.transaction?.id,
      chargingState: outlet.transaction?.state ?? "Idle",
      socPct: outlet.car?.socPct,
    };
  }

  // What people do.

  plugIn(n = 1, car: CarOptions | Car = this.options.car ?? COMPACT_CAR): void {
    const outlet = this.outlet(n);
    outlet.car = car instanceof Car ? car : new Car(car);
    this.tell("car plugged in");
    this.report(outlet);
    if (this.preset.freeVend || outlet.authorizedTag !== undefined)
      this.sessions.begin(outlet, outlet.authorizedTag ?? "SIMULATED");
  }

  unplug(n = 1): void {
    const outlet = this.outlet(n);
    if (outlet.transaction !== undefined) this.sessions.finish(outlet, "EVDisconnected", "EVCommunicationLost");
    outlet.car?.stop();
    outlet.car = undefined;
    outlet.currentA = 0;
    outlet.stopped = false;
    outlet.authorizedTag = undefined;
    this.tell("car unplugged");
    this.report(outlet);
  }

  /** A card is held to the reader. */
  async authorize(tag: string, n = 1): Promise<boolean> {
    const outlet = this.outlet(n);
    const result = await this.#wire.call(
      "Authorize",
      this.v16 ? { idTag: tag } : { idToken: { idToken: tag, type: "ISO14443" } },
    );
    const info = result["idTagInfo"] ?? result["idTokenInfo"];
    const accepted = typeof info === "object" && info !== null && !Array.isArray(info) && info["status"] === "Accepted";
    this.tell(`card ${accepted ? "accepted" : "refused"}`);
    if (!accepted) return false;
    if (outlet.transaction !== undefined) this.sessions.finish(outlet, "Local", "StopAuthorized");
    else if (outlet.car === undefined) outlet.authorizedTag = tag;
    else this.sessions.begin(outlet, tag);
    return true;
  }

  setFault(code: string | undefined, n = 1): void {
    const outlet = this.outlet(n);
    outlet.fault = code;
    if (code !== undefined && outlet.transaction !== undefined)
      this.sessions.finish(outlet, "Other", "AbnormalCondition");
    this.tell(code === undefined ? "fault cleared" : `fault ${code}`);
    this.report(outlet);
  }

  /** The network is gone; charging goes on and messages queue up. */
  goOffline(): void {
    this.#wire.cut();
  }

  goOnline(): void {
    if (!this.#wire.open && !this.#closed) this.#wire.dial();
  }

  /** Answers nothing from now on, with the socket left open. */
  fallSilent(silent = true): void {
    this.#wire.silent = silent;
  }

  /** Off and on again: transactions end, profiles of transactions go. */
  reboot(reason = "Reboot"): void {
    this.tell("reboots");
    for (const outlet of this.outlets) {
      if (outlet.transaction !== undefined) this.sessions.finish(outlet, "Reboot", "ResetCommand");
      outlet.orphan = false;
      outlet.stopped = false;
      outlet.reportedStatus = undefined;
      outlet.currentA = 0;
      outlet.car?.stop();
    }
    this.profiles.clear((profile) => profile.purpose === "TxProfile" || this.preset.forgetsProfilesOnReboot === true);
    this.#wire.hangUp();
    this.#comeBack();
    this.#comeBack = this.options.clock.after(this.preset.rebootS * 1000, () => {
      this.#bootReason = reason;
      this.#wire.dial();
      for (const outlet of this.outlets)
        if (outlet.car !== undefined && this.preset.freeVend && outlet.operative)
          this.sessions.begin(outlet, "SIMULATED");
    });
  }

  #bootReason = "PowerUp";

  /** Tells these readings now, in place of the model's own. */
  reportMeter(override: SimOutlet["override"], n = 1): void {
    const outlet = this.outlet(n);
    outlet.override = override;
    this.sessions.sendValues(outlet, "Sample.Periodic");
  }

  // The box's own life.

  statusOf(outlet: SimOutlet): string {
    return statusWord(outlet, this.v16);
  }

  sendStatus(outlet: SimOutlet): void {
    const status = this.statusOf(outlet);
    outlet.reportedStatus = status;
    this.#outbox.live("StatusNotification", statusPayload(outlet, status, this.v16, this.isoNow()));
  }

  sendBoot(reason: string): void {
    this.#wire
      .call("BootNotification", bootPayload(this.preset, this.v16, reason))
      .then((result) => {
        const interval = result["interval"];
        if (typeof interval === "number" && interval > 0) this.#heartbeatS = interval;
        if (result["status"] === "Accepted") this.#accepted();
        else this.tell(`registration ${typeof result["status"] === "string" ? result["status"] : "unclear"}`);
      })
      .catch((error: unknown) => this.options.log.debug({ err: error }, "boot notification not answered"));
  }

  /** 2.x. */
  sendInventory(requestId: number): void {
    for (const piece of inventory(this.config, requestId, this.isoNow())) this.#outbox.live("NotifyReport", piece);
  }

  sendHeartbeat(): void {
    this.#outbox.live("Heartbeat", {});
  }

  /** Offer now, A per phase, before the cable and the car have a say. */
  limitOf(outlet: SimOutlet, atMs = this.nowMs()): number {
    if (this.preset.ignoresLimits === true) return this.preset.maxA;
    const tx = outlet.transaction;
    const limitA =
      this.profiles.limitAt(outlet.n, this.moment(outlet, atMs), (limit, unit) => this.toA(limit, unit)) ??
      this.preset.maxA;
    const capped = Math.min(limitA, this.preset.maxA);
    if (tx === undefined) return capped;
    const { stepListA } = this.preset;
    return stepListA === undefined ? capped : (stepListA.filter((a) => a <= capped).at(-1) ?? 0);
  }

  moment(outlet: SimOutlet, atMs = this.nowMs()): Moment {
    return { atMs, transactionId: outlet.transaction?.id, startedAtMs: outlet.transaction?.startedAtMs };
  }

  toA(limit: number, unit: "A" | "W"): number {
    return unit === "A" ? limit : limit / (VOLTAGE_V * this.phases);
  }

  fromA(limitA: number): number {
    return this.preset.unit === "A" ? limitA : limitA * VOLTAGE_V * this.phases;
  }

  /** Phases that carry current when it charges. */
  legs(outlet: SimOutlet): number {
    return Math.min(this.phases, outlet.car?.options.phases ?? this.phases);
  }

  #opened(): void {
    this.#connectedAtMs = this.options.clock.monotonicMs();
    this.tell("connected");
    if (this.preset.bootsOnConnect || this.#bootReason === "first") this.sendBoot(this.#bootReason);
    else this.#accepted();
  }

  #accepted(): void {
    if (!this.#outbox.registered) this.tell("registered");
    this.#outbox.registered = true;
    this.#heartbeatAtMs = this.options.clock.monotonicMs();
    if (this.v16) this.#outbox.live("StatusNotification", stationStatus(this.isoNow()));
    for (const outlet of this.outlets) this.sendStatus(outlet);
    if (this.preset.chatty === true) this.#outbox.live("NotifyEvent", chatter(this.isoNow()));
    void this.#outbox.flush();
  }

  #step(): void {
    const nowMono = this.options.clock.monotonicMs();
    const seconds = Math.max(0, (nowMono - this.#lastStepMs) / 1000);
    this.#lastStepMs = nowMono;
    for (const outlet of this.outlets) this.#stepOutlet(outlet, seconds);
    if (this.#outbox.registered && nowMono - this.#heartbeatAtMs >= this.#heartbeatS * 1000) {
      this.#heartbeatAtMs = nowMono;
      this.sendHeartbeat();
    }
    if (this.#outbox.registered) this.#puller.step((event) => this.tell(event));
  }

  #stepOutlet(outlet: SimOutlet, seconds: number): void {
    const tx = outlet.transaction;
    const { car } = outlet;
    outlet.offeredA = tx !== undefined || this.preset.offersWhileIdle === true ? this.limitOf(outlet) : 0;
    if (tx === undefined || car === undefined) {
      outlet.currentA = 0;
      return;
    }
    const before = outlet.currentA;
    outlet.currentA = car.step(outlet.offeredA, VOLTAGE_V, this.phases, seconds);
    outlet.registerWh += (((before + outlet.currentA) / 2) * VOLTAGE_V * this.legs(outlet) * seconds) / 3600;
    // The unphased figure of such a box lags behind for ever once a limit has changed.
    if (outlet.frozenA !== outlet.offeredA) outlet.frozenA = outlet.offeredA;
    else if (outlet.frozenCurrent === 0) outlet.frozenCurrent = outlet.currentA;
    this.#chargingState(outlet, tx, car);
    const intervalS = this.config.number(this.v16 ? "MeterValueSampleInterval" : "SampledDataCtrlr/TxUpdatedInterval");
    const due = intervalS > 0 && this.nowMs() - outlet.lastValuesAtMs >= intervalS * 1000;
    if (due && this.preset.noPeriodicValues !== true) this.sessions.sendValues(outlet, "Sample.Periodic");
  }

  #chargingState(outlet: SimOutlet, tx: SimTransaction, car: Car): void {
    const next = chargingStateOf(outlet, tx, car);
    if (next === tx.state) return;
    const nailed = this.profiles.all.some((profile) => profile.purpose === "TxProfile" && profile.outlet === outlet.n);
    if (next !== "Charging" && tx.state === "Charging" && this.preset.orphansTxProfile === true)
      outlet.orphan ||= nailed;
    tx.state = next;
    this.tell(`${next}, ${outlet.offeredA} A offered`);
    if (this.v16) this.report(outlet);
    else this.sessions.event(outlet, tx, "Updated", "ChargingStateChanged");
  }

  /** Tells the status if it has changed. */
  report(outlet: SimOutlet): void {
    if (this.statusOf(outlet) !== outlet.reportedStatus) this.sendStatus(outlet);
  }
}

export function createSimulatedChargePoint(options: SimulatedChargePointOptions): SimulatedChargePoint {
  return new SimulatedChargePoint(options);
}
