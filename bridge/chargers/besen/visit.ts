/**
 * The charging visit, plug in to plug out, as the bridge counts it. The box knows no pause: each resume is a new charge of its own, and
 * all of them are one session here. Kept in the store, so that a restart of the bridge goes on with it.
 */
import type { SessionSnapshot } from "../../../shared/charger.ts";
import type { DriverStore } from "../charger.ts";
import { isRecord } from "./register.ts";

const KEY = "visit";

interface Kept {
  readonly id: string;
  readonly startedAtMs: number;
  readonly startWh: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly endWh: number | undefined;
  readonly stopReason: string | undefined;
  /** The box's own ids of this session's parts. */
  readonly chargeIds: readonly string[];
  readonly userId: string | undefined;
}

export class Visit {
  readonly #store: DriverStore;
  #session: Kept | undefined;
  /** We stopped the box in order to pause; it is to go on. */
  #paused = false;
  /** The session of this visit is over: nothing starts by itself until the car has left or somebody says start. */
  #over = false;

  constructor(store: DriverStore) {
    this.#store = store;
    const kept = store.get(KEY);
    if (!isRecord(kept)) return;
    this.#paused = kept["paused"] === true;
    this.#over = kept["over"] === true;
    const { id, startedAtMs, startWh, endedAtMs, endWh, stopReason, chargeIds, userId } = kept;
    if (typeof id !== "string" || typeof startedAtMs !== "number") return;
    this.#session = {
      id,
      startedAtMs,
      startWh: typeof startWh === "number" ? startWh : undefined,
      endedAtMs: typeof endedAtMs === "number" ? endedAtMs : undefined,
      endWh: typeof endWh === "number" ? endWh : undefined,
      stopReason: typeof stopReason === "string" ? stopReason : undefined,
      chargeIds: Array.isArray(chargeIds) ? chargeIds.filter((c): c is string => typeof c === "string") : [],
      userId: typeof userId === "string" ? userId : undefined,
    };
  }

  get paused(): boolean {
    return this.#paused;
  }
  get over(): boolean {
    return this.#over;
  }
  /** Why the session of this visit is over. */
  get endedBy(): string | undefined {
    return this.#over ? this.#session?.stopReason : undefined;
  }
  get open(): boolean {
    return this.#session !== undefined && this.#session.endedAtMs === undefined;
  }
  get chargeIds(): readonly string[] {
    return this.#session?.chargeIds ?? [];
  }

  /** A part begins: the first of a new session, or the next of the open one. */
  begin(nowMs: number, registerWh: number | undefined, chargeId?: string): void {
    this.#paused = false;
    this.#over = false;
    if (this.#session !== undefined && this.open) {
      if (chargeId !== undefined) this.noteCharge(chargeId);
      else this.#save();
      return;
    }
    this.#session = {
      id: chargeId ?? `visit-${Math.round(nowMs)}`,
      startedAtMs: nowMs,
      startWh: registerWh,
      endedAtMs: undefined,
      endWh: undefined,
      stopReason: undefined,
      chargeIds: chargeId === undefined ? [] : [chargeId],
      userId: undefined,
    };
    this.#save();
  }

  noteCharge(chargeId: string, userId?: string): void {
    if (this.#session === undefined || chargeId === "") return;
    const { chargeIds } = this.#session;
    if (chargeIds.includes(chargeId) && (userId === undefined || userId === this.#session.userId)) return;
    this.#session = {
      ...this.#session,
      chargeIds: chargeIds.includes(chargeId) ? chargeIds : [...chargeIds, chargeId],
      userId: this.#session.userId ?? userId,
    };
    this.#save();
  }

  /** The box told of this charge's beginning after the bridge had joined it midway. */
  backdate(startedAtMs: number, startWh: number): void {
    if (this.#session === undefined || !this.open || startedAtMs >= this.#session.startedAtMs) return;
    this.#session = { ...this.#session, startedAtMs, startWh: Math.min(startWh, this.#session.startWh ?? startWh) };
    this.#save();
  }

  noteRegister(registerWh: number): void {
    if (this.#session === undefined || !this.open || this.#session.startWh !== undefined) return;
    this.#session = { ...this.#session, startWh: registerWh };
    this.#save();
  }

  pause(): void {
    this.#paused = true;
    this.#save();
  }

  /** The session is over, the car may still be there. */
  end(nowMs: number, registerWh: number | undefined, stopReason: string | undefined): void {
    this.#paused = false;
    this.#over = true;
    if (this.#session !== undefined && this.open)
      this.#session = { ...this.#session, endedAtMs: nowMs, endWh: registerWh, stopReason };
    this.#save();
  }

  /** The box's record of a part of this session: the reason of its end. */
  noteStopReason(chargeId: string, reason: string): void {
    if (this.#session === undefined || this.open || this.#session.chargeIds.at(-1) !== chargeId) return;
    this.#session = { ...this.#session, stopReason: reason };
    this.#save();
  }

  /** The car has left: the next one starts afresh. */
  carLeft(nowMs: number, registerWh: number | undefined): void {
    if (this.open) this.end(nowMs, registerWh, "unplugged");
    if (!this.#over && !this.#paused) return;
    this.#over = false;
    this.#paused = false;
    this.#save();
  }

  /** Somebody wants a new session in the same visit. */
  reopen(): void {
    if (!this.#over) return;
    this.#over = false;
    this.#save();
  }

  snapshot(registerWh: number | undefined): SessionSnapshot | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    const endWh = session.endedAtMs === undefined ? registerWh : session.endWh;
    return {
      id: session.id,
      startedAtMs: session.startedAtMs,
      endedAtMs: session.endedAtMs,
      energyWh: endWh === undefined || session.startWh === undefined ? undefined : Math.max(0, endWh - session.startWh),
      idTag: session.userId,
      stopReason: session.stopReason,
    };
  }

  #save(): void {
    const { id, startedAtMs, startWh, endedAtMs, endWh, stopReason, chargeIds, userId } = this.#session ?? {};
    this.#store.set(KEY, {
      paused: this.#paused,
      over: this.#over,
      id: id ?? null,
      startedAtMs: startedAtMs ?? null,
      startWh: startWh ?? null,
      endedAtMs: endedAtMs ?? null,
      endWh: endWh ?? null,
      stopReason: stopReason ?? null,
      chargeIds: chargeIds ?? [],
      userId: userId ?? null,
    });
  }
}
