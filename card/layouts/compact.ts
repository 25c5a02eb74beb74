/** Two rows of the grid: what, how fast, why, and one button. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";
import { primaryRound } from "../parts/actions.ts";
import { stateWord } from "../parts/head.ts";
import { icon, orb, spinner } from "../parts/icon.ts";
import { busyCommand, reasonLines } from "../parts/reason.ts";
import type { Frame } from "./full.ts";

/** Share of full power for the thin ring. */
export function speed(scene: Scene): number | undefined {
  const power = scene.view.num("power");
  if (scene.view.display === "finished") return 1;
  return power === undefined || scene.view.silence !== undefined ? undefined : power / scene.view.maxW;
}

export function stateOrb(scene: Scene): TemplateResult {
  return orb(busyCommand(scene) === undefined ? icon(scene.view.icon) : spinner, speed(scene));
}

export function compactLayout(scene: Scene, frame: Frame): TemplateResult {
  const { view, fmt, t } = scene;
  const power = view.silence === "offline" ? undefined : view.num("power");
  const figure = fmt.power(power, `compact:${view.ref.id}`);
  const lines = reasonLines(scene);
  const busy = busyCommand(scene) !== undefined;
  // The second half of a line ("…: 800 W short") is left out where there is no room for it.
  const [what = "", more] = busy ? [t("r_asking")] : lines.first.split(/(?=: )/);
  return html`<div class="body">
    <header class="head">
      ${frame.tap(
        html`${stateOrb(scene)}
          <div class="who">
            <h3 class="name">${frame.name}</h3>
            <span class="sub">${stateWord(scene)}</span>
          </div>`,
      )}
    </header>
    <div class="power ${(power ?? 0) < 1 ? "rest" : ""}">
      ${power === undefined ? DASH : html`${figure.n}<small>${figure.u}</small>`}
    </div>
    <p class="why">${what}${more === undefined ? nothing : html`<span class="next">${more}</span>`}</p>
    ${primaryRound(scene)}
  </div>`;
}
