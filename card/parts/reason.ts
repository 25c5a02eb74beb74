/** The reason lines, with what outranks the published reason: no connection, silence, refusal, a command on its way. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { type Action, ACTIONS } from "../config.ts";
import type { Scene } from "../element.ts";
import { number } from "../hass.ts";
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
  const refusal = wishes.refusal(view.id("command"));
  if (refusal !== undefined) {
    const limit = refusal.entity === view.id("limit") ? number(refusal.target) : undefined;
    const first =
      refusal.kind === "timeout"
        ? t("r_timeout")
        : limit !== undefined
          ? t("r_refused_a", { target: fmt.amps(limit), still: fmt.amps(view.num("limit")) })
          : t("r_refused");
    return { icon: "undo", first, next: refusal.detail ?? t("n_timeout"), loud: true };
  }
  return publishedReason(view, t, fmt, now);
}

export function reasonPart(scene: Scene, lines: ReasonLines): TemplateResult {
  const { t, view } = scene;
  const asking = busyCommand(scene) !== undefined;
  return html`<div class="reason" data-state=${lines.loud === true ? "attention" : view.tint}>
    ${asking ? spinner : icon(lines.icon, lines.sunny === true ? "k-sun" : "")}
    <div>
      <p>${asking ? t("r_asking") : lines.first}</p>
      ${asking || lines.next === "" ? nothing : html`<p class="sub">${lines.next}</p>`}
    </div>
  </div>`;
}

/** A button pressed here, or a start, stop, pause or reset that the bridge has on its way. */
export function busyCommand(scene: Scene): Action | undefined {
  const { view, wishes } = scene;
  const own = ACTIONS.find((role) => wishes.target(view.id(role)));
  if (own !== undefined) return own;
  const name = view.pendingCommand;
  return ACTIONS.find((action) => action === name);
}
