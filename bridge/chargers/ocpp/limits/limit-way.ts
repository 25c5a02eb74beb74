/** The way on which limits reach this box: where on the ladder it stands, what it has refused, what is left to try. */
import { ladderOf, type Rung, type RungName } from "./ladder.ts";
import type { LimitPort } from "./limit-port.ts";

const LEASED: readonly RungName[] = ["dynamic", "two_layers", "two_layers_duration"];

export class LimitWay {
  readonly #port: LimitPort;
  #name: RungName | undefined;
  readonly #refused = new Set<RungName>();
  /** On this link; not tried again with every retry. */
  #dynamicFailed = false;

  constructor(port: LimitPort) {
    this.#port = port;
  }

  /** The rung that the box has taken last; undefined = none yet. */
  get name(): RungName | undefined {
    return this.#name;
  }

  get rung(): Rung | undefined {
    return ladderOf(this.#port.traits()).find((rung) => rung.name === this.#name);
  }

  /** A leased way was tried and left on this link. */
  get leftLease(): boolean {
    return LEASED.some((name) => this.#refused.has(name));
  }

  /** A new link: from what is remembered of boxes of this kind. */
  begin(remembered: RungName | undefined): void {
    this.#refused.clear();
    this.#dynamicFailed = false;
    this.#name = remembered;
  }

  /** Everything that was refused may be tried again. */
  retry(): void {
    this.#refused.clear();
  }

  /** From the one that worked last downwards, without those refused. */
  candidates(): readonly Rung[] {
    const ladder = ladderOf(this.#port.traits());
    const start = ladder.findIndex(({ name }) => name === this.#name);
    // Known only once the box has told of itself, which is after the first limit: hence tried on top of what is remembered.
    const above = ({ name }: Rung): boolean => name === "dynamic" && !this.#dynamicFailed;
    return ladder.filter((rung, index) => (index >= start || above(rung)) && this.#usable(rung));
  }

  /** The present way does not do. Answers whether there is another below it. */
  leave(): boolean {
    this.refuse(this.#name);
    const ladder = ladderOf(this.#port.traits());
    const present = ladder.findIndex(({ name }) => name === this.#name);
    return ladder.some((rung, index) => index > present && this.#usable(rung));
  }

  refuse(name: RungName | undefined): void {
    if (name !== undefined) this.#refused.add(name);
    if (name === "dynamic") this.#dynamicFailed = true;
  }

  /** The box has taken a limit this way. Answers whether it is another than before. */
  took({ name }: Rung): boolean {
    const changed = name !== this.#name;
    this.#name = name;
    return changed;
  }

  #usable({ name, alsoTx }: Rung): boolean {
    const withoutTx = alsoTx && name !== this.#name && this.#port.transactionId() === undefined;
    return !this.#refused.has(name) && !withoutTx;
  }
}
