/** Follows the charging visit by what the box reports: its beginning, its end, and charges that were begun elsewhere. */
import type { Clock } from "../../clock.ts";
import type { SessionSnapshot } from "../../../shared/charger.ts";
import type { DriverStore } from "../charger.ts";
import type { Governor } from "./governor.ts";
import type { BoxSession, BoxStatus, ChargeRecord } from "./messages.ts";
import { carConnected, CHARGING, COMPLETED, READY } from "./picture.ts";
import { Records } from "./records.ts";
import type { Register } from "./register.ts";
import { epochFromWire } from "./time.ts";
import type { Visit } from "./visit.ts";
import { stopReasonWord } from "./words.ts";

/** A beginning further back than this is a wrong clock, not a long charge. */
const LONGEST_MS = 2 * 86_400_000;
const FULL = 17;

export interface FollowerParts {
  readonly clock: Clock;
  readonly zone: string;
  readonly store: DriverStore;
  readonly visit: Visit;
  readonly register: Register;
  readonly governor: Governor;
  readonly charging: () => boolean;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #records: Records;
  /** A charge that was begun elsewhere and told by a record: shown until the next session. */
  #elsewhere: SessionSnapshot | undefined;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#records = new Records(parts.store, parts.zone);
  }

  /** `before` undefined: first status of a connection. */
  onStatus(before: BoxStatus | undefined, status: BoxStatus): void {
    const { register, visit } = this.#parts;
    const wh = register.take(Math.round(status.totalKwh * 1000));
    this.#follow(before, status, wh);
    visit.noteRegister(wh);
  }

  #follow(before: BoxStatus | undefined, status: BoxStatus, wh: number): void {
    const { visit, governor, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const state = status.currentState;
    if (carConnected(status) === false) {
      visit.carLeft(nowMs, wh);
      return;
    }
    if (state === CHARGING) {
      if ((visit.open && !visit.paused) || governor.busy) return;
      governor.chargeBeganElsewhere();
      this.#elsewhere = undefined;
      visit.begin(nowMs, wh);
      return;
    }
    if (!visit.open || visit.paused || governor.unsettled) return;
    const wasCharging = before === undefined || before.currentState === CHARGING;
    if (COMPLETED.includes(state)) visit.end(nowMs, wh, state === FULL ? "full" : "completed");
    else if (state === READY && wasCharging) visit.end(nowMs, wh, "stopped_at_box");
  }

  onSession(session: BoxSession): void {
    const { visit, register, zone, clock } = this.#parts;
    if (!this.#parts.charging() || !visit.open || session.chargeId === "") return;
    const first = visit.chargeIds.length === 0;
    visit.noteCharge(session.chargeId, session.userId);
    // Begun before we looked: the box knows since when, and what has flowed.
    const wh = register.wh;
    if (!first || session.startWire === null || wh === undefined) return;
    const startedMs = epochFromWire(session.startWire, zone) * 1000;
    const age = clock.nowMs() - startedMs;
    if (age > 0 && age < LONGEST_MS) visit.backdate(startedMs, wh - session.chargeKwh * 1000);
  }

  onRecord(serial: string, record: ChargeRecord): void {
    const { visit } = this.#parts;
    const own = visit.chargeIds.includes(record.chargeId);
    if (own) visit.noteStopReason(record.chargeId, stopReasonWord(record.stopReason));
    const session = this.#records.take(serial, record);
    if (!own && session !== undefined && !visit.open) this.#elsewhere = session;
  }

  session(): SessionSnapshot | undefined {
    const { visit, register } = this.#parts;
    const own = visit.snapshot(register.wh);
    if (visit.open || this.#elsewhere === undefined) return own;
    return (own?.endedAtMs ?? 0) > (this.#elsewhere.endedAtMs ?? 0) ? own : this.#elsewhere;
  }
}
