/** Mode: a radiogroup with one thumb; a native menu where options would be too narrow (by container, in CSS). */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { modeIcon } from "../charger.ts";
import type { Scene } from "../element.ts";
import { list } from "../hass.ts";
import { modeHint, modeLabel } from "../reason.ts";
import { icon, spinner } from "./icon.ts";

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Drawn into its parent's shadow tree, so that the card's styles hold. */
export class EvseModes extends LitElement {
  static override properties = {
    options: { attribute: false },
    value: {},
    label: {},
    disabled: { type: Boolean },
    pending: { type: Boolean },
    rtl: { type: Boolean },
    describedby: {},
  };
  declare options: readonly Option[];
  declare value: string;
  declare label: string;
  declare disabled: boolean;
  declare pending: boolean;
  declare rtl: boolean;
  #focus = -1;

  constructor() {
    super();
    this.options = [];
    this.value = "";
    this.label = "";
    this.disabled = false;
    this.pending = false;
    this.rtl = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { options, value } = this;
    const chosen = options.findIndex((option) => option.value === value);
    const stop = this.#focus >= 0 ? this.#focus : Math.max(0, chosen);
    const many = options.length > 5;
    return html`${
        many
          ? nothing
          : html`<div
              class="mode ${this.pending ? "pending" : ""}"
              role="radiogroup"
              aria-label=${this.label}
              aria-disabled=${this.disabled}
              style="--n:${options.length};--i:${chosen}"
              @keydown=${this.#key}
              @focusout=${this.#leave}
            >
              ${chosen < 0 ? nothing : html`<span class="thumb"></span>`}
              ${options.map(
                (option, index) =>
                  html`<button
                    role="radio"
                    aria-checked=${index === chosen}
                    tabindex=${index === stop ? 0 : -1}
                    ?disabled=${this.disabled}
                    @click=${() => this.#choose(option.value)}
                  >
                    ${this.pending && index === chosen ? spinner : icon(modeIcon(option.value))}<span
                      >${option.label}</span
                    >
                  </button>`,
              )}
            </div>`
      }
      <label class="menu ${many ? "always" : ""} ${this.pending ? "pending" : ""}">
        ${this.pending ? spinner : icon(modeIcon(value))}
        <span>${options[chosen]?.label ?? value}</span>
        ${icon("down")}
        <select
          aria-label=${this.label}
          ?disabled=${this.disabled}
          .value=${value}
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement) this.#choose(event.target.value);
          }}
        >
          ${options.map((each) => html`<option value=${each.value} ?selected=${each.value === value}>${each.label}</option>`)}
        </select>
      </label>`;
  }

  #choose(value: string): void {
    this.#focus = -1;
    if (this.disabled || value === this.value) return;
    this.dispatchEvent(new CustomEvent("evse-pick", { detail: value }));
  }

  /** Arrows move the focus only; a mode costs a command, so Enter or Space choose. */
  #key(event: KeyboardEvent): void {
    const forward = this.rtl ? "ArrowLeft" : "ArrowRight";
    const backward = this.rtl ? "ArrowRight" : "ArrowLeft";
    const step =
      event.key === forward || event.key === "ArrowDown"
        ? 1
        : event.key === backward || event.key === "ArrowUp"
          ? -1
          : 0;
    const buttons = [...this.querySelectorAll<HTMLButtonElement>("[role=radio]")];
    const at = buttons.findIndex((button) => button.tabIndex === 0);
    const size = buttons.length;
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? size - 1 : step === 0 ? -1 : (at + step + size) % size;
    if (next < 0) return;
    event.preventDefault();
    this.#focus = next;
    buttons[next]?.focus();
    this.requestUpdate();
  }

  #leave(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && this.contains(event.relatedTarget)) return;
    this.#focus = -1;
    this.requestUpdate();
  }
}

export function modePart(scene: Scene, hint: boolean, rtl: boolean): TemplateResult | typeof nothing {
  const { view, t, wishes } = scene;
  const entity = view.entity("mode");
  if (entity === undefined) return nothing;
  const missing = entity.state === "unavailable" || entity.state === "unknown";
  const wish = wishes.target(entity.entity_id);
  const value = wish === undefined ? entity.state : String(wish);
  if (scene.readOnly) {
    return html`<div class="value-row">
      ${icon(modeIcon(value))}<span>${t("mode")}</span><b>${missing ? "–" : modeLabel(value, t)}</b>
    </div>`;
  }
  const options = list(entity.attributes["options"])
    .filter((option) => typeof option === "string")
    .map((option) => ({ value: option, label: modeLabel(option, t) }));
  const disabled = missing || view.silence === "disconnected";
  const pending = wish !== undefined;
  return html`<div class="m${options.length}" title=${missing ? t("s_unknown") : nothing}>
    <evse-modes
      .options=${options}
      .value=${value}
      .label=${t("mode")}
      .disabled=${disabled}
      .pending=${pending}
      .rtl=${rtl}
      @evse-pick=${(event: CustomEvent<string>) => scene.act.setValue(view, "mode", event.detail)}
    ></evse-modes>
    ${hint ? html`<p class="mode-hint sub">${pending ? t("r_asking") : modeHint(value, t)}</p>` : nothing}
  </div>`;
}

if (customElements.get("evse-modes") === undefined) customElements.define("evse-modes", EvseModes);
