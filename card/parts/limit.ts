/** The current limit: solid flows, hatched is allowed by the user but held back, empty is above the limit. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { define, Drawn } from "../drawn.ts";
import type { Scene } from "../element.ts";
import { number } from "../hass.ts";
import { inputOf, NO_DATA } from "./field.ts";
import { valueRow } from "./head.ts";
import { icon } from "./icon.ts";

/** Share of the track before the smallest current, so that it is not drawn as nothing. */
const FLOOR = 0.1;
/** Key presses within this time become one command, ms. */
const KEYS_MS = 400;

interface Range {
  readonly value: number;
  readonly flowing: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled: boolean;
  /** Slider only. */
  readonly slim: boolean;
  readonly label: string;
  /** Id of the text that says why it is disabled. */
  readonly why: string | typeof nothing;
  readonly say: (n: number) => string;
  readonly amps: (n: number) => string;
  readonly presets: readonly number[];
  readonly set: (amps: number) => void;
}

/** Drawn into its parent's shadow tree. Local while dragged; tells its new value once, on release. */
class EvseLimit extends Drawn {
  #of: Range | undefined;
  #dragged: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  set of(range: Range) {
    this.#of = range;
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    this.#dragged = undefined;
  }

  protected render(): TemplateResult | typeof nothing {
    const of = this.#of;
    if (of === undefined) return nothing;
    const { min, max, step, disabled, label, why, presets, amps } = of;
    const value = this.#dragged ?? of.value;
    const flowing = Math.min(of.flowing, value);
    /** Place of a current on the track, %. */
    const at = (current: number): string => {
      const share =
        current < min ? (FLOOR * current) / min : FLOOR + ((1 - FLOOR) * (current - min)) / Math.max(1, max - min);
      return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%`;
    };
    const slider = html`<div class="slider" style="--v:${at(value)};--now:${at(flowing)}">
      <div class="bar"><i class="held"></i><i class="now"></i></div>
      ${presets.map((each) => html`<span class="stop ${each < flowing ? "on" : ""}" style="--p:${at(each)}"></span>`)}
      <span class="handle"></span>
      <input
        type="range"
        min=${min}
        max=${max}
        step=${step}
        .value=${String(Math.max(min, value))}
        ?disabled=${disabled}
        aria-label=${label}
        aria-describedby=${why}
        aria-valuetext=${of.say(value)}
        @input=${this.#drag}
        @change=${this.#release}
      />
    </div>`;
    if (of.slim) return slider;
    const nudge = (by: number, sign: "−" | "+", glyph: "minus" | "plus", end: boolean): TemplateResult =>
      html`<button
        class="icon-button"
        aria-label="${label}: ${sign}${amps(step)}"
        aria-describedby=${why}
        ?disabled=${disabled || end}
        @click=${() => this.#wait(Math.min(max, Math.max(min, (this.#dragged ?? of.value) + by)), KEYS_MS)}
      >
        ${icon(glyph)}
      </button>`;
    return html`<div class="limit-row">
        ${nudge(-step, "−", "minus", value <= min)}${slider}${nudge(step, "+", "plus", value >= max)}
      </div>
      <div class="limit-legend">
        <span>${amps(min)}</span>
        <span class="presets"
          >${presets.map(
            (each) =>
              html`<button ?disabled=${disabled} aria-pressed=${each === value} @click=${() => this.#wait(each, 0)}>
                ${amps(each)}
              </button>`,
          )}</span
        >
        <span>${amps(max)}</span>
      </div>`;
  }

  #drag(event: Event): void {
    this.#dragged = inputOf(event)?.valueAsNumber;
    this.requestUpdate();
  }

  /** `change` comes on release of the pointer and on each key: keys are gathered. */
  #release(event: Event): void {
    const input = inputOf(event);
    if (input !== undefined) this.#wait(input.valueAsNumber, input.matches(":active") ? 0 : KEYS_MS);
  }

  /** Shows a value at once and tells it when nothing else has come for `ms`. */
  #wait(amps: number, ms: number): void {
    clearTimeout(this.#timer);
    this.#dragged = amps;
    const tell = (): void => {
      this.#dragged = undefined;
      if (amps !== this.#of?.value) this.#of?.set(amps);
      this.requestUpdate();
    };
    if (ms > 0) this.#timer = setTimeout(tell, ms);
    else tell();
    this.requestUpdate();
  }
}

export function limitPart(scene: Scene, slim: boolean): TemplateResult | typeof nothing {
  const { view, t, fmt, wishes } = scene;
  const entity = view.entity("limit");
  if (entity === undefined) return nothing;
  const real = view.num("limit");
  const wish = number(wishes.target(entity.entity_id));
  const value = wish ?? real;
  const allowed = view.allowedA;
  const charging = view.display === "charging";
  const held = charging && allowed !== undefined && value !== undefined && allowed < value - 0.4;
  const now = held ? t("now_a", { a: fmt.amps(allowed) }) : "";
  const shown = value === 0 ? t("s_paused") : fmt.amps(value);
  const label = t("limit");
  if (scene.readOnly) return valueRow("limiter", label, shown, now);
  const missing = real === undefined;
  const disabled = missing || view.silence === "disconnected";
  const max = view.maxA;
  const limits = view.config.limits ?? [];
  const of: Range = {
    value: value ?? view.minA,
    flowing: charging ? Math.min(allowed ?? value ?? 0, view.currentA ?? Infinity) : 0,
    min: view.minA,
    max,
    step: number(entity.attributes["step"]) ?? 1,
    disabled,
    slim,
    label,
    why: missing ? NO_DATA : nothing,
    say: (n) => t("amperes", { n }),
    amps: (n) => fmt.amps(n),
    presets: limits.filter((amps) => amps <= max),
    set: (amps) => scene.act.setValue(view, "limit", amps),
  };
  return html`<div
    class="limit ${wish === undefined ? "" : "pending"} ${disabled ? "off" : ""}"
    title=${missing ? t("s_unknown") : nothing}
  >
    ${
      slim
        ? nothing
        : html`<div class="limit-head">
            <span class="label">${label}</span><span class="now">${now}</span><output>${shown}</output>
          </div>`
    }
    <evse-limit .of=${of}></evse-limit>
    ${slim ? html`<div class="limit-val"><b>${shown}</b><span class="sub">${now}</span></div>` : nothing}
    ${limits
      .filter((amps) => amps > max)
      .map((amps) => html`<p class="warn sub">limits: ${fmt.amps(amps)} &gt; ${fmt.amps(max)}</p>`)}
  </div>`;
}

define("evse-limit", EvseLimit);
