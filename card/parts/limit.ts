/** The current limit: solid flows, hatched is allowed by the user but held back, empty is above the limit. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { number } from "../hass.ts";
import { inputOf, lockOf } from "./field.ts";
import type { Frame } from "./frame.ts";
import { valueRow } from "./head.ts";
import { icon } from "./icon.ts";

/** Share of the track before the smallest current, so that it is not drawn as nothing. */
const FLOOR = 0.1;
/** Key presses within this time become one command, ms. */
const KEYS_MS = 400;

/** The slider is local while dragged; it tells its new value once, on release. `slim`: with its value beside it. */
export function limitPart(scene: Scene, { slim }: Pick<Frame, "slim">): TemplateResult | typeof nothing {
  const entity = scene.view.entity("limit");
  if (!entity) return nothing;
  const { view, t, fmt, wishes, act } = scene;
  const id = entity.entity_id;
  const { minA, maxA, allowedA, display } = view;
  const wish = wishes.target(id);
  const value = number(wish ?? entity.state);
  const charging = display === "charging";
  const held = charging && allowedA !== undefined && value !== undefined && allowedA < value - 0.4;
  const now = held ? t("now_a", { a: fmt.amps(allowedA) }) : "";
  const shown = value === 0 ? t("s_paused") : fmt.amps(value);
  const label = t("limit");
  if (scene.readOnly) return valueRow("limiter", label, shown, now);

  const { disabled, why, title } = lockOf(scene, "limit");
  const limits = view.config.limits ?? [];
  const presets = limits.filter((amps) => amps <= maxA);
  const present = act.drafts.get(id) ?? value ?? minA;
  const flowing = charging ? Math.min(allowedA ?? value ?? 0, view.currentA ?? Infinity, present) : 0;
  const within = (amps: number): number => Math.min(maxA, Math.max(minA, amps));
  /** Place of a current on the track. */
  const at = (amps: number): string => {
    const share = (1 - FLOOR) * ((within(amps) - minA) / Math.max(1, maxA - minA));
    return `${((amps < minA ? (FLOOR * Math.max(0, amps)) / minA : FLOOR + share) * 100).toFixed(1)}%`;
  };
  const draft = (amps: number): void => {
    act.drafts.set(id, amps);
    act.requestUpdate();
  };
  /** Shows a value at once and tells it when nothing else has come for `ms`. */
  const wait = (amps: number, ms: number): void => {
    const tell = (): void => {
      act.drafts.delete(id);
      if (amps !== value) act.setValue(view, "limit", amps);
      act.requestUpdate();
    };
    const timer = `draft:${id}`;
    draft(amps);
    act.timers.clear(timer);
    if (ms > 0) act.timers.set(timer, ms, tell);
    else tell();
  };
  const step = number(entity.attributes["step"]) ?? 1;
  const nudge = (by: number, sign: "−" | "+", end: boolean): TemplateResult =>
    html`<button
      class="icon-button"
      aria-label="${label}: ${sign}${fmt.amps(step)}"
      aria-describedby=${why}
      ?disabled=${disabled || end}
      @click=${() => wait(within((act.drafts.get(id) ?? present) + by), KEYS_MS)}
    >
      ${icon(sign === "+" ? "plus" : "minus")}
    </button>`;
  const slider = html`<div class="slider" style="--v:${at(present)};--now:${at(flowing)}">
    <div class="bar"><i class="held"></i><i class="now sub"></i></div>
    ${presets.map((amps) => html`<span class="stop ${amps < flowing ? "on" : ""}" style="--p:${at(amps)}"></span>`)}
    <span class="handle"></span>
    <input
      type="range"
      min=${minA}
      max=${maxA}
      step=${step}
      .value=${String(Math.max(minA, present))}
      ?disabled=${disabled}
      aria-label=${label}
      aria-describedby=${why}
      aria-valuetext=${t("amperes", { n: present })}
      @input=${(event: Event) => draft(inputOf(event)?.valueAsNumber ?? present)}
      @change=${(event: Event) => {
        // Comes on release of the pointer and on each key: keys are gathered.
        const input = inputOf(event);
        if (input) wait(input.valueAsNumber, input.matches(":active") ? 0 : KEYS_MS);
      }}
    />
  </div>`;
  return html`<div class="limit ${wish ? "pending" : ""} ${disabled ? "off" : ""}" title=${title}>
    ${
      slim
        ? html`${slider}
            <div class="limit-val"><b>${shown}</b><span class="sub">${now}</span></div>`
        : html`<div class="limit-head">
              <span class="label">${label}</span><span class="now sub">${now}</span><output>${shown}</output>
            </div>
            <div class="limit-row">
              ${nudge(-step, "−", present <= minA)}${slider}${nudge(step, "+", present >= maxA)}
            </div>
            <div class="limit-legend sub">
              <span>${fmt.amps(minA)}</span>
              <span class="presets"
                >${presets.map(
                  (amps) =>
                    html`<button ?disabled=${disabled} aria-pressed=${amps === present} @click=${() => wait(amps, 0)}>
                      ${fmt.amps(amps)}
                    </button>`,
                )}</span
              >
              <span>${fmt.amps(maxA)}</span>
            </div>`
    }
    ${limits
      .filter((amps) => amps > maxA)
      .map((amps) => html`<p class="warn">limits: ${fmt.amps(amps)} &gt; ${fmt.amps(maxA)}</p>`)}
  </div>`;
}
