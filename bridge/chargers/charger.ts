/**
 * What every wallbox is to the rest of the house. A driver implements `ChargerSource`; the minimum a charger can do is
 * `limit`, all else is a capability asked for at run time: `charger.can.session?.start(signal)`.
 */
import type { Unsubscribe, Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { ChargerId, ChargerSnapshot } from "../../shared/charger.ts";
import type { EntitySpec, HelperSpec } from "../../shared/entities.ts";
import type { Pace } from "../../shared/site.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface LimitOrder {
  /** Offer at most this, A per phase; 0 pauses and keeps the session. Never 0 < x < 6. */
  readonly limitA: number;
  /** The pause is the user's wish: it must outlive the bridge (written into the standing level as 0 A). */
  readonly hold: "user" | undefined;
}

export interface Charger {
  readonly id: ChargerId;
  /** Facts as last reported; replaced, never mutated. A driver never edits it because it *sent* something, save `wantedA`. */
  readonly snapshot: ChargerSnapshot;
  readonly can: Capabilities;
  /** Entities beyond shared/entities.ts CHARGER_ENTITIES; their values are `snapshot.extra[key]`. Fixed once the charger exists. */
  readonly entities: readonly EntitySpec[];
  onSnapshot(listener: (next: ChargerSnapshot) => void): Unsubscribe;
  /** Idempotent, newest call wins (an older one still queued resolves when the newer does). @throws ChargerError */
  limit(order: LimitOrder, signal: AbortSignal): Promise<void>;
  /** Leaves the box on its fail-safe limit where that needs a command, then lets go. No timer, socket or listener survives it. */
  close(): Promise<void>;
}

export interface Capabilities {
  readonly session?: {
    start(signal: AbortSignal, maxA?: number): Promise<void>;
    stop(signal: AbortSignal): Promise<void>;
    /** false: `stop` pauses, because an ended session would need a replug. */
    readonly stopEnds: boolean;
  };
  readonly phases?: { use(count: 1 | 3, signal: AbortSignal): Promise<void> };
  readonly pace: Pace;
  readonly reset?: (kind: "soft" | "hard", signal: AbortSignal) => Promise<void>;
  /** Clears foreign and own limits and sets ours anew; not a reboot. */
  readonly resetProfiles?: (signal: AbortSignal) => Promise<void>;
  readonly unlock?: (signal: AbortSignal) => Promise<void>;
  /** Asks the box for fresh readings. */
  readonly refresh?: (signal: AbortSignal) => Promise<void>;
  readonly perPhase?: boolean;
  readonly cost?: boolean;
  readonly soc?: boolean;
  /** The driver's own settings, shown as helpers; present values are `snapshot.settings[key]`. */
  readonly settings?: {
    readonly specs: readonly HelperSpec[];
    set(key: string, value: string | number | boolean, signal: AbortSignal): Promise<void>;
  };
  /** Expert services by name without the `evse_` prefix (`ocpp_get_configuration`): fields in, answer out. */
  readonly services?: Readonly<
    Record<string, (fields: Readonly<Record<string, JsonValue>>, signal: AbortSignal) => Promise<JsonValue>>
  >;
  /** Secrets and raw commands, reachable over loopback HTTP only: `evse-bridge charger ID pin|wifi|rotate-password|raw`. Answer = a line for the terminal. */
  readonly admin?: Readonly<Record<string, (args: readonly string[], signal: AbortSignal) => Promise<string>>>;
  /** Support: newest frames of the wire, oldest first, secrets masked. */
  readonly wireLog?: () => readonly WireFrame[];
}

export interface WireFrame {
  readonly atMs: number;
  readonly direction: "in" | "out";
  /** Text as on the wire (hex for bytes), secrets masked, cut at 4 kB. */
  readonly text: string;
}

export type ChargerErrorCode = "offline" | "timeout" | "rejected" | "unsupported" | "auth" | "protocol";

/** `message` is English and fit for the user; callers switch on `code`, never on it. */
export class ChargerError extends Error {
  readonly code: ChargerErrorCode;
  constructor(code: ChargerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChargerError";
    this.code = code;
  }
}

/** A configured entry's chargers: one, or one per outlet; may grow when a station tells of more outlets. */
export interface ChargerSource {
  readonly chargers: readonly Charger[];
  /** Called for each charger that appears later, after it has been added to `chargers`. */
  onCharger(listener: (charger: Charger) => void): Unsubscribe;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Durable key-value drawer of one configured charger (kept in the database; JSON values; never secrets). */
export interface DriverStore {
  get(key: string): JsonValue | undefined;
  set(key: string, value: JsonValue): void;
  delete(key: string): void;
}

/** Secrets that change at run time (rotated password, new PIN, refreshed OAuth pair): secrets.json, 0600, written atomically, over the config's value. */
export interface SecretStore {
  get(key: string): string | undefined;
  set(key: string, value: string): Promise<void>;
}

/** What main.ts hands to every driver. */
export interface ChargerContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: DriverStore;
  readonly secrets: SecretStore;
  readonly site: { readonly voltageV: number; readonly phases: 1 | 2 | 3; readonly timeZone: string };
  /** Errors worth showing on the status page ("last errors"); logged by the caller as well. */
  readonly report: (problem: { readonly title: string; readonly detail: string }) => void;
}

/** Configuration keys common to every driver, parsed. */
export interface ChargerOptions {
  readonly id: ChargerId;
  readonly name: string;
  readonly minA: number;
  /** undefined: the default by driver and box. */
  readonly maxA: number | undefined;
  readonly failSafeA: number;
  readonly phases: 1 | 2 | 3 | undefined;
}
