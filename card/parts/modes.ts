/** Mode: a radiogroup with one thumb; a native menu where options would be too narrow (by container, in CSS). */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { modeIcon } from "../charger.ts";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";
import { optionsOf } from "../hass.ts";
import { modeHint, modeLabel } from "../reason.ts";
import { type Lock, lockOf, type Menu, menu, walk } from "./field.ts";
import type { Frame } from "./frame.ts";
import { valueRow } from "./head.ts";
import { icon, spinner } from "./icon.ts";

interface Choice extends Menu, Lock {
  readonly pending: string;
  readonly glyph: (option: string) => TemplateResult;
}

/** What the mode's selector shows and does. */
function choiceOf(scene: Scene, label: string): Choice | undefined {
  const { view, t, wishes } = scene;
  const entity = view.entity("mode");
  if (!entity) return undefined;
  const wish = wishes.target(entity.entity_id);
  const value = wish ?? entity.state;
  return {
    label,
    options: optionsOf(entity),
    value,
    word: (option) => modeLabel(option, t),
    glyph: (option) => (wish && option === value ? spinner : icon(modeIcon(option))),
    pending: wish ? "pending" : "",
    ...lockOf(scene, "mode"),
    set: (option) => {
      if (option !== value) scene.act.setValue(view, "mode", option);
    },
  };
}

/** Looks like a button with the present mode; the native menu lies over it. */
function picker(of: Choice, cls: string): TemplateResult {
  return html`<label class="${cls} ${of.pending}" title=${of.title}>
    ${of.glyph(of.value)}<span>${of.word(of.value)}</span>${icon("down")}${menu(of)}
  </label>`;
}

/** The mode in one line of the site. */
export function modePill(scene: Scene): TemplateResult {
  const of = choiceOf(scene, `${scene.view.ref.name}: ${scene.t("mode")}`);
  if (!of) return html`<span class="pick"></span>`;
  return scene.readOnly
    ? html`<span class="pill pick">${of.glyph(of.value)}${of.word(of.value)}</span>`
    : picker(of, "pill pick");
}

/** The group is one stop of the Tab key: where the focus goes within it, else the chosen option. */
function oneStop({ currentTarget, relatedTarget }: FocusEvent): void {
  if (!(currentTarget instanceof HTMLElement)) return;
  const items = [...currentTarget.querySelectorAll("button")];
  const stop =
    items.find((item) => item === relatedTarget) ?? items.find((item) => item.ariaChecked === "true") ?? items[0];
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}

/** `slim`: without the line that explains the mode. */
export function modePart(scene: Scene, { slim }: Pick<Frame, "slim">): TemplateResult | typeof nothing {
  const { t } = scene;
  const of = choiceOf(scene, t("mode"));
  if (!of) return nothing;
  const { options, value, pending, disabled } = of;
  const at = options.indexOf(value);
  if (scene.readOnly) return valueRow(modeIcon(value), of.label, of.title === nothing ? of.word(value) : DASH);
  // More than five options are a menu at any width.
  const many = options.length > 5;
  return html`<div class="m${options.length}" title=${of.title}>
    ${
      many
        ? nothing
        : html`<div
            class="mode ${pending}"
            role="radiogroup"
            aria-label=${of.label}
            aria-describedby=${of.why}
            aria-disabled=${disabled}
            style="--n:${options.length};--i:${at}"
            @keydown=${walk}
            @focusout=${oneStop}
          >
            ${at < 0 ? nothing : html`<span class="thumb"></span>`}
            ${options.map(
              (option, index) =>
                html`<button
                  role="radio"
                  aria-checked=${index === at}
                  tabindex=${index === Math.max(0, at) ? 0 : -1}
                  ?disabled=${disabled}
                  @click=${() => of.set(option)}
                >
                  ${of.glyph(option)}<span>${of.word(option)}</span>
                </button>`,
            )}
          </div>`
    }
    ${picker(of, "menu")}
    ${slim ? nothing : html`<p class="mode-hint sub">${pending ? t("r_asking") : modeHint(value, t)}</p>`}
  </div>`;
}
