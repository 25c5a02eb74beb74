/**
 * The remote procedure calls of one connection (OCPP-J 1.6 4, OCPP 2.0.1/2.1 Part 4): answers a station's calls strictly in the order
 * they came, and makes ours one at a time. Speaks text only; the socket is someone else's.
 */
import { randomUUID } from "node:crypto";
import { comesFromStation, isSlow, SLOW_CALL_TIMEOUT_MS, UNANSWERED_ACTION } from "./actions.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { StationCounters } from "./counters.ts";
import { OcppError, readCode, spell } from "./errors.ts";
import { callText, errorText, parseFrame, resultText, sendText, type BadFrame, type Frame } from "./frames.ts";
import { OutboundCalls } from "./calls.ts";
import type { ReplayCache } from "./replay.ts";
import { schemaOf } from "./schemas.ts";
import type { CallOptions, InboundMeta, JsonObject, OcppVersion } from "./station.ts";
import { checkOutbound, checkRequest, checkResult } from "./validate.ts";

const MAX_BAD_FRAMES = 20;
const BAD_FRAMES_WINDOW_MS = 60_000;
const PROTOCOL_ERROR = 1002;
const TOO_BIG = 1009;

/** Where frames go. */
export interface Wire {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Three calls in a row ran out of time: is anybody there? */
  probe(): void;
}

export interface RpcOptions {
  readonly version: OcppVersion;
  readonly strict: boolean;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly wire: Wire;
  readonly replay: ReplayCache;
  readonly counters: StationCounters;
  /** Called in arrival order, never overlapping. */
  onCall(action: string, payload: JsonObject, meta: InboundMeta): JsonObject;
  onSend(action: string, payload: JsonObject, meta: InboundMeta): void;
}

export class Rpc {
  readonly #options: RpcOptions;
  readonly #calls: OutboundCalls;
  readonly #badAtMs: number[] = [];

  constructor(options: RpcOptions) {
    this.#options = options;
    this.#calls = new OutboundCalls({
      clock: options.clock,
      log: options.log,
      counters: options.counters,
      transmit: (id, action, payload) => options.wire.send(callText(id, action, payload)),
      probe: () => options.wire.probe(),
    });
  }

  /** One text frame and its number in the frame log. Never throws. */
  receive(text: string, arrival: number): void {
    if (text === "") return; // some vendors send empty frames as a sign of life
    const frame = parseFrame(text, this.#options.version);
    switch (frame.kind) {
      case "bad": {
        this.#onBad(frame, text);
        return;
      }
      case "call":
        this.#calls.hold();
        this.#onCall(frame, text, arrival);
        {
          this.#calls.release();
          return;
        }
      case "send": {
        this.#onSend(frame, text);
        return;
      }
      case "result": {
        this.#onResult(frame, text);
        return;
      }
      case "error": {
        this.#onError(frame);
        return;
      }
      case "result_error":
        this.#options.log.warn(
          { code: frame.word, description: frame.description },
          "station could not use our answer",
        );
    }
  }

  /** @throws OcppError */
  call(action: string, payload: JsonObject, options: CallOptions): Promise<JsonObject> {
    const { version, callTimeoutMs } = this.#options;
    try {
      if (comesFromStation(version, action) && action !== "DataTransfer")
        throw new OcppError("NotSupported", `${action} is a station's message`);
      checkOutbound(version, action, "Request", payload);
    } catch (error) {
      return Promise.reject(
        error instanceof OcppError ? error : new OcppError("InternalError", action, { cause: error }),
      );
    }
    const usual = isSlow(action) ? Math.max(SLOW_CALL_TIMEOUT_MS, callTimeoutMs) : callTimeoutMs;
    return this.#calls.call(action, payload, { ...options, timeoutMs: options.timeoutMs ?? usual });
  }

  /** @throws OcppError when the version knows no SEND or the payload breaks its schema */
  send(action: string, payload: JsonObject): void {
    if (this.#options.version !== "2.1")
      throw new OcppError("NotSupported", `OCPP ${this.#options.version} has no unanswered messages`);
    checkOutbound("2.1", action, "Request", payload);
    this.#options.wire.send(sendText(randomUUID(), action, payload));
  }

  /** The connection is gone; every call that waits fails with `Disconnected`. */
  end(why: string): void {
    this.#calls.end(why);
  }

  #onCall(frame: Frame, text: string, arrival: number): void {
    const { clock, counters, replay, wire } = this.#options;
    const known = replay.find(frame.id, arrival, clock.monotonicMs());
    if (known !== undefined) {
      counters.replayed++;
      wire.send(known);
      return;
    }
    const answer = this.#answer(frame, text);
    replay.remember(frame.id, arrival, frame.word, answer, clock.monotonicMs());
    wire.send(answer);
  }

  #answer(frame: Frame, text: string): string {
    const { clock, counters, log, strict, version } = this.#options;
    const action = frame.word;
    try {
      if (!comesFromStation(version, action)) throw this.#unknown(action);
      const receivedAtMs = clock.nowMs();
      const request = checkRequest(version, action, this.#payload(frame), text, { strict, nowMs: receivedAtMs });
      if (request.violations.length > 0) this.#countViolation(action, request.violations);
      const result = this.#options.onCall(action, request.payload, { receivedAtMs, violations: request.violations });
      checkOutbound(version, action, "Response", result);
      return resultText(frame.idJson, result);
    } catch (error) {
      const known = error instanceof OcppError ? error : new OcppError("InternalError", "", { cause: error });
      if (known.code === "InternalError") log.error({ err: error, action }, "message not handled");
      else
        log.debug(
          { code: known.code, action: action.slice(0, 60), detail: known.message.slice(0, 200) },
          "message refused",
        );
      if (known.code === "NotImplemented") counters.unknownActions++;
      return errorText(4, frame.idJson, spell(known.code, version), describe(known), known.details);
    }
  }

  #onSend(frame: Frame, text: string): void {
    const { clock, log, strict, version } = this.#options;
    try {
      if (frame.word !== UNANSWERED_ACTION) throw new OcppError("NotImplemented", "not an unanswered message");
      const receivedAtMs = clock.nowMs();
      const checked = checkRequest(version, frame.word, this.#payload(frame), text, { strict, nowMs: receivedAtMs });
      if (checked.violations.length > 0) this.#countViolation(frame.word, checked.violations);
      this.#options.onSend(frame.word, checked.payload, { receivedAtMs, violations: checked.violations });
    } catch (error) {
      log.debug({ err: error, action: frame.word.slice(0, 60) }, "unanswered message dropped");
    }
  }

  #onResult(frame: Frame, text: string): void {
    const { strict, version, wire } = this.#options;
    this.#calls.settle(frame.id, (action) => {
      try {
        return checkResult(version, action, frame.payload, text, strict).payload;
      } catch (error) {
        const failure = error instanceof OcppError ? error : new OcppError("InvalidResult", action, { cause: error });
        if (version === "2.1") wire.send(errorText(5, frame.idJson, "FormatViolation", describe(failure), {}));
        throw failure;
      }
    });
  }

  #onError(frame: Frame): void {
    const details = typeof frame.payload === "object" && frame.payload !== null ? (frame.payload as JsonObject) : {};
    this.#calls.settle(frame.id, () => {
      throw new OcppError(readCode(frame.word), frame.description, { details });
    });
  }

  #onBad(frame: BadFrame, text: string): void {
    const { clock, counters, log, version, wire } = this.#options;
    counters.badFrames++;
    log.debug({ why: frame.why, detail: frame.detail.slice(0, 120), length: text.length }, "unreadable frame");
    if (frame.why === "too_deep") {
      wire.close(TOO_BIG, "nested too deep");
      return;
    }
    // Some boxes break the JSON of long answers (Grizzl-E on GetConfiguration): the id tells whose answer it was.
    const broken =
      frame.idJson === undefined && this.#calls.fail(text, new OcppError("InvalidResult", "unreadable answer"));
    if (version !== "1.6" && !broken) {
      const code = frame.why === "message_type" ? "MessageTypeNotSupported" : "RpcFrameworkError";
      wire.send(errorText(4, frame.idJson ?? '"-1"', spell(code, version), frame.detail, {}));
    } else if (frame.why === "no_action" && frame.idJson !== undefined)
      wire.send(errorText(4, frame.idJson, spell("FormatViolation", version), frame.detail, {}));
    if (frame.idJson !== undefined) return;
    const nowMs = clock.monotonicMs();
    this.#badAtMs.push(nowMs);
    if (this.#badAtMs.length < MAX_BAD_FRAMES) return;
    if (nowMs - (this.#badAtMs.shift() ?? 0) < BAD_FRAMES_WINDOW_MS)
      wire.close(PROTOCOL_ERROR, "too many unreadable frames");
  }

  /** A message whose schema asks for nothing may leave its payload out. */
  #payload(frame: Frame): unknown {
    if (frame.payload !== undefined) return frame.payload;
    const { version } = this.#options;
    const required = schemaOf(version, frame.word, "Request")?.required ?? [];
    if (required.length === 0) return {};
    throw new OcppError(version === "1.6" ? "FormatViolation" : "RpcFrameworkError", `${frame.word} without payload`);
  }

  #unknown(action: string): OcppError {
    return schemaOf(this.#options.version, action, "Request") === undefined
      ? new OcppError("NotImplemented", `${action.slice(0, 60)} is no message of OCPP ${this.#options.version}`)
      : new OcppError("NotSupported", `${action} is not for a station to send`);
  }

  #countViolation(action: string, violations: readonly string[]): void {
    const { counters, log } = this.#options;
    const count = (counters.violations.get(action) ?? 0) + 1;
    counters.violations.set(action, count);
    if (count === 1) log.info({ action, violations }, "station's messages need repair");
  }
}

function describe(error: OcppError): string {
  return error.message.startsWith(`${error.code}: `) ? error.message.slice(error.code.length + 2) : "";
}
