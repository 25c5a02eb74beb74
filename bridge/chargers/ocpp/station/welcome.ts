/** From a fresh link to a station that is set up: the limit comes first, then everything else. */
import { setUp } from "../setup/setup.ts";
import type { StationDriver } from "./station-driver.ts";
import type { Timers } from "./timers.ts";
import { limitTraits } from "../boxes/traits.ts";

/** After a close the box counts as connected for this long: many drop and dial again at once. */
const GRACE_MS = 15_000;
/** A link without a BootNotification is a plain reconnect after this, ms. */
const RECONNECT_MS = 2_000;
const BOOT_TRIGGER_MS = 5_000;
const SETUP_MS = 10_000;
const SETUP_DEBOUNCE_MS = 2_000;

export class Welcome {
  readonly #driver: StationDriver;
  readonly #timers: Timers;
  #ready = false;
  #linkedAtMs: number | undefined;
  #graceUntilMs: number | undefined;
  #setup: AbortController | undefined;
  #bootedAtMs: number | undefined;
  #bootedAgain = false;
  #learntTraits = "";

  constructor(driver: StationDriver, timers: Timers) {
    this.#driver = driver;
    this.#timers = timers;
  }

  /** The link can be used. */
  get ready(): boolean {
    return this.#ready && this.#driver.link !== undefined;
  }

  get online(): boolean {
    if (this.ready) return true;
    return this.#graceUntilMs !== undefined && this.#driver.context.clock.monotonicMs() < this.#graceUntilMs;
  }

  /** When the present link was opened, monotonic ms. */
  get linkedAtMs(): number | undefined {
    return this.#linkedAtMs;
  }

  linked(): void {
    this.#setup?.abort();
    this.#ready = false;
    this.#linkedAtMs = this.#driver.context.clock.monotonicMs();
    this.#timers.set("reconnect", RECONNECT_MS, () => this.settle());
    if (this.#driver.model.deviations.neverTriggerBoot !== true)
      this.#timers.set("boot", BOOT_TRIGGER_MS, () => void this.#triggerBoot());
    this.#timers.set("setup", SETUP_MS, () => void this.#runSetup());
  }

  unlinked(): void {
    this.#ready = false;
    this.#setup?.abort();
    for (const name of ["reconnect", "boot", "setup"]) this.#timers.cancel(name);
    this.#graceUntilMs = this.#driver.context.clock.monotonicMs() + GRACE_MS;
    this.#timers.set("grace", GRACE_MS + 1, () => this.#driver.changedAll());
  }

  /** False when the box only repeats itself. */
  booted(): boolean {
    const now = this.#driver.context.clock.monotonicMs();
    const flood = this.#bootedAtMs !== undefined && now - this.#bootedAtMs < SETUP_DEBOUNCE_MS;
    this.#bootedAtMs = now;
    this.#timers.set("setup", SETUP_DEBOUNCE_MS, () => void this.#runSetup());
    // Such a box is heard once; what it may have forgotten is set again after the last time.
    if (flood) {
      this.#bootedAgain = true;
      return false;
    }
    this.#timers.cancel("boot");
    this.#ready = false;
    // The answer to BootNotification goes out first: a box may ignore calls before it.
    this.#timers.set("reconnect", 0, () => this.settle());
    return true;
  }

  settle(): void {
    const driver = this.#driver;
    this.#timers.cancel("reconnect");
    if (this.#ready || driver.link === undefined) return;
    this.#ready = true;
    this.#graceUntilMs = undefined;
    this.#learntTraits = JSON.stringify(limitTraits(driver.options, driver.model));
    driver.relearnLimits();
    driver.changedAll();
  }

  /** The box's own words may change how limits are told. */
  learnt(): void {
    const driver = this.#driver;
    const traits = JSON.stringify(limitTraits(driver.options, driver.model));
    if (traits === this.#learntTraits) return;
    this.#learntTraits = traits;
    driver.relearnLimits();
  }

  close(): void {
    this.#setup?.abort();
  }

  async #triggerBoot(): Promise<void> {
    const driver = this.#driver;
    const request = driver.commands?.trigger("BootNotification", undefined);
    if (request === undefined || driver.model.deviations.noTriggers?.includes("BootNotification") === true) return;
    try {
      await driver.ask(request, { priority: 4 });
    } catch (error) {
      driver.log.debug({ err: error }, "boot notification not sent on request");
    }
  }

  async #runSetup(): Promise<void> {
    const driver = this.#driver;
    const { commands } = driver;
    this.#timers.cancel("setup");
    if (commands === undefined || driver.link === undefined) return;
    this.settle();
    if (this.#bootedAgain) driver.relearnLimits();
    this.#bootedAgain = false;
    this.#setup?.abort();
    const controller = new AbortController();
    this.#setup = controller;
    try {
      await setUp(driver.setupPort(commands, controller.signal));
      driver.log.info("station set up");
    } catch (error) {
      if (!controller.signal.aborted) driver.log.warn({ err: error }, "setup not finished");
    }
    driver.changedAll();
  }
}
