/** Buttons by state: the primary one first. What a press does, and what is asked before. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { modeWord } from "../../shared/modes.ts";
import { confirm } from "../confirm.ts";
import type { Action } from "../config.ts";
import type { Scene } from "../element.ts";
import { optionsOf } from "../hass.ts";
import type { Key } from "../i18n/languages.ts";
import type { IconName } from "../icons.ts";
import { icon, spinner } from "./icon.ts";
import { busyCommand } from "./reason.ts";

export interface Choice {
  readonly action: Action;
  readonly label: Key;
  readonly icon: IconName;
  readonly run: () => void;
}

/** What can be done now, the primary action first; empty when the view is read-only. */
export function choices(scene: Scene): readonly Choice[] {
  const { view } = scene;
  if (scene.readOnly) return [];
  const allowed = view.config.actions;
  const out: Choice[] = [];
  const add = (action: Action, label: Key, glyph: IconName, run: () => void): void => {
    if (allowed === undefined || allowed.includes(action)) out.push({ action, label, icon: glyph, run });
  };
  const start = (label: Key): void => {
    if (view.can("start_stop", "start")) add("start", label, "play", () => scene.act.press(view, "start"));
  };
  const pause = (): void => {
    if (view.can("pause")) add("pause", "pause", "pause", () => scene.act.press(view, "pause"));
  };
  const stop = (): void => {
    const ends = view.ref.caps === undefined || view.ref.caps.includes("stop_ends");
    if (view.can("start_stop", "stop") && (ends || !view.can("pause")))
      add("stop", "stop", "stop", () => stopNow(scene));
  };
  switch (view.display) {
    case "connected":
    case "awaiting_authorization":
      start("start");
      break;
    case "charging":
      pause();
      stop();
      break;
    case "suspended_ev":
      stop();
      break;
    case "suspended_evse":
    case "scheduled":
      startNow(scene, add, start);
      stop();
      break;
    case "paused":
      start("resume");
      stop();
      break;
    case "finished":
      start("start_again");
      break;
    case "faulted":
      if (view.can("reset")) add("reset", "reset", "restart", () => ask(scene, "reset"));
      break;
    default:
      break;
  }
  return out;
}

/** "Start now" changes the mode to Standard and offers the way back. */
function startNow(
  scene: Scene,
  add: (action: Action, label: Key, glyph: IconName, run: () => void) => void,
  start: (label: Key) => void,
): void {
  const { view, act, t } = scene;
  const mode = view.word("mode");
  const standard = optionsOf(view.entity("mode")).find((option) =>
    ["standard", "continuous"].includes(modeWord(option)),
  );
  if (mode === undefined || standard === undefined || mode === standard) {
    start("start_now");
    return;
  }
  add("start", "start_now", "play", () => {
    act.setValue(view, "mode", standard);
    act.notify(standard, { text: t("undo"), action: () => act.setValue(view, "mode", mode) });
  });
}

function stopNow(scene: Scene): void {
  if (scene.view.config.confirm_stop === true) ask(scene, "stop");
  else scene.act.press(scene.view, "stop");
}

/** Asks, then presses. */
export function ask(scene: Scene, action: "reset" | "unlock" | "stop"): void {
  const { t, act, view } = scene;
  void confirm(act, {
    title: `${t(action)}?`,
    text: t("c_session"),
    confirmText: t(action),
    dismissText: t("cancel"),
  }).then((yes) => {
    if (yes) act.press(view, action);
  });
}

export function actionsPart(scene: Scene): TemplateResult | typeof nothing {
  const { t } = scene;
  const all = choices(scene);
  if (all.length === 0) return nothing;
  const busy = busyCommand(scene);
  return html`<div class="actions">
    ${all.map(
      (choice, index) =>
        html`<button
          class="btn ${index === 0 ? "primary" : ""}"
          ?disabled=${scene.deaf || busy !== undefined}
          @click=${choice.run}
        >
          ${busy === choice.action ? spinner : icon(choice.icon)}<span>${t(choice.label)}</span>
        </button>`,
    )}
  </div>`;
}

/** The one round button of the compact layout. */
export function primaryRound(scene: Scene): TemplateResult | typeof nothing {
  const first = choices(scene)[0];
  if (first === undefined) return nothing;
  const busy = busyCommand(scene);
  return html`<div class="act">
    <button
      class="btn primary round"
      aria-label=${scene.t(first.label)}
      ?disabled=${scene.deaf || busy !== undefined}
      @click=${(event: Event) => {
        event.stopPropagation();
        first.run();
      }}
    >
      ${busy === undefined ? icon(first.icon) : spinner}
    </button>
  </div>`;
}
