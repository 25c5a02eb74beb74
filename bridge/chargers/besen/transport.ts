/** The small port behind which every way to the box stands: radio (two libraries) and LAN. Bytes only; no protocol. */
import type { Unsubscribe } from "../../clock.ts";

export type LinkErrorCode =
  /** No radio, no driver, no socket: nothing on this machine can reach any box. */
  | "unavailable"
  /** The box was not seen. */
  | "not_found"
  | "connect"
  /** Connected, but its services are not those of a known board. */
  | "gatt"
  | "closed";

/** `message` is fit for the owner. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LinkError";
    this.code = code;
  }
}

export interface LinkListener {
  /** Called for each notification or datagram, in order. */
  onBytes(chunk: Uint8Array): void;
  /** Once, when the far end or the stack ended the connection; not after `close`. */
  onClosed(why: string): void;
}

/** One open connection. */
export interface BoxLink {
  /** One whole frame; chunks of two frames never mix. `acknowledged`: ask for acknowledged writes where there are any. */
  write(frame: Uint8Array, acknowledged: boolean, signal: AbortSignal): Promise<void>;
  /** dBm; absent on the LAN. */
  readonly rssi?: (signal: AbortSignal) => Promise<number>;
  /** Never throws; frees every listener, and the box's one slot. */
  close(): Promise<void>;
}

export interface BoxTransport {
  readonly protocol: "ble" | "udp";
  /** Scans, connects, subscribes; every stage has its own deadline. @throws LinkError */
  open(listener: LinkListener, signal: AbortSignal): Promise<BoxLink>;
  /** dBm of the newest advertisement, when the radio tells. */
  onRssi?(listener: (dBm: number) => void): Unsubscribe;
  close(): Promise<void>;
}

/** A promise that ends with the signal at the latest. The work behind it may go on; its outcome is then dropped. */
export function underSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener("abort", onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", onAbort);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("Aborted", "AbortError");
}
