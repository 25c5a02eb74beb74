/** What the drivers over existing Home Assistant entities need; hass/ implements it, main.ts hands it over. */
import type { Unsubscribe } from "../../clock.ts";

export interface ForeignState {
  readonly entityId: string;
  /** Home Assistant's raw state text, also `unknown` and `unavailable`. */
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** ms since the epoch. */
  readonly changedAtMs: number;
}

export interface EntityPort {
  /** Home Assistant is connected and RUNNING. */
  readonly up: boolean;
  onUp(listener: (up: boolean) => void): Unsubscribe;
  /** The newest state, undefined while not yet seen or not existing. Only watched ids have one. */
  read(entityId: string): ForeignState | undefined;
  /** Subscribes to just these ids; called at once with what is known and on each change. */
  watch(entityIds: readonly string[], listener: (state: ForeignState) => void): Unsubscribe;
  /** @throws an Error whose message is Home Assistant's own words */
  call(domain: string, service: string, data: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
}
