/** What both APIs can do, behind one face. */
import type { ChargePointReading, EvseReading, SessionReading } from "./reading.ts";

export interface Place {
  readonly chargePoint: ChargePointReading;
  readonly evse: EvseReading;
}

export interface ReadResult {
  readonly reading: ChargePointReading;
  /** A question is still open (which session?): worth asking again at once. */
  readonly more: boolean;
}

export interface AmpecoApi {
  readonly flavour: "app" | "public";
  /** All charge points of the token, with their EVSEs. `probe`: only finding out whether this is the token's API. */
  list(signal: AbortSignal, probe?: boolean): Promise<readonly ChargePointReading[]>;
  /** One GET; what it does not tell is kept from what is `known` when the answer comes. `urgent`: a command waits for it. */
  poll(known: () => ChargePointReading, signal: AbortSignal, onSent: () => void, urgent: boolean): Promise<ReadResult>;
  /** @throws AmpecoFailure; `refused` with errorCode for the platform's refusals. @returns the session's id where it is told */
  start(place: Place, maxA: number | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** @returns the session's last values where they are told */
  stop(place: Place, sessionId: string, force: boolean, signal: AbortSignal): Promise<SessionReading | undefined>;
  /** Current limit while charging; absent where the API has none. */
  readonly limit?: (place: Place, limitA: number, signal: AbortSignal) => Promise<void>;
  readonly clearLimit?: (place: Place, signal: AbortSignal) => Promise<void>;
  readonly unlock?: (place: Place, signal: AbortSignal) => Promise<void>;
  readonly reset?: (place: Place, kind: "soft" | "hard", signal: AbortSignal) => Promise<void>;
}
