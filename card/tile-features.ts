/** Rows for Home Assistant's Tile card: mode, limit and buttons of a wallbox. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { EvseElement, type Scene } from "./element.ts";
import { fields, type Hass, text } from "./hass.ts";
import { actionsPart } from "./parts/actions.ts";
import { noData } from "./parts/field.ts";
import { limitPart } from "./parts/limit.ts";
import { modePart } from "./parts/modes.ts";

interface Context {
  readonly entity_id?: string;
}

abstract class EvseFeature extends EvseElement {
  #context: Context | undefined;

  static getStubConfig(): Record<string, never> {
    return {};
  }

  setConfig(config: unknown): void {
    this.config = { ...this.config, ...fields(config) };
  }

  protected abstract row(scene: Scene): TemplateResult | typeof nothing;

  /** The entity of the Tile card. */
  set context(context: Context | undefined) {
    this.#context = context;
    const entity = context?.entity_id;
    if (entity === undefined || entity === this.config.entity) return;
    this.config = { ...this.config, entity };
    this.requestUpdate();
  }

  get context(): Context | undefined {
    return this.#context;
  }

  protected override render(): TemplateResult | typeof nothing {
    const hass = this.watched;
    if (hass === undefined || this.config.entity === undefined) return nothing;
    const found = this.find(hass);
    const [ref] = found.chargers;
    if (ref === undefined) return nothing;
    const scene = this.scene(hass, found, ref);
    return html`<div
      class="evse features tile-feature ${hass.themes?.darkMode === true ? "dark" : ""}"
      data-state=${scene.view.tint}
      dir=${this.rtl ? "rtl" : "ltr"}
    >
      <div class="body">${this.row(scene)}</div>
      ${noData(this.t)}
    </div>`;
  }
}

class ModeFeature extends EvseFeature {
  protected row(scene: Scene): TemplateResult | typeof nothing {
    return modePart(scene, { slim: true });
  }
}
class LimitFeature extends EvseFeature {
  protected row(scene: Scene): TemplateResult | typeof nothing {
    return limitPart(scene, { slim: true });
  }
}
class ActionsFeature extends EvseFeature {
  protected row(scene: Scene): TemplateResult | typeof nothing {
    return actionsPart(scene);
  }
}

/** True for the entities of a wallbox. Home Assistant hands a context; before 2025 it handed the entity itself. */
function isSupported(hass: Hass, context: Context): boolean {
  const attributes = context.entity_id === undefined ? undefined : hass.states[context.entity_id]?.attributes;
  return attributes !== undefined && (attributes["evse"] !== undefined || isCharger(attributes["evse_id"]));
}

function isCharger(id: unknown): boolean {
  return text(id) !== undefined && id !== "site";
}

export const TILE_FEATURES = [
  { type: "evse-mode-feature", name: "EVSE mode", element: ModeFeature },
  { type: "evse-limit-feature", name: "EVSE current limit", element: LimitFeature },
  { type: "evse-actions-feature", name: "EVSE buttons", element: ActionsFeature },
].map((feature) => ({
  ...feature,
  configurable: false,
  isSupported,
  supported: (entity: { readonly attributes: Readonly<Record<string, unknown>> }) =>
    entity.attributes["evse"] !== undefined || isCharger(entity.attributes["evse_id"]),
}));
