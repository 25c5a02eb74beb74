/**
 * Proves by expiry that a box falls to its standing limit: where it has no composite schedule to read. Only while nothing is plugged in: a
 * short lease of 0 A stands above the fail-safe, and what the box then offers must be the fail-safe.
 */
import type { LimitInstaller } from "./limit-installer.ts";
import type { LimitPort } from "./limit-port.ts";
import type { Rung } from "./ladder.ts";

/** Nobody has been there for so long, ms. */
const IDLE_MS = 60_000;
const LEASE_S = 60;
/** How much later than its end a lease counts as over, ms. */
const MARGIN_MS = 10_000;
/** What it offers shows within this, or not at all, ms. */
const READ_MS = 20_000;
const ASK_MS = 5_000;
/** A box that tells nothing while idle is asked so often, and not tomorrow either. */
const MOST_TRIES = 3;
const APART_MS = 600_000;
const SAME_A = 0.5;

export type Proof = "proven" | "failed" | "silent";

export class ExpiryProbe {
  readonly #port: LimitPort;
  #idleSinceMs: number | undefined;
  #tries = 0;
  #againAtMs = Number.NEGATIVE_INFINITY;

  constructor(port: LimitPort) {
    this.#port = port;
  }

  /** Every 2 s. `wanted`: there is something to prove, and nothing else to do. */
  due(wanted: boolean): boolean {
    const now = this.#port.clock.monotonicMs();
    if (!this.#port.idle()) this.#idleSinceMs = undefined;
    else this.#idleSinceMs ??= now;
    const open = wanted && this.#tries < MOST_TRIES && now >= this.#againAtMs;
    return open && this.#idleSinceMs !== undefined && now - this.#idleSinceMs >= IDLE_MS;
  }

  /** A minute and a half. The caller sets the true limit anew afterwards, whatever comes out. @throws ChargerError */
  async run(installer: LimitInstaller, rung: Rung, baseA: number, signal: AbortSignal): Promise<Proof> {
    const { clock } = this.#port;
    this.#tries++;
    this.#againAtMs = clock.monotonicMs() + APART_MS;
    const begunMs = clock.nowMs();
    await installer.lease(rung, 0, LEASE_S, signal);
    if ((await this.#sees(0, begunMs, signal)) !== true) return "silent";
    await clock.sleep(LEASE_S * 1000 + MARGIN_MS - (clock.nowMs() - begunMs), signal);
    switch (await this.#sees(baseA, clock.nowMs(), signal)) {
      case true:
        return "proven";
      case false:
        return "failed";
      default:
        return "silent";
    }
  }

  /** Whether the box comes to offer this; undefined = it tells nothing of it. */
  async #sees(expectedA: number, sinceMs: number, signal: AbortSignal): Promise<boolean | undefined> {
    const { clock } = this.#port;
    let told: boolean | undefined;
    for (let waitedMs = 0; waitedMs < READ_MS; waitedMs += ASK_MS) {
      await this.#port.askReadings(signal);
      await clock.sleep(ASK_MS, signal);
      const offeredA = this.#port.offeredSince(sinceMs);
      if (offeredA !== undefined) told = Math.abs(offeredA - expectedA) <= SAME_A;
      if (told === true) break;
    }
    return told;
  }
}
