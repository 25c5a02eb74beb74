/** The current limit: solid flows, hatched is allowed by the user but held back, empty is above the limit. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";
import { number } from "../hass.ts";
import { icon } from "./icon.ts";

/** Share of the track before the smallest current, so that it is not drawn as nothing. */
const FLOOR = 0.1;
/** Key presses within this time become one command, ms. */
const KEYS_MS = 400;

/** Drawn into its parent's shadow tree. Local while dragged; tells its new value once, on release. */
export class EvseLimit extends LitElement {
  static override properties = {
    value: { type: Number },
    flowing: { type: Number },
    min: { type: Number },
    max: { type: Number },
    step: { type: Number },
    disabled: { type: Boolean },
    slim: { type: Boolean },
    label: {},
    texts: { attribute: false },
    presets: { attribute: false },
    dragged: { state: true },
  };
  declare value: number;
  declare flowing: number;
  declare min: number;
  declare max: number;
  declare step: number;
  declare disabled: boolean;
  declare slim: boolean;
  declare label: string;
  declare texts: { readonly say: (n: number) => string; readonly amps: (n: number) => string };
  declare presets: readonly number[];
  declare dragged: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.value = 0;
    this.flowing = 0;
    this.min = 6;
    this.max = 32;
    this.step = 1;
    this.disabled = false;
    this.slim = false;
    this.label = "";
    this.texts = { say: String, amps: String };
    this.presets = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.dragged = undefined;
  }

  /** Place of a current on the track, %. */
  #at(amps: number): number {
    const span = Math.max(1, this.max - this.min);
    if (amps <= 0) return 0;
    const share = FLOOR + ((1 - FLOOR) * (amps - this.min)) / span;
    return Math.round(Math.min(1, Math.max(amps < this.min ? (FLOOR * amps) / this.min : 0, share)) * 1000) / 10;
  }

  protected override render(): TemplateResult {
    const value = this.dragged ?? this.value;
    const flowing = Math.min(this.flowing, value);
    const slider = html`<div class="slider" style="--v:${this.#at(value)}%;--now:${this.#at(flowing)}%">
      <div class="bar"><i class="held"></i><i class="now"></i></div>
      ${this.presets.map(
        (amps) => html`<span class="stop ${amps < flowing ? "on" : ""}" style="--p:${this.#at(amps)}%"></span>`,
      )}
      <span class="handle"></span>
      <input
        type="range"
        min=${this.min}
        max=${this.max}
        step=${this.step}
        .value=${String(Math.max(this.min, value))}
        ?disabled=${this.disabled}
        aria-label=${this.label}
        aria-valuetext=${this.texts.say(value)}
        @input=${this.#drag}
        @change=${this.#release}
      />
    </div>`;
    if (this.slim) return slider;
    const nudge = (by: number, name: string, glyph: "minus" | "plus", end: boolean): TemplateResult =>
      html`<button
        class="icon-button"
        aria-label="${this.label}: ${name}"
        ?disabled=${this.disabled || end}
        @click=${() => this.#nudge(by)}
      >
        ${icon(glyph)}
      </button>`;
    return html`<div class="limit-row">
        ${nudge(-this.step, `−${this.texts.amps(this.step)}`, "minus", value <= this.min)}${slider}${nudge(
          this.step,
          `+${this.texts.amps(this.step)}`,
          "plus",
          value >= this.max,
        )}
      </div>
      <div class="limit-legend">
        <span>${this.texts.amps(this.min)}</span>
        ${
          this.presets.length === 0
            ? nothing
            : html`<span class="presets"
                >${this.presets.map(
                  (amps) =>
                    html`<button
                      ?disabled=${this.disabled}
                      aria-pressed=${amps === value}
                      @click=${() => this.#tell(amps)}
                    >
                      ${this.texts.amps(amps)}
                    </button>`,
                )}</span
              >`
        }
        <span>${this.texts.amps(this.max)}</span>
      </div>`;
  }

  #drag(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.dragged = Number(event.target.value);
  }

  /** `change` comes on release of the pointer and on each key: keys are gathered. */
  #release(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.dragged = Number(event.target.value);
    clearTimeout(this.#timer);
    const dragged = this.dragged;
    this.#timer = setTimeout(() => this.#tell(dragged), event.target.matches(":active") ? 0 : KEYS_MS);
  }

  #nudge(by: number): void {
    const next = Math.min(this.max, Math.max(this.min, (this.dragged ?? this.value) + by));
    this.dragged = next;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(next), KEYS_MS);
  }

  #tell(amps: number): void {
    clearTimeout(this.#timer);
    this.dragged = undefined;
    if (amps !== this.value) this.dispatchEvent(new CustomEvent("evse-set", { detail: amps }));
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
  const presets = (view.config.limits ?? []).filter((amps) => amps <= max);
  const flowing = charging ? Math.min(allowed ?? value ?? 0, view.currentA ?? Infinity) : 0;
  const element = html`<evse-limit
    .value=${value ?? view.minA}
    .flowing=${flowing}
    .min=${view.minA}
    .max=${max}
    .step=${number(entity.attributes["step"]) ?? 1}
    .disabled=${disabled}
    .slim=${slim}
    .label=${t("limit")}
    .texts=${textsOf(scene)}
    .presets=${presets}
    @evse-set=${(event: CustomEvent<number>) => scene.act.setValue(view, "limit", event.detail)}
  ></evse-limit>`;
  const cls = `limit ${wish === undefined ? "" : "pending"} ${disabled ? "off" : ""}`;
  const title = real === undefined ? t("s_unknown") : nothing;
  if (slim) {
    return html`<div class=${cls} title=${title}>
      ${element}
      <div class="limit-val"><b>${shown}</b><span class="sub">${now}</span></div>
    </div>`;
  }
  return html`<div class=${cls} title=${title}>
    <div class="limit-head">
      <span class="label">${t("limit")}</span><span class="now">${now}</span><output>${shown}</output>
    </div>
    ${element}
    ${(view.config.limits ?? [])
      .filter((amps) => amps > max)
      .map((amps) => html`<p class="warn sub">limits: ${fmt.amps(amps)} &gt; ${fmt.amps(max)}</p>`)}
  </div>`;
}

const cache = new WeakMap<object, EvseLimit["texts"]>();
/** One object per language, so that an unchanged slider is not drawn again. */
function textsOf(scene: Scene): EvseLimit["texts"] {
  let texts = cache.get(scene.fmt);
  if (texts === undefined) {
    const { t, fmt } = scene;
    texts = { say: (n) => t("amperes", { n }), amps: (n) => fmt.amps(n) };
    cache.set(scene.fmt, texts);
  }
  return texts;
}

if (customElements.get("evse-limit") === undefined) customElements.define("evse-limit", EvseLimit);
