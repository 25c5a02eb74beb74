/** What the layouts share: header, figures, titled sections, and the menu. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import type { Quantity } from "../format.ts";
import type { IconName } from "../icons.ts";
import { ask } from "./actions.ts";
import { walk } from "./field.ts";
import { icon } from "./icon.ts";
import { busyCommand, glyph } from "./reason.ts";

export function stateWord(scene: Scene): string {
  const busy = busyCommand(scene);
  return busy ? `${scene.t(busy)} …` : scene.t(scene.view.wordKey);
}

/** The icon in a thin ring: the same speedometer as the dial. */
export function stateOrb(scene: Scene): TemplateResult {
  const { view } = scene;
  const share = view.display === "finished" ? 1 : view.silence ? 0 : (view.num("power") ?? 0) / view.maxW;
  return html`<div class="orb speed" style="--v:${share * 100}%">${glyph(scene, view.icon)}</div>`;
}

/** Icon, name and a line below it. */
export function who(orb: TemplateResult, name: string, line: string, cls = "sub"): TemplateResult {
  return html`${orb}
    <div class="who">
      <h3 class="name">${name}</h3>
      <span class=${cls}>${line}</span>
    </div>`;
}

export function chip(sign: TemplateResult, word: string): TemplateResult {
  return html`<span class="chip">${sign}<span>${word}</span></span>`;
}

/** What the wallbox takes; nobody knows it of one that is offline. */
export function powerOf({ view }: Scene): number | undefined {
  return view.silence === "offline" ? undefined : view.num("power");
}

/** What flows on how many phases, `10 A × 3`; empty when nobody knows. */
export function currents({ view, fmt }: Scene): string {
  const { currentA, phasesUsed } = view;
  if (currentA === undefined) return "";
  return fmt.ltr(`${fmt.amps(currentA)}${phasesUsed > 1 ? ` × ${fmt.number(phasesUsed)}` : ""}`);
}

/** A number with its unit one size smaller. */
export function figure({ n, u }: Quantity): TemplateResult {
  return html`${n}${u && html`<small>${u}</small>`}`;
}

/** A control's value where nothing may be set. */
export function valueRow(sign: IconName, label: string, value: string, more = ""): TemplateResult {
  return html`<div class="value-row">
    ${icon(sign)}<span>${label}</span><b>${value}</b>${more && html`<span class="sub">${more}</span>`}
  </div>`;
}

export function section(cls: string, title: string, body: TemplateResult): TemplateResult {
  return html`<section class=${cls}>
    <h4>${title}</h4>
    ${body}
  </section>`;
}

/** Reset, unlock, details: everything that is not done every day. */
export function moreMenu(scene: Scene): TemplateResult | typeof nothing {
  const { view, t, act } = scene;
  const detail = view.ref.status ?? view.id("power");
  const items = (["reset", "unlock"] as const)
    .filter((action) => !scene.readOnly && view.can(action) && (view.config.actions ?? [action]).includes(action))
    .map((action) => item(t(action), action === "reset" ? "restart" : "lock", scene.deaf, () => ask(scene, action)));
  if (detail) items.push(item(t("details"), "right", false, () => act.moreInfo(detail)));
  if (items.length === 0) return nothing;
  return html`<button class="icon-button" aria-label=${t("more")} aria-haspopup="menu" popovertarget="more">
      ${icon("dots")}
    </button>
    <div class="popup" popover role="menu" id="more" @keydown=${inMenu}>${items}</div>`;
}

/** The first that can be chosen has the focus when the menu opens. */
function item(label: string, sign: IconName, disabled: boolean, run: () => void): TemplateResult {
  return html`<button
    role="menuitem"
    tabindex="-1"
    autofocus
    ?disabled=${disabled}
    @click=${(event: Event) => {
      close(event);
      run();
    }}
  >
    ${icon(sign)}${label}
  </button>`;
}

function close({ currentTarget }: Event): void {
  if (currentTarget instanceof Element) currentTarget.closest<HTMLElement>(".popup")?.hidePopover();
}

/** Arrow keys inside the menu, Tab leaves it; Escape is the browser's. */
function inMenu(event: KeyboardEvent): void {
  if (event.key === "Tab") close(event);
  else walk(event);
}
