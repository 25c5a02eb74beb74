/** Wishes on their way: shown at once, confirmed by Home Assistant, taken back when the wallbox refuses or stays silent. */
import type { HassEntity } from "./hass.ts";
import type { Timers } from "./timers.ts";

export type Value = string | number | boolean;

export interface Wish {
  readonly entity: string;
  readonly target: Value;
  /** What stood there before. */
  readonly from: string;
  readonly atMs: number;
  /** `sensor.<charger>_command` when there is one. */
  readonly command: string | undefined;
  /** Id of the command known when the wish was made. */
  readonly commandBefore: string | undefined;
  readonly timeoutMs: number;
}

export interface Refusal {
  readonly entity: string;
  readonly command: string | undefined;
  readonly target: Value;
  readonly kind: "rejected" | "timeout";
  readonly detail: string | undefined;
}

type States = Readonly<Record<string, HassEntity | undefined>>;

/** A button's wish; buttons have no value that could be compared. */
export const PRESSED = "pressed";
/** How long a refusal stays on the card. */
export const REFUSAL_MS = 20_000;
/** A helper that holds the wish while no command shows up is taken as done after this time. */
const QUIET_MS = 4000;

export class Wishes {
  readonly #open = new Map<string, Wish>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #timers: Timers;
  readonly #changed: () => void;
  readonly #refused: (refusal: Refusal) => void;

  constructor(timers: Timers, changed: () => void, refused: (refusal: Refusal) => void) {
    this.#timers = timers;
    this.#changed = changed;
    this.#refused = refused;
  }

  has(entity: string | undefined): boolean {
    return entity !== undefined && this.#open.has(entity);
  }

  /** Target of an open wish. */
  target(entity: string | undefined): Value | undefined {
    return entity === undefined ? undefined : this.#open.get(entity)?.target;
  }

  refusal(command: string | undefined): Refusal | undefined {
    return this.#refusals.get(command ?? "");
  }

  /** Sends and shows; a second wish for the same entity replaces the first. */
  make(wish: Wish, send: () => Promise<unknown>): void {
    this.#refusals.delete(wish.command ?? "");
    this.#open.set(wish.entity, wish);
    this.#timers.set(`wish:${wish.entity}`, wish.timeoutMs, () => this.#fail(wish, "timeout", undefined));
    this.#changed();
    send().then(
      () => {
        // Without a command sensor nobody will say more than "sent".
        if (wish.command === undefined && wish.target === PRESSED) this.#close(wish);
      },
      (error: unknown) => this.#fail(wish, "rejected", error instanceof Error ? error.message : messageOf(error)),
    );
  }

  /** Compares every open wish with what Home Assistant shows now. */
  settle(states: States): void {
    for (const wish of [...this.#open.values()]) {
      const command = wish.command === undefined ? undefined : states[wish.command];
      const id = commandId(command);
      const fresh = id !== wish.commandBefore;
      if (fresh && (command?.state === "rejected" || command?.state === "timeout")) {
        const detail = command.attributes["detail"];
        this.#fail(wish, command.state, typeof detail === "string" ? detail : undefined);
        continue;
      }
      if (wish.target === PRESSED) {
        if (fresh && command?.state === "accepted") this.#close(wish);
        continue;
      }
      const now = states[wish.entity]?.state;
      if (now === undefined) continue;
      if (same(now, wish.target)) {
        const quiet = `quiet:${wish.entity}`;
        const answered = wish.command === undefined || (fresh && command?.state === "accepted");
        // The helper holds the wish; whether the wallbox takes it is told by `command`.
        if (answered || !this.#timers.has(`wish:${wish.entity}`)) this.#close(wish);
        else if (fresh) this.#timers.clear(quiet);
        else if (!this.#timers.has(quiet)) this.#timers.set(quiet, QUIET_MS, () => this.#close(wish));
      } else if (now !== wish.from) this.#close(wish); // somebody else has changed it meanwhile
    }
  }

  /** The element leaves the page: nothing is shown any more, so nothing is awaited. */
  drop(): void {
    this.#open.clear();
    this.#refusals.clear();
  }

  #close(wish: Wish): void {
    if (this.#open.get(wish.entity) !== wish) return;
    this.#open.delete(wish.entity);
    this.#timers.clear(`wish:${wish.entity}`);
    this.#timers.clear(`quiet:${wish.entity}`);
    this.#changed();
  }

  #fail(wish: Wish, kind: "rejected" | "timeout", detail: string | undefined): void {
    if (this.#open.get(wish.entity) !== wish) return;
    this.#close(wish);
    const refusal = { entity: wish.entity, command: wish.command, target: wish.target, kind, detail };
    const key = wish.command ?? "";
    this.#refusals.set(key, refusal);
    this.#timers.set(`refusal:${key}`, REFUSAL_MS, () => {
      this.#refusals.delete(key);
      this.#changed();
    });
    this.#refused(refusal);
    this.#changed();
  }
}

export function commandId(command: HassEntity | undefined): string | undefined {
  const id = command?.attributes["command_id"];
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function same(state: string, target: Value): boolean {
  if (typeof target === "number") return Number(state) === target;
  if (typeof target === "boolean") return state === (target ? "on" : "off");
  return state === target;
}

function messageOf(error: unknown): string | undefined {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string" ? message : undefined;
}
