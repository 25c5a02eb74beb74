/**
 * A BS20 as bytes: beacons, login, heartbeat, status and session pushes, commands, settings, records. It speaks the codec's other
 * direction and knows nothing of radio or LAN: a face (`udp-face.ts`, `noble-face.ts`) carries its bytes. Longer than most files: it is one switch over all that a client can say, with the state that the answers share.
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
import { epochFromWire } from "../../chargers/besen/time.ts";
import { HARDWARE, loginMessage, recordMessage, sessionMessage, statusMessage } from "./box-messages.ts";
import { noFaults, type Bs20Faults } from "./faults.ts";
import { SettingsMemory, type SettingMessage } from "./settings-memory.ts";
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
  readonly #zone: string;
  readonly #records: Charge[] = [];
  readonly #settings: SettingsMemory;
  #attachment: Attachment | undefined;
  #held: Uint8Array[] = [];
  #stopTicking: Unsubscribe;
  #sent = 0;
  #unanswered = 0;
  #due = { beacon: 0, heartbeat: 0, status: 0, record: 0 };
  #lastTick: number;

  constructor(options: SimulatedBs20Options) {
    this.#options = options;
    this.serial = (options.serial ?? "2026010203040506").toUpperCase();
    this.pin = options.pin ?? "123456";
    this.faults = { ...noFaults(), ...options.faults };
    this.#zone = options.zone ?? "UTC";
    this.wallbox = new Wallbox({
      phases: options.phases ?? 1,
      maxAmps: options.maxAmps ?? 32,
      faults: this.faults,
      startKwh: options.startKwh ?? 1234.5,
      nowS: () => options.clock.nowMs() / 1000,
    });
    this.#settings = new SettingsMemory(this.wallbox, this.#zone, options.name ?? "Garage");
    this.wallbox.onRecord = (charge) => void this.#records.push(charge);
    this.#lastTick = options.clock.monotonicMs();
    this.#stopTicking = options.clock.every(
      TICK_MS,
      () => this.#tick(),
      () => undefined,
    );
  }

  get advertisedName(): string {
    return `ACP#${this.#settings.name}`;
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
        this.say(loginMessage("login_beacon", this.wallbox));
      }
      this.#flush();
      return;
    }
    if (now >= this.#due.heartbeat && !this.faults.noHeartbeat) this.#heartbeat(now);
    if (changed) this.#pushAll();
    else if (now >= this.#due.status) this.#pushAll();
    if (now >= this.#due.record && this.#records[0] !== undefined) {
      this.#due.record = now + RECORD_MS;
      this.say(recordMessage(this.#records[0], this.#zone));
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
      this.say(loginMessage("login_beacon", this.wallbox));
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
        this.say(loginMessage("login_response", this.wallbox));
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
        this.say({ ...statusMessage(this.wallbox), answer: true });
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
          hardwareVersion: HARDWARE,
          softwareVersion: this.faults.noSoftwareVersion ? "" : HARDWARE,
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

  #setting(m: SettingMessage): void {
    this.#settings.take(m, this.#nowS(), this.faults.refuseSettings);
    this.say(this.#settings.tell(m.kind, m.action, this.#nowS()));
    if (m.action !== "set") return;
    if (m.kind === "output_amps") {
      this.limits.push(m.amps);
      this.pushStatus();
    }
    if (m.kind !== "name") return;
    // A real unit drops the connection when it is renamed.
    this.#flush();
    this.#attachment?.onDrop?.();
    this.#attachment = undefined;
    this.registered = false;
  }

  #session(charge: Charge): Extract<FromChargerInput, { kind: "session" }> {
    return sessionMessage(this.wallbox, charge, { zone: this.#zone, nowS: this.#nowS() });
  }

  #nowS(): number {
    return this.#options.clock.nowMs() / 1000;
  }

  pushStatus(): void {
    if (!this.registered) return;
    this.#due.status = this.#options.clock.monotonicMs() + STATUS_MS;
    this.say(statusMessage(this.wallbox));
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
