/** The session's power, stacked by source, always left to right. */
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import { siteEntity } from "../discovery.ts";
import type { Scene } from "../element.ts";
import { time } from "../hass.ts";
import { type History, reduce, type Sample, valueAt } from "../history.ts";

const WIDTH = 600;

export interface Span {
  readonly startMs: number;
  readonly session: boolean;
  readonly hours: number;
}

/** From when the curve is shown; undefined when there is no session to show. */
export function spanOf(scene: Scene): Span | undefined {
  const { view, now } = scene;
  const hours = view.config.graph?.hours ?? "session";
  if (typeof hours === "number") return { startMs: now - hours * 3_600_000, session: false, hours };
  const start = time(view.word("session_start"));
  return start !== undefined && start < now ? { startMs: start, session: true, hours: 0 } : undefined;
}

export function graphIds(scene: Scene): readonly string[] {
  const { view, found } = scene;
  const grid = siteEntity(view.hass, found.site, "grid_power");
  return [view.id("power"), view.id("limit"), grid?.entity_id].filter((id) => id !== undefined);
}

export function graphPart(scene: Scene, history: History, slim: boolean): TemplateResult | typeof nothing {
  const { view, t, fmt, now, found } = scene;
  const span = spanOf(scene);
  if (span === undefined || !view.has("power")) return nothing;
  const height = slim ? 42 : 112;
  const power = reduce(history.samples(view.id("power")).filter((sample) => sample.ms >= span.startMs));
  const present = view.silence === undefined ? view.num("power") : undefined;
  const line: Sample[] = [...power];
  if (present !== undefined) line.push({ ms: now, v: present });
  if (line.length < 2) return nothing;
  const full = view.maxW;
  const x = (ms: number): string => (((ms - span.startMs) / (now - span.startMs)) * WIDTH).toFixed(0);
  const top = slim ? 2 : 0;
  const y = (watts: number): string =>
    (height - (Math.min(full, Math.max(0, watts)) / full) * (height - top)).toFixed(1);
  const path = (samples: readonly Sample[]): string =>
    samples.map(({ ms, v }, index) => `${index === 0 ? "M" : "L"}${x(ms)} ${y(v)}`).join("");
  const close = (samples: readonly Sample[]): string => `${path(samples)}V${String(height)}H${x(samples[0]?.ms ?? 0)}Z`;
  const grid = history.samples(siteEntity(view.hass, found.site, "grid_power")?.entity_id);
  const own =
    grid.length > 0
      ? line.map(({ ms, v }) => ({ ms, v: v - Math.min(v, Math.max(0, valueAt(grid, ms) ?? 0)) }))
      : undefined;
  const limits = history.samples(view.id("limit"));
  const perAmp = full / view.maxA;
  const showLimit = !slim && view.config.graph?.show_limit !== false && limits.length > 0;
  let cap = "";
  if (showLimit) {
    cap = `M0 ${y((valueAt(limits, span.startMs) ?? limits[0]?.v ?? 0) * perAmp)}`;
    for (const { ms, v } of limits) if (ms > span.startMs) cap += `H${x(ms)}V${y(v * perAmp)}`;
    cap += `H${String(WIDTH)}`;
  }
  const curve = svg`
    ${slim ? "" : svg`<path class="gl" vector-effect="non-scaling-stroke" d="M0 112H600M0 56H600M0 0H600" />`}
    <path class="${own === undefined ? "" : "k-grid"} area" fill-rule="evenodd" d=${close(line) + (own === undefined ? "" : close(own))} />
    ${own === undefined ? "" : svg`<path class="k-sun area" d=${close(own)} />`}
    ${cap === "" ? "" : svg`<path class="cap" vector-effect="non-scaling-stroke" d=${cap} />`}
    <path class="line" vector-effect="non-scaling-stroke" d=${path(line)} />`;
  const from = fmt.time(span.startMs, now);
  const highest = Math.max(...line.map(({ v }) => v));
  const title = span.session ? t("graph") : `${fmt.number(span.hours)} h`;
  const say = `${title}: ${fmt.watts(line.at(-1)?.v)} / ${fmt.watts(highest)}`;
  const canvas = html`<svg viewBox="0 0 600 ${height}" preserveAspectRatio="none" aria-hidden="true">${curve}</svg>`;
  if (slim) return html`<div class="spark graph" role="img" aria-label=${say}>${canvas}</div>`;
  const last = line.at(-1);
  const middles = [0.25, 0.5, 0.75].map((part) => fmt.time(span.startMs + part * (now - span.startMs), now));
  return html`<section class="graph-box">
    <h4>${title}</h4>
    <figure class="graph" role="img" aria-label=${say}>
      <div class="plot">
        ${canvas}
        ${
          present === undefined || last === undefined
            ? nothing
            : html`<span class="dot" style="left:100%;top:${(Number(y(last.v)) / height) * 100}%"></span>`
        }
        <span class="y sub">${fmt.join({ n: fmt.number(full / 1000, 0, 1), u: "kW" })}</span>
      </div>
      <div class="x sub">
        <span>${from}</span>${middles.map((at) => html`<span>${at}</span>`)}<span>${t("now")}</span>
      </div>
    </figure>
    <p class="key">
      ${
        own === undefined
          ? nothing
          : html`<span class="k-sun"><i></i>${t("sun")}</span><span class="k-grid"><i></i>${t("grid")}</span>`
      }
      ${cap === "" ? nothing : html`<span><i class="dash"></i>${t("limit")}</span>`}
    </p>
  </section>`;
}
