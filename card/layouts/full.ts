/** Everything about one wallbox; sections can be chosen and ordered. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { SECTIONS, type Section } from "../config.ts";
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
import { reasonLines, reasonPart } from "../parts/reason.ts";
import { statsPart } from "../parts/stats.ts";

export interface Frame {
  readonly rtl: boolean;
  readonly name: string;
  readonly glyph: TemplateResult;
  readonly history: History;
  readonly flow: EnergyFlow | undefined;
  /** Attributes and handlers of the header when it does something. */
  readonly tap: (inner: TemplateResult) => TemplateResult;
}

/** Controls of a section that stay together in one column; the rest spreads over the card. */
const CONTROLS: readonly Section[] = ["reason", "mode", "limit", "actions"];

export function fullLayout(scene: Scene, frame: Frame): TemplateResult {
  const sections = scene.view.config.sections ?? SECTIONS;
  // Where there is nothing to set there is no slider and no selector: an unplugged or absent box.
  const parts: Readonly<Record<Section, () => TemplateResult | typeof nothing>> = {
    gauge: () => gaugePart(scene, frame.flow),
    session: () => statsPart(scene),
    reason: () => reasonPart(scene, reasonLines(scene)),
    mode: () => modePart(scene, true, frame.rtl),
    limit: () => limitPart(scene, false),
    actions: () => actionsPart(scene),
    phases: () => phasesPart(scene, true),
    flow: () => flowPart(scene.act, scene.view.hass, scene.found.site, frame.flow, scene.t, scene.fmt),
    graph: () => graphPart(scene, frame.history, false),
  };
  const hero: readonly Section[] = sections.filter((name) => name === "gauge" || name === "session");
  // What the user puts between two controls stays there.
  const first = sections.findIndex((name) => CONTROLS.includes(name));
  const last = sections.findLastIndex((name) => CONTROLS.includes(name));
  const controls = sections.slice(Math.max(0, first), last + 1).filter((name) => !hero.includes(name));
  const rest = sections.filter((name) => !hero.includes(name) && !controls.includes(name));
  return html`<div class="body">
    <header class="head">
      ${frame.tap(
        html`<div class="orb">${frame.glyph}</div>
          <div class="who">
            <h3 class="name">${frame.name}</h3>
            <span class="state-line">${stateWord(scene)}</span>
          </div>`,
      )}
      ${chip(scene)} ${moreMenu(scene)}
    </header>
    ${hero.length === 0 ? nothing : html`<div class="hero">${hero.map((name) => parts[name]())}</div>`}
    ${controls.length === 0 ? nothing : html`<div class="controls">${controls.map((name) => parts[name]())}</div>`}
    ${rest.map((name) => parts[name]())}
  </div>`;
}
