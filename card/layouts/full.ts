/** Everything about one wallbox; sections can be chosen and ordered. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { SECTIONS, type Section } from "../config.ts";
import type { Scene } from "../element.ts";
import type { EnergyFlow } from "../energy.ts";
import { actionsPart } from "../parts/actions.ts";
import { flowPart } from "../parts/flow.ts";
import { gaugePart } from "../parts/gauge.ts";
import { graphPart, type Past } from "../parts/graph.ts";
import { moreMenu, stateChip, stateWord, who } from "../parts/head.ts";
import { limitPart } from "../parts/limit.ts";
import { modePart } from "../parts/modes.ts";
import { phasesPart } from "../parts/phases.ts";
import { reasonPart } from "../parts/reason.ts";
import { statsPart } from "../parts/stats.ts";

export interface Frame {
  readonly name: string;
  readonly glyph: TemplateResult;
  readonly past: Past;
  readonly flow: EnergyFlow | undefined;
  /** Makes the header a button when it does something. */
  readonly tap: (inner: TemplateResult) => TemplateResult;
}

type Part = (scene: Scene, frame: Frame, slim: boolean) => TemplateResult | typeof nothing;

/** Each section; the slim ones are rows of a tile. Where there is nothing to set or to show it is nothing. */
export const PARTS: Readonly<Record<Section, Part>> = {
  gauge: (scene, { flow }) => gaugePart(scene, flow),
  session: statsPart,
  reason: reasonPart,
  mode: (scene, _frame, slim) => modePart(scene, slim),
  limit: (scene, _frame, slim) => limitPart(scene, slim),
  actions: actionsPart,
  phases: (scene, _frame, slim) => phasesPart(scene, slim),
  flow: (scene, { flow }) => flowPart(scene, flow),
  graph: (scene, { past }, slim) => graphPart(scene, past, slim),
};

const HERO: readonly Section[] = ["gauge", "session"];
/** Controls of a section that stay together in one column; the rest spreads over the card. */
const CONTROLS: readonly Section[] = ["reason", "mode", "limit", "actions"];

export function fullLayout(scene: Scene, frame: Frame): TemplateResult {
  const sections = scene.view.config.sections ?? SECTIONS;
  const hero = sections.filter((name) => HERO.includes(name));
  const others = sections.filter((name) => !HERO.includes(name));
  const isControl = (name: Section): boolean => CONTROLS.includes(name);
  // What the user puts between two controls stays there.
  const controls = others.slice(others.findIndex(isControl), others.findLastIndex(isControl) + 1);
  const draw = (names: readonly Section[]): readonly unknown[] => names.map((name) => PARTS[name](scene, frame, false));
  const group = (cls: string, names: readonly Section[]): TemplateResult | typeof nothing =>
    names.length === 0 ? nothing : html`<div class=${cls}>${draw(names)}</div>`;
  return html`<div class="body">
    <header class="head">
      ${frame.tap(who(html`<div class="orb">${frame.glyph}</div>`, frame.name, stateWord(scene), "state-line"))}
      ${stateChip(scene)} ${moreMenu(scene)}
    </header>
    ${group("hero", hero)} ${group("controls", controls)} ${draw(others.filter((name) => !controls.includes(name)))}
  </div>`;
}
