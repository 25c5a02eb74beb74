/** Buttons by state: the primary one first. What a press does, and what is asked before. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { modeWord } from "../../shared/modes.ts";
import type { Display } from "../charger.ts";
import { confirm } from "../confirm.ts";
import type { Action } from "../config.ts";
import type { Scene } from "../element.ts";
import { optionsOf } from "../hass.ts";
import type { Key } from "../i18n/languages.ts";
import type { IconName } from "../icons.ts";
import { icon, spinner } from "./icon.ts";
import { busyCommand, glyph } from "./reason.ts";

export interface Choice {
  readonly action: Action;
  readonly label: Key;
  readonly icon: IconName;
  readonly run: () => void;
}

/** Where charging can be started, and how that is called there. */
const STARTS: Readonly<Partial<Record<Display, Key>>> = {
  connected: "start",
  awaiting_authorization: "start",
  suspended_evse: "start_now",
  scheduled: "start_now",
  paused: "resume",
  finished: "start_again",
};
const STOPS: readonly Display[] = ["charging", "suspended_ev", "suspended_evse", "scheduled", "paused"];

/** What can be done now, the primary action first; empty when the view is read-only. */
export function choices(scene: Scene): readonly Choice[] {
  const { view, act } = scene;
  if (scene.readOnly) return [];
  const { display, config, ref } = view;
  const out: Choice[] = [];
  const add = (action: Action, label: Key, sign: IconName, run = (): void => act.press(view, action)): void => {
    if (config.actions?.includes(action) ?? true) out.push({ action, label, icon: sign, run });
  };
  const start = STARTS[display];
  const now = start === "start_now" ? startNow(scene) : undefined;
  if (start && (now ?? view.can("start_stop", "start"))) add("start", start, "play", now);
  if (display === "charging" && view.can("pause")) add("pause", "pause", "pause");
  const ends = (ref.caps?.includes("stop_ends") ?? true) || !view.can("pause");
  if (STOPS.includes(display) && ends && view.can("start_stop", "stop")) {
    add("stop", "stop", "stop", config.confirm_stop ? () => ask(scene, "stop") : undefined);
  }
  if (display === "faulted" && view.can("reset")) add("reset", "reset", "restart", () => ask(scene, "reset"));
  return out;
}

/** "Start now" changes the mode to Standard and offers the way back; undefined where a plain start does it. */
function startNow({ view, act, t }: Scene): (() => void) | undefined {
  const mode = view.word("mode");
  const standard = optionsOf(view.entity("mode")).find((option) =>
    ["standard", "continuous"].includes(modeWord(option)),
  );
  if (!mode || !standard || mode === standard) return undefined;
  return () => {
    act.setValue(view, "mode", standard);
    act.notify(standard, {
      duration: 10_000,
      action: { text: t("undo"), action: () => act.setValue(view, "mode", mode) },
    });
  };
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
  return buttons(scene, false);
}

/** The first of them as one round button without its word. */
export function primaryRound(scene: Scene): TemplateResult | typeof nothing {
  return buttons(scene, true);
}

function buttons(scene: Scene, round: boolean): TemplateResult | typeof nothing {
  const all = choices(scene).slice(0, round ? 1 : undefined);
  const busy = busyCommand(scene);
  if (all.length === 0) return nothing;
  return html`<div class=${round ? "act" : "actions"}>
    ${all.map(({ action, label, icon: sign, run }, index) => {
      const word = scene.t(label);
      return html`<button
        class="btn ${index === 0 ? "primary" : ""} ${round ? "round" : ""}"
        aria-label=${word}
        ?disabled=${scene.deaf || Boolean(busy)}
        @click=${run}
      >
        ${round ? glyph(scene, sign) : html`${busy === action ? spinner : icon(sign)}<span>${word}</span>`}
      </button>`;
    })}
  </div>`;
}
