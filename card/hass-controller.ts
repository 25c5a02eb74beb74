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
    if (!before || this.#differs(before, hass)) this.#changed(before, hass);
  }

  #differs(before: Hass, now: Hass): boolean {
    for (const id of this.#read) if (before.states[id] !== now.states[id]) return true;
    return (
      before.themes?.darkMode !== now.themes?.darkMode ||
      (["connected", "locale", "language", "user"] as const).some((key) => before[key] !== now[key])
    );
  }
}
