/** What the bridge uses of `@abandonware/noble` and `@stoprocent/noble`; both have it. */

export interface NobleCharacteristic {
  readonly uuid: string;
  readonly properties: readonly string[];
  on(event: "data", listener: (data: Uint8Array, isNotification: boolean) => void): unknown;
  removeListener(event: "data", listener: (data: Uint8Array, isNotification: boolean) => void): unknown;
  subscribe(callback: (error?: unknown) => void): void;
  unsubscribe(callback: (error?: unknown) => void): void;
  write(data: Uint8Array, withoutResponse: boolean, callback: (error?: unknown) => void): void;
}

export interface NobleService {
  readonly uuid: string;
  discoverCharacteristics(
    uuids: readonly string[],
    callback: (error: unknown, characteristics: readonly NobleCharacteristic[]) => void,
  ): void;
}

export interface NoblePeripheral {
  readonly id: string;
  /** Empty on systems that hide it. */
  readonly address: string;
  readonly advertisement: { readonly localName?: string | null | undefined } | undefined;
  readonly rssi: number;
  readonly mtu: number | null;
  readonly state: string;
  connect(callback: (error?: unknown) => void): void;
  cancelConnect(): void;
  disconnect(callback?: () => void): void;
  discoverServices(
    uuids: readonly string[],
    callback: (error: unknown, services: readonly NobleService[]) => void,
  ): void;
  updateRssi(callback: (error: unknown, rssi: number) => void): void;
  once(event: "disconnect", listener: () => void): unknown;
  removeListener(event: "disconnect", listener: () => void): unknown;
}

export interface NobleLike {
  /** Reading it starts the radio. */
  readonly state: string;
  on(event: "discover", listener: (peripheral: NoblePeripheral) => void): unknown;
  on(event: "stateChange", listener: (state: string) => void): unknown;
  on(event: "warning", listener: (message: string) => void): unknown;
  removeListener(event: "discover", listener: (peripheral: NoblePeripheral) => void): unknown;
  removeListener(event: "stateChange", listener: (state: string) => void): unknown;
  removeAllListeners(event: "warning"): unknown;
  startScanning(uuids: readonly string[], allowDuplicates: boolean, callback: (error?: unknown) => void): void;
  stopScanning(callback?: () => void): void;
  /** Only `@stoprocent/noble`: closes the adapter, which else keeps the process alive. */
  stop?(): void;
}
