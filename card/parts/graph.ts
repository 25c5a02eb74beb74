/** The session's power, stacked by source, always left to right. */
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import { siteEntity } from "../discovery.ts";
import type { Scene } from "../element.ts";
import { time } from "../hass.ts";
import { reduce, type Sample, valueAt } from "../history.ts";
import type { Frame } from "./frame.ts";
import { section } from "./head.ts";

export function graphPart(scene: Scene, { card, slim }: Frame): TemplateResult | typeof nothing {
  const { view, t, fmt, now, found } = scene;
  const { hours = "session", show_limit = true } = view.config.graph ?? {};
  const rolling = typeof hours === "number";
  const startMs = rolling ? now - hours * 3_600_000 : (time(view.word("session_start")) ?? now);
  if (startMs >= now || !view.has("power")) return nothing;
  const roles = [view.id("power"), view.id("limit"), siteEntity(view.hass, found.site, "grid_power")?.entity_id];
  const history = card.past(
    scene,
    roles.filter((id) => id !== undefined),
    startMs,
  );
  const [power = [], limits = [], grid = []] = roles.map((id) => history.samples(id));
  const present = view.silence ? undefined : view.num("power");
  const line: Sample[] = [...reduce(power.filter(({ ms }) => ms >= startMs))];
  if (present !== undefined) line.push({ ms: now, v: present });
  const last = line.at(-1);
  if (line.length < 2 || !last) return nothing;

  const { maxW, maxA } = view;
  const height = slim ? 42 : 112;
  const top = slim ? 2 : 0;
  const x = (ms: number): string => (((ms - startMs) / (now - startMs)) * 600).toFixed(0);
  const y = (watts: number): string => (height - Math.min(1, Math.max(0, watts / maxW)) * (height - top)).toFixed(1);
  const path = (samples: readonly Sample[]): string => `M${samples.map(({ ms, v }) => `${x(ms)} ${y(v)}`).join("L")}`;
  const area = (samples: readonly Sample[]): string => `${path(samples)}V${height}H${x(samples[0]?.ms ?? 0)}Z`;
  const own =
    grid.length === 0
      ? undefined
      : line.map(({ ms, v }) => ({ ms, v: v - Math.min(v, Math.max(0, valueAt(grid, ms) ?? 0)) }));
  const limit = slim || !show_limit ? undefined : (valueAt(limits, startMs) ?? limits[0]?.v);
  const cap = (amps: number): string => y((amps / maxA) * maxW);
  const title = rolling ? `${fmt.number(hours)} h` : t("graph");
  const say = `${title}: ${fmt.watts(last.v)} / ${fmt.watts(Math.max(...line.map(({ v }) => v)))}`;
  const canvas = html`<svg viewBox="0 0 600 ${height}" preserveAspectRatio="none" aria-hidden="true">
    <path class="${own ? "k-grid" : ""} area" fill-rule="evenodd" d=${area(line) + (own ? area(own) : "")} />
    ${own && svg`<path class="k-sun area" d=${area(own)} />`}
    ${
      limit === undefined
        ? nothing
        : svg`<path class="cap" vector-effect="non-scaling-stroke" d="M0 ${cap(limit)}${limits
            .filter(({ ms }) => ms > startMs)
            .map(({ ms, v }) => `H${x(ms)}V${cap(v)}`)
            .join("")}H600" />`
    }
    <path class="line" vector-effect="non-scaling-stroke" d=${path(line)} />
  </svg>`;
  if (slim) return html`<div class="spark graph" role="img" aria-label=${say}>${canvas}</div>`;
  return section(
    "graph-box",
    title,
    html`<figure class="graph" role="img" aria-label=${say}>
        <div class="plot">
          ${canvas}
          ${present === undefined ? nothing : html`<span class="dot" style="left:100%;top:${y(present)}px"></span>`}
          <span class="y sub">${fmt.join({ n: fmt.number(maxW / 1000, 0, 1), u: "kW" })}</span>
        </div>
        <div class="x sub">
          ${[0, 0.25, 0.5, 0.75].map((part) => html`<span>${fmt.time(startMs + part * (now - startMs), now)}</span>`)}
          <span>${t("now")}</span>
        </div>
      </figure>
      <p class="key">
        ${own && (["sun", "grid"] as const).map((kind) => html`<span class="k-${kind}"><i></i>${t(kind)}</span>`)}
        ${limit === undefined ? nothing : html`<span><i class="dash"></i>${t("limit")}</span>`}
      </p>`,
  );
}
