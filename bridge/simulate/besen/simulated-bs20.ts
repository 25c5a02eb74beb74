/**
 * A BS20 as bytes: beacons, login, heartbeat, status and session pushes, commands, settings, records. It speaks the codec's other
 * direction and knows nothing of radio or LAN: a face (`udp-face.ts`, `noble-face.ts`) carries its bytes.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import { FrameAssembler } from "../../chargers/besen/assembler.ts";
import {
  decodeToCharger,
  encodeFromCharger,
  type ClientMessage,
  type FromChargerInput,
} from "../../chargers/besen/codec.ts";
import type { Frame } from "../../chargers/besen/frame.ts";
import type { ChargeRecord, ScheduleSlot, Setting } from "../../chargers/besen/messages.ts";
import { rawTemperature } from "../../chargers/besen/read-telemetry.ts";
import { epochFromWire, wireFromEpoch } from "../../chargers/besen/time.ts";
import { noFaults, type Bs20Faults } from "./faults.ts";
import { Wallbox, type Car, type Charge } from "./wallbox.ts";

const TICK_MS = 1000;
const BEACON_MS = 4000;
const HEARTBEAT_MS = 10_090;
const STATUS_MS = 15_000;
const RECORD_MS = 3_600;
/** Unanswered heartbeats that end the registration. */
const LOST_HEARTBEATS = 2;

export interface SimulatedBs20Options {
  readonly clock: Clock;
  /** 16 hex digits. */
  readonly serial?: string;
  readonly pin?: string;
  readonly name?: string;
  readonly phases?: 1 | 3;
  readonly maxAmps?: number;
  readonly zone?: string;
  readonly startKwh?: number;
  readonly faults?: Partial<Bs20Faults>;
}

/** What one client's connection sees of the box. */
export interface Bs20Port {
  receive(bytes: Uint8Array): void;
  detach(): void;
}

export interface SimulatedBs20 {
  readonly serial: string;
  readonly advertisedName: string;
  readonly faults: Bs20Faults;
  readonly wallbox: Wallbox;
  /** Everything the client said, decoded, oldest first. */
  readonly received: readonly ClientMessage[];
  /** Currents the client asked for, A; 0 for each stop. */
  readonly limits: readonly number[];
  readonly registered: boolean;
  pin: string;
  plugIn(car?: Partial<Car>): void;
  unplug(): void;
  pressButton(): void;
  carIsFull(): void;
  /** Pushes a status now, as a unit does on a change. */
  pushStatus(): void;
  /** Sends any frame, for tests. */
  say(message: FromChargerInput): void;
  /** Sends these bytes as they are. */
  sayBytes(bytes: Uint8Array): void;
  /** A client connects; `send` carries notifications. A former client is detached. */
  attach(send: (bytes: Uint8Array) => void, onDrop?: () => void): Bs20Port;
  close(): void;
}

export function createSimulatedBs20(options: SimulatedBs20Options): SimulatedBs20 {
  return new Bs20(options);
}

interface Attachment {
  readonly send: (bytes: Uint8Array) => void;
  readonly onDrop: (() => void) | undefined;
  readonly assembler: FrameAssembler;
  readonly mute: boolean;
}

class Bs20 implements SimulatedBs20 {
  readonly serial: string;
  readonly faults: Bs20Faults;
  readonly wallbox: Wallbox;
  readonly received: ClientMessage[] = [];
  readonly limits: number[] = [];
  pin: string;
  registered = false;
  readonly #options: SimulatedBs20Options;
  readonly #phases: 1 | 3;
  readonly #maxAmps: number;
  readonly #zone: string;
  readonly #records: Charge[] = [];
  #name: string;
  #language = 1;
  #temperatureUnit = "celsius";
  #brightness = 80;
  #schedule: readonly ScheduleSlot[] = Array.from({ length: 7 }, () => ({
    on: false,
    hour: 0,
    minute: 0,
    durationMinutes: 0,
  }));
  #attachment: Attachment | undefined;
  #held: Uint8Array[] = [];
  #stopTicking: Unsubscribe;
  #clockErrorS = 0;
  #sent = 0;
  #unanswered = 0;
  #due = { beacon: 0, heartbeat: 0, status: 0, record: 0 };
  #lastTick: number;

  constructor(options: SimulatedBs20Options) {
    this.#options = options;
    this.serial = (options.serial ?? "2026010203040506").toUpperCase();
    this.pin = options.pin ?? "123456";
    this.faults = { ...noFaults(), ...options.faults };
    this.#phases = options.phases ?? 1;
    this.#maxAmps = options.maxAmps ?? 32;
    this.#zone = options.zone ?? "UTC";
    this.#name = options.name ?? "Garage";
    this.wallbox = new Wallbox({
      phases: this.#phases,
      maxAmps: this.#maxAmps,
      faults: this.faults,
      startKwh: options.startKwh ?? 1234.5,
      nowS: () => options.clock.nowMs() / 1000,
    });
    this.wallbox.onRecord = (charge) => void this.#records.push(charge);
    this.#lastTick = options.clock.monotonicMs();
    this.#stopTicking = options.clock.every(
      TICK_MS,
      () => this.#tick(),
      () => undefined,
    );
  }

  get advertisedName(): string {
    return `ACP#${this.#name}`;
  }

  attach(send: (bytes: Uint8Array) => void, onDrop?: () => void): Bs20Port {
    this.#attachment?.onDrop?.();
    const mute = this.faults.muteConnections > 0;
    if (mute) this.faults.muteConnections--;
    const attachment: Attachment = {
      send,
      onDrop,
      assembler: new FrameAssembler({ learnSerial: false }),
      mute,
    };
    this.#attachment = attachment;
    this.registered = false;
    this.#held = [];
    const now = this.#options.clock.monotonicMs();
    this.#due = { beacon: now + TICK_MS, heartbeat: 0, status: 0, record: 0 };
    return {
      receive: (bytes) => {
        if (this.#attachment !== attachment || this.faults.silent) return;
        for (const frame of attachment.assembler.feed(bytes).frames) this.#onFrame(frame);
      },
      detach: () => {
        if (this.#attachment !== attachment) return;
        this.#attachment = undefined;
        this.registered = false;
      },
    };
  }

  close(): void {
    this.#stopTicking();
    this.#attachment = undefined;
  }

  plugIn(car: Partial<Car> = {}): void {
    this.wallbox.plugIn(car);
    this.pushStatus();
  }
  unplug(): void {
    this.wallbox.unplug();
    this.pushStatus();
  }
  pressButton(): void {
    this.wallbox.pressButton();
    this.#pushAll();
  }
  carIsFull(): void {
    this.wallbox.carIsFull();
    this.#pushAll();
  }

  #tick(): void {
    const now = this.#options.clock.monotonicMs();
    const changed = this.wallbox.elapse((now - this.#lastTick) / 1000);
    this.#lastTick = now;
    if (!this.registered) {
      if (now >= this.#due.beacon) {
        this.#due.beacon = now + BEACON_MS;
        this.say(this.#login("login_beacon"));
      }
      this.#flush();
      return;
    }
    if (now >= this.#due.heartbeat && !this.faults.noHeartbeat) this.#heartbeat(now);
    if (changed) this.#pushAll();
    else if (now >= this.#due.status) this.#pushAll();
    if (now >= this.#due.record && this.#records[0] !== undefined) {
      this.#due.record = now + RECORD_MS;
      this.say(this.#record(this.#records[0]));
    }
    this.#flush();
  }

  #heartbeat(now: number): void {
    if (this.#unanswered >= LOST_HEARTBEATS) {
      this.registered = false;
      return;
    }
    this.#unanswered++;
    this.#due.heartbeat = now + HEARTBEAT_MS;
    this.say({ kind: "heartbeat" });
  }

  #onFrame(frame: Frame): void {
    const message = decodeToCharger(frame);
    this.received.push(message);
    if (frame.pin === undefined) {
      // A probe on the LAN: it says that somebody is there.
      this.say(this.#login("login_beacon"));
      this.#flush();
      return;
    }
    if (frame.pin !== this.pin || this.faults.rejectPin) {
      if (message.kind === "login_request") this.say({ kind: "password_error" });
      this.#flush();
      return;
    }
    if (frame.serial === this.serial && !this.faults.unknownCommands.includes(frame.command)) this.#answer(message);
    this.#flush();
  }

  #answer(m: ClientMessage): void {
    switch (m.kind) {
      case "login_request":
        this.say(this.#login("login_response"));
        return;
      case "login_confirm": {
        const now = this.#options.clock.monotonicMs();
        this.registered = true;
        this.#unanswered = 0;
        this.#due = { beacon: now, heartbeat: now + HEARTBEAT_MS, status: now + STATUS_MS, record: now + RECORD_MS };
        return;
      }
      case "heartbeat_reply":
        this.#unanswered = 0;
        return;
      case "request_status_record":
        this.say({ ...this.#status(), answer: true });
        return;
      case "request_session":
        if (this.wallbox.charge !== undefined) this.say({ ...this.#session(this.wallbox.charge), answer: true });
        return;
      case "charge_start":
        this.#start(m);
        return;
      case "charge_stop": {
        this.limits.push(0);
        const failReason = this.wallbox.stop();
        this.say({ kind: "charge_stop_response", lineId: 1, stopResult: 11, failReason });
        this.#pushAll();
        return;
      }
      case "charge_record_ack":
      case "stored_record_ack":
        if (this.#records[0]?.id === m.chargeId) this.#records.shift();
        return;
      case "set_password":
        if (!this.faults.refuseSettings) this.pin = m.newPassword;
        this.say({ kind: "set_password", payloadHex: "00" });
        return;
      case "wifi":
        this.say({ kind: "wifi_reply", ack: m.action === "set" ? 1 : 2 });
        return;
      case "get_version":
        this.say({
          kind: "version",
          hardwareVersion: "C.3252.112A008",
          softwareVersion: this.faults.noSoftwareVersion ? "" : "C.3252.112A008",
          feature: 1_110_011_208,
          supportNew: null,
        });
        return;
      case "charge_fee":
      case "service_fee":
        this.say({ kind: m.kind, payloadHex: "01000000" });
        return;
      case "status_ack":
      case "session_ack":
      case "unknown":
      case "malformed":
        return;
      default:
        this.#setting(m);
    }
  }

  #start(m: ClientMessage & { kind: "charge_start" }): void {
    this.limits.push(m.maxAmps);
    const at = m.isReservation === 1 ? epochFromWire(m.wireTimestamp, this.#zone) : undefined;
    const { error, reservation } = this.wallbox.start(m, at);
    const refused = error !== 0 || ![0, 1, 4].includes(reservation);
    if (!this.faults.unansweredStart)
      this.say({
        kind: "charge_start_response",
        lineId: 1,
        reservationResult: reservation,
        startResult: refused ? 0 : 1,
        errorReason: error,
        maxAmps: m.maxAmps,
      });
    this.#pushAll();
  }

  #setting(m: Extract<ClientMessage, { action: "get" | "set" }>): void {
    if (m.kind === "wifi" || m.kind === "charge_fee" || m.kind === "service_fee") return;
    const keep = this.faults.refuseSettings;
    if (m.action === "set") {
      switch (m.kind) {
        case "output_amps":
          this.limits.push(m.amps);
          if (!keep) this.wallbox.setCurrent(m.amps);
          break;
        case "name":
          if (!keep) this.#name = m.name;
          break;
        case "offline_charge":
          if (!keep) this.wallbox.startMode = m.mode;
          break;
        case "language":
          if (!keep) this.#language = m.language;
          break;
        case "temperature_unit":
          if (!keep) this.#temperatureUnit = m.unit;
          break;
        case "lcd_brightness":
          if (!keep) this.#brightness = m.percent;
          break;
        case "system_time":
          if (m.wireTimestamp !== null)
            this.#clockErrorS =
              epochFromWire(m.wireTimestamp, this.#zone) - Math.floor(this.#options.clock.nowMs() / 1000);
          break;
        case "weekly_schedule":
          if (!keep) this.#schedule = m.slots;
          break;
      }
    }
    this.say(this.#settingNow(m.kind, m.action));
    if (m.action === "set" && m.kind === "output_amps") this.pushStatus();
    if (m.action === "set" && m.kind === "name") {
      // A real unit drops the connection when it is renamed.
      this.#flush();
      this.#attachment?.onDrop?.();
      this.#attachment = undefined;
      this.registered = false;
    }
  }

  #settingNow(kind: Setting["kind"], action: "get" | "set"): Setting {
    switch (kind) {
      case "output_amps":
        return { kind, action, amps: this.wallbox.storedA };
      case "name":
        return { kind, action, name: this.#name };
      case "offline_charge":
        return { kind, action, mode: this.wallbox.startMode };
      case "language":
        return { kind, action, language: this.#language };
      case "temperature_unit":
        return { kind, action, unit: this.#temperatureUnit };
      case "lcd_brightness":
        return { kind, action: action === "set" ? 1 : 3, percent: this.#brightness };
      case "system_time": {
        const now = this.#options.clock.nowMs() / 1000 + this.#clockErrorS;
        return { kind, action, wireTimestamp: wireFromEpoch(now, this.#zone) };
      }
      case "weekly_schedule":
        return { kind, action, slots: this.#schedule };
    }
  }

  #login(kind: "login_beacon" | "login_response"): FromChargerInput {
    return {
      kind,
      type: this.#phases === 3 ? 12 : 1,
      brand: "BESEN",
      model: "BS20",
      hardwareVersion: "C.3252.112A008",
      maxPowerW: this.#maxAmps * 230 * this.#phases,
      maxAmps: this.#maxAmps,
      hotLine: "WWW.EVSE.COM",
    };
  }

  #status(): Extract<FromChargerInput, { kind: "status" }> {
    const box = this.wallbox;
    const [on, three] = [box.currentA, this.#phases === 3];
    const others = box.activePhases === 3 ? on : 0;
    return {
      kind: "status",
      lineId: 1,
      l1V: 230,
      l1A: on,
      powerW: box.powerW,
      totalKwh: box.totalKwh,
      innerTempRaw: rawTemperature(box.innerC),
      outerTempRaw: rawTemperature(box.innerC),
      emergencyButton: 1,
      plugState: box.plugState,
      outputState: box.outputOn ? 1 : 2,
      currentState: box.shownState,
      errorBits: this.faults.errorBits,
      ...(three ? { l2V: 230, l2A: others, l3V: 230, l3A: others } : {}),
    };
  }

  #session(charge: Charge): Extract<FromChargerInput, { kind: "session" }> {
    const now = this.#options.clock.nowMs() / 1000;
    const done = charge.endedS !== undefined;
    const nowKwh = done ? charge.endKwh : this.wallbox.totalKwh;
    return {
      kind: "session",
      port: 1,
      currentState: this.wallbox.shownState,
      chargeId: charge.id,
      startType: 1,
      chargeType: 1,
      maxDurationMinutes: charge.maxMinutes,
      maxEnergyKwh: charge.maxKwh,
      param3: null,
      reservationWire: null,
      userId: charge.userId,
      maxAmps: charge.amps,
      startWire: wireFromEpoch(charge.startedS, this.#zone),
      durationSeconds: Math.floor((charge.endedS ?? now) - charge.startedS),
      startKwh: done ? 0 : charge.startKwh,
      currentKwh: nowKwh,
      chargeKwh: Math.max(0, nowKwh - charge.startKwh),
      price: 0,
      feeType: 1,
      fee: 0,
    };
  }

  #record(charge: Charge): { readonly kind: "charge_record" } & ChargeRecord {
    const endedS = charge.endedS ?? charge.startedS;
    return {
      kind: "charge_record",
      lineId: 1,
      startUserId: charge.userId,
      endUserId: charge.userId,
      chargeId: charge.id,
      hasReservation: 0,
      startType: 1,
      chargeType: 1,
      param1: null,
      param2: null,
      param3: null,
      stopReason: charge.stopReason,
      hasStopCharge: 1,
      reservationWire: null,
      startWire: wireFromEpoch(charge.startedS, this.#zone),
      endWire: wireFromEpoch(endedS, this.#zone),
      durationSeconds: endedS - charge.startedS,
      startKwh: charge.startKwh,
      endKwh: charge.endKwh,
      chargeKwh: Math.max(0, charge.endKwh - charge.startKwh),
      price: 0,
      feeType: 1,
      fee: 0,
      logKwLength: 0,
      logsHex: "",
    };
  }

  pushStatus(): void {
    if (!this.registered) return;
    this.#due.status = this.#options.clock.monotonicMs() + STATUS_MS;
    this.say(this.#status());
    this.#flush();
  }

  #pushAll(): void {
    if (!this.registered) return;
    this.pushStatus();
    if (this.wallbox.charge !== undefined) this.say(this.#session(this.wallbox.charge));
    this.#flush();
  }

  say(message: FromChargerInput): void {
    const frame = encodeFromCharger(this.serial, message, this.faults.checksum);
    this.#sent++;
    if (this.faults.corruptEvery > 0 && this.#sent % this.faults.corruptEvery === 0 && frame.length > 30)
      frame[25] = (frame[25] ?? 0) ^ 1;
    this.#held.push(this.faults.strayBytes ? Buffer.concat([frame, Uint8Array.of(0, 0x5f, 0)]) : frame);
    if (!this.faults.joinFrames) this.#flush();
  }

  sayBytes(bytes: Uint8Array): void {
    if (this.#attachment !== undefined && !this.#attachment.mute) this.#attachment.send(bytes);
  }

  #flush(): void {
    if (this.#held.length === 0) return;
    const all = Buffer.concat(this.#held);
    this.#held = [];
    if (this.#attachment === undefined || this.#attachment.mute || this.faults.silent) return;
    const size = this.faults.splitBytes > 0 ? this.faults.splitBytes : all.length;
    for (let at = 0; at < all.length; at += size) this.#attachment.send(all.subarray(at, at + size));
  }
}
