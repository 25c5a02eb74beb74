/**
 * Makes the box obey the standing order, through what it knows: start, stop, and a stored current. 0 A is a stop with the bridge's
 * session going on. `reconcile` compares order and box after each status, since the order outlives plug-ins, buttons and reconnects. Longer than most files: every step shares the one picture
 * of order, running charge and rest, and must be read together.
 */
import type { Log } from "../../log.ts";
import type { Pace } from "../../../shared/site.ts";
import { MIN_CURRENT_A } from "../../../shared/units.ts";
import { ChargerError, type DriverStore, type LimitOrder } from "../charger.ts";
import { readStatus, setCurrent, startCharge, stopCharge, waitForState, type StartOrder } from "./charge-commands.ts";
import { Lane } from "./lane.ts";
import { carConnected, CHARGING, COMPLETED, measuredA, READY } from "./picture.ts";
import { UnitKind } from "./unit-kind.ts";
import type { WallboxPort } from "./wallbox-port.ts";

/** After a change of current the box may look idle or finished this long. */
const INTERRUPTION_MS = 60_000;
const STOP_SHOWS_MS = 5_000;
/** A start shows in the state by then. */
const START_SHOWS_MS = 10_000;
/** What `reconcile` tried is not tried again sooner. */
const RETRY_MS = 30_000;
const DEFAULT_MIN_OFF_S = 300;
const OPERATION_MS = 30_000;
/** The end of the process does not wait long for a box. */
const LEAVE_MS = 6_000;

export class Governor {
  readonly #port: WallboxPort;
  readonly #log: Log;
  readonly #minOffMs: number;
  readonly #lane = new Lane();
  #order: LimitOrder | undefined;
  #wantedA: number | undefined;
  /** In force in the running charge, as confirmed. */
  #runningA: number | undefined;
  #phases: 1 | 3 | undefined;
  #restBeforeMs: number | undefined;
  #cancelRest: () => void = () => undefined;
  #changedAtMs: number | undefined;
  readonly #kind: UnitKind;
  #startedAtMs: number | undefined;
  #stoppedAtMs: number | undefined;
  #acting = false;
  /** A person's start at less than the order: holds until the next order. */
  #capA: number | undefined;
  #triedAtMs: number | undefined;
  #reconciling = false;
  #closed = false;

  constructor(port: WallboxPort, store: DriverStore, log: Log, minOffS: number | undefined) {
    this.#port = port;
    this.#kind = new UnitKind(store, port.clock);
    this.#log = log;
    this.#minOffMs = (minOffS ?? DEFAULT_MIN_OFF_S) * 1000;
  }

  get port(): WallboxPort {
    return this.#port;
  }
  get pace(): Pace {
    return this.#kind.pace;
  }
  get wantedA(): number | undefined {
    return this.#wantedA;
  }
  get restBeforeMs(): number | undefined {
    return this.#restBeforeMs;
  }

  /** A per phase that the box has confirmed. */
  get offeredA(): number | undefined {
    const { told, visit } = this.#port;
    if (told.status?.currentState === CHARGING) return this.#runningA ?? told.session?.maxAmps ?? told.storedA;
    if (visit.paused) return 0;
    return told.storedA;
  }

  /** What an earlier day has shown of this model and version counts. */
  recall(): void {
    this.#kind.recall(this.#port.told);
  }

  /** @throws ChargerError */
  async limit(order: LimitOrder, signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new ChargerError("offline", "The bridge has let go of this box");
    const limitA = this.#admissible(order.limitA);
    this.#order = { limitA, hold: order.hold };
    this.#capA = undefined;
    this.#wantedA = limitA;
    this.#port.changed();
    if (this.#port.told.status === undefined) throw new ChargerError("offline", "The box is not connected");
    await this.#lane.replace(() => this.#obey(this.#bounded(signal)), signal);
  }

  /** Whole amperes the box knows, rounded down; 0 below the smallest. */
  #admissible(limitA: number): number {
    const whole = Math.floor(Math.min(limitA, this.#port.ceilingA) + 1e-6);
    return Number.isFinite(whole) && whole >= MIN_CURRENT_A ? whole : 0;
  }

  #bounded(signal: AbortSignal): AbortSignal {
    return this.#port.clock.deadline(OPERATION_MS, signal);
  }

  /** After each status: acts where order and box differ, at a pace that hammers nothing. Never throws. */
  async reconcile(): Promise<void> {
    const { clock } = this.#port;
    this.#judge();
    if (this.#reconciling || this.#closed || !this.#differs()) return;
    if (this.#triedAtMs !== undefined && clock.monotonicMs() - this.#triedAtMs < RETRY_MS) return;
    this.#reconciling = true;
    this.#triedAtMs = clock.monotonicMs();
    try {
      await this.#lane.run(() => this.#obey(clock.deadline(OPERATION_MS)), clock.deadline(2 * OPERATION_MS));
    } catch (error) {
      if (!this.#closed) this.#log.debug({ err: error }, "besen box does not follow the order yet");
    } finally {
      this.#reconciling = false;
    }
  }

  /** What the box is to do now, A; undefined: nobody has said yet. */
  #targetA(): number | undefined {
    const limitA = this.#order?.limitA;
    return limitA === undefined ? undefined : Math.min(limitA, this.#capA ?? limitA);
  }

  #differs(): boolean {
    const { told, visit } = this.#port;
    const state = told.status?.currentState;
    const limitA = this.#targetA();
    if (limitA === undefined || state === undefined) return false;
    if (limitA === 0) return state === CHARGING;
    if (state === CHARGING) return !this.#pausedByChange() && told.storedA !== limitA;
    return this.#mayStart(state) || (told.storedA !== undefined && told.storedA !== limitA && !visit.paused);
  }

  /** Between our change of current and its effect the box may look idle. */
  #pausedByChange(): boolean {
    return this.#changedAtMs !== undefined && this.#port.clock.monotonicMs() - this.#changedAtMs < INTERRUPTION_MS;
  }

  /** A start or stop is on its way, or a stop has just been answered: the states told meanwhile say nothing of their own. */
  get busy(): boolean {
    const stopped = this.#stoppedAtMs;
    return this.#acting || (stopped !== undefined && this.#port.clock.monotonicMs() - stopped < STOP_SHOWS_MS);
  }

  /** The box may look idle or finished just now because of what we did, not because the charge is over. */
  get unsettled(): boolean {
    const started = this.#startedAtMs;
    return (
      this.busy ||
      this.#pausedByChange() ||
      (started !== undefined && this.#port.clock.monotonicMs() - started < START_SHOWS_MS)
    );
  }

  #mayStart(state: number): boolean {
    const { visit, clock, told } = this.#port;
    if (visit.over || told.status === undefined || carConnected(told.status) !== true) return false;
    if (this.#restBeforeMs !== undefined && clock.nowMs() < this.#restBeforeMs) return false;
    if (state === READY) return !this.#pausedByChange();
    return COMPLETED.includes(state) && visit.paused;
  }

  /** One step from what is to what is ordered. @throws ChargerError */
  async #obey(signal: AbortSignal): Promise<void> {
    const { told } = this.#port;
    const limitA = this.#targetA();
    const state = told.status?.currentState;
    if (limitA === undefined) return;
    if (state === undefined) throw new ChargerError("offline", "The box is not connected");
    if (limitA === 0) {
      this.#endRest();
      if (state === CHARGING) await this.#pause(signal);
      return;
    }
    if (state === CHARGING) await this.#change(limitA, signal);
    else if (this.#mayStart(state)) await this.#start({ amps: limitA, phases: this.#startPhases() }, signal);
    // Whatever starts the box next (button, card, plug-in) is to begin with the ordered current.
    else if (told.storedA !== limitA) await this.#storeCurrent(limitA, signal);
  }

  async #stopBox(signal: AbortSignal): Promise<void> {
    this.#acting = true;
    try {
      await stopCharge(this.#port, signal);
      this.#stoppedAtMs = this.#port.clock.monotonicMs();
    } finally {
      this.#acting = false;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#stopBox(signal);
    this.#runningA = undefined;
    this.#port.visit.pause();
    this.#port.changed();
  }

  async #storeCurrent(limitA: number, signal: AbortSignal): Promise<void> {
    await setCurrent(this.#port, limitA, signal);
    this.#port.told.storedA = limitA;
    this.#port.changed();
  }

  async #change(limitA: number, signal: AbortSignal): Promise<void> {
    const { told, clock } = this.#port;
    const fromA = this.offeredA;
    if (this.#kind.pace.applies === "next_start") {
      await this.#changeAtNextStart(limitA, fromA, signal);
      return;
    }
    if (told.storedA === limitA && fromA === limitA) return;
    const measured = told.status === undefined ? 0 : measuredA(told.status);
    await this.#storeCurrent(limitA, signal);
    this.#runningA = limitA;
    this.#changedAtMs = clock.monotonicMs();
    this.#kind.changed(fromA, limitA, measured);
    this.#port.changed();
  }

  /** The unit stores the current at once and uses it from the next start on: a decrease is a stop now and a start later. */
  async #changeAtNextStart(limitA: number, runningA: number | undefined, signal: AbortSignal): Promise<void> {
    const { told, clock } = this.#port;
    this.#runningA = runningA;
    if (told.storedA !== limitA) await this.#storeCurrent(limitA, signal);
    if (runningA !== undefined && runningA <= limitA) return;
    await this.#pause(signal);
    this.#rest(clock.nowMs() + this.#minOffMs);
  }

  #rest(untilMs: number): void {
    const { clock } = this.#port;
    this.#cancelRest();
    this.#restBeforeMs = untilMs;
    this.#cancelRest = clock.after(Math.max(0, untilMs - clock.nowMs()), () => {
      this.#restBeforeMs = undefined;
      this.#triedAtMs = undefined;
      this.#port.changed();
      void this.reconcile();
    });
    this.#port.changed();
  }

  #endRest(): void {
    this.#cancelRest();
    this.#restBeforeMs = undefined;
  }

  /** Looks whether the last change of current has shown what kind of unit this is. */
  #judge(): void {
    const proof = this.#kind.judge(this.#port.told, this.#pausedByChange());
    if (proof === undefined) return;
    this.#log.info({ model: this.#port.told.info?.model }, "besen box applies a current at the next start only");
    this.#runningA = proof.runningA;
    this.#changedAtMs = undefined;
    this.#triedAtMs = undefined;
    // The stored current is right already; the running charge is not.
    void this.#enforceDecrease();
  }

  async #enforceDecrease(): Promise<void> {
    const { clock } = this.#port;
    try {
      await this.#lane.run(
        async () => {
          const limitA = this.#targetA() ?? 0;
          if (limitA > 0 && this.#port.told.status?.currentState === CHARGING)
            await this.#changeAtNextStart(limitA, this.#runningA, clock.deadline(OPERATION_MS));
        },
        clock.deadline(2 * OPERATION_MS),
      );
    } catch (error) {
      this.#log.warn({ err: error }, "besen box could not be brought down to its new current");
    }
  }

  #startPhases(): 1 | 3 {
    return this.#phases ?? this.#port.phases ?? 1;
  }

  async #start(order: StartOrder, signal: AbortSignal): Promise<void> {
    const { told, visit, clock } = this.#port;
    this.#triedAtMs = clock.monotonicMs();
    this.#acting = true;
    let chargeId: string;
    try {
      chargeId = await startCharge(this.#port, order, signal);
    } finally {
      this.#acting = false;
    }
    this.#startedAtMs = clock.monotonicMs();
    told.storedA = order.amps;
    this.#endRest();
    if (order.atMs !== undefined && order.atMs > clock.nowMs()) {
      this.#port.changed();
      return;
    }
    this.#runningA = order.amps;
    visit.begin(clock.nowMs(), this.#port.registerWh(), chargeId);
    this.#port.changed();
  }

  /** A person's start, with the person's own limits. @throws ChargerError */
  async start(
    signal: AbortSignal,
    wishes: {
      readonly maxA?: number | undefined;
      readonly maxMinutes?: number | undefined;
      readonly maxKwh?: number | undefined;
      readonly atMs?: number | undefined;
    } = {},
  ): Promise<void> {
    await this.#lane.run(async () => {
      const { told, visit, clock } = this.#port;
      visit.reopen();
      const ordered = this.#order?.limitA;
      if (ordered === 0 && wishes.atMs === undefined) {
        // Nothing to give at the moment: the session begins paused, and the next order that gives current starts it.
        visit.begin(clock.nowMs(), this.#port.registerWh());
        visit.pause();
        this.#port.changed();
        return;
      }
      if (told.storedA === undefined)
        await this.#port.request({ kind: "output_amps", action: "get" }, { signal, retries: 1 });
      const wish = wishes.maxA ?? ordered ?? told.storedA;
      if (wish === undefined) throw new ChargerError("protocol", "The box does not tell its current");
      const amps = this.#admissible(Math.min(wish, ordered === undefined || ordered === 0 ? wish : ordered));
      if (amps === 0) throw new ChargerError("rejected", "A charge needs at least 6 A");
      if (told.status?.currentState === CHARGING) return;
      this.#capA = ordered !== undefined && amps < ordered ? amps : undefined;
      await this.#start({ ...wishes, amps, phases: this.#startPhases() }, this.#bounded(signal));
    }, signal);
  }

  /** Ends the session, or cancels a reservation. @throws ChargerError */
  async stop(signal: AbortSignal): Promise<void> {
    await this.#lane.run(async () => {
      const { visit, clock } = this.#port;
      await this.#stopBox(this.#bounded(signal));
      this.#runningA = undefined;
      this.#endRest();
      this.#capA = undefined;
      visit.end(clock.nowMs(), this.#port.registerWh(), "app");
      this.#port.changed();
    }, signal);
  }

  /** Phases of the next start; a running charge is stopped and started again. @throws ChargerError */
  async usePhases(count: 1 | 3, signal: AbortSignal): Promise<void> {
    if (this.#port.phases !== 3 && count === 3) throw new ChargerError("unsupported", "This box has one phase");
    await this.#lane.run(async () => {
      const { told, clock } = this.#port;
      const before = this.#startPhases();
      this.#phases = count;
      if (before === count || told.status?.currentState !== CHARGING) return;
      const amps = this.offeredA ?? told.storedA;
      await this.#pause(signal);
      await waitForState(this.#port, (state) => state !== CHARGING, signal);
      if (amps !== undefined && amps >= MIN_CURRENT_A)
        await this.#start({ amps, phases: count }, clock.deadline(OPERATION_MS, signal));
    }, signal);
  }

  /** Before the bridge lets go: down to the fail-safe current, never up. Never throws, bounded. */
  async leave(failSafeA: number): Promise<void> {
    const { told, clock } = this.#port;
    this.#cancelRest();
    const signal = clock.deadline(LEAVE_MS);
    const order = this.#order;
    try {
      const runningA = told.status?.currentState === CHARGING ? this.offeredA : undefined;
      // Never touched by us, or paused, or low enough: as it is.
      if (order === undefined || order.limitA === 0 || runningA === undefined || runningA <= failSafeA) return;
      await this.#lane.run(async () => {
        if (failSafeA < MIN_CURRENT_A) await this.#pause(signal);
        else if (this.#kind.pace.applies === "now") await setCurrent(this.#port, failSafeA, signal);
        else {
          await this.#pause(signal);
          await readStatus(this.#port, signal);
          await this.#start({ amps: failSafeA, phases: this.#startPhases() }, signal);
        }
      }, signal);
    } catch (error) {
      this.#log.warn({ err: error }, "besen box not brought to its fail-safe current");
    }
  }

  /** No timer and no further try. */
  halt(): void {
    this.#closed = true;
    this.#endRest();
  }

  /** A state of the box that began elsewhere (button, app): what we believed of the running charge no longer counts. */
  chargeBeganElsewhere(): void {
    this.#runningA = undefined;
    this.#triedAtMs = undefined;
  }
}
