/** The one place that takes Home Assistant's `hass`: compares what is watched and tells only a difference. */
import type { Hass } from "./hass.ts";

export class HassController {
  #hass: Hass | undefined;
  #watched: readonly string[] = [];
  readonly #changed: (before: Hass | undefined, now: Hass) => void;

  /** `changed` runs at once, with the first hass and on a watched difference. */
  constructor(changed: (before: Hass | undefined, now: Hass) => void) {
    this.#changed = changed;
  }

  get hass(): Hass | undefined {
    return this.#hass;
  }

  /** Called for every state event of the whole house: must stay cheap and start nothing. */
  set(hass: Hass): void {
    const before = this.#hass;
    this.#hass = hass;
    if (before === undefined || (before !== hass && this.#differs(before, hass))) this.#changed(before, hass);
  }

  watch(ids: Iterable<string>): void {
    this.#watched = [...new Set(ids)];
  }

  #differs(before: Hass, now: Hass): boolean {
    if (
      before.connected !== now.connected ||
      before.locale !== now.locale ||
      before.language !== now.language ||
      before.themes?.darkMode !== now.themes?.darkMode ||
      before.user !== now.user
    ) {
      return true;
    }
    const { states: old } = before;
    const { states } = now;
    if (old === states) return false;
    for (const id of this.#watched) if (old[id] !== states[id]) return true;
    return false;
  }
}
