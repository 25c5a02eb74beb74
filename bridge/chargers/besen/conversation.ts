/**
 * One connection's talk with the box: reassembly, login, heartbeat, acknowledgements, requests and their answers, silence. It ends
 * with a reason and is never used again; `client.ts` starts the next one.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { ChargerError } from "../charger.ts";
import { FrameAssembler, PARTIAL_TIMEOUT_MS, type Assembled } from "./assembler.ts";
import { decodeFromCharger, encodeToCharger, type ToCharger } from "./codec.ts";
import { payloadIsSecret, responseOf, TO_CHARGER } from "./commands.ts";
import { encodeFrame, type Frame } from "./frame.ts";
import type { FromCharger, LoginInfo } from "./messages.ts";
import { abortReason, LinkError, type BoxLink } from "./transport.ts";
import type { WireTap } from "./wire-tap.ts";

/** No valid frame for this long: the connection is dead whatever the stack says, ms. */
export const STALE_MS = 35_000;
const STALE_CHECK_MS = 5_000;
const SILENT_AFTER_OPEN_MS = 10_000;
const LOGIN_MS = 45_000;
const LOGIN_REPEAT_MS = 5_000;
const WRITE_MS = 10_000;
export const ANSWER_MS = 5_000;

export type EndReason =
  | "closed_by_us"
  /** The link ended under us. */
  | "dropped"
  /** Nothing came within 10 s of subscribing. */
  | "mute"
  | "login_timeout"
  | "stale"
  | "pin_rejected"
  | "write_failed";

export interface ConversationEvents {
  /** Login answered and confirmed; also after a re-login on the same connection. */
  onAuthenticated(): void;
  onMessage(message: FromCharger, frame: Frame): void;
  onDiscard(reason: string): void;
  onEnd(reason: EndReason, detail: string): void;
}

export interface ConversationOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly pin: string;
  readonly knownSerial: string | undefined;
  readonly tap: WireTap;
}

interface Waiter {
  readonly accept: (message: FromCharger, frame: Frame) => boolean;
  readonly resolve: (message: FromCharger) => void;
}

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #events: ConversationEvents;
  readonly #assembler: FrameAssembler;
  readonly #startedAt: number;
  readonly #cleanups: Unsubscribe[] = [];
  readonly #waiters = new Map<number, Waiter>();
  readonly #lanes = new Map<number, Promise<unknown>>();
  /** Ends every wait of this conversation. */
  readonly #end = new AbortController();
  #link: BoxLink | undefined;
  #cancelPartial: Unsubscribe = () => undefined;
  #lastFrameAt: number;
  #heard = false;
  #loginSentAt: number | undefined;
  #authenticated = false;
  #sends: Promise<unknown> = Promise.resolve();

  constructor(options: ConversationOptions, events: ConversationEvents) {
    this.#options = options;
    this.#events = events;
    this.#assembler = new FrameAssembler({ knownSerial: options.knownSerial });
    this.#startedAt = options.clock.monotonicMs();
    this.#lastFrameAt = this.#startedAt;
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }
  get serial(): string | undefined {
    return this.#assembler.serial;
  }
  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  /** The link is open and subscribed: the charger speaks first. */
  begin(link: BoxLink): void {
    this.#link = link;
    const { clock } = this.#options;
    const check = (): void => {
      this.#cleanups.push(
        clock.after(STALE_CHECK_MS, () => {
          if (this.ended) return;
          this.#checkLife();
          if (!this.ended) check();
        }),
      );
      if (this.#cleanups.length > 1) this.#cleanups.shift();
    };
    check();
  }

  #checkLife(): void {
    const now = this.#options.clock.monotonicMs();
    if (!this.#heard && now - this.#startedAt >= SILENT_AFTER_OPEN_MS)
      this.finish("mute", "The box is connected but says nothing");
    else if (!this.#authenticated && now - this.#startedAt >= LOGIN_MS)
      this.finish("login_timeout", "The box does not answer the login");
    else if (now - this.#lastFrameAt >= STALE_MS) this.finish("stale", `Nothing heard for ${STALE_MS / 1000} s`);
  }

  /** Bytes of the link. */
  feed(chunk: Uint8Array): void {
    if (this.ended) return;
    this.#take(this.#assembler.feed(chunk));
  }

  #take({ frames, discards }: Assembled): void {
    for (const reason of discards) this.#events.onDiscard(reason);
    for (const frame of frames) if (!this.ended) this.#onFrame(frame);
    this.#cancelPartial();
    if (this.#assembler.pendingBytes > 0 && !this.ended)
      this.#cancelPartial = this.#options.clock.after(PARTIAL_TIMEOUT_MS, () =>
        this.#take(this.#assembler.expirePartial()),
      );
  }

  #onFrame(frame: Frame): void {
    const { clock, tap } = this.#options;
    this.#lastFrameAt = clock.monotonicMs();
    this.#heard = true;
    tap.note("in", encodeFrame({ ...frame, pin: frame.pin ?? "charger" }), payloadIsSecret(frame.command));
    const message = decodeFromCharger(frame);
    switch (message.kind) {
      case "login_beacon":
        this.#authenticated = false;
        this.#askForLogin();
        break;
      case "login_response":
        if (this.#loginSentAt === undefined || this.#authenticated) return;
        this.#confirmLogin(message);
        break;
      case "password_error":
        // Counts only as the answer to our own login.
        if (this.#loginSentAt !== undefined && !this.#authenticated)
          this.finish("pin_rejected", "The box refuses the PIN");
        return;
      case "heartbeat":
        this.#post({ kind: "heartbeat_reply" });
        break;
      case "status":
        if (frame.command === 4) this.#post({ kind: "status_ack" });
        break;
      case "session":
        if (frame.command === 5) this.#post({ kind: "session_ack" });
        break;
      default:
    }
    const waiter = this.#waiters.get(frame.command);
    if (waiter?.accept(message, frame) === true) waiter.resolve(message);
    this.#events.onMessage(message, frame);
  }

  #askForLogin(): void {
    const now = this.#options.clock.monotonicMs();
    if (this.#loginSentAt !== undefined && now - this.#loginSentAt < LOGIN_REPEAT_MS) return;
    this.#loginSentAt = now;
    this.#post({ kind: "login_request" });
  }

  #confirmLogin(_info: LoginInfo): void {
    void this.send({ kind: "login_confirm" }).then(
      () => {
        if (this.ended) return;
        this.#authenticated = true;
        this.#loginSentAt = undefined;
        this.#events.onAuthenticated();
      },
      () => this.finish("write_failed", "The login could not be confirmed"),
    );
  }

  /** Sends without waiting for an answer; a failed write ends the conversation. */
  #post(message: ToCharger): void {
    this.send(message).catch((error: unknown) => {
      if (!this.ended) this.finish("write_failed", error instanceof Error ? error.message : "Writing failed");
    });
  }

  /** Puts one message on the wire, after those sent before. @throws ChargerError */
  send(message: ToCharger): Promise<void> {
    const serial = this.serial;
    if (serial === undefined) return Promise.reject(new ChargerError("offline", "The box has not spoken yet"));
    const frame = encodeToCharger(serial, this.#options.pin, message);
    return this.#write(frame, message.kind === "wifi", payloadIsSecret(TO_CHARGER[message.kind]));
  }

  /** The expert's own frame. @throws ChargerError */
  sendRaw(command: number, payload: Uint8Array): Promise<void> {
    const serial = this.serial;
    if (serial === undefined) return Promise.reject(new ChargerError("offline", "The box has not spoken yet"));
    return this.#write(
      encodeFrame({ command, serial, pin: this.#options.pin, payload }),
      false,
      payloadIsSecret(command),
    );
  }

  #write(frame: Uint8Array, acknowledged: boolean, secret: boolean): Promise<void> {
    const { clock, tap } = this.#options;
    const run = async (): Promise<void> => {
      if (this.#link === undefined || this.ended) throw new ChargerError("offline", "The connection has ended");
      const deadline = new AbortController();
      const cancel = clock.after(WRITE_MS, () =>
        deadline.abort(new ChargerError("timeout", "The radio does not take the frame")),
      );
      try {
        tap.note("out", frame, secret);
        await this.#link.write(frame, acknowledged, AbortSignal.any([deadline.signal, this.#end.signal]));
      } finally {
        cancel();
      }
    };
    const sent = this.#sends.then(run, run);
    this.#sends = sent.catch(() => undefined);
    return sent;
  }

  /**
   * A request and its answer. Requests with the same answer wait for each other; others do not.
   * @throws ChargerError `timeout` after `retries` more tries, `offline` when the connection ends
   */
  request(
    message: ToCharger,
    options: {
      readonly signal: AbortSignal;
      readonly timeoutMs?: number;
      readonly retries?: number;
      readonly accept?: (answer: FromCharger) => boolean;
    },
  ): Promise<FromCharger> {
    const command = TO_CHARGER[message.kind];
    return this.exchange(command, () => this.send(message), options);
  }

  /** As `request`, for any frame. */
  exchange(
    command: number,
    transmit: () => Promise<void>,
    options: {
      readonly signal: AbortSignal;
      readonly timeoutMs?: number;
      readonly retries?: number;
      readonly accept?: (answer: FromCharger) => boolean;
    },
  ): Promise<FromCharger> {
    const answerId = responseOf(command);
    const before = this.#lanes.get(answerId) ?? Promise.resolve();
    const run = async (): Promise<FromCharger> => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await this.#once(answerId, transmit, options);
        } catch (error) {
          const again = error instanceof ChargerError && error.code === "timeout" && attempt < (options.retries ?? 0);
          if (!again) throw error;
        }
      }
    };
    const done = before.then(run, run);
    this.#lanes.set(
      answerId,
      done.catch(() => undefined),
    );
    return done;
  }

  async #once(
    answerId: number,
    transmit: () => Promise<void>,
    options: {
      readonly signal: AbortSignal;
      readonly timeoutMs?: number;
      readonly accept?: (m: FromCharger) => boolean;
    },
  ): Promise<FromCharger> {
    const { clock } = this.#options;
    if (options.signal.aborted) throw abortReason(options.signal);
    if (this.ended || !this.#authenticated) throw new ChargerError("offline", "The box is not connected");
    const answer = Promise.withResolvers<FromCharger>();
    const fail = (error: Error): void => answer.reject(error);
    const onAbort = (): void => fail(abortReason(options.signal));
    const onEnd = (): void => fail(new ChargerError("offline", "The connection to the box ended"));
    const cancel = clock.after(options.timeoutMs ?? ANSWER_MS, () =>
      fail(new ChargerError("timeout", "The box did not answer in time")),
    );
    options.signal.addEventListener("abort", onAbort, { once: true });
    this.#end.signal.addEventListener("abort", onEnd, { once: true });
    this.#waiters.set(answerId, { accept: (m) => options.accept?.(m) ?? true, resolve: answer.resolve });
    try {
      transmit().catch((error: unknown) =>
        fail(
          error instanceof ChargerError
            ? error
            : new ChargerError("offline", "The frame could not be sent", { cause: error }),
        ),
      );
      return await answer.promise;
    } finally {
      cancel();
      options.signal.removeEventListener("abort", onAbort);
      this.#end.signal.removeEventListener("abort", onEnd);
      this.#waiters.delete(answerId);
    }
  }

  get link(): BoxLink {
    if (this.#link === undefined) throw new LinkError("closed", "No connection");
    return this.#link;
  }

  /** Ends once; later calls do nothing. */
  finish(reason: EndReason, detail: string): void {
    if (this.ended) return;
    this.#end.abort(new ChargerError("offline", detail));
    this.#authenticated = false;
    this.#cancelPartial();
    for (const cleanup of this.#cleanups) cleanup();
    this.#events.onEnd(reason, detail);
  }
}
