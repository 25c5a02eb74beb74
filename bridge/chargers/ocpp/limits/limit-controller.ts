/**
 * Keeps one outlet's limit true. There is one wish, persisted; everything sent to the box is drawn from it, so a failure can never raise
 * the current: what is retried, renewed, pushed again after a boot or a start is always the newest wish.
 *
 * A little long: the order of its steps is the safety argument and is read in one piece. Beside it stand the wish (limit-wish), one pass
 * at a time (limit-passes), the way to the box (limit-way), what goes into the box (limit-installer) and what the box makes of it (limit-verification).
 */
import type { FailSafe } from "../../../../shared/charger.ts";
import { ChargerError, type LimitOrder } from "../../charger.ts";
import { unlessAborted } from "../wire/calling.ts";
import type { Rung, RungName } from "./ladder.ts";
import { LimitInstaller, SETTLE_MS } from "./limit-installer.ts";
import { LimitPasses, superseded } from "./limit-passes.ts";
import type { LimitPort } from "./limit-port.ts";
import { LimitVerification } from "./limit-verification.ts";
import { LimitWay } from "./limit-way.ts";
import { LimitWish } from "./limit-wish.ts";
import { fromWire, profileIds, toWire, wireLimit } from "./profile.ts";

/** After a failure the wish is tried again: a few times soon, then each minute. */
const QUICK_RETRIES = 3;
const RETRY_MS = 60_000;
/** Refusals on a link younger than this are waited out, ms. */
const YOUNG_MS = 30_000;

export class LimitController {
  readonly #port: LimitPort;
  readonly #installer: LimitInstaller;
  readonly #wish: LimitWish;
  readonly #seen: LimitVerification;
  readonly #passes: LimitPasses;
  #closed = false;
  readonly #way: LimitWay;
  /** What the box has taken and nothing casts doubt on, A per phase. */
  #sent: number | undefined;
  /** The value last taken, also while it is in doubt: a raise is counted from there. */
  #inForce: number | undefined;
  #raisedAtMs = Number.NEGATIVE_INFINITY;
  #retryAtMs: number | undefined;
  #failures = 0;
  /** Held at 0 A while contactors change over. */
  #switching = false;
  wantedA: number | undefined;

  constructor(port: LimitPort) {
    this.#port = port;
    this.#installer = new LimitInstaller(port);
    this.#wish = new LimitWish(port.clock, port.drawer);
    this.#way = new LimitWay(port);
    this.#seen = new LimitVerification(port, this.#installer, {
      sent: () => this.#sent,
      rung: () => this.#way.rung,
      atRest: () => !this.#passes.running && this.#retryAtMs === undefined,
      leave: (why) => this.#leave(why),
      defied: (wantedA, detail) => this.#nextRung(wantedA, detail),
      renew: (why) => this.pushAgain(why),
    });
    this.#passes = new LimitPasses(port.clock, {
      apply: (signal) => this.#apply(signal),
      succeeded: () => {
        this.#failures = 0;
        this.#retryAtMs = undefined;
      },
      failed: (failure) => this.#failed(failure),
      rested: () => {
        port.changed();
        this.tick();
      },
    });
  }

  /** The pause that the user wished is in force. */
  get held(): boolean {
    return this.#wish.held;
  }

  /** Highest limit that may reach the wire, A per phase. */
  ceiling(): number {
    return this.#port.maxA();
  }

  toAmps(limit: number, unit: "A" | "W"): number {
    return fromWire(limit, unit, this.#port.electric());
  }

  ownIds(): readonly number[] {
    const { n } = this.#port;
    return [profileIds.stationMax, profileIds.base(n), profileIds.tx(n), profileIds.lease(n)];
  }

  /** What a dynamic profile of ours ought to hold now, in the box's unit; undefined when it is none of ours. */
  dynamicLimit(profileId: number): number | undefined {
    if (profileId !== profileIds.lease(this.#port.n) || this.#way.name !== "dynamic") return undefined;
    // A raise is told in its own time; until then what stands, stands.
    const limitA = Math.min(this.desiredA, this.#inForce ?? this.desiredA);
    return toWire(limitA, this.#port.traits().unit, this.#port.electric());
  }

  /** Writes to what the box keeps for good, since it was first seen. */
  get writes(): number {
    return this.#installer.writes;
  }

  get rungName(): RungName | undefined {
    return this.#way.name;
  }

  /** What the box offers as far as it has told, A per phase. */
  get offeredA(): number | undefined {
    return this.#seen.offeredA;
  }

  /** Whether the box was seen to offer what was sent; undefined = not looked yet. */
  get verified(): boolean | undefined {
    return this.#seen.verified;
  }

  get failSafe(): FailSafe {
    return this.#seen.failSafe;
  }

  /** What the box ought to offer now, A per phase. */
  get desiredA(): number {
    return this.#switching ? 0 : this.#clamp(this.#wish.limitA(this.#port.failSafeA()));
  }

  /** @throws ChargerError `offline` at once without a link: the wish is kept and carried out on connect */
  async order(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new ChargerError("offline", "The driver is closed.");
    const before = this.desiredA;
    const heldBefore = this.held;
    this.#wish.set(order);
    if (this.#port.commands() === undefined) throw new ChargerError("offline", "The wallbox is not connected.");
    const wanted = this.desiredA;
    if (this.#settled(wanted) && heldBefore === this.held) return;
    if (wanted !== before || heldBefore !== this.held) this.#passes.abort();
    await unlessAborted(this.#push(), signal);
  }

  /** The box is new to us: it rebooted or has just connected. Nothing is known to be installed. */
  relearn(): void {
    this.#installer.forget();
    this.#sent = undefined;
    this.#inForce = undefined;
    const known = this.#port.recall();
    this.#way.begin(known.rung);
    this.#seen.forget(known.failSafe);
    this.#background("limit first");
  }

  /** Profiles were taken away or set behind our back: nothing counts as installed any more. */
  setAnew(why: string): void {
    this.#installer.forget();
    this.pushAgain(why);
  }

  /** A new transaction, or charging began: some boxes forget what they were told while suspended. */
  pushAgain(why: string): void {
    this.#sent = undefined;
    this.#installer.stale();
    this.#background(why);
  }

  linkLost(): void {
    this.#passes.abort(new ChargerError("offline", "The wallbox disconnected."));
    this.#seen.linkLost();
    this.#retryAtMs = undefined;
  }

  /** Pauses, waits until nothing flows, changes the number of phases, goes on with the wish. @throws ChargerError */
  async usePhases(count: 1 | 3, still: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#installer.phases === count) return;
    this.#switching = true;
    try {
      await unlessAborted(this.#push(), signal);
      await still(signal);
      this.#installer.usePhases(count);
    } catch (error) {
      this.#switching = false;
      this.setAnew("phases not switched");
      throw error;
    }
    this.#switching = false;
    this.#installer.base = undefined;
    await unlessAborted(this.#push(), signal);
  }

  /** Forgets the remembered rung and sets everything anew; `clear` takes foreign and own profiles away first. */
  async reset(clear: () => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#way.begin(undefined);
    this.#port.remember(undefined, "unproven");
    await clear();
    this.#installer.forget();
    this.#sent = undefined;
    try {
      await unlessAborted(this.#push(), signal);
    } catch (error) {
      if (!(error instanceof ChargerError) || error.code !== "rejected") throw error;
      // A box that refuses a set straight after a clear takes it a little later.
      await this.#port.clock.sleep(SETTLE_MS, signal);
      this.#way.retry();
      await unlessAborted(this.#push(), signal);
    }
  }

  /** Every 2 s: renewals, retries, checks. */
  tick(): void {
    if (this.#closed || this.#port.commands() === undefined) return;
    const now = this.#port.clock.monotonicMs();
    if (this.#passes.done) this.#wish.keep();
    if (this.#retryAtMs !== undefined && now >= this.#retryAtMs) {
      this.#retryAtMs = undefined;
      this.#way.retry();
      this.#background("again");
    } else if (this.#renewalDue(now)) {
      this.#installer.leaseAtMs = now;
      this.pushAgain("lease renewed");
    } else if (this.#sent !== undefined && !this.#passes.running && this.#sent > this.desiredA) {
      this.#background("wish grew old");
    }
    this.#seen.tick();
  }

  /** Brings a box that keeps the last limit down to its fail-safe, never up; then stops. */
  async close(deadline: AbortSignal): Promise<void> {
    const port = this.#port;
    const low = Math.min(this.desiredA, this.#clamp(port.failSafeA()));
    const single = this.#way.rung?.layers !== 2;
    if (port.commands() !== undefined && single && (this.#sent === undefined || this.#sent > low)) {
      this.#passes.abort();
      this.#wish.lowerTo(low);
      try {
        await unlessAborted(this.#push(), deadline);
      } catch (error) {
        port.log.warn({ err: error, limitA: low }, "fail-safe limit not set on close");
      }
    }
    this.#closed = true;
    const gone = new ChargerError("offline", "The driver is closed.");
    this.#seen.interrupt();
    this.#passes.close(gone);
  }

  #renewalDue(now: number): boolean {
    const { leaseAtMs } = this.#installer;
    const due = leaseAtMs !== undefined && now - leaseAtMs >= (this.#port.traits().leaseS * 1000) / 3;
    return due && !this.#seen.probing;
  }

  #clamp(limitA: number): number {
    const traits = this.#port.traits();
    return wireLimit(limitA, this.#port.maxA(), traits.stepA, traits.stepListA);
  }

  #settled(wanted: number): boolean {
    return this.#sent === wanted && this.#passes.done && !this.#passes.running && this.#retryAtMs === undefined;
  }

  #background(why: string): void {
    if (this.#closed || this.#port.commands() === undefined) return;
    this.#push().catch((error: unknown) => {
      if (error !== superseded) this.#port.log.warn({ err: error, why, limitA: this.desiredA }, "limit not set");
    });
  }

  #push(): Promise<void> {
    this.#seen.interrupt();
    return this.#passes.push();
  }

  #failed(failure: ChargerError): void {
    this.#failures++;
    this.#sent = undefined;
    this.#installer.stale();
    this.#retryAtMs = this.#port.clock.monotonicMs() + (this.#failures <= QUICK_RETRIES ? SETTLE_MS : RETRY_MS);
    if (failure.code === "timeout") this.#port.disobeyed("refused", this.desiredA, failure.message);
  }

  /** Whatever the way up, from 0 A too: a raise keeps its distance to the one before; a lower limit never waits. */
  async #apply(signal: AbortSignal): Promise<void> {
    const { clock } = this.#port;
    const traits = this.#port.traits();
    let wanted = this.desiredA;
    const standing = this.#inForce;
    const raises = (): boolean => standing !== undefined && wanted > standing;
    if (standing !== undefined && raises()) {
      if (this.#sent !== undefined && standing > 0 && wanted - standing < traits.raiseByA) return;
      const waitMs = this.#raisedAtMs + traits.raiseEveryS * 1000 - clock.monotonicMs();
      if (waitMs > 0) {
        // Only the raise waits. What stands is set at once: the box may have forgotten it, and a lease runs.
        if (this.#sent === undefined) await this.#climb(this.#clamp(standing), signal);
        await this.#passes.nap(waitMs, signal);
        wanted = this.desiredA;
      }
    }
    await this.#climb(wanted, signal);
    if (standing === undefined || raises()) this.#raisedAtMs = clock.monotonicMs();
  }

  /** The first way that the box takes, from the one that worked last. @throws ChargerError */
  async #climb(wanted: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#port;
    const known = this.#way.name;
    const young = clock.monotonicMs() - (this.#port.linkUpAtMs() ?? 0) < YOUNG_MS;
    const { patient } = this.#port.traits();
    let refusal: ChargerError | undefined;
    for (const rung of this.#way.candidates()) {
      try {
        this.wantedA = wanted;
        this.#sent = undefined;
        const offered = this.offeredA;
        await this.#installer.install(
          {
            rung,
            limitA: wanted,
            beneathA: this.held ? 0 : this.#clamp(this.#port.failSafeA()),
            priority: wanted === 0 || offered === undefined || wanted < offered ? 1 : 2,
            raises: offered !== undefined && wanted > offered,
          },
          young && (patient || rung.name === known),
          signal,
        );
        this.#accepted(rung, wanted);
        return;
      } catch (error) {
        if (signal.aborted) throw signal.reason instanceof Error ? signal.reason : superseded;
        if (!(error instanceof ChargerError) || error.code === "offline" || error.code === "timeout") throw error;
        refusal = error;
        this.#way.refuse(rung.name);
        log.info({ rung: rung.name, limitA: wanted, why: error.message }, "limit refused, next way");
      }
    }
    if (this.#way.name === undefined) this.#seen.failSafe = "unsupported";
    this.#port.disobeyed("refused", wanted, refusal?.message ?? "The wallbox refuses every kind of limit.");
    throw new ChargerError("rejected", refusal?.message ?? "The wallbox refuses every kind of limit.", {
      cause: refusal,
    });
  }

  #accepted(rung: Rung, wanted: number): void {
    const { n, log } = this.#port;
    const way = this.#way.took(rung);
    const changed = { value: way || this.#inForce !== wanted, way };
    this.#sent = wanted;
    this.#inForce = wanted;
    this.#installer.took(rung);
    this.#seen.accepted(rung, wanted, changed);
    if (rung.layers === 1 && changed.way) void this.#dropLease(n);
    if (changed.way) {
      this.#port.remember(rung.name, this.failSafe);
      log.info({ rung: rung.name, limitA: wanted }, "limit accepted this way");
    } else log.debug({ rung: rung.name, limitA: wanted }, "limit accepted");
    this.#port.changed();
  }

  /** A lease that a lower rung replaced would outrank it until it runs out. */
  async #dropLease(n: number): Promise<void> {
    if (!this.#way.leftLease) return;
    try {
      await this.#installer.clearOwn(profileIds.lease(n), this.#port.clock.deadline(60_000));
    } catch (error) {
      this.#port.log.debug({ err: error }, "old lease not cleared");
    }
  }

  #leave(why: string): void {
    this.#way.leave();
    this.pushAgain(why);
  }

  #nextRung(wanted: number, detail: string): void {
    this.#port.disobeyed("ignored", wanted, detail);
    // Every way was tried: the present one is kept and set again, for it is the box that must change.
    if (!this.#way.leave()) this.#way.retry();
    this.pushAgain("not obeyed");
  }
}
