/** A tile with rows of 42 px, chosen and ordered by the user. */
import type { nothing } from "lit/html.js";
import { html, type TemplateResult } from "lit/html.js";
import { type Feature, FEATURES } from "../config.ts";
import type { Scene } from "../element.ts";
import { actionsPart } from "../parts/actions.ts";
import { graphPart } from "../parts/graph.ts";
import { moreMenu, stateWord } from "../parts/head.ts";
import { limitPart } from "../parts/limit.ts";
import { modePart } from "../parts/modes.ts";
import { phasesPart } from "../parts/phases.ts";
import { reasonLines } from "../parts/reason.ts";
import { stateOrb } from "./compact.ts";
import type { Frame } from "./full.ts";

export function featuresLayout(scene: Scene, frame: Frame): TemplateResult {
  const { view, fmt } = scene;
  const power = view.silence === "offline" ? undefined : view.num("power");
  const lines = reasonLines(scene);
  const parts: Readonly<Record<Feature, () => TemplateResult | typeof nothing>> = {
    mode: () => modePart(scene, false, frame.rtl),
    limit: () => limitPart(scene, true),
    actions: () => actionsPart(scene),
    phases: () => phasesPart(scene, false),
    graph: () => graphPart(scene, frame.history, true),
  };
  const says =
    view.display === "charging" && view.silence === undefined
      ? [stateWord(scene), fmt.watts(power, `features:${view.ref.id}`), lines.first.split(": ")[0] ?? ""]
      : [lines.first === stateWord(scene) ? "" : lines.first];
  const line = says.filter((word) => word !== "").join(" · ");
  return html`<div class="body">
    <header class="head">
      ${frame.tap(
        html`${stateOrb(scene)}
          <div class="who">
            <h3 class="name">${frame.name}</h3>
            <span class="sub">${line === "" ? stateWord(scene) : line}</span>
          </div>`,
      )}
      ${moreMenu(scene)}
    </header>
    ${(view.config.features ?? FEATURES).map((name) => parts[name]())}
  </div>`;
}
