/** `custom:evse-card`: finds the bridge by itself and draws one wallbox or the whole site. */
import { fireEvent, hasAction } from "custom-card-helpers";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { FEATURES, type Layout } from "./config.ts";
import { DEMO_HASS } from "./demo-data.ts";
import { type ChargerRef, type Found, readRoot } from "./discovery.ts";
import { EvseElement, type Scene } from "./element.ts";
import { getConfigForm } from "./form.ts";
import { type Hass, text } from "./hass.ts";
import { History } from "./history.ts";
import { compactLayout } from "./layouts/compact.ts";
import { featuresLayout } from "./layouts/features.ts";
import { type Frame, fullLayout } from "./layouts/full.ts";
import { siteLayout } from "./layouts/site.ts";
import { flowOf } from "./parts/flow.ts";
import { graphIds, spanOf } from "./parts/graph.ts";
import { icon } from "./parts/icon.ts";
import { busyCommand, reasonLines } from "./parts/reason.ts";
import { validate } from "./validate.ts";

/** Screen readers hear at most one message in this time, ms. */
const SPEAK_MS = 5000;
/** An edited preview asks for history only after this quiet time, ms. */
const PREVIEW_MS = 500;

export class EvseCard extends EvseElement {
  /** Set by Home Assistant in its editor and picker. */
  preview = false;
  #open: string | undefined;
  #said = "";
  #spoken = "";
  #seen = false;
  /** The pointer went down long enough for a hold: the click that follows is not a tap. */
  #held = false;
  #observer: IntersectionObserver | undefined;
  readonly history = new History(() => this.requestUpdate());

  static getStubConfig(hass: Hass | undefined): Record<string, unknown> {
    const [first] = hass === undefined ? [] : readRoot(hass).chargers;
    return first === undefined ? { demo: true } : { entity: first.status };
  }

  static getConfigForm(): unknown {
    return getConfigForm();
  }

  /** Throws for a wrong configuration: Home Assistant shows an error card to those who may edit. */
  setConfig(config: unknown): void {
    this.config = validate(config);
    this.requestUpdate();
  }

  /** In units of 50 px, for the masonry view. */
  getCardSize(): number {
    const sizes: Readonly<Record<Layout, number>> = { compact: 3, features: 2 + this.#rows(), full: 18, site: 12 };
    return sizes[this.#layout];
  }

  getGridOptions(): Record<string, number | string> {
    switch (this.#layout) {
      case "compact":
        return { columns: 6, rows: 2, min_columns: 3, min_rows: 1 };
      case "features":
        return { columns: 6, rows: "auto", min_columns: 6 };
      default:
        return { columns: 12, rows: "auto", min_columns: 6 };
    }
  }

  #rows(): number {
    return (this.config.features ?? FEATURES).length;
  }

  get #layout(): Layout {
    if (this.config.layout !== undefined) return this.config.layout;
    const hass = this.hass;
    return hass !== undefined && this.find(hass).isSite ? "site" : "full";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Animations rest and history waits while the card is out of sight.
    this.#observer = new IntersectionObserver((entries) => {
      const seen = entries.at(-1)?.isIntersecting === true;
      if (seen === this.#seen) return;
      this.#seen = seen;
      this.requestUpdate();
    });
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#seen = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const hass = this.config.demo === true ? DEMO_HASS : this.watched;
    if (hass === undefined) return nothing;
    const found = this.find(hass);
    const dir = this.rtl ? "rtl" : "ltr";
    const shell = (cls: string, state: string, inner: TemplateResult): TemplateResult =>
      html`<ha-card
          class="evse ${cls} ${hass.themes?.darkMode === true ? "dark" : ""} ${this.config.animate === false ? "still" : ""} ${this.#seen ? "" : "away"} ${hass.connected === false ? "off stale" : ""}"
          data-state=${state}
          dir=${dir}
          lang=${this.language}
          >${inner}</ha-card
        >
        <div class="vh" role="status" aria-live="polite">${this.#spoken}</div>`;
    if (found.lack) {
      return shell(
        "note",
        "idle",
        html`<div class="empty">
          <div class="orb">${icon(found.lack === "version" ? "alert" : "station")}</div>
          <div>
            <p>${this.t(found.lack)}</p>
            <p class="sub">${this.t(`${found.lack}_next`)}</p>
          </div>
        </div>`,
      );
    }
    const scenes = found.chargers.map((ref) => this.scene(hass, found, ref));
    const [scene] = scenes;
    if (scene === undefined) return nothing;
    const flow = scene.view.cut ? undefined : flowOf(hass, found.site, scenes);
    const warnings = this.#warnings(hass);
    if (this.#layout === "site") {
      this.#follow(scenes.find(({ view }) => view.ref.id === this.#open));
      const charging = scenes.some(({ view }) => view.tint === "charging");
      const rest = scene.view.cut;
      const body = siteLayout(scenes, {
        act: this,
        hass,
        site: found.site,
        name: text(this.config.name) ?? this.t("house"),
        flow,
        open: this.#open,
        toggle: (id) => {
          this.#open = this.#open === id ? undefined : id;
          this.requestUpdate();
        },
        frameOf: (each) => this.#frame(each, undefined),
        readOnly: scene.readOnly,
        disconnected: hass.connected === false,
      });
      return shell(`site ${rest ? "stale" : ""}`, rest || !charging ? "idle" : "charging", html`${body}${warnings}`);
    }
    const layout = this.#layout;
    this.#follow(scene);
    const frame = this.#frame(scene, flow);
    const body =
      layout === "compact"
        ? compactLayout(scene, frame)
        : layout === "features"
          ? featuresLayout(scene, frame)
          : fullLayout(scene, frame);
    const one = layout === "compact" && Number(this.config.grid_options?.rows) === 1 ? "one" : "";
    return shell(
      `${layout} ${one} ${scene.view.silence === undefined ? "" : "stale"}`,
      scene.view.tint,
      html`${body}${warnings}`,
    );
  }

  protected override draw(): void {
    super.draw();
    this.#speak();
  }

  #frame(scene: Scene, flow: Frame["flow"]): Frame {
    const { view } = scene;
    return {
      rtl: this.rtl,
      name: this.#name(scene),
      glyph: this.config.icon === undefined ? icon("station") : html`<ha-icon .icon=${this.config.icon}></ha-icon>`,
      history: this.history,
      flow,
      tap: (inner) => this.#tap(inner, view.ref),
    };
  }

  #name(scene: Scene): string {
    const { name } = this.config;
    if (typeof name === "string" && name !== "") return name;
    const { hass, ref } = scene.view;
    const entity = ref.status === undefined ? undefined : hass.states[ref.status];
    if (name !== undefined && name !== "" && entity !== undefined && hass.formatEntityName !== undefined) {
      return hass.formatEntityName(entity, name);
    }
    return ref.name;
  }

  /** The header is a button only when it does something. */
  #tap(inner: TemplateResult, ref: ChargerRef): TemplateResult {
    const { tap_action, hold_action, double_tap_action } = this.config;
    const compact = this.#layout === "compact";
    const explicit = [tap_action, hold_action, double_tap_action].some((action) => hasAction(asAction(action)));
    if (!explicit && (!compact || ref.status === undefined || tap_action !== undefined)) return inner;
    const fire = (action: "tap" | "hold" | "double_tap"): void => {
      fireEvent(this, "hass-action", {
        config: {
          entity: ref.status,
          tap_action: tap_action ?? { action: "more-info" },
          hold_action,
          double_tap_action,
        },
        action,
      });
    };
    return html`<button
      class="tap"
      @click=${(event: MouseEvent) => {
        if (this.#held) return;
        if (double_tap_action === undefined || !hasAction(asAction(double_tap_action))) fire("tap");
        else if (event.detail >= 2) {
          this.timers.clear("tap");
          fire("double_tap");
        } else this.timers.set("tap", 250, () => fire("tap"));
      }}
      @pointerdown=${() => {
        this.#held = false;
        if (!hasAction(asAction(hold_action))) return;
        this.timers.set("hold", 500, () => {
          this.#held = true;
          fire("hold");
        });
      }}
      @pointerup=${() => this.timers.clear("hold")}
      @pointercancel=${() => this.timers.clear("hold")}
    >
      ${inner}
    </button>`;
  }

  /** A role wired by hand to an entity that is not there: said on the card, the rest works. */
  #warnings(hass: Hass): TemplateResult | typeof nothing {
    const lost = Object.entries(this.config.entities ?? {}).filter(([, id]) => hass.states[id] === undefined);
    if (lost.length === 0) return nothing;
    return html`${lost.map(
      ([role, id]) => html`<p class="warn" style="margin:0 12px 12px">${this.t("missing", { role, id })}</p>`,
    )}`;
  }

  /** What runs only while somebody looks: the curve and a visible countdown. */
  #follow(scene: Scene | undefined): void {
    if (scene === undefined) return;
    const until = reasonLines(scene).untilMs;
    if (until !== undefined && this.#seen)
      this.timers.set("count", 1000 - (this.now() % 1000) + 5, () => this.requestUpdate());
    else this.timers.clear("count");
    const { config } = this;
    const wanted =
      this.#layout === "compact"
        ? false
        : this.#layout === "features"
          ? (config.features ?? FEATURES).includes("graph")
          : (config.sections?.includes("graph") ?? true);
    const span = wanted ? spanOf(scene) : undefined;
    if (span === undefined || !this.#seen) return;
    const ids = graphIds(scene);
    const ask = (): void => this.history.ask(scene.view.hass, ids, span.startMs, scene.now);
    if (this.preview) {
      if (!this.timers.has("history") && this.history.asked === 0) this.timers.set("history", PREVIEW_MS, ask);
    } else ask();
    this.history.append(scene.view.hass, ids);
  }

  /** One polite sentence for screen readers when the reason changes; figures that only tick are not read out. */
  #speak(): void {
    const hass = this.hass;
    if (hass === undefined || this.config.demo === true) return;
    const found: Found = this.find(hass);
    const [ref] = found.chargers;
    if (ref === undefined) return;
    const scene = this.scene(hass, found, ref);
    const lines = reasonLines(scene);
    const busy = busyCommand(scene);
    const key = `${scene.view.wordKey}/${scene.view.code ?? ""}/${busy ?? ""}/${lines.loud === true ? lines.first : ""}`;
    if (key === this.#said || this.timers.has("speak")) return;
    const first = this.#said === "";
    this.#said = key;
    if (first) return;
    this.#spoken = `${this.t(scene.view.wordKey)}. ${lines.first}. ${lines.next}`;
    // What comes in the meantime is said when the pause is over, if it still holds.
    this.timers.set("speak", SPEAK_MS, () => this.#speak());
    queueMicrotask(() => this.requestUpdate());
  }
}

function asAction(action: Readonly<Record<string, unknown>> | undefined): Parameters<typeof hasAction>[0] {
  return typeof action?.["action"] === "string" && action["action"] !== "none" ? { action: "more-info" } : undefined;
}
