/** The box over Bluetooth LE: scan, connect, choose the board's characteristics, subscribe; each stage with its own deadline. */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { choosePair, chunkSize, type ChosenPair } from "./gatt.ts";
import type { NobleCharacteristic, NobleLike, NoblePeripheral } from "./noble-like.ts";
import { giveUp, loadRadio, poweredOn, type BleDriver, type Radio } from "./radio.ts";
import {
  abortReason,
  LinkError,
  underSignal,
  type BoxLink,
  type BoxTransport,
  type LinkListener,
} from "./transport.ts";

export const SCAN_MS = 15_000;
const CONNECT_MS = 30_000;
const DISCOVERY_MS = 15_000;
const DISCONNECT_MS = 10_000;
/** Advertised by every box of the family, normally at the beginning. */
export const NAME_MARK = "ACP#";

export interface BleOptions {
  readonly address: string | undefined;
  readonly nameFilter: string | undefined;
  readonly driver: BleDriver;
  readonly adapter: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Tests bring their own. */
  readonly radio?: Radio;
}

export function createBleTransport(options: BleOptions): BoxTransport {
  const rssiListeners = new Set<(dBm: number) => void>();
  let radio: Radio | undefined;
  let letGo: Unsubscribe = () => undefined;
  const take = (): Radio => {
    if (radio !== undefined) return radio;
    radio = options.radio ?? loadRadio(options.driver, options.adapter, options.log);
    letGo = radio.use();
    return radio;
  };
  return {
    protocol: "ble",
    async open(listener, signal) {
      const { noble } = take();
      return await take().exclusively(async () => {
        if (signal.aborted) throw abortReason(signal);
        try {
          await poweredOn(noble, options.clock, signal);
        } catch (error) {
          if (options.driver === "auto" && radio !== undefined) giveUp(radio);
          letGo();
          radio = undefined;
          throw error;
        }
        const peripheral = await find(noble, options, signal);
        for (const tell of rssiListeners) tell(peripheral.rssi);
        return await connect(peripheral, listener, options, signal);
      });
    },
    onRssi(listener) {
      rssiListeners.add(listener);
      return () => rssiListeners.delete(listener);
    },
    close() {
      letGo();
      radio = undefined;
      return Promise.resolve();
    },
  };
}

/** Runs a callback of the library under a deadline. @throws LinkError */
async function stage<T>(
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly ms: number; readonly late: LinkError },
  work: (done: (error: unknown, value: T) => void) => void,
): Promise<T> {
  const deadline = new AbortController();
  const cancel = options.clock.after(options.ms, () => deadline.abort(options.late));
  try {
    const result = new Promise<T>((resolve, reject) => {
      work((error, value) => {
        if (error === undefined || error === null) resolve(value);
        else reject(new LinkError(options.late.code, `${options.late.message} (${textOf(error)})`, { cause: error }));
      });
    });
    return await underSignal(result, AbortSignal.any([deadline.signal, options.signal]));
  } finally {
    cancel();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const plainAddress = (address: string): string => address.toLowerCase().replace(/[^0-9a-f]/g, "");

function fits(peripheral: NoblePeripheral, { address, nameFilter }: BleOptions): boolean {
  if (address !== undefined) {
    const wanted = plainAddress(address);
    return plainAddress(peripheral.address) === wanted || plainAddress(peripheral.id) === wanted;
  }
  // Many devices advertise without a name.
  return (peripheral.advertisement?.localName ?? "").includes(nameFilter ?? NAME_MARK);
}

async function find(noble: NobleLike, options: BleOptions, signal: AbortSignal): Promise<NoblePeripheral> {
  const wanted = options.address ?? options.nameFilter ?? NAME_MARK;
  const seen = Promise.withResolvers<NoblePeripheral>();
  const onDiscover = (peripheral: NoblePeripheral): void => {
    if (fits(peripheral, options)) seen.resolve(peripheral);
  };
  noble.on("discover", onDiscover);
  const late = new LinkError(
    "not_found",
    `The box ${wanted} was not seen within ${SCAN_MS / 1000} s: out of reach, without power, or its one connection is taken`,
  );
  try {
    return await stage({ clock: options.clock, signal, ms: SCAN_MS, late }, (done) => {
      seen.promise.then(
        (peripheral) => done(undefined, peripheral),
        (error: unknown) => done(error, undefined as never),
      );
      noble.startScanning([], true, (error) => {
        if (error !== undefined && error !== null) seen.reject(error);
      });
    });
  } finally {
    noble.removeListener("discover", onDiscover);
    noble.stopScanning();
  }
}

async function connect(
  peripheral: NoblePeripheral,
  listener: LinkListener,
  options: BleOptions,
  signal: AbortSignal,
): Promise<BoxLink> {
  const { clock, log } = options;
  try {
    await stage<void>(
      { clock, signal, ms: CONNECT_MS, late: new LinkError("connect", "The box does not take the connection") },
      (done) => peripheral.connect((error) => done(error, undefined)),
    );
  } catch (error) {
    peripheral.cancelConnect();
    throw error;
  }
  let link: NobleLink | undefined;
  try {
    const pair = await discover(peripheral, clock, signal);
    log.debug({ board: pair.board, mtu: peripheral.mtu }, "besen board found");
    link = new NobleLink(peripheral, pair, listener, clock);
    await link.subscribe(signal);
    return link;
  } catch (error) {
    if (link !== undefined) await link.close();
    else await disconnect(peripheral, clock);
    throw error;
  }
}

async function discover(
  peripheral: NoblePeripheral,
  clock: Clock,
  signal: AbortSignal,
): Promise<ChosenPair<NobleCharacteristic>> {
  const late = new LinkError("connect", "The box does not tell its services");
  const services = await stage<Parameters<Parameters<NoblePeripheral["discoverServices"]>[1]>[1]>(
    { clock, signal, ms: DISCOVERY_MS, late },
    (done) => peripheral.discoverServices([], done),
  );
  const found = [];
  for (const service of services) {
    const characteristics = await stage<readonly NobleCharacteristic[]>(
      { clock, signal, ms: DISCOVERY_MS, late },
      (done) => service.discoverCharacteristics([], done),
    );
    found.push({ uuid: service.uuid, characteristics });
  }
  const pair = choosePair(found);
  if ("found" in pair) throw new LinkError("gatt", `This device is no known board. Found: ${pair.found}`);
  return pair;
}

async function disconnect(peripheral: NoblePeripheral, clock: Clock): Promise<void> {
  if (peripheral.state === "disconnected") return;
  try {
    await stage<void>(
      {
        clock,
        signal: new AbortController().signal,
        ms: DISCONNECT_MS,
        late: new LinkError("closed", "The connection does not end"),
      },
      (done) => peripheral.disconnect(() => done(undefined, undefined)),
    );
  } catch {
    // The stack drops it on its own in the end; there is nothing more to do here.
  }
}

class NobleLink implements BoxLink {
  readonly #peripheral: NoblePeripheral;
  readonly #pair: ChosenPair<NobleCharacteristic>;
  readonly #listener: LinkListener;
  readonly #clock: Clock;
  readonly #onData: (data: Uint8Array) => void;
  readonly #onDisconnect: () => void;
  #closed = false;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(
    peripheral: NoblePeripheral,
    pair: ChosenPair<NobleCharacteristic>,
    listener: LinkListener,
    clock: Clock,
  ) {
    this.#peripheral = peripheral;
    this.#pair = pair;
    this.#listener = listener;
    this.#clock = clock;
    this.#onData = (data) => {
      if (!this.#closed) this.#listener.onBytes(data);
    };
    this.#onDisconnect = () => {
      if (this.#closed) return;
      this.#listener.onClosed("The Bluetooth connection ended");
    };
    pair.notify.on("data", this.#onData);
    peripheral.once("disconnect", this.#onDisconnect);
  }

  async subscribe(signal: AbortSignal): Promise<void> {
    const late = new LinkError("connect", "The box does not take the subscription");
    await stage<void>({ clock: this.#clock, signal, ms: DISCOVERY_MS, late }, (done) =>
      this.#pair.notify.subscribe((error) => done(error, undefined)),
    );
  }

  write(frame: Uint8Array, acknowledged: boolean, signal: AbortSignal): Promise<void> {
    const run = async (): Promise<void> => {
      const { write, canWrite, canWriteWithoutResponse } = this.#pair;
      const withoutResponse = canWriteWithoutResponse && !(acknowledged && canWrite);
      const size = chunkSize(this.#peripheral.mtu);
      for (let at = 0; at < frame.length; at += size) {
        if (this.#closed) throw new LinkError("closed", "The connection is closed");
        const chunk = Buffer.from(frame.subarray(at, at + size));
        await stage<void>(
          { clock: this.#clock, signal, ms: DISCONNECT_MS, late: new LinkError("closed", "The box takes no bytes") },
          (done) => write.write(chunk, withoutResponse, (error) => done(error, undefined)),
        );
      }
    };
    const done = this.#writes.then(run, run);
    this.#writes = done.catch(() => undefined);
    return done;
  }

  readonly rssi = (signal: AbortSignal): Promise<number> =>
    stage<number>(
      { clock: this.#clock, signal, ms: DISCONNECT_MS, late: new LinkError("closed", "No signal strength") },
      (done) => this.#peripheral.updateRssi(done),
    );

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pair.notify.removeListener("data", this.#onData);
    this.#peripheral.removeListener("disconnect", this.#onDisconnect);
    await disconnect(this.#peripheral, this.#clock);
  }
}

export interface SeenBox {
  readonly address: string;
  readonly name: string;
  readonly rssi: number;
}

/** Every box in radio reach that advertises, for set-up and the doctor. @throws LinkError */
export async function scanForBoxes(
  options: Pick<BleOptions, "driver" | "adapter" | "clock" | "log" | "radio">,
  signal: AbortSignal,
): Promise<readonly SeenBox[]> {
  const radio = options.radio ?? loadRadio(options.driver, options.adapter, options.log);
  const letGo = radio.use();
  return await radio.exclusively(async () => {
    const seen = new Map<string, SeenBox>();
    const onDiscover = (peripheral: NoblePeripheral): void => {
      const name = peripheral.advertisement?.localName ?? "";
      if (name.includes(NAME_MARK))
        seen.set(peripheral.id, { address: peripheral.address || peripheral.id, name, rssi: peripheral.rssi });
    };
    radio.noble.on("discover", onDiscover);
    const stop: Unsubscribe = () => {
      radio.noble.removeListener("discover", onDiscover);
      radio.noble.stopScanning();
    };
    try {
      await poweredOn(radio.noble, options.clock, signal);
      radio.noble.startScanning([], true, () => undefined);
      await options.clock.sleep(SCAN_MS, signal);
    } finally {
      stop();
      letGo();
    }
    return [...seen.values()].sort((a, b) => b.rssi - a.rssi);
  });
}
