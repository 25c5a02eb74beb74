/** Rows for Home Assistant's Tile card: mode, limit and buttons of a wallbox. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { EvseElement, type Scene } from "./element.ts";
import { type Fields, fields, type Hass, text } from "./hass.ts";
import { actionsPart } from "./parts/actions.ts";
import { noData } from "./parts/field.ts";
import { limitPart } from "./parts/limit.ts";
import { modePart } from "./parts/modes.ts";

interface Context {
  readonly entity_id?: string;
}

type Row = (scene: Scene) => TemplateResult | typeof nothing;

abstract class EvseFeature extends EvseElement {
  static getStubConfig(): Record<string, never> {
    return {};
  }

  setConfig(config: unknown): void {
    this.config = { ...this.config, ...fields(config) };
  }

  protected abstract readonly row: Row;

  /** The entity of the Tile card. */
  set context(context: Context | undefined) {
    const entity = context?.entity_id;
    if (!entity || entity === this.config.entity) return;
    this.config = { ...this.config, entity };
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    const hass = this.watched;
    if (!hass || !this.config.entity) return nothing;
    const found = this.find(hass);
    const [ref] = found.chargers;
    if (!ref) return nothing;
    const scene = this.scene(hass, found, ref);
    return html`<div
      class="evse features tile-feature ${hass.themes?.darkMode ? "dark" : ""}"
      data-state=${scene.view.tint}
      dir=${this.rtl ? "rtl" : "ltr"}
    >
      <div class="body">${this.row(scene)}</div>
      ${noData(this.t)}
    </div>`;
  }
}

/** Offered for the entities of a wallbox. */
function ofCharger(attributes: Fields | undefined): boolean {
  const id = text(attributes?.["evse_id"]);
  return attributes?.["evse"] !== undefined || (!!id && id !== "site");
}

const feature = (type: string, name: string, row: Row) => ({
  type: `evse-${type}-feature`,
  name: `EVSE ${name}`,
  configurable: false,
  /** Home Assistant hands a context; before 2025 it handed the entity itself. */
  isSupported: (hass: Hass, { entity_id = "" }: Context) => ofCharger(hass.states[entity_id]?.attributes),
  supported: (entity: { readonly attributes: Fields }) => ofCharger(entity.attributes),
  element: class extends EvseFeature {
    protected readonly row = row;
  },
});

export const TILE_FEATURES = [
  feature("mode", "mode", (scene) => modePart(scene, { slim: true })),
  feature("limit", "current limit", (scene) => limitPart(scene, { slim: true })),
  feature("actions", "buttons", actionsPart),
];
