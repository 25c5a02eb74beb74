/** The one place that takes Home Assistant's `hass`: tells only a difference in what the drawings have read. */
import type { Hass } from "./hass.ts";

export class HassController {
  #hass: Hass | undefined;
  /** Entities read so far. */
  readonly #read = new Set<string>();
  readonly #changed: (before: Hass | undefined, now: Hass) => void;

  /** `changed` runs at once, with the first hass and on a watched difference. */
  constructor(changed: (before: Hass | undefined, now: Hass) => void) {
    this.#changed = changed;
  }

  get hass(): Hass | undefined {
    return this.#hass;
  }

  /** The same, for a drawing: every entity it asks for is watched from then on, there or not. */
  get watched(): Hass | undefined {
    const hass = this.#hass;
    const get = (states: Hass["states"], id: string | symbol): unknown => {
      this.#read.add(String(id));
      return states[String(id)];
    };
    return hass && { ...hass, states: new Proxy(hass.states, { get }) };
  }

  /** Called for every state event of the whole house: must stay cheap and start nothing. */
  set(hass: Hass): void {
    const before = this.#hass;
    this.#hass = hass;
    const was = before && this.#seen(before);
    if (!was || this.#seen(hass).some((each, at) => each !== was[at])) this.#changed(before, hass);
  }

  /** All that a drawing depends on. */
  #seen({ states, connected, locale, language, user, themes }: Hass): readonly unknown[] {
    return [connected, locale, language, user, themes?.darkMode, ...[...this.#read].map((id) => states[id])];
  }
}
