import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit/html.js";
import { ICONS, type IconName } from "../icons.ts";

export function icon(name: IconName, cls = ""): TemplateResult {
  return html`<svg class="${cls} i" viewBox="0 0 24 24" aria-hidden="true">
    <path fill-rule="evenodd" d=${ICONS[name]} />
  </svg>`;
}

export const spinner = html`<span class="spinner" aria-hidden="true"></span>`;

/** The thin ring around an icon: the same speedometer as the dial. `share` 0..1, undefined = no value arc. */
export function orb(glyph: TemplateResult, share: number | undefined, cls = ""): TemplateResult {
  const value = Math.round(Math.min(1, Math.max(0, share ?? 0)) * 100);
  const arc: SVGTemplateResult | string =
    value > 0 ? svg`<circle class="v" cx="20" cy="20" r="18" pathLength="100" stroke-dasharray="${value} 100" />` : "";
  return html`<div class="orb ${cls}">
    <svg class="speed" viewBox="0 0 40 40" aria-hidden="true">
      <circle class="t" cx="20" cy="20" r="18" />
      ${arc}
    </svg>
    ${glyph}
  </div>`;
}
