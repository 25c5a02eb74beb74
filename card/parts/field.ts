/** What controls have in common: the native menu, the way of the arrow keys, the reason for having no value. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import type { Translate } from "../i18n/languages.ts";

/** Id of the text that says why a control is disabled, for `aria-describedby`. */
export const NO_DATA = "no-data";
/** What a control has when its entity has no value, or when Home Assistant is away. */
export interface Lock {
  readonly disabled: boolean;
  /** Id of the text that says why. */
  readonly why: string | typeof nothing;
  /** The same as a tooltip. */
  readonly title: string | typeof nothing;
}
export function lockOf({ view, t }: Scene, missing: boolean): Lock {
  return {
    disabled: missing || view.silence === "disconnected",
    why: missing ? NO_DATA : nothing,
    title: missing ? t("s_unknown") : nothing,
  };
}
/** Every shadow tree holds that text once. */
export function noData(t: Translate): TemplateResult {
  return html`<span id=${NO_DATA} hidden>${t("s_unknown")}</span>`;
}

/** The input an event comes from. */
export function inputOf({ target }: Event): HTMLInputElement | undefined {
  return target instanceof HTMLInputElement ? target : undefined;
}

export interface Menu {
  readonly label: string;
  readonly options: readonly string[];
  readonly value: string;
  /** An option in the user's words. */
  readonly word: (option: string) => string;
  readonly disabled: boolean;
  /** Id of the text that says why it is disabled. */
  readonly why: string | typeof nothing;
  readonly set: (option: string) => void;
}

export function menu({ label, options, value, word, disabled, why, set }: Menu): TemplateResult {
  return html`<select
    aria-label=${label}
    aria-describedby=${why}
    ?disabled=${disabled}
    @change=${({ target }: Event) => {
      if (target instanceof HTMLSelectElement) set(target.value);
    }}
  >
    ${options.map((each) => html`<option value=${each} .selected=${each === value}>${word(each)}</option>`)}
  </select>`;
}

/** Arrows, Home and End move the focus among the buttons of a group; nothing is chosen by them. */
export function walk(event: KeyboardEvent): void {
  const group = event.currentTarget;
  if (!(group instanceof HTMLElement)) return;
  const items = [...group.querySelectorAll<HTMLElement>("button:enabled")];
  const at = items.findIndex((item) => item === event.target);
  const right = group.matches(":dir(rtl)") ? -1 : 1;
  const ways: Readonly<Record<string, number>> = {
    Home: 0,
    End: -1,
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    ArrowLeft: at - right,
    ArrowRight: at + right,
  };
  const next = ways[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
