/** What the publisher needs of either way into Home Assistant's states. */
import type { DeviceState, EntitySpec } from "../../shared/entities.ts";
import type { Payload } from "./payload.ts";

export interface WriteItem {
  readonly spec: EntitySpec;
  readonly payload: Payload;
}

/** `missing`: not in the registry; `disabled`: by the user; `refused`: Home Assistant did not like the payload. */
export type WriteResult = "written" | "disabled" | "missing" | "refused";

export interface Way {
  readonly word: "device" | "states";
  /**
   * Makes the device and its entities exist; answers the keys that are new. Idempotent.
   * @throws HassError `unsupported`: this way is closed on this Home Assistant
   */
  prepare(device: DeviceState): Promise<ReadonlySet<string>>;
  /** Home Assistant has been up long enough to have written down what was made for the device. */
  settle(deviceId: string): void;
  /** false: the device went away and has to be prepared anew. */
  present(deviceId: string): boolean;
  /** Exists and is not disabled. */
  writable(deviceId: string, spec: EntitySpec): boolean;
  /** A result per item, in order. @throws HassError; word `webhook_gone`: prepare anew */
  write(device: DeviceState, items: readonly WriteItem[]): Promise<readonly WriteResult[]>;
  /** Where it is now; undefined when it is not there or disabled. */
  entityId(deviceId: string, spec: EntitySpec): string | undefined;
  /** @throws HassError */
  retire(deviceId: string): Promise<void>;
}
