/** What native controls have in common. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Translate } from "../i18n/languages.ts";

/** Value of the range input or menu an event comes from. */
export function chosen(event: Event): string {
  const { target } = event;
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : "";
}

export function valueOf(event: Event): number {
  return Number(chosen(event));
}

/** Why a control is disabled, for those who cannot see its tooltip: the control names `id` in `aria-describedby`. */
export function because(id: string | undefined, t: Translate): TemplateResult | typeof nothing {
  return id === undefined ? nothing : html`<span id=${id} class="vh">${t("s_unknown")}</span>`;
}

/** The options of a menu, with the user's words. */
export function menuOptions(
  values: readonly string[],
  value: string | undefined,
  label: (value: string) => string,
): readonly TemplateResult[] {
  return values.map((each) => html`<option value=${each} .selected=${each === value}>${label(each)}</option>`);
}
