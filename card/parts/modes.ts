/** Mode: a radiogroup with one thumb; a native menu where options would be too narrow (by container, in CSS). */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { define, Drawn } from "../drawn.ts";
import { modeIcon } from "../charger.ts";
import type { Scene } from "../element.ts";
import { optionsOf } from "../hass.ts";
import { modeHint, modeLabel } from "../reason.ts";
import { because, chosen, menuOptions } from "./field.ts";
import { icon, spinner } from "./icon.ts";

interface Choice {
  readonly options: readonly string[];
  readonly value: string;
  readonly label: string;
  readonly word: (option: string) => string;
  readonly disabled: boolean;
  /** Id of the text that says why it is disabled. */
  readonly why: string | undefined;
  readonly pending: boolean;
  readonly rtl: boolean;
  readonly set: (option: string) => void;
}

/** Drawn into its parent's shadow tree, so that the card's styles hold. */
class EvseModes extends Drawn {
  #of: Choice | undefined;
  #focus = -1;

  set of(choice: Choice) {
    this.#of = choice;
    this.requestUpdate();
  }

  protected render(): TemplateResult | typeof nothing {
    const of = this.#of;
    if (of === undefined) return nothing;
    const { options, value, word, pending, disabled, label, why } = of;
    const at = options.indexOf(value);
    const stop = this.#focus >= 0 ? this.#focus : Math.max(0, at);
    const many = options.length > 5;
    const glyph = (option: string): TemplateResult => (pending && option === value ? spinner : icon(modeIcon(option)));
    return html`${
        many
          ? nothing
          : html`<div
              class="mode ${pending ? "pending" : ""}"
              role="radiogroup"
              aria-label=${label}
              aria-describedby=${why ?? nothing}
              aria-disabled=${disabled}
              style="--n:${options.length};--i:${at}"
              @keydown=${this.#key}
              @focusout=${this.#leave}
            >
              ${at < 0 ? nothing : html`<span class="thumb"></span>`}
              ${options.map(
                (option, index) =>
                  html`<button
                    role="radio"
                    aria-checked=${index === at}
                    tabindex=${index === stop ? 0 : -1}
                    ?disabled=${disabled}
                    @click=${() => this.#choose(option)}
                  >
                    ${glyph(option)}<span>${word(option)}</span>
                  </button>`,
              )}
            </div>`
      }
      <label class="menu ${pending ? "pending" : ""}">
        ${glyph(value)}
        <span>${at < 0 ? value : word(value)}</span>
        ${icon("down")}
        <select
          aria-label=${label}
          aria-describedby=${why ?? nothing}
          ?disabled=${disabled}
          @change=${(event: Event) => this.#choose(chosen(event))}
        >
          ${menuOptions(options, value, word)}
        </select>
      </label>`;
  }

  #choose(option: string): void {
    this.#focus = -1;
    const of = this.#of;
    if (of !== undefined && !of.disabled && option !== of.value) of.set(option);
    this.requestUpdate();
  }

  /** Arrows move the focus only; a mode costs a command, so Enter or Space choose. */
  #key(event: KeyboardEvent): void {
    const forward = this.#of?.rtl === true ? "ArrowLeft" : "ArrowRight";
    const backward = this.#of?.rtl === true ? "ArrowRight" : "ArrowLeft";
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
  const value = wish ?? entity.state;
  if (scene.readOnly) {
    return html`<div class="value-row">
      ${icon(modeIcon(value))}<span>${t("mode")}</span><b>${missing ? "–" : modeLabel(value, t)}</b>
    </div>`;
  }
  const options = optionsOf(entity);
  const disabled = missing || view.silence === "disconnected";
  const pending = wish !== undefined;
  const why = missing ? `${view.ref.id}-mode` : undefined;
  const of: Choice = {
    options,
    value,
    label: t("mode"),
    word: (option) => modeLabel(option, t),
    disabled,
    why,
    pending,
    rtl,
    set: (option) => scene.act.setValue(view, "mode", option),
  };
  return html`<div class="m${options.length}" title=${missing ? t("s_unknown") : nothing}>
    <evse-modes .of=${of}></evse-modes>
    ${because(why, t)}
    ${hint ? html`<p class="mode-hint sub">${pending ? t("r_asking") : modeHint(value, t)}</p>` : nothing}
  </div>`;
}

define("evse-modes", EvseModes);
