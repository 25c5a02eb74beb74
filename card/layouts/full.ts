/** Everything about one wallbox; sections can be chosen and ordered. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { SECTIONS, type Section } from "../config.ts";
import type { Scene } from "../element.ts";
import { actionsPart } from "../parts/actions.ts";
import { flowPart } from "../parts/flow.ts";
import type { Frame } from "../parts/frame.ts";
import { gaugePart } from "../parts/gauge.ts";
import { graphPart } from "../parts/graph.ts";
import { chip, moreMenu, stateWord } from "../parts/head.ts";
import { limitPart } from "../parts/limit.ts";
import { modePart } from "../parts/modes.ts";
import { phasesPart } from "../parts/phases.ts";
import { glyph, reasonPart } from "../parts/reason.ts";
import { statsPart } from "../parts/stats.ts";

type Part = (scene: Scene, frame: Frame) => TemplateResult | typeof nothing;

/** Each section; where there is nothing to set or to show it is nothing. */
export const PARTS: Readonly<Record<Section, Part>> = {
  gauge: gaugePart,
  session: statsPart,
  reason: reasonPart,
  mode: modePart,
  limit: limitPart,
  actions: actionsPart,
  phases: phasesPart,
  flow: flowPart,
  graph: graphPart,
};

const HERO: readonly Section[] = ["gauge", "session"];
/** Controls of a section that stay together in one column; the rest spreads over the card. */
const CONTROLS: readonly Section[] = ["reason", "mode", "limit", "actions"];

export function fullLayout(scene: Scene, frame: Frame): TemplateResult {
  const { card } = frame;
  const sections = scene.view.config.sections ?? SECTIONS;
  const hero = sections.filter((name) => HERO.includes(name));
  const others = sections.filter((name) => !HERO.includes(name));
  const isControl = (name: Section): boolean => CONTROLS.includes(name);
  // What the user puts between two controls stays there.
  const controls = others.slice(others.findIndex(isControl), others.findLastIndex(isControl) + 1);
  const draw = (names: readonly Section[]): readonly unknown[] => names.map((name) => PARTS[name](scene, frame));
  const group = (cls: string, names: readonly Section[]): TemplateResult | typeof nothing =>
    names.length === 0 ? nothing : html`<div class=${cls}>${draw(names)}</div>`;
  return html`<div class="body">
    ${card.head(
      scene,
      html`<div class="orb">${card.sign}</div>`,
      stateWord(scene),
      html`${chip(glyph(scene, scene.view.icon), stateWord(scene))}${moreMenu(scene)}`,
      "state-line",
    )}
    ${group("hero", hero)} ${group("controls", controls)} ${draw(others.filter((name) => !controls.includes(name)))}
  </div>`;
}
