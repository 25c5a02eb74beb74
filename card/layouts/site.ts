/** The house connection, who gets how much of it and why; each wallbox unfolds to the full view. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { parseDistribution } from "../../shared/modes.ts";
import { modeIcon } from "../charger.ts";
import { siteEntity } from "../discovery.ts";
import type { EvseElement, Scene } from "../element.ts";
import type { EnergyFlow } from "../energy.ts";
import { type Fields, type Hass, number, optionsOf, text } from "../hass.ts";
import { because, chosen, menuOptions } from "../parts/field.ts";
import { flowPart, siteNumber } from "../parts/flow.ts";
import { icon, spinner } from "../parts/icon.ts";
import { busyCommand, reasonLines } from "../parts/reason.ts";
import { modeLabel } from "../reason.ts";
import { stateOrb } from "./compact.ts";
import { type Frame, fullLayout } from "./full.ts";

export interface SiteFrame {
  readonly act: EvseElement;
  readonly hass: Hass;
  readonly site: Fields;
  readonly name: string;
  readonly flow: EnergyFlow | undefined;
  readonly open: string | undefined;
  readonly toggle: (id: string) => void;
  readonly frameOf: (scene: Scene) => Frame;
  readonly readOnly: boolean;
  readonly disconnected: boolean;
}

export function siteLayout(scenes: readonly Scene[], frame: SiteFrame): TemplateResult {
  const { act, hass, site } = frame;
  const { t, fmt } = act;
  const charging = scenes.filter(({ view }) => view.display === "charging" && view.silence === undefined).length;
  const silent = scenes.find(({ view }) => view.cut);
  const word = silent === undefined ? t("n_charging", { n: charging }) : t(silent.view.wordKey);
  return html`<div class="body">
    <header class="head">
      <div class="orb">${icon("home")}</div>
      <div class="who"><h3 class="name">${frame.name}</h3></div>
      <span class="chip">${icon(silent === undefined ? "bolt" : "link-off")}<span>${word}</span></span>
    </header>
    ${connection(scenes, frame)}
    <div class="boxes">
      ${silent === undefined ? nothing : html`<p class="warn">${reasonLines(silent).first}. ${reasonLines(silent).next}</p>`}
      ${scenes.map((scene) => box(scene, frame))}
    </div>
    ${flowPart(act, hass, site, frame.flow, t, fmt)} ${settings(frame)}
  </div>`;
}

/** Used and free amperes on the fullest phase; without phase currents, watts against the import cap. */
function connection(scenes: readonly Scene[], frame: SiteFrame): TemplateResult | typeof nothing {
  const { hass, site, act } = frame;
  const { t, fmt } = act;
  const legs = ([1, 2, 3] as const).flatMap((leg) => {
    const used = siteNumber(hass, site, `current_l${leg}`);
    const free = siteNumber(hass, site, `available_current_l${leg}`);
    return used === undefined || free === undefined ? [] : [{ leg, used, free }];
  });
  const fullest = legs.toSorted((a, b) => a.free - b.free)[0];
  const cars = (value: (scene: Scene) => number | undefined): readonly { name: string; v: number }[] =>
    scenes.flatMap((scene) => {
      const v = value(scene) ?? 0;
      return v >= 0.5 ? [{ name: scene.view.ref.name, v }] : [];
    });
  let parts: readonly { name: string; v: number }[];
  let used: number;
  let total: number;
  let say: (v: number) => string;
  let short: (v: number) => string;
  if (fullest !== undefined) {
    used = Math.max(0, fullest.used);
    total = used + Math.max(0, fullest.free);
    parts = cars(({ view }) => view.num(`current_l${fullest.leg}`) ?? view.currentA);
    say = (v) => fmt.amps(Math.round(v));
    short = (v) => fmt.number(Math.round(v));
  } else {
    const limit = siteNumber(hass, site, "site_limit");
    const grid = siteNumber(hass, site, "grid_power");
    if (limit === undefined || grid === undefined || limit <= 0) return nothing;
    used = Math.max(0, grid);
    total = limit;
    parts = cars(({ view }) => view.num("power"));
    say = (v) => fmt.watts(v);
    short = (v) => fmt.watts(v);
  }
  if (total <= 0) return nothing;
  const ours = parts.reduce((sum, part) => sum + part.v, 0);
  // Sun on the roof feeds the cars behind the meter: then the bar shows what the meter sees, split by share.
  const scale = ours > used && ours > 0 ? used / ours : 1;
  const house = Math.max(0, used - ours * scale);
  const free = Math.max(0, total - used);
  const width = (v: number): string => ((v / total) * 100).toFixed(1);
  const colour = (index: number): string =>
    index === 0
      ? "var(--evse-solid)"
      : `color-mix(in oklab, var(--evse-solid) ${String(Math.max(40, 100 - 18 * index))}%, var(--primary-text-color))`;
  const label = (name: string, v: number): string =>
    v / total > 0.14 ? `${name} ${short(v)}` : v / total > 0.06 ? short(v) : "";
  const sentence = [
    `${say(used)} / ${say(total)}`,
    `${t("house")} ${say(house)}`,
    ...parts.map((part) => `${part.name} ${say(part.v * scale)}`),
    t("free", { a: say(free) }),
  ].join(", ");
  return html`<section class="house-line">
    <div class="total">
      <h4>${t("house_connection")}</h4>
      <span><b>${say(used)}</b> <span class="sub">/ ${say(total)}</span></span>
    </div>
    <div class="stack" role="img" aria-label="${t("house_connection")}: ${sentence}" data-state="charging">
      ${
        house < 0.05 * total && house < 0.5
          ? nothing
          : html`<span style="--w:${width(house)}">${label(t("house"), house)}</span>`
      }
      ${parts.map(
        (part, index) =>
          html`<span style="--w:${width(part.v * scale)};--c:${colour(index)}"
            >${label(part.name, part.v * scale)}</span
          >`,
      )}
      <span class="free">${free / total > 0.06 ? short(free) : ""}</span>
    </div>
    <div class="stack-ends sub">
      <span>${fullest === undefined || legs.length < 2 ? "" : t("fullest", { phase: `L${String(fullest.leg)}` })}</span
      ><span>${t("free", { a: say(free) })}</span>
    </div>
  </section>`;
}

function box(scene: Scene, frame: SiteFrame): TemplateResult {
  const { view, t, fmt, act, wishes } = scene;
  const name = view.ref.name;
  const power = view.silence === "offline" ? undefined : view.num("power");
  const open = frame.open === view.ref.id;
  const entity = view.entity("mode");
  const wish = wishes.target(entity?.entity_id);
  const mode = wish ?? entity?.state;
  const why = view.word("mode") === undefined ? `${view.ref.id}-pick` : undefined;
  const amps = view.display === "charging" ? view.currentA : undefined;
  const options = optionsOf(entity);
  // What concerns all of them stands above; here the wallbox's own word.
  const line = busyCommand(scene) !== undefined ? t("r_asking") : view.cut ? t(view.wordKey) : reasonLines(scene).first;
  return html`<div class="box" data-state=${view.tint}>
    <div class="head">
      ${stateOrb(scene)}
      <div class="who">
        <h3 class="name">${name}</h3>
        <span class="sub">${line}</span>
      </div>
    </div>
    <div class="nums">
      <b>${fmt.watts(power, `box:${view.ref.id}`)}</b
      ><span class="sub"
        >${amps === undefined ? (view.allowedA === undefined ? "" : fmt.amps(view.allowedA)) : fmt.ltr(`${fmt.amps(amps)} × ${fmt.number(view.phasesUsed)}`)}</span
      >
    </div>
    ${
      mode === undefined
        ? html`<span class="pick"></span>`
        : frame.readOnly
          ? html`<span class="pill pick">${icon(modeIcon(mode))}${modeLabel(mode, t)}</span>`
          : html`<label class="pill pick" title=${why === undefined ? nothing : t("s_unknown")}
              >${wish === undefined ? icon(modeIcon(mode)) : spinner}<span>${modeLabel(mode, t)}</span>${icon("down")}
              <select
                aria-label="${name}: ${t("mode")}"
                aria-describedby=${why ?? nothing}
                ?disabled=${view.silence === "disconnected" || why !== undefined}
                @change=${(event: Event) => act.setValue(view, "mode", chosen(event))}
              >
                ${menuOptions(options, mode, (option) => modeLabel(option, t))}
              </select>
              ${because(why, t)}
            </label>`
    }
    <div class="tail">
      <button
        class="icon-button"
        aria-label="${name}: ${t("details")}"
        aria-expanded=${open}
        @click=${() => frame.toggle(view.ref.id)}
      >
        ${icon(open ? "down" : "right")}
      </button>
    </div>
    ${open ? html`<div class="inner full">${fullLayout(scene, frame.frameOf(scene))}</div>` : nothing}
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

function settings(frame: SiteFrame): TemplateResult | typeof nothing {
  const { hass, site, act } = frame;
  const { t, fmt, wishes } = act;
  const battery = siteEntity(hass, site, "battery_soc") ?? siteEntity(hass, site, "battery_power");
  const rows = SETTINGS.flatMap((role) => {
    if (role.startsWith("battery") && battery === undefined) return [];
    const entity = siteEntity(hass, site, role);
    if (entity === undefined) return [];
    const id = entity.entity_id;
    const wish = wishes.target(id);
    const state = wish ?? entity.state;
    const disabled = frame.disconnected || entity.state === "unavailable";
    const set = (value: string): void => act.setEntity(id, value);
    const unit = text(entity.attributes["unit_of_measurement"]) ?? "";
    const name = text(entity.attributes["friendly_name"]) ?? role;
    let control: TemplateResult;
    if (frame.readOnly) {
      control = html`<b
        >${number(state) === undefined ? modeLabel(state, t) : `${fmt.number(number(state) ?? 0)} ${unit}`}</b
      >`;
    } else if (id.startsWith("input_boolean.")) {
      control = html`<input
        type="checkbox"
        role="switch"
        aria-label=${name}
        .checked=${state === "on"}
        ?disabled=${disabled}
        @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) set(event.target.checked ? "on" : "off");
        }}
      />`;
    } else if (id.startsWith("input_number.")) {
      const at = entity.attributes;
      control = html`<input
          type="number"
          aria-label=${name}
          min=${number(at["min"]) ?? 0}
          max=${number(at["max"]) ?? 50_000}
          step=${number(at["step"]) ?? 1}
          .value=${String(number(state) ?? "")}
          ?disabled=${disabled}
          @change=${(event: Event) => {
            if (event.target instanceof HTMLInputElement && event.target.validity.valid && event.target.value !== "") {
              set(event.target.value);
            }
          }}
        /><span class="sub">${unit}</span>`;
    } else {
      control = html`<select aria-label=${name} ?disabled=${disabled} @change=${(event: Event) => set(chosen(event))}>
        ${menuOptions(optionsOf(entity), state, (option) => (parseDistribution(option) === undefined ? modeLabel(option, t) : option))}
      </select>`;
    }
    return [html`<div class="set ${wish === undefined ? "" : "pending"}"><span>${name}</span>${control}</div>`];
  });
  if (rows.length === 0) return nothing;
  return html`<details class="fold">
    <summary>${icon("down")}${t("settings")}</summary>
    ${rows}
  </details>`;
}
