/**
 * Proves by expiry that a box falls to its standing limit: where it has no composite schedule to read. Only while nothing is plugged in: a
 * short lease of 0 A stands above the fail-safe, and what the box then offers must be the fail-safe.
 */
import type { LimitInstaller } from "./limit-installer.ts";
import type { LimitPort } from "./limit-port.ts";
import type { Rung } from "./ladder.ts";

/** Nobody has been there for so long, ms. */
const IDLE_MS = 60_000;
const LEASE_S = 30;
/** How much later than its end a lease counts as over, ms. */
const MARGIN_MS = 10_000;
/** From asking for readings until they are in, ms. */
const READ_MS = 5_000;
const SAME_A = 0.5;

export type Proof = "proven" | "failed" | "silent";

export class ExpiryProbe {
  readonly #port: LimitPort;
  #idleSinceMs: number | undefined;
  /** Once for each start of the bridge: a box that tells nothing while idle tells nothing tomorrow either. */
  #done = false;

  constructor(port: LimitPort) {
    this.#port = port;
  }

  /** Every 2 s. `wanted`: there is something to prove, and nothing else to do. */
  due(wanted: boolean): boolean {
    const now = this.#port.clock.monotonicMs();
    if (!this.#port.idle()) this.#idleSinceMs = undefined;
    else this.#idleSinceMs ??= now;
    return wanted && !this.#done && this.#idleSinceMs !== undefined && now - this.#idleSinceMs >= IDLE_MS;
  }

  /** About a minute. The caller sets the true limit anew afterwards, whatever comes out. @throws ChargerError */
  async run(installer: LimitInstaller, rung: Rung, baseA: number, signal: AbortSignal): Promise<Proof> {
    const { clock } = this.#port;
    this.#done = true;
    const begunMs = clock.nowMs();
    await installer.lease(rung, 0, LEASE_S, signal);
    const before = await this.#offered(begunMs, signal);
    if (before === undefined || before > SAME_A) return "silent";
    await clock.sleep(LEASE_S * 1000 + MARGIN_MS - (clock.nowMs() - begunMs), signal);
    const after = await this.#offered(clock.nowMs(), signal);
    if (after === undefined) return "silent";
    return Math.abs(after - baseA) <= SAME_A ? "proven" : "failed";
  }

  async #offered(sinceMs: number, signal: AbortSignal): Promise<number | undefined> {
    await this.#port.askReadings(signal);
    await this.#port.clock.sleep(READ_MS, signal);
    return this.#port.offeredSince(sinceMs);
  }
}
