/** The dial: how fast, from which source, up to where. Thin when nothing flows. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { carShares, type EnergyFlow } from "../energy.ts";
import type { Quantity } from "../format.ts";
import { number } from "../hass.ts";
import type { Frame } from "./frame.ts";
import { currents, figure } from "./head.ts";
import { icon } from "./icon.ts";

/** Part of the dial's 270° of radius 66 around (80, 80), open at the bottom; `from` and `length` in % of it. */
function arc(cls: string, length: number, from = 0, dashes = `${length.toFixed(1)} 200`): SVGTemplateResult {
  return svg`<path class=${cls} d="M33.3 126.7A66 66 0 1 1 126.7 126.7" pathLength="100" stroke-dasharray=${dashes} stroke-dashoffset=${(-from).toFixed(1)} />`;
}

type Arc = SVGTemplateResult | typeof nothing;

/** Arcs, and in their middle a figure, or else a word with the state's icon. */
interface Dial {
  readonly arcs: readonly Arc[];
  readonly main: Quantity | string;
  readonly sub?: string;
  /** What a screen reader hears in place of `sub`. */
  readonly spoken?: string;
}

function dialOf(scene: Scene, flow: EnergyFlow | undefined): Dial {
  const { view, t, fmt } = scene;
  const { display, silence, maxW, maxA } = view;
  const power = view.num("power");
  const energy = view.num("energy_session");
  const short = number(view.params["short_w"]);
  const percent = (part: number, whole: number): number => Math.min(1, Math.max(0, part / whole)) * 100;
  if (silence === "offline" || (silence && power === undefined)) {
    return { arcs: [arc("thin", 100, 0, "1 5")], main: t(view.wordKey) };
  }
  if (display === "charging" || (power ?? 0) >= 100) {
    const limit = percent(view.num("limit") ?? maxA, maxA);
    const mark = percent(view.allowedA ?? 0, maxA);
    return {
      arcs: [
        limit < 97 ? arc("rest", Math.max(0, 96.6 - limit), limit + 3.4) : nothing,
        arc("track", limit),
        ...sourceArcs(scene, flow, percent(power ?? 0, maxW)),
        // What the planner allows, across the arc.
        ...(mark > 0 ? [arc("halo", 2.6, mark - 1.3), arc("tick", 1, mark - 0.5)] : []),
        svg`<text x="26" y="146">${fmt.number(0)}</text><text x="134" y="146">${fmt.number(maxW / 1000, 0, maxW < 10_000 ? 1 : 0)}</text>`,
      ],
      main: fmt.power(power, view.ref.id),
      sub: currents(scene),
      spoken: `/ ${fmt.watts(maxW)}`,
    };
  }
  if (view.waitsForSun && short !== undefined) {
    const need = number(view.params["need_w"]) ?? 0;
    return {
      arcs: [arc("thin", 100), need > 0 ? arc("k-sun v thin", percent(need - short, need)) : nothing],
      main: fmt.power(short),
      sub: t("short"),
    };
  }
  const finished = display === "finished";
  const arcs = [arc(finished ? "v thin" : "thin", 100)];
  if (energy !== undefined && (finished || display === "paused")) {
    return { arcs, main: fmt.energy(energy), sub: t(finished ? "charged" : "so_far") };
  }
  const word = display === "available" ? "no_car" : display === "awaiting_authorization" ? "s_connected" : view.wordKey;
  return { arcs, main: t(word) };
}

export function gaugePart(scene: Scene, { flow }: Frame): TemplateResult {
  const { view, t, fmt } = scene;
  const { plugged } = view;
  const { arcs, main, sub = "", spoken = sub } = dialOf(scene, flow);
  const word = typeof main === "string";
  const say = [
    t(view.wordKey),
    word ? "" : `${fmt.join(main)} ${spoken}`,
    plugged === undefined ? "" : t(plugged ? "s_connected" : "no_car"),
  ];
  return html`<div class="ring" role="img" aria-label=${say.filter(Boolean).join(", ")}>
    <svg class="dial" viewBox="0 0 160 152" aria-hidden="true">${arcs}</svg>
    <div class="mid" aria-hidden="true">
      ${word ? icon(view.icon) : nothing}
      <div class=${word ? "word" : "num"}>${word ? main : figure(main)}</div>
      ${sub && html`<div class="sub">${sub}</div>`}
    </div>
    ${
      plugged === undefined
        ? nothing
        : html`<div class="car ${plugged ? "" : "gone"}">${icon(plugged ? "car" : "car-outline")}</div>`
    }
  </div>`;
}

/** The value arc: sun first, then battery, then grid; one state colour where the sources are not known. */
function sourceArcs(scene: Scene, flow: EnergyFlow | undefined, value: number): readonly Arc[] {
  const { silence, ref } = scene.view;
  if (value < 0.6) return [];
  const shares = silence ? undefined : carShares(flow, ref.name);
  if (!shares) return [arc("v", value)];
  // Drawn from the last to the first, each with a gap where the next begins: round caps overlap neatly.
  const arcs: Arc[] = [];
  let end = 1;
  for (const kind of ["grid", "battery", "sun"] as const) {
    const part = shares[kind];
    if (part < 0.02) continue;
    if (end < 0.99) arcs.push(arc("gap", Math.min(value, value * end + 1.1)));
    arcs.push(arc(`k-${kind} v`, value * end));
    end -= part;
  }
  return arcs;
}
