/** The current limit: solid flows, hatched is allowed by the user but held back, empty is above the limit. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { define, Drawn } from "../drawn.ts";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";
import { number } from "../hass.ts";
import { because, valueOf } from "./field.ts";
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
  readonly why: string | undefined;
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
    const { min, max, step, disabled, label, amps } = of;
    const value = this.#dragged ?? of.value;
    const flowing = Math.min(of.flowing, value);
    /** Place of a current on the track, %. */
    const at = (current: number): number => {
      const share = FLOOR + ((1 - FLOOR) * (current - min)) / Math.max(1, max - min);
      return Math.round(Math.min(1, current < min ? (FLOOR * Math.max(0, current)) / min : share) * 1000) / 10;
    };
    const slider = html`<div class="slider" style="--v:${at(value)}%;--now:${at(flowing)}%">
      <div class="bar"><i class="held"></i><i class="now sub"></i></div>
      ${of.presets.map((each) => html`<span class="stop ${each < flowing ? "on" : ""}" style="--p:${at(each)}%"></span>`)}
      <span class="handle"></span>
      <input
        type="range"
        min=${min}
        max=${max}
        step=${step}
        .value=${String(Math.max(min, value))}
        ?disabled=${disabled}
        aria-label=${label}
        aria-describedby=${of.why ?? nothing}
        aria-valuetext=${of.say(value)}
        @input=${this.#drag}
        @change=${this.#release}
      />
    </div>`;
    if (of.slim) return slider;
    const nudge = (by: number, name: string, glyph: "minus" | "plus", end: boolean): TemplateResult =>
      html`<button
        class="icon-button"
        aria-label="${label}: ${name}"
        aria-describedby=${of.why ?? nothing}
        ?disabled=${disabled || end}
        @click=${() => this.#wait(Math.min(max, Math.max(min, (this.#dragged ?? of.value) + by)), KEYS_MS)}
      >
        ${icon(glyph)}
      </button>`;
    return html`<div class="limit-row">
        ${nudge(-step, `−${amps(step)}`, "minus", value <= min)}${slider}${nudge(
          step,
          `+${amps(step)}`,
          "plus",
          value >= max,
        )}
      </div>
      <div class="limit-legend sub">
        <span>${amps(min)}</span>
        ${
          of.presets.length === 0
            ? nothing
            : html`<span class="presets"
                >${of.presets.map(
                  (each) =>
                    html`<button
                      ?disabled=${disabled}
                      aria-pressed=${each === value}
                      @click=${() => this.#wait(each, 0)}
                    >
                      ${amps(each)}
                    </button>`,
                )}</span
              >`
        }
        <span>${amps(max)}</span>
      </div>`;
  }

  #drag(event: Event): void {
    this.#dragged = valueOf(event);
    this.requestUpdate();
  }

  /** `change` comes on release of the pointer and on each key: keys are gathered. */
  #release(event: Event): void {
    const held = event.target instanceof Element && event.target.matches(":active");
    this.#wait(valueOf(event), held ? 0 : KEYS_MS);
  }

  /** Shows a value at once and tells it when nothing else has come for `ms`. */
  #wait(amps: number, ms: number): void {
    const tell = (): void => {
      this.#dragged = undefined;
      if (amps !== this.#of?.value) this.#of?.set(amps);
      this.requestUpdate();
    };
    clearTimeout(this.#timer);
    if (ms === 0) {
      tell();
      return;
    }
    this.#dragged = amps;
    this.requestUpdate();
    this.#timer = setTimeout(tell, ms);
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
  const held = allowed !== undefined && value !== undefined && allowed < value - 0.4;
  const charging = view.display === "charging";
  const now = held && charging ? t("now_a", { a: fmt.amps(allowed) }) : "";
  const shown = value === undefined ? DASH : value === 0 ? t("s_paused") : fmt.amps(value);
  if (scene.readOnly) {
    return html`<div class="value-row">
      ${icon("limiter")}<span>${t("limit")}</span
      ><b>${shown}</b>${now === "" ? nothing : html`<span class="sub">${now}</span>`}
    </div>`;
  }
  const disabled = real === undefined || view.silence === "disconnected";
  const max = view.maxA;
  const limits = view.config.limits ?? [];
  const presets = limits.filter((amps) => amps <= max);
  const flowing = charging ? Math.min(allowed ?? value ?? 0, view.currentA ?? Infinity) : 0;
  const why = real === undefined ? `${view.ref.id}-limit` : undefined;
  const of: Range = {
    value: value ?? view.minA,
    flowing,
    min: view.minA,
    max,
    step: number(entity.attributes["step"]) ?? 1,
    disabled,
    slim,
    label: t("limit"),
    why,
    say: (n) => t("amperes", { n }),
    amps: (n) => fmt.amps(n),
    presets,
    set: (amps) => scene.act.setValue(view, "limit", amps),
  };
  return html`<div
    class="limit ${wish === undefined ? "" : "pending"} ${disabled ? "off" : ""}"
    title=${why === undefined ? nothing : t("s_unknown")}
  >
    ${
      slim
        ? nothing
        : html`<div class="limit-head">
            <span class="label">${t("limit")}</span><span class="now sub">${now}</span><output>${shown}</output>
          </div>`
    }
    <evse-limit .of=${of}></evse-limit>
    ${slim ? html`<div class="limit-val"><b>${shown}</b><span class="sub">${now}</span></div>` : nothing}
    ${because(why, t)}
    ${limits
      .filter((amps) => amps > max)
      .map((amps) => html`<p class="warn">limits: ${fmt.amps(amps)} &gt; ${fmt.amps(max)}</p>`)}
  </div>`;
}

define("evse-limit", EvseLimit);
