/** Wishes on their way: shown at once, confirmed by Home Assistant, taken back when the wallbox refuses or stays silent. */
import { fields, type Hass, type HassEntity, text } from "./hass.ts";
import type { Timers } from "./timers.ts";

export interface Wish {
  readonly entity: string;
  /** As the entity's state will show it. */
  readonly target: string;
  /** What stood there before. */
  readonly from: string | undefined;
  /** `sensor.<charger>_command` when there is one. */
  readonly command: string | undefined;
  /** Id of the command known when the wish was made. */
  readonly commandBefore: unknown;
  readonly timeoutMs: number;
}

export interface Refusal extends Wish {
  readonly kind: "rejected" | "timeout";
  readonly detail: string | undefined;
}

/** The element that shows them. */
interface Owner {
  readonly timers: Timers;
  requestUpdate(): void;
  refused(refusal: Refusal): void;
}

/** A button's wish; buttons have no value that could be compared. */
export const PRESSED = "pressed";
/** How long a refusal stays on the card. */
export const REFUSAL_MS = 20_000;
/** A helper that holds the wish while no command shows up is taken as done after this time. */
const QUIET_MS = 4000;

export class Wishes {
  readonly #open = new Map<string | undefined, Wish>();
  /** By command entity. */
  readonly #refusals = new Map<string | undefined, Refusal>();
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Target of an open wish. */
  target(entity: string | undefined): string | undefined {
    return this.#open.get(entity)?.target;
  }

  refusal(command: string | undefined): Refusal | undefined {
    return this.#refusals.get(command);
  }

  /** Sends and shows; a second wish for the same entity replaces the first. */
  make(wish: Wish, send: Promise<unknown>): void {
    this.#refusals.delete(wish.command);
    this.#open.set(wish.entity, wish);
    this.#owner.timers.set(`wish:${wish.entity}`, wish.timeoutMs, () => this.#fail(wish, "timeout"));
    this.#owner.requestUpdate();
    send.then(
      () => {
        // Without a command sensor nobody will say more than "sent".
        if (!wish.command && wish.target === PRESSED) this.#close(wish);
      },
      (error: unknown) => this.#fail(wish, "rejected", fields(error)["message"]),
    );
  }

  /** Compares every open wish with what Home Assistant shows now. */
  settle(states: Hass["states"]): void {
    const { timers } = this.#owner;
    for (const wish of this.#open.values()) {
      const { entity, target, from } = wish;
      const command = states[wish.command ?? ""];
      const answer = commandId(command) === wish.commandBefore ? undefined : command?.state;
      const now = states[entity]?.state ?? from;
      const holds = now === target || Number(now) === Number(target);
      const quiet = `quiet:${entity}`;
      if (answer === "rejected" || answer === "timeout") this.#fail(wish, answer, command?.attributes["detail"]);
      // The helper holds the wish; whether the wallbox takes it is told by `command`.
      else if (answer === "accepted" && (holds || target === PRESSED)) this.#close(wish);
      else if (target === PRESSED) continue;
      else if (!holds) {
        if (now !== from) this.#close(wish); // somebody else has changed it meanwhile
      } else if (!wish.command) this.#close(wish);
      else if (answer) timers.clear(quiet);
      else if (!timers.has(quiet)) timers.set(quiet, QUIET_MS, () => this.#close(wish));
    }
  }

  /** The element leaves the page: nothing is shown any more, so nothing is awaited. */
  drop(): void {
    this.#open.clear();
    this.#refusals.clear();
  }

  /** False when another wish has taken its place. */
  #close(wish: Wish): boolean {
    const { timers } = this.#owner;
    if (this.#open.get(wish.entity) !== wish) return false;
    for (const name of ["wish", "quiet"]) timers.clear(`${name}:${wish.entity}`);
    this.#owner.requestUpdate();
    return this.#open.delete(wish.entity);
  }

  #fail(wish: Wish, kind: Refusal["kind"], detail?: unknown): void {
    if (!this.#close(wish)) return;
    const refusal = { ...wish, kind, detail: text(detail) };
    this.#refusals.set(wish.command, refusal);
    this.#owner.timers.set(`refusal:${String(wish.command)}`, REFUSAL_MS, () => {
      this.#refusals.delete(wish.command);
      this.#owner.requestUpdate();
    });
    this.#owner.refused(refusal);
  }
}

export function commandId(command: HassEntity | undefined): unknown {
  return command?.attributes["command_id"];
}
