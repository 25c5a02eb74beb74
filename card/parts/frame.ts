/** What a layout hands to each part beside the wallbox. */
import type { nothing, TemplateResult } from "lit/html.js";
import type { CardConfig } from "../config.ts";
import type { Scene } from "../element.ts";
import type { EnergyFlow } from "../energy.ts";
import type { History } from "../history.ts";

/** What only the card itself knows and can do. */
export interface Card {
  readonly config: CardConfig;
  /** Id of the site's wallbox that is unfolded. */
  readonly open: string | undefined;
  toggle(id: string): void;
  /** The header: a button when it does something. */
  head(
    scene: Scene,
    orb: TemplateResult,
    line: string,
    more?: TemplateResult | typeof nothing,
    lineClass?: string,
  ): TemplateResult;
  /** The past of some entities since a time, in ms; asked for once somebody looks. */
  past(scene: Scene, ids: readonly string[], startMs: number): History;
  /** The user's own icon, else a charging station. */
  readonly sign: TemplateResult;
}

/** Where a part is drawn. */
export interface Frame {
  readonly card: Card;
  readonly flow: EnergyFlow | undefined;
  /** All wallboxes of the card. */
  readonly scenes: readonly Scene[];
  /** As a row of a tile. */
  readonly slim: boolean;
}
