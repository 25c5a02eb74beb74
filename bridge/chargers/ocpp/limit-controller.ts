/**
 * Keeps one outlet's limit true. There is one wish (`desired`), persisted; everything sent to the box is drawn from it, so a failure
 * can never raise the current: what is retried, renewed, pushed again after a boot or a start is always the newest wish. One pass at a
 * time; a newer wish aborts what is still queued of an older one.
 *
 * Longer than two screens on purpose: the order of its steps is the safety argument and is read in one piece. What goes into the box
 * is `LimitInstaller`.
 */
import type { FailSafe } from "../../../shared/charger.ts";
import { ChargerError, type LimitOrder } from "../charger.ts";
import { unlessAborted } from "./calling.ts";
import { limitAt, readComposite } from "./composite.ts";
import { ladderOf, RUNG_NAMES, type Rung, type RungName } from "./ladder.ts";
import { LimitInstaller, SETTLE_MS } from "./limit-installer.ts";
import type { LimitPort } from "./limit-port.ts";
import { fromWire, profileIds, wireLimit } from "./profile.ts";

/** A persisted wish older than this is not trusted to be above the fail-safe any more, ms. */
const WISH_LASTS_MS = 120_000;
const WISH_SAVED_MS = 30_000;
/** Tolerance of verification, A. */
const OFFERED_TOLERANCE_A = 0.5;
const MEASURED_TOLERANCE_A = 1;
const OVER_LASTS_MS = 60_000;
const VERIFY_EVERY_MS = 60_000;
/** Nothing was told about it yet. */
const VERIFY_SOON_MS = 10_000;
/** A fresh verification is tried again after these times before it counts as failed, ms. */
const VERIFY_AGAIN_MS: readonly number[] = [8_000, 20_000];
/** After a failure the wish is tried again: a few times soon, then each minute. */
const QUICK_RETRIES = 3;
const RETRY_MS = 60_000;

interface Wish {
  readonly limitA: number;
  readonly hold: "user" | undefined;
  /** Epoch ms when it was last known to be wanted. */
  readonly atMs: number;
}

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: ChargerError) => void;
}

const superseded = new ChargerError("timeout", "A newer limit took its place.");

export class LimitController {
  readonly #port: LimitPort;
  readonly #installer: LimitInstaller;
  #wish: Wish | undefined;
  /** When the wish was last known to be wanted in this process, monotonic ms; undefined = from the database. */
  #wishMono: number | undefined;
  #version = 0;
  #done = 0;
  #dirty = false;
  #running = false;
  #closed = false;
  #pass: AbortController | undefined;
  /** The present pass only waits until it may raise: anything newer begins at once. */
  #napping = false;
  #waiters: Waiter[] = [];
  #rung: RungName | undefined;
  #refused = new Set<RungName>();
  #sent: number | undefined;
  /** The value in force and the epoch ms since when it is: a renewal changes neither. */
  #inForce: number | undefined;
  #baseAgain = false;
  #sentAtMs = 0;
  #raisedAtMs = Number.NEGATIVE_INFINITY;
  #retryAtMs: number | undefined;
  #failures = 0;
  #verifyAtMs: number | undefined;
  #verifyTry = 0;
  #verifying = false;
  #overSinceMs: number | undefined;
  #compositeKnown: boolean | undefined;
  /** Held at 0 A while contactors change over. */
  #switching = false;
  wantedA: number | undefined;
  offeredA: number | undefined;
  verified: boolean | undefined;
  failSafe: FailSafe = "unproven";

  constructor(port: LimitPort) {
    this.#port = port;
    this.#installer = new LimitInstaller(port);
    const stored = port.drawer.record("limit");
    const limitA = stored?.["limitA"];
    const atMs = stored?.["atMs"];
    if (typeof limitA === "number" && typeof atMs === "number")
      this.#wish = { limitA, hold: stored?.["hold"] === "user" ? "user" : undefined, atMs };
  }

  /** The pause that the user wished is in force. */
  get held(): boolean {
    return this.#wish?.hold === "user";
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

  /** Writes to what the box keeps for good, since it was first seen. */
  get writes(): number {
    return this.#installer.writes;
  }

  get rungName(): RungName | undefined {
    return this.#rung;
  }

  /** What the box ought to offer now, A per phase. An old wish counts up to the fail-safe only. */
  get desiredA(): number {
    const wish = this.#wish;
    const { clock } = this.#port;
    if (this.#switching) return 0;
    if (wish === undefined) return this.#clamp(this.#port.failSafeA());
    // The machine's clock may be set at any moment: within the process only the monotonic one counts.
    const ageMs = this.#wishMono === undefined ? clock.nowMs() - wish.atMs : clock.monotonicMs() - this.#wishMono;
    const fresh = ageMs <= WISH_LASTS_MS;
    return this.#clamp(fresh ? wish.limitA : Math.min(wish.limitA, this.#port.failSafeA()));
  }

  /** @throws ChargerError `offline` at once without a link: the wish is kept and carried out on connect */
  async order(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new ChargerError("offline", "The driver is closed.");
    const { clock, drawer } = this.#port;
    const before = this.desiredA;
    const heldBefore = this.held;
    this.#wish = { limitA: order.limitA, hold: order.hold, atMs: clock.nowMs() };
    this.#wishMono = clock.monotonicMs();
    drawer.write("limit", { limitA: order.limitA, hold: order.hold ?? null, atMs: this.#wish.atMs });
    if (this.#port.commands() === undefined) throw new ChargerError("offline", "The wallbox is not connected.");
    const wanted = this.desiredA;
    const settled = this.#settled(wanted) && heldBefore === this.held;
    if (settled) return;
    if (wanted !== before || heldBefore !== this.held) this.#pass?.abort(superseded);
    await unlessAborted(this.#push(), signal);
  }

  /** The box is new to us: it rebooted or has just connected. Nothing is known to be installed. */
  relearn(): void {
    this.#installer.forget();
    this.#sent = undefined;
    this.#compositeKnown = undefined;
    this.#inForce = undefined;
    this.#baseAgain = false;
    this.offeredA = undefined;
    this.verified = undefined;
    this.#refused.clear();
    const known = this.#port.recall();
    this.#rung = known.rung;
    this.failSafe = known.failSafe ?? "unproven";
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
    this.#background(why);
  }

  linkLost(): void {
    this.#pass?.abort(new ChargerError("offline", "The wallbox disconnected."));
    this.#verifyAtMs = undefined;
    this.#retryAtMs = undefined;
    this.#overSinceMs = undefined;
    this.offeredA = undefined;
    this.verified = undefined;
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
    this.#refused.clear();
    this.#rung = undefined;
    this.#port.remember(undefined, "unproven");
    await clear();
    this.#installer.base = undefined;
    this.#sent = undefined;
    try {
      await unlessAborted(this.#push(), signal);
    } catch (error) {
      if (!(error instanceof ChargerError) || error.code !== "rejected") throw error;
      // A box that refuses a set straight after a clear takes it a little later.
      await this.#port.clock.sleep(SETTLE_MS, signal);
      this.#refused.clear();
      await unlessAborted(this.#push(), signal);
    }
  }

  /** Every 2 s: renewals, retries, checks. */
  tick(): void {
    const { clock } = this.#port;
    if (this.#closed || this.#port.commands() === undefined) return;
    const now = clock.monotonicMs();
    this.#keepWish();
    if (this.#retryAtMs !== undefined && now >= this.#retryAtMs) {
      this.#retryAtMs = undefined;
      this.#refused.clear();
      this.#background("again");
    } else if (
      this.#installer.leaseAtMs !== undefined &&
      now - this.#installer.leaseAtMs >= (this.#port.traits().leaseS * 1000) / 3
    ) {
      this.#installer.leaseAtMs = now;
      this.#sent = undefined;
      this.#background("lease renewed");
    } else if (this.#sent !== undefined && !this.#running && this.#sent > this.desiredA) {
      this.#background("wish grew old");
    }
    if (this.#verifyAtMs !== undefined && now >= this.#verifyAtMs && !this.#verifying && !this.#running) {
      this.#verifyAtMs = undefined;
      void this.#verify().catch((error: unknown) => this.#port.log.warn({ err: error }, "limit check failed"));
    }
    this.#watchMeasured(now);
  }

  /** Brings a box that keeps the last limit down to its fail-safe, never up; then stops. */
  async close(deadline: AbortSignal): Promise<void> {
    const port = this.#port;
    const low = Math.min(this.desiredA, this.#clamp(port.failSafeA()));
    const single = this.#currentRung()?.layers !== 2;
    if (port.commands() !== undefined && single && (this.#sent === undefined || this.#sent > low)) {
      this.#pass?.abort(superseded);
      const before = this.#wish;
      this.#wish = { limitA: low, hold: before?.hold, atMs: this.#port.clock.nowMs() };
      this.#wishMono = this.#port.clock.monotonicMs();
      try {
        await unlessAborted(this.#push(), deadline);
      } catch (error) {
        this.#port.log.warn({ err: error, limitA: low }, "fail-safe limit not set on close");
      }
    }
    this.#closed = true;
    const gone = new ChargerError("offline", "The driver is closed.");
    this.#pass?.abort(gone);
    this.#reject(Number.POSITIVE_INFINITY, gone);
  }

  /** While the link is up and the wish stands, it does not grow old. */
  #keepWish(): void {
    const { clock, drawer } = this.#port;
    const wish = this.#wish;
    if (wish === undefined || this.#wishMono === undefined || this.#done < this.#version) return;
    this.#wishMono = clock.monotonicMs();
    if (Math.abs(clock.nowMs() - wish.atMs) < WISH_SAVED_MS) return;
    this.#wish = { ...wish, atMs: clock.nowMs() };
    drawer.write("limit", { limitA: wish.limitA, hold: wish.hold ?? null, atMs: this.#wish.atMs });
  }

  #clamp(limitA: number): number {
    const traits = this.#port.traits();
    return wireLimit(limitA, this.#port.maxA(), traits.stepA, traits.stepListA);
  }

  #settled(wanted: number): boolean {
    return this.#sent === wanted && this.#done === this.#version && !this.#running && this.#retryAtMs === undefined;
  }

  #background(why: string): void {
    if (this.#closed || this.#port.commands() === undefined) return;
    this.#push().catch((error: unknown) => {
      if (error !== superseded) this.#port.log.warn({ err: error, why, limitA: this.desiredA }, "limit not set");
    });
  }

  #push(): Promise<void> {
    const version = ++this.#version;
    const result = new Promise<void>((resolve, reject) => this.#waiters.push({ version, resolve, reject }));
    this.#dirty = true;
    if (this.#napping) this.#pass?.abort(superseded);
    if (!this.#running) void this.#run();
    return result;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      const version = this.#version;
      this.#pass = new AbortController();
      try {
        await this.#apply(this.#pass.signal);
        this.#done = version;
        this.#failures = 0;
        this.#retryAtMs = undefined;
        this.#settle(version);
      } catch (error) {
        if (this.#pass.signal.aborted && this.#pass.signal.reason === superseded && this.#dirty) continue;
        const failure =
          error instanceof ChargerError
            ? error
            : new ChargerError("protocol", "The limit could not be set.", { cause: error });
        this.#failures++;
        this.#sent = undefined;
        this.#retryAtMs = this.#port.clock.monotonicMs() + (this.#failures <= QUICK_RETRIES ? SETTLE_MS : RETRY_MS);
        if (failure.code === "timeout") this.#port.disobeyed("refused", this.desiredA, failure.message);
        this.#reject(version, failure);
      } finally {
        this.#pass = undefined;
      }
    }
    this.#running = false;
    this.#port.changed();
    this.tick();
  }

  #settle(version: number): void {
    const done = this.#waiters.filter((waiter) => waiter.version <= version);
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > version);
    for (const waiter of done) waiter.resolve();
  }

  #reject(version: number, error: ChargerError): void {
    const done = this.#waiters.filter((waiter) => waiter.version <= version);
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > version);
    for (const waiter of done) waiter.reject(error);
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
        this.#napping = true;
        try {
          await clock.sleep(waitMs, signal);
        } finally {
          this.#napping = false;
        }
        wanted = this.desiredA;
      }
    }
    await this.#climb(wanted, signal);
    if (standing === undefined || raises()) this.#raisedAtMs = clock.monotonicMs();
  }

  /** The first way that the box takes, from the one that worked last. @throws ChargerError */
  async #climb(wanted: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#port;
    const traits = this.#port.traits();
    const rungs = ladderOf(traits);
    const known = this.#rung;
    const start = Math.max(
      0,
      rungs.findIndex((rung) => rung.name === known),
    );
    let refusal: ChargerError | undefined;
    const young = clock.monotonicMs() - (this.#port.linkUpAtMs() ?? 0) < 30_000;
    for (let index = start; index < rungs.length; index++) {
      const rung = rungs[index];
      if (rung === undefined || this.#refused.has(rung.name)) continue;
      if (rung.alsoTx && rung.name !== known && this.#port.transactionId() === undefined) continue;
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
          young && (traits.patient || rung.name === known),
          signal,
        );
        this.#accepted(rung, wanted);
        return;
      } catch (error) {
        if (signal.aborted) throw signal.reason instanceof Error ? signal.reason : superseded;
        if (!(error instanceof ChargerError) || error.code === "offline" || error.code === "timeout") throw error;
        refusal = error;
        this.#refused.add(rung.name);
        log.info({ rung: rung.name, limitA: wanted, why: error.message }, "limit refused, next way");
      }
    }
    this.failSafe = this.#rung === undefined ? "unsupported" : this.failSafe;
    this.#port.disobeyed("refused", wanted, refusal?.message ?? "The wallbox refuses every kind of limit.");
    throw new ChargerError("rejected", refusal?.message ?? "The wallbox refuses every kind of limit.", {
      cause: refusal,
    });
  }

  #accepted(rung: Rung, wanted: number): void {
    const { clock, n, log } = this.#port;
    const before = this.#rung;
    const now = clock.monotonicMs();
    const renewed = this.#inForce === wanted && before === rung.name;
    this.#rung = rung.name;
    this.#sent = wanted;
    this.#inForce = wanted;
    this.#installer.took(rung);
    if (!renewed) {
      this.#sentAtMs = clock.nowMs();
      this.offeredA = wanted;
      this.verified = undefined;
      this.#verifyTry = 0;
      this.#verifyAtMs = now;
      this.#overSinceMs = undefined;
    }
    if (rung.layers === 1) {
      this.failSafe = "single_level";
      if (before === "two_layers" || before === undefined) void this.#dropLease(n);
    } else if (this.failSafe !== "proven") this.failSafe = "unproven";
    if (before !== rung.name) {
      this.#port.remember(rung.name, this.failSafe);
      log.info({ rung: rung.name, limitA: wanted }, "limit accepted this way");
    } else log.debug({ rung: rung.name, limitA: wanted }, "limit accepted");
    this.offeredA ??= wanted;
    this.#verifyAtMs ??= now + VERIFY_SOON_MS;
    this.#port.changed();
  }

  /** A lease that a lower rung replaced would outrank it until it runs out. */
  async #dropLease(n: number): Promise<void> {
    if (this.#refused.size === 0) return;
    try {
      await this.#installer.clearOwn(profileIds.lease(n), this.#port.clock.deadline(60_000));
    } catch (error) {
      this.#port.log.debug({ err: error }, "old lease not cleared");
    }
  }

  #currentRung(): Rung | undefined {
    return ladderOf(this.#port.traits()).find((rung) => rung.name === this.#rung);
  }

  async #verify(): Promise<void> {
    const wanted = this.#sent;
    if (wanted === undefined) return;
    this.#verifying = true;
    try {
      const told = await this.#confirmed(wanted);
      if (this.#sent !== wanted) return;
      if (told === undefined) {
        this.#verifyAtMs = this.#port.clock.monotonicMs() + VERIFY_SOON_MS;
      } else if (told <= wanted + OFFERED_TOLERANCE_A) {
        this.offeredA = Math.abs(told - wanted) <= OFFERED_TOLERANCE_A ? wanted : told;
        this.verified = true;
        if (this.#standingBinds(told, wanted)) return;
        this.#verifyTry = 0;
        this.#port.obeyed();
        this.#verifyAtMs = this.#port.clock.monotonicMs() + VERIFY_EVERY_MS;
      } else this.#unconfirmed(wanted, told);
      this.#port.changed();
    } finally {
      this.#verifying = false;
    }
  }

  /** The box offers the lower of both levels, or holds the lease to be over: two levels are of no use on it. */
  #standingBinds(told: number, wanted: number): boolean {
    const base = this.#installer.base;
    const two = this.#currentRung()?.layers === 2;
    const binds =
      two && base !== undefined && told < wanted - OFFERED_TOLERANCE_A && Math.abs(told - base) <= OFFERED_TOLERANCE_A;
    if (!binds) return false;
    const again = VERIFY_AGAIN_MS[this.#verifyTry++];
    if (again !== undefined) {
      this.#verifyAtMs = this.#port.clock.monotonicMs() + again;
      return true;
    }
    this.#verifyTry = 0;
    this.#port.log.info(
      { toldA: told, limitA: wanted },
      "the standing limit binds above the leased one, one level from now on",
    );
    if (this.#rung !== undefined) this.#refused.add(this.#rung);
    this.pushAgain("one level");
    return true;
  }

  #unconfirmed(wanted: number, told: number): void {
    this.offeredA = told;
    this.verified = false;
    const again = VERIFY_AGAIN_MS[this.#verifyTry++];
    if (again !== undefined) {
      this.#verifyAtMs = this.#port.clock.monotonicMs() + again;
      return;
    }
    this.#verifyTry = 0;
    this.#verifyAtMs = this.#port.clock.monotonicMs() + VERIFY_EVERY_MS;
    // Without a session a box need not count the default for transactions: no reason to leave a good rung.
    if (this.#port.transactionId() !== undefined)
      this.#nextRung(wanted, `The wallbox offers ${told.toFixed(1)} A in place of ${wanted} A.`);
  }

  /** What the box says that it offers, A per phase; undefined when it says nothing about it. */
  async #confirmed(wanted: number): Promise<number | undefined> {
    const commands = this.#port.commands();
    const traits = this.#port.traits();
    const two = this.#currentRung()?.layers === 2;
    if (commands !== undefined && this.#compositeKnown !== false) {
      try {
        const request = commands.compositeSchedule(this.#port.ref(), two ? traits.leaseS + 180 : 60, traits.unit);
        const composite = readComposite(await this.#port.ask(request, 4));
        if (composite !== undefined) {
          this.#compositeKnown = true;
          const toA = (limit: number): number => fromWire(limit, composite.unit ?? traits.unit, this.#port.electric());
          const now = limitAt(composite, 0);
          if (two && this.#sent === wanted) this.#prove(wanted, limitAt(composite, traits.leaseS + 60), toA);
          return now === undefined ? undefined : toA(now);
        }
      } catch (error) {
        if (!(error instanceof ChargerError)) throw error;
        if (error.code === "unsupported") this.#compositeKnown = false;
        if (error.code === "offline" || error.code === "timeout") return undefined;
      }
    }
    return this.#port.offeredSince(this.#sentAtMs);
  }

  /** The composite schedule shows the fail-safe after the lease: the box will fall back by itself. */
  #prove(wanted: number, later: number | undefined, toA: (limit: number) => number): void {
    const base = this.#installer.base;
    if (base === undefined || later === undefined || Math.abs(base - wanted) <= OFFERED_TOLERANCE_A) return;
    const falls = Math.abs(toA(later) - base) <= OFFERED_TOLERANCE_A;
    if (!falls && !this.#baseAgain) {
      // It may have been forgotten with the last session: set once more with the next renewal.
      this.#baseAgain = true;
      this.#installer.base = undefined;
      return;
    }
    const proof: FailSafe = falls ? "proven" : "unproven";
    if (proof === this.failSafe) return;
    this.failSafe = proof;
    this.#port.remember(this.#rung, proof);
  }

  /** Measured against wanted: a box that draws more than it may for a minute does not obey. */
  #watchMeasured(now: number): void {
    const wanted = this.#sent;
    const { currentA, powerW, atMs } = this.#port.measured();
    const fresh = atMs !== undefined && atMs > this.#sentAtMs && this.#port.clock.nowMs() - atMs < 60_000;
    const over =
      wanted !== undefined &&
      fresh &&
      this.#port.transactionId() !== undefined &&
      (wanted === 0
        ? (powerW ?? 0) > 100 || (currentA ?? 0) > MEASURED_TOLERANCE_A
        : (currentA ?? 0) > wanted + MEASURED_TOLERANCE_A);
    if (!over) {
      this.#overSinceMs = undefined;
      return;
    }
    this.#overSinceMs ??= now;
    if (now - this.#overSinceMs < OVER_LASTS_MS) return;
    this.#overSinceMs = undefined;
    this.verified = false;
    this.#nextRung(wanted, `The car draws ${(currentA ?? 0).toFixed(1)} A while ${wanted} A are allowed.`);
  }

  #nextRung(wanted: number, detail: string): void {
    if (this.#rung !== undefined) this.#refused.add(this.#rung);
    this.#port.disobeyed("ignored", wanted, detail);
    const left = ladderOf(this.#port.traits()).some(
      (rung) =>
        !this.#refused.has(rung.name) &&
        RUNG_NAMES.indexOf(rung.name) > (this.#rung === undefined ? -1 : RUNG_NAMES.indexOf(this.#rung)) &&
        (!rung.alsoTx || this.#port.transactionId() !== undefined),
    );
    if (!left) {
      // Every way was tried: the present one is kept and set again, for it is the box that must change.
      this.#refused.clear();
    }
    this.pushAgain("not obeyed");
  }
}
