/** Asks a box what it offers: the composite schedule, else the offered current that it measures. */
import { ChargerError } from "../../charger.ts";
import { limitAt, readComposite } from "./composite.ts";
import type { LimitPort } from "./limit-port.ts";
import { fromWire } from "./profile.ts";

export interface Told {
  /** Offered now, A per phase. */
  readonly nowA: number | undefined;
  /** A minute after a lease that began now would have ended, A per phase; undefined when it was not asked or not told. */
  readonly afterLeaseA: number | undefined;
}

const NOTHING: Told = { nowA: undefined, afterLeaseA: undefined };
/** How far beyond the lease is asked, s. */
const BEYOND_S = 180;
const AFTER_S = 60;
const SHORT_S = 60;

export class LimitCheck {
  readonly #port: LimitPort;
  #known: boolean | undefined;

  constructor(port: LimitPort) {
    this.#port = port;
  }

  /** Whether the box has composite schedules; undefined until it has answered. */
  get hasComposite(): boolean | undefined {
    return this.#known;
  }

  forget(): void {
    this.#known = undefined;
  }

  /** `sinceMs`: readings told before do not count, epoch ms. */
  async ask(leased: boolean, sinceMs: number): Promise<Told> {
    const port = this.#port;
    const commands = port.commands();
    const traits = port.traits();
    if (commands !== undefined && this.#known !== false) {
      try {
        const durationS = leased ? traits.leaseS + BEYOND_S : SHORT_S;
        const composite = readComposite(
          await port.ask(commands.compositeSchedule(port.ref(), durationS, traits.unit), 4),
        );
        if (composite !== undefined) {
          this.#known = true;
          const toA = (limit: number | undefined): number | undefined =>
            limit === undefined ? undefined : fromWire(limit, composite.unit ?? traits.unit, port.electric());
          return {
            nowA: toA(limitAt(composite, 0)),
            afterLeaseA: leased ? toA(limitAt(composite, traits.leaseS + AFTER_S)) : undefined,
          };
        }
      } catch (error) {
        if (!(error instanceof ChargerError)) throw error;
        if (error.code === "unsupported") this.#known = false;
        if (error.code === "offline" || error.code === "timeout") return NOTHING;
      }
    }
    return { nowA: port.offeredSince(sinceMs), afterLeaseA: undefined };
  }
}
