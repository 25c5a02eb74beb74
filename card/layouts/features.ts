/** A tile with rows of 42 px, chosen and ordered by the user. */
import { html, type TemplateResult } from "lit/html.js";
import { FEATURES } from "../config.ts";
import type { Scene } from "../element.ts";
import type { Frame } from "../parts/frame.ts";
import { moreMenu, powerOf, stateOrb, stateWord } from "../parts/head.ts";
import { reasonLines } from "../parts/reason.ts";
import { PARTS } from "./full.ts";

export function featuresLayout(scene: Scene, frame: Frame): TemplateResult {
  const { view, fmt } = scene;
  const word = stateWord(scene);
  const { first } = reasonLines(scene);
  const line =
    view.display === "charging" && !view.silence
      ? [word, fmt.watts(powerOf(scene), view.ref.id), first.split(": ")[0]].join(" · ")
      : first || word;
  return html`<div class="body">
    ${frame.card.head(scene, stateOrb(scene), line, moreMenu(scene))}
    ${(view.config.features ?? FEATURES).map((name) => PARTS[name](scene, frame))}
  </div>`;
}
