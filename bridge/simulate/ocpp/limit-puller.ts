/** OCPP 2.1: a simulated box asks for the limits of its dynamic profiles by itself. */
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ProfileStack } from "./profiles.ts";
import type { Wire } from "./wire.ts";

export class LimitPuller {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #wire: Wire;
  readonly #profiles: ProfileStack;
  /** When each was last asked for, monotonic ms. */
  readonly #askedAtMs = new Map<number, number>();

  constructor(clock: Clock, log: Log, wire: Wire, profiles: ProfileStack) {
    this.#clock = clock;
    this.#log = log;
    this.#wire = wire;
    this.#profiles = profiles;
  }

  /** Every second. `tell` is told what came of it. */
  step(tell: (event: string) => void): void {
    const now = this.#clock.monotonicMs();
    for (const { id, updateEveryS } of this.#profiles.all) {
      if (updateEveryS === undefined || updateEveryS <= 0) continue;
      const last = this.#askedAtMs.get(id);
      if (last !== undefined && now - last < updateEveryS * 1000) continue;
      this.#askedAtMs.set(id, now);
      // It has just been told.
      if (last !== undefined) this.#ask(id, tell);
    }
  }

  #ask(id: number, tell: (event: string) => void): void {
    this.#wire
      .call("PullDynamicScheduleUpdate", { chargingProfileId: id })
      .then((result) => {
        const update = result["scheduleUpdate"];
        const limit =
          typeof update === "object" && update !== null && !Array.isArray(update) ? update["limit"] : undefined;
        const told = result["status"] === "Accepted" && typeof limit === "number" ? limit : undefined;
        if (told !== undefined) this.#profiles.move(id, told);
        tell(`asked for its limit: ${told ?? "none"}`);
      })
      .catch((error: unknown) => this.#log.debug({ err: error }, "limit not told"));
  }
}
