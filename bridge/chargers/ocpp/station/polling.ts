/** Asks for readings that do not come by themselves. */
import type { TriggerTopic } from "../wire/dialect.ts";
import type { Outlet } from "../facts/outlet.ts";
import { trigger } from "../setup/setup.ts";
import type { StationDriver } from "./station-driver.ts";

const IDLE_MS = 15 * 60_000;
const IDLE_REFUSALS = 3;
const SLOW_MS = 3_000;
const LONGEST_MS = 60_000;

interface PollState {
  atMs: number;
  idleAtMs: number;
  refusals: number;
  intervalMs: number;
  /** 2.x: ask for the event next, since the values brought nothing. */
  event: boolean;
  running: boolean;
}

export class Polling {
  readonly #driver: StationDriver;
  readonly #states = new Map<Outlet, PollState>();

  constructor(driver: StationDriver) {
    this.#driver = driver;
  }

  /** Every 2 s. */
  tick(): void {
    for (const outlet of this.#driver.parts.keys()) this.#check(outlet);
  }

  #check(outlet: Outlet): void {
    const driver = this.#driver;
    const { clock } = driver.context;
    const now = clock.monotonicMs();
    const state = this.#states.get(outlet) ?? {
      atMs: now,
      idleAtMs: now,
      refusals: 0,
      intervalMs: 0,
      event: false,
      running: false,
    };
    this.#states.set(outlet, state);
    if (state.running) return;
    const usualMs = Math.max(driver.options.meterIntervalS, driver.model.deviations.meterIntervalS ?? 0) * 1000;
    if (outlet.liveTx === undefined) {
      state.intervalMs = usualMs;
      const idle =
        now - state.idleAtMs >= IDLE_MS &&
        state.refusals < IDLE_REFUSALS &&
        driver.model.deviations.pollInTxOnly !== true;
      if (!idle) return;
      state.idleAtMs = now;
      void this.#poll(outlet, state, "MeterValues", true);
      return;
    }
    const ageMs = clock.nowMs() - (outlet.meter.flowAtMs ?? 0);
    const intervalMs = Math.max(usualMs, state.intervalMs);
    const late = driver.model.deviations.alwaysPoll === true ? ageMs >= intervalMs : ageMs > intervalMs + 5_000;
    if (!late || now - state.atMs < intervalMs) return;
    state.atMs = now;
    const topic: TriggerTopic = state.event && driver.commands?.version !== "1.6" ? "TransactionEvent" : "MeterValues";
    state.event = !state.event;
    void this.#poll(outlet, state, topic, false);
  }

  async #poll(outlet: Outlet, state: PollState, topic: TriggerTopic, idle: boolean): Promise<void> {
    const driver = this.#driver;
    const { clock } = driver.context;
    const commands = driver.commands;
    if (commands === undefined || driver.refusedTriggers.has(topic)) return;
    state.running = true;
    const startedMs = clock.monotonicMs();
    try {
      const taken = await trigger(driver.setupPort(commands, clock.deadline(60_000)), topic, outlet);
      if (idle) state.refusals = taken ? 0 : state.refusals + 1;
    } catch (error) {
      driver.log.debug({ err: error, topic }, "reading not asked for");
    } finally {
      state.running = false;
    }
    const tookMs = clock.monotonicMs() - startedMs;
    const usualMs = driver.options.meterIntervalS * 1000;
    state.intervalMs = tookMs > SLOW_MS ? Math.min(LONGEST_MS, Math.max(usualMs, state.intervalMs) * 2) : usualMs;
  }
}
