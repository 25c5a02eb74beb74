/** The house connection, who gets how much of it and why; each wallbox unfolds to the full view. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ChargerView } from "../charger.ts";
import { siteEntity } from "../discovery.ts";
import type { Scene } from "../element.ts";
import { type HassEntity, number, optionsOf, text } from "../hass.ts";
import { inputOf, menu } from "../parts/field.ts";
import { flowPart, siteNumber } from "../parts/flow.ts";
import type { Frame } from "../parts/frame.ts";
import { chip, currents, powerOf, stateOrb, who } from "../parts/head.ts";
import { icon } from "../parts/icon.ts";
import { modePill } from "../parts/modes.ts";
import { reasonLines } from "../parts/reason.ts";
import { modeLabel } from "../reason.ts";
import { fullLayout } from "./full.ts";

/** The first wallbox stands for what all share. */
export function siteLayout(first: Scene, frame: Frame): TemplateResult {
  const { card, scenes } = frame;
  const { t, view } = first;
  const charging = scenes.filter((scene) => scene.view.tint === "charging").length;
  const lines = reasonLines(first);
  return html`<div class="body">
    <header class="head">
      ${who(html`<div class="orb">${icon("home")}</div>`, text(card.config.name) ?? t("house"), "")}
      ${chip(icon(view.cut ? "link-off" : "bolt"), view.cut ? t(view.wordKey) : t("n_charging", { n: charging }))}
    </header>
    ${connection(first, scenes)}
    <div class="boxes">
      ${view.cut ? html`<p class="warn">${lines.first}. ${lines.next}</p>` : nothing}
      ${scenes.map((scene) => box(scene, frame))}
    </div>
    ${flowPart(first, frame)} ${settings(first)}
  </div>`;
}

/** What the house line measures: amperes of its fullest phase, or watts. */
interface Line {
  readonly used: number;
  readonly total: number;
  readonly of: (view: ChargerView) => number | undefined;
  readonly say: (value: number) => string;
  /** Where there is little room. */
  readonly short: (value: number) => string;
  readonly note: string;
}

/** Used and free amperes on the fullest phase; without phase currents, watts against the import cap. */
function lineOf(scene: Scene): Line | undefined {
  const { t, fmt } = scene;
  const legs = [1, 2, 3].flatMap((leg) => {
    const used = siteNumber(scene, `current_l${leg}`);
    const free = siteNumber(scene, `available_current_l${leg}`);
    return used === undefined || free === undefined ? [] : [{ leg, used: Math.max(0, used), free: Math.max(0, free) }];
  });
  const [fullest] = legs.toSorted((a, b) => a.free - b.free);
  if (fullest) {
    const { leg, used, free } = fullest;
    return {
      used,
      total: used + free,
      of: (view) => view.num(`current_l${leg}`) ?? view.currentA,
      say: (amps) => fmt.amps(Math.round(amps)),
      short: (amps) => fmt.number(amps),
      note: legs.length < 2 ? "" : t("fullest", { phase: `L${leg}` }),
    };
  }
  const total = siteNumber(scene, "site_limit");
  const grid = siteNumber(scene, "grid_power");
  if (total === undefined || grid === undefined) return undefined;
  const say = (watts: number): string => fmt.watts(watts);
  return { used: Math.max(0, grid), total, of: (view) => view.num("power"), say, short: say, note: "" };
}

function connection(first: Scene, scenes: readonly Scene[]): TemplateResult | typeof nothing {
  const { t } = first;
  const line = lineOf(first);
  if (!line || line.total <= 0) return nothing;
  const { used, total, say, short } = line;
  const cars = scenes.map(({ view }) => ({ name: view.ref.name, v: line.of(view) ?? 0 })).filter(({ v }) => v >= 0.5);
  const ours = cars.reduce((sum, { v }) => sum + v, 0);
  // Sun on the roof feeds the cars behind the meter: then the bar shows what the meter sees, split by share.
  const scale = Math.min(1, used / Math.max(ours, 0.1));
  const house = Math.max(0, used - ours * scale);
  const free = Math.max(0, total - used);
  const parts = [
    { name: t("house"), v: house, kind: "house" },
    ...cars.map(({ name, v }) => ({ name, v: v * scale, kind: "car" })),
  ];
  const left = t("free", { a: say(free) });
  const title = t("house_connection");
  const sentence = [`${say(used)} / ${say(total)}`, ...parts.map(({ name, v }) => `${name} ${say(v)}`), left].join(
    ", ",
  );
  /** Nothing where not even a figure has room. */
  const label = (v: number, name?: TemplateResult): TemplateResult | typeof nothing =>
    v / total > 0.06 ? html`${short(v)}${name}` : nothing;
  return html`<section class="house-line">
    <div class="total">
      <h4>${title}</h4>
      <span><b>${say(used)}</b> <span class="sub">/ ${say(total)}</span></span>
    </div>
    <div class="stack" role="img" aria-label="${title}: ${sentence}" data-state="charging">
      ${parts
        .filter(({ v }) => v >= Math.min(0.5, 0.05 * total))
        .map(
          ({ name, v, kind }) =>
            html`<span class="k-${kind}" style="--w:${(v / total) * 100}">${label(v, html`<div>${name}</div>`)}</span>`,
        )}
      <span class="free">${label(free)}</span>
    </div>
    <div class="stack-ends sub"><span>${line.note}</span><span>${left}</span></div>
  </section>`;
}

function box(scene: Scene, frame: Frame): TemplateResult {
  const { view, t, fmt } = scene;
  const { id, name } = view.ref;
  const open = frame.card.open === id;
  const now = view.display === "charging" ? currents(scene) : "";
  // What concerns all of them stands above; here the wallbox's own word.
  const line = view.cut ? t(view.wordKey) : reasonLines(scene).first;
  return html`<div class="box" data-state=${view.tint}>
    <div class="head">${who(stateOrb(scene), name, line)}</div>
    <div class="nums">
      <b>${fmt.watts(powerOf(scene), `box:${id}`)}</b
      ><span class="sub">${now === "" && view.allowedA !== undefined ? fmt.amps(view.allowedA) : now}</span>
    </div>
    ${modePill(scene)}
    <div class="tail">
      <button
        class="icon-button"
        aria-label="${name}: ${t("details")}"
        aria-expanded=${open}
        @click=${() => frame.card.toggle(id)}
      >
        ${icon(open ? "down" : "right")}
      </button>
    </div>
    ${open ? html`<div class="inner full">${fullLayout(scene, { ...frame, flow: undefined })}</div>` : nothing}
  </div>`;
}

const SETTINGS = [
  "mode",
  "distribution",
  "max_import_power",
  "excess_threshold",
  "power_buffer",
  "battery_soc_target",
  "battery_soc_min",
  "allow_grid_charging",
];

/** The site's own helpers, behind a fold. */
function settings(scene: Scene): TemplateResult | typeof nothing {
  const entityOf = (role: string): HassEntity | undefined => siteEntity(scene.view.hass, scene.found.site, role);
  const battery = entityOf("battery_soc") ?? entityOf("battery_power");
  const entities = SETTINGS.filter((role) => battery ?? !role.startsWith("battery")).map(entityOf);
  const rows = entities.filter((entity) => entity !== undefined).map((entity) => setting(scene, entity));
  if (rows.length === 0) return nothing;
  return html`<details class="fold">
    <summary>${icon("down")}${scene.t("settings")}</summary>
    ${rows}
  </details>`;
}

function setting(scene: Scene, entity: HassEntity): TemplateResult {
  const { view, t, fmt, wishes, act } = scene;
  const { entity_id: id } = entity;
  const { attributes } = entity;
  const value = wishes.target(id) ?? entity.state;
  const figure = number(value);
  const unit = text(attributes["unit_of_measurement"]) ?? "";
  const label = text(attributes["friendly_name"]) ?? id;
  const disabled = view.silence === "disconnected" || entity.state === "unavailable";
  const word = (option: string): string => modeLabel(option, t);
  const set = (to: string): void => act.setEntity(id, to);
  const control = scene.readOnly
    ? html`<b>${figure === undefined ? word(value) : `${fmt.number(figure)} ${unit}`}</b>`
    : id.startsWith("input_boolean.")
      ? html`<input
          type="checkbox"
          role="switch"
          aria-label=${label}
          .checked=${value === "on"}
          ?disabled=${disabled}
          @change=${(event: Event) => set(inputOf(event)?.checked ? "on" : "off")}
        />`
      : id.startsWith("input_number.")
        ? html`<input
              type="number"
              aria-label=${label}
              required
              min=${attributes["min"] ?? nothing}
              max=${attributes["max"] ?? nothing}
              step=${attributes["step"] ?? nothing}
              .value=${String(figure ?? "")}
              ?disabled=${disabled}
              @change=${(event: Event) => {
                const input = inputOf(event);
                if (input?.validity.valid) set(input.value);
              }}
            /><span class="sub">${unit}</span>`
        : menu({ label, options: optionsOf(entity), value, word, disabled, why: nothing, set });
  return html`<div class="set ${wishes.target(id) ? "pending" : ""}"><span>${label}</span>${control}</div>`;
}
