/** Icon, name, state chip and the menu. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import type { IconName } from "../icons.ts";
import { ask } from "./actions.ts";
import { icon, spinner } from "./icon.ts";
import { busyCommand } from "./reason.ts";

export function stateWord(scene: Scene): string {
  const busy = busyCommand(scene);
  return busy === undefined ? scene.t(scene.view.wordKey) : `${scene.t(busy)} …`;
}

export function chip(scene: Scene): TemplateResult {
  const busy = busyCommand(scene) !== undefined;
  return html`<span class="chip">${busy ? spinner : icon(scene.view.icon)}<span>${stateWord(scene)}</span></span>`;
}

/** Reset, unlock, details: everything that is not done every day. */
export function moreMenu(scene: Scene): TemplateResult | typeof nothing {
  const { view, t, act } = scene;
  const allowed = (action: "reset" | "unlock"): boolean =>
    !scene.readOnly && view.can(action) && (view.config.actions?.includes(action) ?? true);
  const items: { readonly label: string; readonly glyph: IconName; readonly off: boolean; readonly run: () => void }[] =
    [];
  for (const action of ["reset", "unlock"] as const) {
    if (!allowed(action)) continue;
    items.push({
      label: t(action),
      glyph: action === "reset" ? "restart" : "lock",
      off: scene.deaf,
      run: () => ask(scene, action),
    });
  }
  const { status } = view.ref;
  const detail = status ?? view.id("power");
  if (detail !== undefined)
    items.push({ label: t("details"), glyph: "right", off: false, run: () => act.moreInfo(detail) });
  if (items.length === 0) return nothing;
  return html`<button
      class="icon-button"
      aria-label=${t("more")}
      aria-haspopup="menu"
      aria-expanded="false"
      @click=${openMenu}
    >
      ${icon("dots")}
    </button>
    <div class="popup" popover role="menu" @toggle=${toggled} @keydown=${walk}>
      ${items.map(
        (item) =>
          html`<button
            role="menuitem"
            tabindex="-1"
            ?disabled=${item.off}
            @click=${(event: Event) => {
              menuOf(event)?.hidePopover();
              item.run();
            }}
          >
            ${icon(item.glyph)}${item.label}
          </button>`,
      )}
    </div>`;
}

function menuOf(event: Event): HTMLElement | undefined {
  const { currentTarget } = event;
  if (!(currentTarget instanceof HTMLElement)) return undefined;
  return currentTarget.closest<HTMLElement>(".popup") ?? undefined;
}

function openMenu(event: Event): void {
  event.stopPropagation();
  const button = event.currentTarget;
  if (!(button instanceof HTMLElement)) return;
  const menu = button.nextElementSibling;
  if (!(menu instanceof HTMLElement)) return;
  menu.togglePopover();
  const place = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const rtl = getComputedStyle(button).direction === "rtl";
  const left = rtl ? place.left : place.right - size.width;
  menu.style.left = `${String(Math.max(8, Math.min(left, innerWidth - size.width - 8)))}px`;
  menu.style.top = `${String(Math.max(8, Math.min(place.bottom, innerHeight - size.height - 8)))}px`;
  menu.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
}

function toggled(event: Event): void {
  const menu = event.currentTarget;
  if (!(menu instanceof HTMLElement)) return;
  const open = menu.matches(":popover-open");
  const button = menu.previousElementSibling;
  button?.setAttribute("aria-expanded", String(open));
}

/** Arrow keys inside the menu; Escape is the browser's. */
function walk(event: KeyboardEvent): void {
  const menu = event.currentTarget;
  if (!(menu instanceof HTMLElement)) return;
  const items = [...menu.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)")];
  const at = items.findIndex((item) => item.matches(":focus"));
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (event.key === "Tab") menu.hidePopover();
  if (step === 0) return;
  event.preventDefault();
  items[(at + step + items.length) % items.length]?.focus();
}
