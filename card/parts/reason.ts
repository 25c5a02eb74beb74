/** The reason lines, with what outranks the published reason: no connection, silence, a command on its way, refusal. */
import { html, type TemplateResult } from "lit/html.js";
import { type Action, ACTIONS } from "../config.ts";
import type { Scene } from "../element.ts";
import { number } from "../hass.ts";
import type { IconName } from "../icons.ts";
import { publishedReason, type ReasonLines } from "../reason.ts";
import { icon, spinner } from "./icon.ts";

export function reasonLines(scene: Scene): ReasonLines {
  const { view, t, fmt, now, wishes } = scene;
  const since = fmt.time(view.silence === "silent" ? (scene.heardMs ?? view.asOfMs) : view.asOfMs, now);
  if (view.silence === "disconnected") {
    return { icon: "link-off", first: t("r_disconnected"), next: t("n_disconnected", { since }) };
  }
  if (view.silence === "silent") {
    return { icon: "link-off", first: t("r_silent", { since }), next: t("n_silent") };
  }
  if (busyCommand(scene)) return { icon: view.icon, first: t("r_asking"), next: "" };
  const refusal = wishes.refusal(view.id("command"));
  if (refusal) {
    const { entity, kind, detail } = refusal;
    const target = entity === view.id("limit") ? number(refusal.target) : undefined;
    const first =
      kind === "timeout"
        ? t("r_timeout")
        : target !== undefined
          ? t("r_refused_a", { target: fmt.amps(target), still: fmt.amps(view.num("limit")) })
          : t("r_refused");
    return { icon: "undo", first, next: detail ?? t("n_timeout"), loud: true };
  }
  return publishedReason(view, t, fmt, now);
}

export function reasonPart(scene: Scene): TemplateResult {
  const { icon: sign, first, next, sunny, loud } = reasonLines(scene);
  return html`<div class="reason" data-state=${loud ? "attention" : scene.view.tint}>
    ${glyph(scene, sign, sunny ? "k-sun" : "")}
    <div>
      <p>${first}</p>
      ${next && html`<p class="sub">${next}</p>`}
    </div>
  </div>`;
}

/** The icon, or a spinner while the wallbox is asked for something. */
export function glyph(scene: Scene, name: IconName, cls?: string): TemplateResult {
  return busyCommand(scene) ? spinner : icon(name, cls);
}

/** A button pressed here, or a start, stop, pause or reset that the bridge has on its way. */
export function busyCommand(scene: Scene): Action | undefined {
  const { view, wishes } = scene;
  return (
    ACTIONS.find((role) => wishes.target(view.id(role))) ?? ACTIONS.find((action) => action === view.pendingCommand)
  );
}
