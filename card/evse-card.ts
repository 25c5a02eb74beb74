/** `custom:evse-card`: finds the bridge by itself and draws one wallbox or the whole site. */
import { fireEvent } from "custom-card-helpers";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { FEATURES, type Layout } from "./config.ts";
import { DEMO_HASS } from "./demo-data.ts";
import { type Found, readRoot } from "./discovery.ts";
import { EvseElement, type Scene } from "./element.ts";
import { getConfigForm } from "./form.ts";
import { type Fields, type Hass, text } from "./hass.ts";
import { History } from "./history.ts";
import { compactLayout } from "./layouts/compact.ts";
import { featuresLayout } from "./layouts/features.ts";
import { fullLayout } from "./layouts/full.ts";
import { siteLayout } from "./layouts/site.ts";
import { noData } from "./parts/field.ts";
import { flowOf } from "./parts/flow.ts";
import { who } from "./parts/head.ts";
import { icon } from "./parts/icon.ts";
import { busyCommand, reasonLines } from "./parts/reason.ts";
import { validate } from "./validate.ts";

/** Screen readers hear at most one message in this time, ms. */
const SPEAK_MS = 5000;
/** An edited preview asks for history only after this quiet time, ms. */
const PREVIEW_MS = 500;
/** A press this long is a hold; a second tap within half of it makes a double tap. ms */
const HOLD_MS = 500;

const LAYOUTS = { compact: compactLayout, features: featuresLayout, full: fullLayout, site: siteLayout };

export class EvseCard extends EvseElement {
  /** Set by Home Assistant in its editor and picker. */
  preview = false;
  /** Which wallbox of the site is unfolded. */
  open: string | undefined;
  /** What was spoken last of all that is worth speaking of, and its words. */
  #said = "";
  #spoken = "";
  #seen = false;
  /** The pointer went down long enough for a hold: the click that follows is not a tap. */
  #held = false;
  /** Animations rest and history waits while the card is out of sight. */
  readonly #observer = new IntersectionObserver((entries) => {
    const seen = entries.at(-1)?.isIntersecting === true;
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.requestUpdate();
  });
  readonly history = new History(() => this.requestUpdate());

  static getStubConfig(hass: Hass | undefined): Record<string, unknown> {
    const [first] = hass ? readRoot(hass).chargers : [];
    return first ? { entity: first.status } : { demo: true };
  }

  static getConfigForm = getConfigForm;

  /** Throws for a wrong configuration: Home Assistant shows an error card to those who may edit. */
  setConfig(config: unknown): void {
    this.config = validate(config);
    this.requestUpdate();
  }

  /** In units of 50 px, for the masonry view. */
  getCardSize(): number {
    const rows = (this.config.features ?? FEATURES).length;
    return { compact: 3, features: 2 + rows, full: 18, site: 12 }[this.#layout];
  }

  getGridOptions(): Record<string, number | string> {
    const layout = this.#layout;
    if (layout === "compact") return { columns: 6, rows: 2, min_columns: 3, min_rows: 1 };
    return { columns: layout === "features" ? 6 : 12, rows: "auto", min_columns: 6 };
  }

  get #layout(): Layout {
    const { hass } = this;
    return this.config.layout ?? (hass && this.find(hass).isSite ? "site" : "full");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#seen = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { config } = this;
    const hass = config.demo ? DEMO_HASS : this.watched;
    if (!hass) return nothing;
    const found = this.find(hass);
    const scenes = found.chargers.map((ref) => this.scene(hass, found, ref));
    const [first] = scenes;
    const [cls, state, body] = first ? this.#body(first, scenes) : ["note", "idle", this.#note(found)];
    return html`<ha-card
        class="evse ${cls} ${hass.themes?.darkMode ? "dark" : ""} ${config.animate === false ? "still" : ""} ${this.#seen ? "" : "away"} ${hass.connected === false ? "off" : ""}"
        data-state=${state}
        dir=${this.rtl ? "rtl" : "ltr"}
        lang=${this.language}
      >
        ${body}
        ${Object.entries(config.entities ?? {}).map(([role, id]) =>
          // Wired by hand to an entity that is not there: said on the card, the rest works.
          hass.states[id]
            ? nothing
            : html`<p class="warn" style="margin:0 12px 12px">${this.t("missing", { role, id })}</p>`,
        )}
      </ha-card>
      ${noData(this.t)}
      <div class="vh" role="status" aria-live="polite">${this.#spoken}</div>`;
  }

  /** No wallbox to draw, and what to do about it. */
  #note({ lack = "empty" }: Found): TemplateResult {
    return html`<div class="empty">
      <div class="orb">${icon(lack === "version" ? "alert" : "station")}</div>
      <div>
        <p>${this.t(lack)}</p>
        <p class="sub">${this.t(`${lack}_next`)}</p>
      </div>
    </div>`;
  }

  /** Classes, state and drawing of one wallbox, or of the site with all of them. */
  #body(first: Scene, scenes: readonly Scene[]): readonly [cls: string, state: string, body: TemplateResult] {
    const { view } = first;
    const layout = this.#layout;
    const site = layout === "site";
    const charging = scenes.some((scene) => scene.view.tint === "charging") ? "charging" : "idle";
    const one = layout === "compact" && Number(this.config.grid_options?.rows) === 1 ? "one" : "";
    const flow = view.cut ? undefined : flowOf(first, scenes);
    this.#speak(first);
    this.#count(site ? scenes : [first]);
    const body = LAYOUTS[layout](first, { card: this, flow, scenes, slim: layout === "features" });
    return [`${layout} ${one} ${(site ? view.cut : view.silence) ? "stale" : ""}`, site ? charging : view.tint, body];
  }

  toggle(id: string): void {
    this.open = this.open === id ? undefined : id;
    this.requestUpdate();
  }

  get sign(): TemplateResult {
    const own = this.config.icon;
    return own ? html`<ha-icon .icon=${own}></ha-icon>` : icon("station");
  }

  head(
    scene: Scene,
    orb: TemplateResult,
    line: string,
    more?: TemplateResult | typeof nothing,
    lineClass?: string,
  ): TemplateResult {
    return html`<header class="head">${this.#tap(who(orb, this.#name(scene), line, lineClass), scene)}${more}</header>`;
  }

  #name({ view }: Scene): string {
    const { name } = this.config;
    const status = view.entity("status");
    const composed = name && status ? view.hass.formatEntityName?.(status, name) : undefined;
    return text(name) ?? text(composed) ?? view.ref.name;
  }

  /** The header is a button only when it does something. */
  #tap(inner: TemplateResult, { view }: Scene): TemplateResult {
    const { tap_action, hold_action, double_tap_action } = this.config;
    const holds = acts(hold_action);
    const doubles = acts(double_tap_action);
    const entity = view.ref.status;
    const opens = !tap_action && entity && this.#layout === "compact";
    if (!opens && !holds && !doubles && !acts(tap_action)) return inner;
    const fire = (action: "tap" | "hold" | "double_tap"): void => {
      fireEvent(this, "hass-action", {
        config: { tap_action: { action: "more-info" }, ...this.config, entity },
        action,
      });
    };
    const release = (): void => this.timers.clear("hold");
    return html`<button
      class="tap"
      @click=${({ detail }: MouseEvent) => {
        if (this.#held) return;
        this.timers.clear("tap");
        if (!doubles) fire("tap");
        else if (detail > 1) fire("double_tap");
        else this.timers.set("tap", HOLD_MS / 2, () => fire("tap"));
      }}
      @pointerdown=${() => {
        this.#held = false;
        if (!holds) return;
        this.timers.set("hold", HOLD_MS, () => {
          this.#held = true;
          fire("hold");
        });
      }}
      @pointerup=${release}
      @pointercancel=${release}
    >
      ${inner}
    </button>`;
  }

  /** A clock that is seen to run is drawn anew at the next full second. */
  #count(scenes: readonly Scene[]): void {
    if (this.#seen && scenes.some((scene) => reasonLines(scene).untilMs !== undefined))
      this.timers.set("count", 1005 - (this.now() % 1000), () => this.requestUpdate());
    else this.timers.clear("count");
  }

  /** The curve's past: asked for once somebody looks, then grown from the states. */
  past({ view, now }: Scene, ids: readonly string[], startMs: number): History {
    const { history, timers } = this;
    if (this.#seen) {
      const ask = (): void => history.ask(view.hass, ids, startMs, now);
      if (!timers.has("history")) timers.set("history", this.preview ? PREVIEW_MS : 0, ask);
      history.append(view.hass, ids);
    }
    return history;
  }

  /** One polite sentence for screen readers when the reason changes; figures that only tick are not read out. */
  #speak(scene: Scene): void {
    const { wordKey, code } = scene.view;
    const { first, next, loud } = reasonLines(scene);
    const now = [wordKey, code, busyCommand(scene), loud && first].join("/");
    if (now === this.#said || this.timers.has("speak") || this.config.demo) return;
    const before = this.#said;
    this.#said = now;
    if (!before) return;
    this.#spoken = `${this.t(wordKey)}. ${first}. ${next}`;
    // What comes in the meantime is said when the pause is over, if it still holds.
    this.timers.set("speak", SPEAK_MS, () => this.requestUpdate());
  }
}

function acts(action: Fields | undefined): boolean {
  return (text(action?.["action"]) ?? "none") !== "none";
}
