/** What a simulated box has to say: some of it only if there is a link, the rest kept until it was told. */
import type { Log } from "../../log.ts";
import type { JsonObject } from "../../ocpp/station.ts";
import type { Wire } from "./wire.ts";

export interface Message {
  readonly action: string;
  /** Made when it is sent: a queued stop needs the id that the start was given. */
  readonly payload: () => JsonObject;
  readonly done?: (result: JsonObject) => void;
}

export class Outbox {
  readonly #wire: Wire;
  readonly #log: Log;
  #queue: Message[] = [];
  #sending = false;
  /** The server has taken us in on this link. */
  registered = false;

  constructor(wire: Wire, log: Log) {
    this.#wire = wire;
    this.#log = log;
  }

  /** Told if there is a link, else lost. */
  live(action: string, payload: JsonObject): void {
    if (!this.registered) return;
    this.#wire
      .call(action, payload)
      .catch((error: unknown) => this.#log.debug({ err: error, action }, "message not answered"));
  }

  /** Kept until it was told, in order. */
  post(message: Message): void {
    this.#queue.push(message);
    void this.flush();
  }

  async flush(): Promise<void> {
    if (this.#sending || !this.registered) return;
    this.#sending = true;
    try {
      for (;;) {
        const next = this.#queue[0];
        if (next === undefined || !this.registered) break;
        try {
          const result = await this.#wire.call(next.action, next.payload());
          next.done?.(result);
        } catch (error) {
          if (!this.#wire.open) break;
          this.#log.debug({ err: error, action: next.action }, "message refused");
        }
        this.#queue.shift();
      }
    } finally {
      this.#sending = false;
    }
  }
}
