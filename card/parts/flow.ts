/** Energy now: read from left to right, bands as wide as they are strong. A hidden table says the same. */
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import { carShares, energyFlow, type EnergyFlow, type Sink, type Source } from "../energy.ts";
import { siteEntity } from "../discovery.ts";
import type { Scene } from "../element.ts";
import type { Formatter } from "../format.ts";
import { type Fields, type Hass, number } from "../hass.ts";
import type { Translate } from "../i18n/languages.ts";
import type { IconName } from "../icons.ts";
import { icon } from "./icon.ts";

const ROW = 52;
/** Thickest band, px, and the thinnest that is still seen. */
const WIDEST = 34;
const THINNEST = 2.5;

const LOOK: Readonly<Record<string, readonly [IconName, string]>> = {
  sun: ["sun", "k-sun"],
  battery: ["battery", "k-battery"],
  grid: ["tower", "k-grid"],
  house: ["home", "k-house"],
  car: ["car", "k-car"],
  export: ["export", "k-export"],
};

export function siteNumber(hass: Hass, site: Fields, role: string): number | undefined {
  return number(siteEntity(hass, site, role)?.state);
}

/** The house's flow with the given wallboxes as cars. */
export function flowOf(hass: Hass, site: Fields, scenes: readonly Scene[]): EnergyFlow | undefined {
  return energyFlow({
    gridW: siteNumber(hass, site, "grid_power"),
    solarW: siteNumber(hass, site, "solar_power"),
    batteryW: siteNumber(hass, site, "battery_power"),
    houseW: siteNumber(hass, site, "house_power"),
    cars: scenes.flatMap(({ view }) => {
      const w = view.num("power");
      return w === undefined ? [] : [{ name: view.ref.name, w }];
    }),
  });
}

let clips = 0;
const clipIds = new WeakMap<object, string>();

export function flowPart(
  owner: object,
  hass: Hass,
  site: Fields,
  flow: EnergyFlow | undefined,
  t: Translate,
  fmt: Formatter,
): TemplateResult | typeof nothing {
  if (flow === undefined) return nothing;
  let clip = clipIds.get(owner);
  if (clip === undefined) clipIds.set(owner, (clip = `evse-flow-${String((clips += 1))}`));
  const { sources } = flow;
  // Cars at rest are left out when there are more than fit: the house and those that charge matter.
  const resting = flow.sinks.filter((sink) => sink.kind === "car").length > 1;
  const shown = flow.sinks
    .map((sink, index) => ({ sink, index }))
    .filter(({ sink }) => !(resting && sink.kind === "car" && sink.w < 50));
  const rows = Math.max(sources.length, shown.length);
  const height = rows * ROW;
  const soc = siteNumber(hass, site, "battery_soc");
  const total = Math.max(1, ...sources.map((each) => each.w), ...flow.sinks.map((each) => each.w));
  const thick = (w: number): number => Math.max(THINNEST, (w / total) * WIDEST);
  const bands = flow.bands
    .map((band) => ({ ...band, row: shown.findIndex(({ index }) => index === band.to), h: thick(band.w) }))
    .filter((band) => band.row >= 0);
  const start = (row: number, side: "from" | "row"): number => {
    const own = bands.filter((band) => band[side] === row).reduce((sum, band) => sum + band.h, 0);
    return row * ROW + ROW / 2 - own / 2 + ((rows - (side === "from" ? sources.length : shown.length)) * ROW) / 2;
  };
  const left = new Map<number, number>();
  const right = new Map<number, number>();
  const paths = bands.map((band) => {
    const y1 = left.get(band.from) ?? start(band.from, "from");
    const y2 = right.get(band.row) ?? start(band.row, "row");
    left.set(band.from, y1 + band.h);
    right.set(band.row, y2 + band.h);
    const f = (y: number): string => y.toFixed(1);
    return {
      cls: LOOK[sources[band.from]?.kind ?? "grid"]?.[1] ?? "",
      d: `M0 ${f(y1)}C50 ${f(y1)} 50 ${f(y2)} 100 ${f(y2)}V${f(y2 + band.h)}C50 ${f(y2 + band.h)} 50 ${f(y1 + band.h)} 0 ${f(y1 + band.h)}Z`,
    };
  });
  const sourceName = (source: Source): string =>
    source.kind === "battery" && soc !== undefined ? `${t("battery")} ${fmt.percent(soc)}` : t(source.kind);
  const sinkName = (sink: Sink): string =>
    sink.kind === "car" && resting && sink.name !== "" ? sink.name : t(sink.kind);
  const node = (kind: string, name: string, w: number): TemplateResult => {
    const [glyph, cls] = LOOK[kind] ?? ["car", "k-car"];
    return html`<li class="${cls} ${w < 1 ? "idle" : ""}">
      <div class="orb small">${icon(glyph)}</div>
      <div><b>${fmt.watts(w)}</b><span class="sub">${name}</span></div>
    </li>`;
  };
  const shares = carShares(flow);
  const say =
    shares === undefined
      ? ""
      : (["sun", "battery", "grid"] as const)
          .filter((kind) => shares[kind] >= 0.005)
          .map((kind) => `${t(kind)} ${fmt.percent(shares[kind] * 100)}`)
          .join(", ");
  return html`<section class="flow-box">
    <h4>${t("energy_now")}</h4>
    <div class="flow" aria-hidden="true">
      <ul class="from">
        ${sources.map((source) => node(source.kind, sourceName(source), source.w))}
      </ul>
      <svg class="bands" viewBox="0 0 100 ${height}" height=${height} preserveAspectRatio="none">
        <clipPath id=${clip}>${paths.map(({ d }) => svg`<path d=${d} />`)}</clipPath>
        ${paths.map(({ d, cls }) => svg`<path class=${cls} d=${d} />`)}
        <linearGradient id="${clip}-shine">
          ${[0, 0.7, 0].map((alpha, at) => svg`<stop offset=${at / 2} stop-color="#fff" stop-opacity=${alpha} />`)}
        </linearGradient>
        <g clip-path="url(#${clip})">
          <rect class="shine" x="-40" width="40" height=${height} fill="url(#${clip}-shine)" />
        </g>
      </svg>
      <ul>
        ${shown.map(({ sink }) => node(sink.kind, sinkName(sink), sink.w))}
      </ul>
    </div>
    <table class="vh">
      <caption>
        ${t("energy_now")}
      </caption>
      ${sources.map(
        (source) =>
          html`<tr>
            <th scope="row">${sourceName(source)}</th>
            <td>${fmt.watts(source.w)}</td>
          </tr>`,
      )}
      ${flow.sinks.map(
        (sink) =>
          html`<tr>
            <th scope="row">${sinkName(sink)}</th>
            <td>${fmt.watts(sink.w)}</td>
          </tr>`,
      )}
    </table>
    ${say === "" ? nothing : html`<p class="flow-say sub">${t("car")}: ${say}</p>`}
  </section>`;
}
