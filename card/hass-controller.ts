/** The one place that takes Home Assistant's `hass`: compares what is watched and asks for a drawing only on a difference. */
import type { Hass } from "./hass.ts";

export class HassController {
  #hass: Hass | undefined;
  #watched: readonly string[] = [];
  #frame = 0;
  readonly #changed: (before: Hass | undefined, now: Hass) => void;
  readonly #draw: () => void;

  /** `changed` runs at once on a watched difference, `draw` at most once per animation frame. */
  constructor(changed: (before: Hass | undefined, now: Hass) => void, draw: () => void) {
    this.#changed = changed;
    this.#draw = draw;
  }

  get hass(): Hass | undefined {
    return this.#hass;
  }

  /** Called for every state event of the whole house: must stay cheap and start nothing. */
  set(hass: Hass): void {
    const before = this.#hass;
    this.#hass = hass;
    if (before === undefined) {
      this.#changed(undefined, hass);
      this.#draw();
      return;
    }
    if (before === hass || !this.#differs(before, hass)) return;
    this.#changed(before, hass);
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  watch(ids: Iterable<string>): void {
    this.#watched = [...new Set(ids)];
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
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
