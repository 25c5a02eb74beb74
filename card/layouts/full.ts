/** Everything about one wallbox; sections can be chosen and ordered. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { type CardConfig, SECTIONS, type Section } from "../config.ts";
import type { Scene } from "../element.ts";
import type { EnergyFlow } from "../energy.ts";
import type { History } from "../history.ts";
import { actionsPart } from "../parts/actions.ts";
import { flowPart } from "../parts/flow.ts";
import { gaugePart } from "../parts/gauge.ts";
import { graphPart } from "../parts/graph.ts";
import { chip, moreMenu, stateWord } from "../parts/head.ts";
import { limitPart } from "../parts/limit.ts";
import { modePart } from "../parts/modes.ts";
import { phasesPart } from "../parts/phases.ts";
import { glyph, reasonPart } from "../parts/reason.ts";
import { statsPart } from "../parts/stats.ts";

/** What only the card itself knows and can do. */
export interface Card {
  readonly config: CardConfig;
  /** Id of the site's wallbox that is unfolded. */
  readonly open: string | undefined;
  toggle(id: string): void;
  /** The header: a button when it does something. */
  head(
    scene: Scene,
    orb: TemplateResult,
    line: string,
    more?: TemplateResult | typeof nothing,
    lineClass?: string,
  ): TemplateResult;
  /** The past of some entities since a time, in ms; asked for once somebody looks. */
  past(scene: Scene, ids: readonly string[], startMs: number): History;
  /** The user's own icon, else a charging station. */
  readonly sign: TemplateResult;
}

/** Where a part is drawn. */
export interface Frame {
  readonly card: Card;
  readonly flow: EnergyFlow | undefined;
  /** All wallboxes of the card. */
  readonly scenes: readonly Scene[];
  /** As a row of a tile. */
  readonly slim: boolean;
}

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
