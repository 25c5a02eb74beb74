/**
 * Believes nothing: whether a box offers what it has accepted, whether it falls to its fail-safe, whether the car draws more than it may.
 * What it sees is state here; what must follow from it is told to the controller.
 */
import type { FailSafe } from "../../../../shared/charger.ts";
import { ExpiryProbe } from "./expiry-probe.ts";
import type { Rung } from "./ladder.ts";
import { LimitCheck } from "./limit-check.ts";
import type { LimitInstaller } from "./limit-installer.ts";
import { superseded } from "./limit-passes.ts";
import type { LimitPort } from "./limit-port.ts";
import { OverCurrent } from "./over-current.ts";

const TOLERANCE_A = 0.5;
const EVERY_MS = 60_000;
/** Nothing was told about it yet. */
const SOON_MS = 10_000;
/** A fresh verification is tried again after these times before it counts as failed, ms. */
const AGAIN_MS: readonly number[] = [8_000, 20_000];

export interface Verified {
  /** Accepted by the box and not in doubt, A per phase. */
  sent(): number | undefined;
  rung(): Rung | undefined;
  /** Nothing is on its way and nothing waits to be tried again. */
  atRest(): boolean;
  /** The way does not work as it should; the next one. */
  leave(why: string): void;
  /** The box does not obey. */
  defied(wantedA: number, detail: string): void;
  /** Sets everything in full. */
  renew(why: string): void;
}

export class LimitVerification {
  readonly #port: LimitPort;
  readonly #installer: LimitInstaller;
  readonly #of: Verified;
  readonly #check: LimitCheck;
  readonly #over: OverCurrent;
  readonly #probe: ExpiryProbe;
  #probing: AbortController | undefined;
  #atMs: number | undefined;
  #try = 0;
  #running = false;
  #baseAgain = false;
  /** Since when the value is in force, epoch ms: a renewal does not change it. */
  #sinceMs = 0;
  offeredA: number | undefined;
  verified: boolean | undefined;
  failSafe: FailSafe = "unproven";

  constructor(port: LimitPort, installer: LimitInstaller, of: Verified) {
    this.#port = port;
    this.#installer = installer;
    this.#of = of;
    this.#check = new LimitCheck(port);
    this.#over = new OverCurrent(port);
    this.#probe = new ExpiryProbe(port);
  }

  /** A short lease of 0 A stands while nobody is there: nothing is renewed meanwhile. */
  get probing(): boolean {
    return this.#probing !== undefined;
  }

  /** The box is new to us. */
  forget(remembered: FailSafe | undefined): void {
    this.#check.forget();
    this.#baseAgain = false;
    this.offeredA = undefined;
    this.verified = undefined;
    this.failSafe = remembered ?? "unproven";
  }

  linkLost(): void {
    this.interrupt();
    this.#atMs = undefined;
    this.#over.forget();
    this.offeredA = undefined;
    this.verified = undefined;
  }

  /** Something newer is to be set. */
  interrupt(): void {
    this.#probing?.abort(superseded);
  }

  /** The box has taken a limit. */
  accepted(rung: Rung, wantedA: number, changed: { readonly value: boolean; readonly way: boolean }): void {
    const now = this.#port.clock.monotonicMs();
    if (changed.value) {
      this.#sinceMs = this.#port.clock.nowMs();
      this.offeredA = wantedA;
      this.verified = undefined;
      this.#try = 0;
      this.#atMs = now;
      this.#over.forget();
    }
    if (rung.layers === 1) this.failSafe = "single_level";
    else if (changed.way || this.failSafe !== "proven") this.failSafe = "unproven";
    this.offeredA ??= wantedA;
    this.#atMs ??= now + SOON_MS;
  }

  /** Every 2 s. */
  tick(): void {
    const now = this.#port.clock.monotonicMs();
    if (this.#atMs !== undefined && now >= this.#atMs && !this.#running && this.#of.atRest()) {
      this.#atMs = undefined;
      void this.#verify().catch((error: unknown) => this.#port.log.warn({ err: error }, "limit check failed"));
    }
    const wantedA = this.#of.sent();
    const drawnA = this.#over.defiance(wantedA, this.#sinceMs);
    if (wantedA !== undefined && drawnA !== undefined) {
      this.verified = false;
      this.#of.defied(wantedA, `The car draws ${drawnA.toFixed(1)} A while ${wantedA} A are allowed.`);
    }
    this.#probeExpiry();
  }

  async #verify(): Promise<void> {
    const wantedA = this.#of.sent();
    if (wantedA === undefined || this.probing) return;
    this.#running = true;
    try {
      const { nowA, afterLeaseA } = await this.#check.ask(this.#of.rung()?.layers === 2, this.#sinceMs);
      if (this.#of.sent() !== wantedA) return;
      this.#prove(wantedA, afterLeaseA);
      if (nowA === undefined) this.#untold();
      else if (nowA <= wantedA + TOLERANCE_A) this.#confirmed(wantedA, nowA);
      else this.#unconfirmed(wantedA, nowA);
      this.#port.changed();
    } finally {
      this.#running = false;
    }
  }

  #confirmed(wantedA: number, toldA: number): void {
    this.offeredA = Math.abs(toldA - wantedA) <= TOLERANCE_A ? wantedA : toldA;
    this.verified = true;
    if (this.#standingBinds(toldA, wantedA)) {
      if (this.#tryAgainSoon()) return;
      this.#port.log.info({ toldA, limitA: wantedA }, "the standing limit binds above the leased one");
      this.#of.leave("the standing limit binds");
      return;
    }
    this.#try = 0;
    this.#port.obeyed();
    this.#atMs = this.#port.clock.monotonicMs() + EVERY_MS;
  }

  /** The box offers the lower of both levels, or holds the lease to be over. */
  #standingBinds(toldA: number, wantedA: number): boolean {
    const { base } = this.#installer;
    const two = this.#of.rung()?.layers === 2;
    return two && base !== undefined && toldA < wantedA - TOLERANCE_A && Math.abs(toldA - base) <= TOLERANCE_A;
  }

  #unconfirmed(wantedA: number, toldA: number): void {
    this.offeredA = toldA;
    this.verified = false;
    if (this.#tryAgainSoon()) return;
    this.#atMs = this.#port.clock.monotonicMs() + EVERY_MS;
    // Without a session a box need not count the default for transactions: no reason to leave a good way.
    if (this.#port.transactionId() !== undefined)
      this.#of.defied(wantedA, `The wallbox offers ${toldA.toFixed(1)} A in place of ${wantedA} A.`);
  }

  /** A duration may be counted from the session's begin: where the box does not show otherwise, that way is not kept. */
  #untold(): void {
    const counted = this.#of.rung()?.lease === "duration" && this.#port.transactionId() !== undefined;
    if (!counted) {
      this.#atMs = this.#port.clock.monotonicMs() + SOON_MS;
      return;
    }
    if (this.#tryAgainSoon()) return;
    this.#port.log.info("a lease by duration cannot be proven on this box");
    this.#of.leave("lease not proven");
  }

  /** A few tries, the next one planned; false = they are used up. */
  #tryAgainSoon(): boolean {
    const again = AGAIN_MS[this.#try++];
    if (again === undefined) this.#try = 0;
    else this.#atMs = this.#port.clock.monotonicMs() + again;
    return again !== undefined;
  }

  /** The composite schedule shows the fail-safe after the lease: the box will fall back by itself. */
  #prove(wantedA: number, afterLeaseA: number | undefined): void {
    const { base } = this.#installer;
    if (base === undefined || afterLeaseA === undefined || Math.abs(base - wantedA) <= TOLERANCE_A) return;
    const falls = Math.abs(afterLeaseA - base) <= TOLERANCE_A;
    if (falls || this.#baseAgain) {
      this.#proof(falls ? "proven" : "unproven");
      return;
    }
    // It may have been forgotten with the last session: set once more with the next renewal.
    this.#baseAgain = true;
    this.#installer.base = undefined;
  }

  #proof(proof: FailSafe): void {
    if (proof === this.failSafe) return;
    this.failSafe = proof;
    this.#port.remember(this.#of.rung()?.name, proof);
    this.#port.log.info({ failSafe: proof }, "fail-safe checked");
    this.#port.changed();
  }

  /** What a composite schedule does not show, an expiry does: once, while nobody is there. */
  #probeExpiry(): void {
    const rung = this.#of.rung();
    const { base } = this.#installer;
    const open = rung?.layers === 2 && base !== undefined && base > 0 && this.failSafe === "unproven";
    const free = this.#of.atRest() && this.#of.sent() !== undefined && this.#check.hasComposite !== true;
    if (!this.#probe.due(open && free && !this.probing) || rung === undefined || base === undefined) return;
    const probing = new AbortController();
    this.#probing = probing;
    void (async () => {
      try {
        const proof = await this.#probe.run(this.#installer, rung, base, probing.signal);
        if (proof === "proven") this.#proof(proof);
        else this.#port.log.debug({ proof }, "expiry not seen");
      } catch (error) {
        this.#port.log.debug({ err: error }, "expiry not tried to its end");
      } finally {
        this.#probing = undefined;
        // What was told meanwhile says nothing of the limit that comes back now.
        this.#sinceMs = this.#port.clock.nowMs();
        this.#of.renew("expiry tried");
      }
    })();
  }
}
