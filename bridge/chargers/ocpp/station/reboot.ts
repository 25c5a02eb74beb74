/** Reboots the box and waits for it: the persisted wish is the first thing it hears when it is back. */
import { ChargerError } from "../../charger.ts";
import type { StationDriver } from "./station-driver.ts";

/** Back within this, else something is wrong. */
const REBOOT_MS = 180_000;

export class Reboot {
  readonly #driver: StationDriver;
  #sinceMs: number | undefined;

  constructor(driver: StationDriver) {
    this.#driver = driver;
  }

  /** @throws ChargerError */
  async request(kind: "soft" | "hard", signal: AbortSignal): Promise<void> {
    const driver = this.#driver;
    const { commands } = driver;
    if (commands === undefined || !driver.ready) throw new ChargerError("offline", "The wallbox is not connected.");
    try {
      const { status } = await driver.ask(commands.reset(kind), { signal });
      if (status !== "Accepted" && status !== "Scheduled")
        throw new ChargerError(
          "rejected",
          `The wallbox answered Reset with ${typeof status === "string" ? status : "no status"}.`,
        );
    } catch (error) {
      // The socket closing before the answer is an answer too.
      if (!(error instanceof ChargerError) || error.code !== "offline") throw error;
    }
    driver.model.expecting = "reboot";
    this.#sinceMs = driver.context.clock.monotonicMs();
    driver.changedAll();
  }

  /** The box has told that it started. */
  isBack(): void {
    this.#sinceMs = undefined;
  }

  /** Every 2 s. */
  tick(now: number): void {
    if (this.#sinceMs === undefined || now - this.#sinceMs <= REBOOT_MS) return;
    const driver = this.#driver;
    this.#sinceMs = undefined;
    driver.model.expecting = undefined;
    for (const outlet of driver.parts.keys())
      driver.problem(outlet, {
        code: "not_back_after_reset",
        text: "The wallbox has not come back three minutes after its reboot.",
        remedy: "Switch it off and on at its breaker.",
      });
  }
}
