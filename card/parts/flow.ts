/** Energy now: read from left to right, bands as wide as they are strong. A hidden table says the same. */
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import { siteEntity } from "../discovery.ts";
import type { Scene } from "../element.ts";
import { carShares, energyFlow, type EnergyFlow, type Sink, type Source } from "../energy.ts";
import { number } from "../hass.ts";
import type { Frame } from "./frame.ts";
import { powerOf, section } from "./head.ts";
import { icon } from "./icon.ts";

const ROW = 52;
/** Thickest band, px, and the thinnest that is still seen. */
const WIDEST = 34;
const THINNEST = 2.5;

export function siteNumber({ view, found }: Scene, role: string): number | undefined {
  return number(siteEntity(view.hass, found.site, role)?.state);
}

/** The house's flow with the given wallboxes as cars. */
export function flowOf(first: Scene, scenes: readonly Scene[]): EnergyFlow | undefined {
  return energyFlow({
    gridW: siteNumber(first, "grid_power"),
    solarW: siteNumber(first, "solar_power"),
    batteryW: siteNumber(first, "battery_power"),
    houseW: siteNumber(first, "house_power"),
    cars: scenes.flatMap((scene) => {
      const w = powerOf(scene);
      return w === undefined ? [] : [{ name: scene.view.ref.name, w }];
    }),
  });
}

/** One end of the bands, in words. */
interface Node {
  readonly kind: Source["kind"] | Sink["kind"];
  readonly name: string;
  readonly w: number;
}

export function flowPart(scene: Scene, { flow }: Pick<Frame, "flow">): TemplateResult | typeof nothing {
  if (!flow) return nothing;
  const { t, fmt } = scene;
  const soc = siteNumber(scene, "battery_soc");
  const several = flow.sinks.filter(({ kind }) => kind === "car").length > 1;
  const from = flow.sources.map(({ kind, w }): Node => ({
    kind,
    name: kind === "battery" && soc !== undefined ? `${t(kind)} ${fmt.percent(soc)}` : t(kind),
    w,
  }));
  const to = flow.sinks.map(({ kind, name, w }): Node => ({ kind, name: (several && name) || t(kind), w }));
  // Cars at rest are left out when there are more than fit: the house and those that charge matter.
  const shown = to.filter(({ kind, w }) => !several || kind !== "car" || w >= 50);
  const rows = Math.max(from.length, shown.length);
  const height = rows * ROW;
  const most = Math.max(1, ...[...from, ...to].map(({ w }) => w));
  const bands = flow.bands
    .map((band) => ({
      ...band,
      row: shown.findIndex((node) => node === to[band.to]),
      h: Math.max(THINNEST, (band.w / most) * WIDEST),
    }))
    .filter(({ row }) => row >= 0);
  /** Where a band begins on one side: those of a row are stacked around its middle. */
  const top = (band: (typeof bands)[number], side: "from" | "row", count: number): number => {
    const mates = bands.filter((each) => each[side] === band[side]);
    const sum = (some: typeof bands): number => some.reduce((total, { h }) => total + h, 0);
    return (height + (2 * band[side] + 1 - count) * ROW - sum(mates)) / 2 + sum(mates.slice(0, mates.indexOf(band)));
  };
  const paths = bands.map((band) => {
    const { h } = band;
    const y1 = top(band, "from", from.length);
    const y2 = top(band, "row", shown.length);
    const d = `M0 ${y1}C50 ${y1} 50 ${y2} 100 ${y2}V${y2 + h}C50 ${y2 + h} 50 ${y1 + h} 0 ${y1 + h}Z`;
    return svg`<path class="k-${from[band.from]?.kind}" d=${d} />`;
  });
  const node = ({ kind, name, w }: Node): TemplateResult =>
    html`<li class="k-${kind} ${w < 1 ? "idle" : ""}">
      <div class="orb small">${icon(kind === "grid" ? "tower" : kind === "house" ? "home" : kind)}</div>
      <div><b>${fmt.watts(w)}</b><span class="sub">${name}</span></div>
    </li>`;
  const shares = carShares(flow);
  const kinds = (["sun", "battery", "grid"] as const).filter((kind) => (shares?.[kind] ?? 0) >= 0.005);
  return section(
    "flow-box",
    t("energy_now"),
    html`<div class="flow" aria-hidden="true">
        <ul class="from">
          ${from.map(node)}
        </ul>
        <svg class="bands" viewBox="0 0 100 ${height}" height=${height} preserveAspectRatio="none">
          ${paths}
          <clipPath id="bands">${paths}</clipPath>
          <g clip-path="url(#bands)">
            <rect class="shine" x="-28" width="16" height=${height} />
          </g>
        </svg>
        <ul>
          ${shown.map(node)}
        </ul>
      </div>
      <table class="vh">
        <caption>
          ${t("energy_now")}
        </caption>
        ${[...from, ...to].map(
          ({ name, w }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${fmt.watts(w)}</td>
            </tr>`,
        )}
      </table>
      ${
        shares &&
        html`<p class="flow-say sub">
          ${t("car")}: ${kinds.map((kind) => `${t(kind)} ${fmt.percent(shares[kind] * 100)}`).join(", ")}
        </p>`
      }`,
  );
}
