import { html, type TemplateResult } from "lit/html.js";
import { ICONS, type IconName } from "../icons.ts";

export function icon(name: IconName, cls = ""): TemplateResult {
  return html`<svg class="${cls} i" viewBox="0 0 24 24" aria-hidden="true">
    <path fill-rule="evenodd" d=${ICONS[name]} />
  </svg>`;
}

export const spinner = html`<span class="spinner" aria-hidden="true"></span>`;
