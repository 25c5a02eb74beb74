/** Two rows of the grid: what, how fast, why, and one button. */
import { html, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { primaryRound } from "../parts/actions.ts";
import type { Frame } from "../parts/frame.ts";
import { figure, powerOf, stateOrb, stateWord } from "../parts/head.ts";
import { reasonLines } from "../parts/reason.ts";

export function compactLayout(scene: Scene, { card }: Frame): TemplateResult {
  const power = powerOf(scene);
  // The second half of a line ("…: 800 W short") is left out where there is no room for it.
  const [what, more] = reasonLines(scene).first.split(/(?=: )/);
  return html`<div class="body">
    ${card.head(scene, stateOrb(scene), stateWord(scene))}
    <div class="power ${(power ?? 0) < 1 ? "rest" : ""}">${figure(scene.fmt.power(power, scene.view.ref.id))}</div>
    <p class="why">${what}${more && html`<span class="next">${more}</span>`}</p>
    ${primaryRound(scene)}
  </div>`;
}
