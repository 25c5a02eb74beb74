/**
 * Answers already given, so that a message repeated word for word is answered again and not applied twice. Heartbeat and
 * BootNotification stay out: their answer carries the time, and a box that counts its ids from 1 repeats them after each start.
 */

const MAX_IDS = 64;
const MAX_AGE_MS = 5 * 60_000;
const NEVER_REPLAYED: ReadonlySet<string> = new Set(["Heartbeat", "BootNotification"]);
/** Retried by the station after a lost connection (OCPP-J 1.6 4.1, OCPP 2.0.1 E04): these survive into the next one. */
const KEPT_ACROSS_CONNECTIONS: ReadonlySet<string> = new Set([
  "StartTransaction",
  "StopTransaction",
  "TransactionEvent",
]);

/** Tells whether two frames, by their numbers in the frame log, are the same text. */
export type SameText = (arrival: number, earlier: number) => boolean;

/** One place of the ring, written over again and again: a thousand busy stations leave nothing behind to be collected. */
interface Entry {
  id: string;
  arrival: number;
  action: string;
  answer: string;
  atMs: number;
}

export class ReplayCache {
  readonly #same: SameText;
  readonly #entries = new Map<string, Entry>();
  /** In the order of the answers. */
  readonly #ring: Entry[] = [];
  #next = 0;

  constructor(same: SameText) {
    this.#same = same;
  }

  /** The answer given to the same text under the same id, or undefined. Same id with other text is a new message. */
  find(id: string, arrival: number, monotonicMs: number): string | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || monotonicMs - entry.atMs > MAX_AGE_MS) return undefined;
    return this.#same(arrival, entry.arrival) ? entry.answer : undefined;
  }

  remember(id: string, arrival: number, action: string, answer: string, monotonicMs: number): void {
    if (NEVER_REPLAYED.has(action)) return;
    const entry = this.#ring[this.#next];
    if (entry === undefined) {
      const first = { id, arrival, action, answer, atMs: monotonicMs };
      this.#ring.push(first);
      this.#entries.set(id, first);
    } else {
      // An id that came again since has moved to a newer place.
      if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
      entry.id = id;
      entry.arrival = arrival;
      entry.action = action;
      entry.answer = answer;
      entry.atMs = monotonicMs;
      this.#entries.set(id, entry);
    }
    this.#next = (this.#next + 1) % MAX_IDS;
  }

  /** What the next connection of the same station starts with. */
  heir(): ReplayCache {
    const heir = new ReplayCache(this.#same);
    for (const [id, entry] of this.#entries)
      if (KEPT_ACROSS_CONNECTIONS.has(entry.action))
        heir.remember(id, entry.arrival, entry.action, entry.answer, entry.atMs);
    return heir;
  }
}
