/** What is looked after every two seconds, whether the box speaks or not. */
import type { Outlet } from "../facts/outlet.ts";
import { Polling } from "./polling.ts";
import type { OutletParts } from "./outlet-parts.ts";
import type { StationDriver } from "./station-driver.ts";

const HISTORY_SHOWN_MS = 5_000;
const SKEW_PROBLEM_MS = 60_000;
/** A box with a refused tag has this long to stop by itself, ms. */
const REFUSED_MS = 5_000;
const REFUSED_AGAIN_MS = 60_000;
/** Flow readings of a session count for three intervals, and never less than this, ms. */
const STALE_MS = 60_000;

export class Watch {
  readonly #driver: StationDriver;
  readonly #polling: Polling;
  /** Since when the oldest session of an offline time is shown. */
  readonly #shownSinceMs = new Map<Outlet, number>();

  constructor(driver: StationDriver) {
    this.#driver = driver;
    this.#polling = new Polling(driver);
  }

  tick(): void {
    const driver = this.#driver;
    const now = driver.context.clock.monotonicMs();
    driver.rebooting.tick(now);
    this.#checkClock();
    for (const parts of driver.parts.values()) this.#look(parts, now);
    if (driver.ready) this.#polling.tick();
    driver.changedAll();
  }

  #look({ outlet, limits, lastResort }: OutletParts, now: number): void {
    const driver = this.#driver;
    const { clock } = driver.context;
    if (outlet.liveTx !== undefined)
      outlet.meter.expire(clock.nowMs(), Math.max(STALE_MS, 3000 * driver.options.meterIntervalS));
    this.#showHistory(outlet, now);
    if (!driver.ready) return;
    limits.tick();
    this.#stopRefused(outlet, now);
    const powerW = outlet.meter.total("Power.Active.Import");
    if (!lastResort.due({ paused: limits.desiredA === 0, plugged: outlet.plugged === true, powerW })) return;
    lastResort.done();
    driver.log.warn({ powerW }, "pause defied, rebooting the wallbox");
    driver
      .reboot("hard", clock.deadline(60_000))
      .catch((error: unknown) => driver.log.warn({ err: error }, "reboot refused"));
  }

  /** A session whose tag was refused and that charges on is ended from here. */
  #stopRefused(outlet: Outlet, now: number): void {
    const driver = this.#driver;
    const { model } = driver;
    const tx = outlet.liveTx;
    if (tx?.refusedAtMs === undefined || now - tx.refusedAtMs < REFUSED_MS) return;
    const { status } = outlet.status(model.family, model.stationStatus, model.expecting);
    const request = driver.commands?.stop(tx.id);
    if (status !== "charging" || request === undefined) return;
    tx.refusedAtMs = now + REFUSED_AGAIN_MS;
    driver
      .ask(request, { priority: 1 })
      .catch((error: unknown) => driver.log.warn({ err: error }, "session with a refused tag not stopped"));
  }

  #checkClock(): void {
    const driver = this.#driver;
    const skew = driver.model.skew.ms;
    const off = skew !== undefined && Math.abs(skew) > SKEW_PROBLEM_MS;
    for (const { outlet, problem } of driver.parts.values())
      if (off && problem === undefined)
        driver.problem(outlet, {
          code: "clock_skew",
          text: `The wallbox's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "behind" : "ahead"}.`,
          remedy: "Let it set its time from this server or from NTP.",
        });
      else if (!off && problem?.code === "clock_skew") driver.problem(outlet, undefined);
  }

  /** Sessions of an offline time are shown one after the other, long enough to be written down. */
  #showHistory(outlet: Outlet, now: number): void {
    if (outlet.history.length === 0) return;
    const sinceMs = this.#shownSinceMs.get(outlet) ?? now;
    this.#shownSinceMs.set(outlet, sinceMs);
    if (now - sinceMs < HISTORY_SHOWN_MS) return;
    const shown = outlet.history.shift();
    if (outlet.liveTx === undefined && shown !== undefined) outlet.last = shown;
    if (outlet.history.length > 0) this.#shownSinceMs.set(outlet, now);
    else this.#shownSinceMs.delete(outlet);
  }
}
