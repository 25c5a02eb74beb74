/**
 * Keeps one box connected for ever: opens a link, logs in, asks what there is to know, watches for silence, and after every end tries
 * again with growing, jittered waits. At most one connection at a time; a refused PIN stops it until the PIN changes.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ChargerProblem } from "../../../shared/charger.ts";
import { ChargerError } from "../charger.ts";
import { BackOff } from "./back-off.ts";
import type { ToCharger } from "./codec.ts";
import { Conversation, type EndReason } from "./conversation.ts";
import type { Frame } from "./frame.ts";
import { learn, syncClock } from "./introduction.ts";
import type { FromCharger } from "./messages.ts";
import { FACTORY_PIN, problemOfEnd, problemOfLink } from "./problems.ts";
import { LinkError, type BoxLink, type BoxTransport } from "./transport.ts";
import { WireTap } from "./wire-tap.ts";

const CLOCK_CHECK_MS = 3_600_000;
const RSSI_MS = 60_000;
/** A connection that stood this long makes the next attempts quick again. */
const STEADY_MS = 60_000;
/** A box may stay mute after connecting: so many quick fresh connections before the usual waits. */
const MUTE_RETRIES = 3;
const QUICK_MS = 1_000;
const EXPECTED_DROP_MS = 20_000;
const POLL_MS = 250;
/** A reconnect with scan, login and questions may take this long. */
const RECONNECT_MS = 60_000;

export interface ClientEvents {
  /** Logged in; readings follow. */
  onAuthenticated(): void;
  onMessage(message: FromCharger, frame: Frame): void;
  onDown(): void;
  onProblem(problem: ChargerProblem | undefined): void;
  onRssi(dBm: number): void;
  onCounters(counters: LinkCounters): void;
}

export interface LinkCounters {
  readonly connections: number;
  readonly discarded: number;
}

export interface ClientOptions {
  readonly transport: BoxTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly pin: string;
  /** No PIN was configured: the factory's is tried, with a lasting warning. */
  readonly pinIsDefault: boolean;
  readonly zone: string;
  readonly rssi: boolean;
}

export class BesenClient {
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  readonly #tap: WireTap;
  readonly #backOff: BackOff;
  readonly #closing = new AbortController();
  #pin: string;
  #pinIsDefault: boolean;
  #pinRefused = false;
  #pinChanged = Promise.withResolvers<void>();
  #conversation: Conversation | undefined;
  #loop: Promise<void> | undefined;
  #timers: Unsubscribe[] = [];
  #expectDropUntil = 0;
  #mutes = 0;
  #connections = 0;
  #discarded = 0;
  #stopRssi: Unsubscribe = () => undefined;

  constructor(options: ClientOptions, events: ClientEvents) {
    this.#options = options;
    this.#events = events;
    this.#tap = new WireTap(options.clock, options.log);
    this.#backOff = new BackOff(options.random);
    this.#pin = options.pin;
    this.#pinIsDefault = options.pinIsDefault;
  }

  get authenticated(): boolean {
    return this.#conversation?.authenticated === true;
  }
  get wireLog(): () => ReturnType<WireTap["frames"]> {
    return () => this.#tap.frames();
  }
  get pin(): string {
    return this.#pin;
  }
  /** Stopped after a refusal; `usePin` goes on. */
  get pinRefused(): boolean {
    return this.#pinRefused;
  }

  start(): void {
    this.#stopRssi = this.#options.transport.onRssi?.((dBm) => this.#events.onRssi(dBm)) ?? this.#stopRssi;
    this.#loop ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopRssi();
    this.#conversation?.finish("closed_by_us", "The bridge lets go");
    await this.#loop;
    await this.#options.transport.close();
  }

  /** The PIN changed on the box or in the configuration: used from the next login on; ends a wait after a refusal. */
  usePin(pin: string): void {
    this.#pin = pin;
    this.#pinRefused = false;
    this.#pinIsDefault = pin === FACTORY_PIN && this.#pinIsDefault;
    this.#pinChanged.resolve();
    this.#pinChanged = Promise.withResolvers<void>();
    this.#backOff.reset();
    this.#expectDrop();
    this.#conversation?.finish("closed_by_us", "Logging in with the new PIN");
  }

  /** The box is about to drop the connection by itself (it does after a rename): reconnect at once, no fault. */
  expectDrop(): void {
    this.#expectDrop();
  }

  /** Ends the connection; the loop opens the next one at once. */
  reconnect(why: string): void {
    this.#expectDrop();
    this.#conversation?.finish("closed_by_us", why);
  }

  #expectDrop(): void {
    this.#expectDropUntil = this.#options.clock.monotonicMs() + EXPECTED_DROP_MS;
  }

  /** @throws ChargerError */
  async request(
    message: ToCharger,
    options: { signal: AbortSignal; timeoutMs?: number; retries?: number; accept?: (answer: FromCharger) => boolean },
  ): Promise<FromCharger> {
    return await this.#talk().request(message, options);
  }

  /** Waits for something that the box tells after a reconnect. @throws the signal's reason, or ChargerError `timeout` */
  async untilTold(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let waited = 0; !condition(); waited += POLL_MS) {
      if (waited > RECONNECT_MS) throw new ChargerError("timeout", "The box has not come back");
      await clock.sleep(POLL_MS, AbortSignal.any([signal, this.#closing.signal]));
    }
  }

  /** @throws ChargerError */
  async send(message: ToCharger): Promise<void> {
    await this.#talk().send(message);
  }

  /** Any frame, for experts. @throws ChargerError */
  async raw(command: number, payload: Uint8Array, signal: AbortSignal): Promise<FromCharger> {
    const talk = this.#talk();
    return await talk.exchange(command, () => talk.sendRaw(command, payload), { signal });
  }

  #talk(): Conversation {
    if (this.#conversation?.authenticated !== true) throw new ChargerError("offline", "The box is not connected");
    return this.#conversation;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    for (;;) {
      const pin = this.#pin;
      const { reason, detail } = await this.#connectOnce();
      if (this.#closing.signal.aborted) return;
      log.info({ reason, detail }, "besen link down");
      if (reason === "pin_rejected") await this.#waitForPin(pin);
      else await this.#pauseAfter(reason);
      if (this.#closing.signal.aborted) return;
    }
  }

  /** One life of a connection, from scan to end. Never throws. */
  async #connectOnce(): Promise<{ readonly reason: EndReason | "no_link"; readonly detail: string }> {
    const { transport, clock, log } = this.#options;
    const ended = Promise.withResolvers<{ reason: EndReason; detail: string }>();
    let steady: Unsubscribe = () => undefined;
    const talk = new Conversation(
      { clock, log, pin: this.#pin, knownSerial: undefined, tap: this.#tap },
      {
        onAuthenticated: () => {
          steady();
          steady = clock.after(STEADY_MS, () => this.#backOff.reset());
          this.#mutes = 0;
          this.#onAuthenticated(talk);
        },
        onMessage: (message, frame) => this.#events.onMessage(message, frame),
        onDiscard: (why) => this.#onDiscard(why),
        onEnd: (reason, detail) => ended.resolve({ reason, detail }),
      },
    );
    this.#conversation = talk;
    let link: BoxLink | undefined;
    try {
      link = await transport.open(
        { onBytes: (chunk) => talk.feed(chunk), onClosed: (why) => talk.finish("dropped", why) },
        this.#closing.signal,
      );
      this.#connections++;
      this.#tellCounters();
      if (!talk.ended) talk.begin(link);
      const end = await ended.promise;
      this.#onEnded(end.reason, end.detail);
      return end;
    } catch (error) {
      talk.finish("closed_by_us", "Not opened");
      if (!this.#closing.signal.aborted) this.#onNoLink(error);
      return { reason: "no_link", detail: error instanceof Error ? error.message : String(error) };
    } finally {
      steady();
      this.#stopTimers();
      // The box has one slot: it is free again before the next attempt.
      await link?.close();
      this.#events.onDown();
    }
  }

  #onAuthenticated(talk: Conversation): void {
    const { clock, log, zone, rssi } = this.#options;
    this.#events.onProblem(this.#pinIsDefault ? problemOfEnd("factory_pin") : undefined);
    this.#events.onAuthenticated();
    this.#stopTimers();
    learn(talk, { clock, zone, log }).catch((error: unknown) =>
      log.debug({ err: error }, "besen introduction broken off"),
    );
    this.#timers.push(
      clock.every(
        CLOCK_CHECK_MS,
        () => syncClock(talk, { clock, zone, log }),
        (error) => log.debug({ err: error }, "besen clock not checked"),
      ),
    );
    const read = talk.link.rssi;
    if (rssi && read !== undefined)
      this.#timers.push(
        clock.every(
          RSSI_MS,
          async () => this.#events.onRssi(await read(clock.deadline(RSSI_MS / 2, this.#closing.signal))),
          (error) => log.debug({ err: error }, "besen signal strength not read"),
        ),
      );
  }

  #onDiscard(why: string): void {
    this.#discarded++;
    this.#options.log.debug({ why }, "besen bytes discarded");
    this.#tellCounters();
  }

  #tellCounters(): void {
    this.#events.onCounters({ connections: this.#connections, discarded: this.#discarded });
  }

  #onEnded(reason: EndReason, detail: string): void {
    const expected = this.#options.clock.monotonicMs() < this.#expectDropUntil || reason === "closed_by_us";
    if (reason === "mute") this.#mutes++;
    if (expected) return;
    this.#options.log.debug({ reason, detail }, "besen conversation ended");
    if (reason === "pin_rejected" || reason === "mute" || reason === "login_timeout")
      this.#events.onProblem(problemOfEnd(reason));
  }

  #onNoLink(error: unknown): void {
    const code = error instanceof LinkError ? error.code : "connect";
    const text = error instanceof Error ? error.message : String(error);
    this.#events.onProblem(problemOfLink(code, text));
  }

  async #waitForPin(refused: string): Promise<void> {
    // Changed while the refusal was on its way.
    if (refused !== this.#pin) return;
    this.#pinRefused = true;
    const closing = Promise.withResolvers<void>();
    const onAbort = (): void => closing.resolve();
    this.#closing.signal.addEventListener("abort", onAbort, { once: true });
    await Promise.race([this.#pinChanged.promise, closing.promise]);
    this.#closing.signal.removeEventListener("abort", onAbort);
  }

  async #pauseAfter(reason: EndReason | "no_link"): Promise<void> {
    const { clock } = this.#options;
    const expected = clock.monotonicMs() < this.#expectDropUntil;
    if (expected) this.#expectDropUntil = 0;
    const quick = expected || (reason === "mute" && this.#mutes <= MUTE_RETRIES);
    const ms = quick ? QUICK_MS : this.#backOff.nextMs();
    try {
      await clock.sleep(ms, this.#closing.signal);
    } catch {
      // Closing: the loop sees it.
    }
  }

  #stopTimers(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
  }
}
