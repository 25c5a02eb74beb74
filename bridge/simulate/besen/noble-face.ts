/**
 * A simulated BS20 on the air: an object that both noble packages take in place of their own radio bindings
 * (`require("@abandonware/noble/with-bindings")(face)`, `new (require("@stoprocent/noble/lib/noble"))(face)`). No native module.
 */
import { EventEmitter } from "node:events";
import type { Bs20Port, SimulatedBs20 } from "./simulated-bs20.ts";

export interface NobleFaceOptions {
  readonly address?: string;
  /** Service, notify and write ids as the stack reports them; default the old board. */
  readonly layout?: { readonly service: string; readonly notify: string; readonly write: string };
  readonly writeProperties?: readonly string[];
  readonly mtu?: number;
  readonly rssi?: number;
}

const OLD = { service: "fff0", notify: "fff1", write: "fff2" };

export class NobleFace extends EventEmitter {
  readonly #box: SimulatedBs20;
  readonly #options: NobleFaceOptions;
  readonly #id: string;
  readonly #layout: NonNullable<NobleFaceOptions["layout"]>;
  #port: Bs20Port | undefined;
  #connected = false;
  #notifying = false;
  #scanning = false;
  /** Out of reach: not advertised, not connectable. */
  gone = false;
  /** Nameless devices advertise beside the box. */
  strangers = 0;
  /** The adapter's state. */
  power: "poweredOn" | "poweredOff" | "unsupported" = "poweredOn";
  /** Length of each write, for tests of chunking. */
  readonly writes: { readonly length: number; readonly withoutResponse: boolean }[] = [];
  connections = 0;
  /** Connections at the same time, at most: a box has one slot. */
  mostConnections = 0;
  disconnections = 0;

  constructor(box: SimulatedBs20, options: NobleFaceOptions = {}) {
    super();
    this.#box = box;
    this.#options = options;
    this.#id = (options.address ?? "c4:12:f5:00:00:01").replaceAll(":", "");
    this.#layout = options.layout ?? OLD;
  }

  /** `@abandonware/noble` starts through this, */
  init(): void {
    this.#later(() => this.emit("stateChange", this.power));
  }
  /** `@stoprocent/noble` through this. */
  start(): void {
    this.init();
  }

  setPower(power: NobleFace["power"]): void {
    this.power = power;
    this.emit("stateChange", power);
  }

  startScanning(): void {
    this.#scanning = true;
    this.#later(() => {
      this.emit("scanStart", false);
      this.advertise();
    });
  }
  stopScanning(): void {
    this.#scanning = false;
    this.#later(() => this.emit("scanStop"));
  }

  /** One round of advertisements. A connected box is silent, as a real one is. */
  advertise(): void {
    if (!this.#scanning) return;
    for (let i = 0; i < this.strangers; i++) this.#discover(`ffffffffff0${i}`, undefined, -90);
    if (!this.gone && !this.#connected) this.#discover(this.#id, this.#box.advertisedName, this.#options.rssi ?? -61);
  }

  #discover(id: string, localName: string | undefined, rssi: number): void {
    const advertisement = { localName, serviceData: [], serviceUuids: [], manufacturerData: undefined };
    const address = id.replace(/(..)(?!$)/g, "$1:");
    this.emit("discover", id, address, "public", true, advertisement, rssi, true);
  }

  connect(id: string): void {
    if (this.gone || id !== this.#id) return;
    this.#connected = true;
    this.connections++;
    this.mostConnections = Math.max(this.mostConnections, this.connections - this.disconnections);
    this.#later(() => {
      this.emit("onMtu", id, this.#options.mtu ?? 517);
      this.emit("connect", id, null);
    });
  }
  cancelConnect(): void {
    this.#connected = false;
  }
  disconnect(id: string): void {
    this.#later(() => this.drop(id));
  }

  /** The link breaks. */
  drop(id = this.#id): void {
    if (!this.#connected) {
      this.emit("disconnect", id, "closed");
      return;
    }
    this.#connected = false;
    this.#notifying = false;
    this.disconnections++;
    this.#port?.detach();
    this.#port = undefined;
    this.emit("disconnect", id, "closed");
  }

  updateRssi(id: string): void {
    this.#later(() => this.emit("rssiUpdate", id, (this.#options.rssi ?? -61) - 3));
  }

  discoverServices(id: string): void {
    this.#later(() => this.emit("servicesDiscover", id, ["1800", this.#layout.service]));
  }

  discoverCharacteristics(id: string, service: string): void {
    const { notify, write } = this.#layout;
    const own = [
      { uuid: notify, properties: ["notify"] },
      { uuid: write, properties: [...(this.#options.writeProperties ?? ["write", "writeWithoutResponse"])] },
    ];
    const found = service === this.#layout.service ? own : [{ uuid: "2a00", properties: ["read"] }];
    this.#later(() => this.emit("characteristicsDiscover", id, service, found));
  }

  notify(id: string, service: string, characteristic: string, on: boolean): void {
    this.#notifying = on;
    if (on)
      this.#port = this.#box.attach(
        (bytes) => {
          if (this.#notifying) this.emit("read", id, service, characteristic, Buffer.from(bytes), true);
        },
        () => this.#later(() => this.drop()),
      );
    this.#later(() => this.emit("notify", id, service, characteristic, on));
  }

  write(id: string, service: string, characteristic: string, data: Uint8Array, withoutResponse: boolean): void {
    this.writes.push({ length: data.length, withoutResponse });
    this.#port?.receive(data);
    this.#later(() => this.emit("write", id, service, characteristic));
  }

  read(id: string, service: string, characteristic: string): void {
    this.#later(() => this.emit("read", id, service, characteristic, Buffer.alloc(0), false));
  }

  /** Callbacks of a radio never come from inside the call. */
  #later(task: () => void): void {
    setImmediate(task);
  }
}
