/** The dial: how fast, from which source, up to where. Thin when nothing flows. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { carShares, type EnergyFlow } from "../energy.ts";
import { DASH, type Quantity } from "../format.ts";
import { number } from "../hass.ts";
import { icon } from "./icon.ts";

/** 270° of radius 66 around (80, 80), open at the bottom. */
const ARC = "M33.3 126.7A66 66 0 1 1 126.7 126.7";
const CENTRE = 80;

function arc(cls: string, length: number, offset = 0): SVGTemplateResult {
  return svg`<path class=${cls} d=${ARC} pathLength="100" stroke-dasharray="${length.toFixed(1)} 200" stroke-dashoffset=${(-offset).toFixed(1)} />`;
}

/** A mark across the arc at `share` 0..1. */
function mark(share: number): SVGTemplateResult {
  const angle = ((135 + 270 * share) * Math.PI) / 180;
  const at = (r: number): string =>
    `${(CENTRE + r * Math.cos(angle)).toFixed(1)} ${(CENTRE + r * Math.sin(angle)).toFixed(1)}`;
  const d = `M${at(56)}L${at(76)}`;
  return svg`<path class="halo" d=${d} /><path class="tick" d=${d} />`;
}

interface Middle {
  readonly figure?: Quantity;
  readonly word?: string;
  readonly sub?: string;
}

export function gaugePart(scene: Scene, flow: EnergyFlow | undefined): TemplateResult {
  const { view, t, fmt } = scene;
  const power = view.num("power");
  const full = view.maxW;
  const share = (watts: number): number => Math.min(1, Math.max(0, watts / full));
  const parts: SVGTemplateResult[] = [];
  let middle: Middle;
  let glyph = false;
  const energy = view.num("energy_session");
  const flows = view.display === "charging" || (power ?? 0) >= 100;

  if (view.silence === "offline" || (view.silence !== undefined && power === undefined)) {
    parts.push(svg`<path class="thin" d=${ARC} pathLength="100" stroke-dasharray="1 5" />`);
    middle = { word: t(view.wordKey) };
    glyph = true;
  } else if (flows) {
    const limit = share((view.num("limit") ?? view.maxA) * (full / view.maxA)) * 100;
    if (limit < 97) parts.push(arc("rest", Math.max(0, 100 - limit - 3.4), limit + 3.4));
    parts.push(arc("track", limit));
    const value = share(power ?? 0) * 100;
    parts.push(...sourceArcs(scene, flow, value));
    const allowed = view.allowedA;
    if (allowed !== undefined && allowed > 0) parts.push(mark(share(allowed * (full / view.maxA))));
    parts.push(
      svg`<text x="26" y="146">${fmt.number(0)}</text><text x="134" y="146">${fmt.number(full / 1000, 0, full < 10_000 ? 1 : 0)}</text>`,
    );
    const amps = view.currentA;
    const figure = fmt.power(power, `dial:${view.ref.id}`);
    const legs = view.phasesUsed;
    middle = {
      figure,
      ...(amps === undefined ? {} : { sub: fmt.ltr(`${fmt.amps(amps)}${legs > 1 ? ` × ${fmt.number(legs)}` : ""}`) }),
    };
  } else if (view.waitsForSun && number(view.params["short_w"]) !== undefined) {
    const short = number(view.params["short_w"]) ?? 0;
    const need = number(view.params["need_w"]) ?? 0;
    parts.push(arc("thin", 100));
    if (need > 0) parts.push(arc("k-sun v thin", share(((need - short) / need) * full) * 100));
    middle = { figure: fmt.power(short), sub: t("short") };
  } else if (view.display === "finished") {
    parts.push(arc("v thin", 100));
    middle = energy === undefined ? { word: t("s_finished") } : { figure: fmt.energy(energy), sub: t("charged") };
    glyph = energy === undefined;
  } else {
    parts.push(arc("thin", 100));
    if (view.display === "paused" && energy !== undefined) middle = { figure: fmt.energy(energy), sub: t("so_far") };
    else {
      middle = {
        word: t(
          view.display === "available"
            ? "no_car"
            : view.display === "awaiting_authorization"
              ? "s_connected"
              : view.wordKey,
        ),
      };
      glyph = true;
    }
  }
  const plugged = view.plugged;
  const say = [
    t(view.wordKey),
    middle.figure === undefined
      ? ""
      : `${fmt.join(middle.figure)} ${flows ? `/ ${fmt.watts(full)}` : (middle.sub ?? "")}`,
    plugged === undefined ? "" : t(plugged ? "s_connected" : "no_car"),
  ]
    .filter((word) => word !== "")
    .join(", ");
  return html`<div class="ring" role="img" aria-label=${say}>
    <svg class="dial" viewBox="0 0 160 152" aria-hidden="true">${parts}</svg>
    <div class="mid" aria-hidden="true">
      ${glyph ? icon(view.icon) : nothing}
      ${
        middle.figure === undefined
          ? html`<div class="num word">${middle.word ?? DASH}</div>`
          : html`<div class="num">${middle.figure.n}<small>${middle.figure.u}</small></div>`
      }
      ${middle.sub === undefined ? nothing : html`<div class="sub">${middle.sub}</div>`}
    </div>
    ${
      plugged === undefined
        ? nothing
        : html`<div class="car ${plugged ? "" : "gone"}">${icon(plugged ? "car" : "car-outline")}</div>`
    }
  </div>`;
}

/** The value arc: sun first, then battery, then grid; one state colour where the sources are not known. */
function sourceArcs(scene: Scene, flow: EnergyFlow | undefined, value: number): readonly SVGTemplateResult[] {
  if (value < 0.6) return [];
  const shares = scene.view.silence === undefined ? carShares(flow, scene.view.ref.name) : undefined;
  if (shares === undefined) return [arc("v", value)];
  const parts: SVGTemplateResult[] = [];
  // Drawn from the last to the first, each with a gap where the next begins: round caps overlap neatly.
  let end = 1;
  for (const kind of ["grid", "battery", "sun"] as const) {
    const part = shares[kind];
    if (part < 0.02) continue;
    if (end < 0.99) parts.push(arc("gap", Math.min(value, value * end + 1.1)));
    parts.push(arc(`k-${kind} v`, value * end));
    end -= part;
  }
  return parts;
}
