/** The features layout, rows of 42 px, and the rows in Home Assistant's Tile. Widths: widths.ts. */
import { css } from "./css.ts";

export const features = css`
  .features .body {
    gap: var(--ha-space-2, 8px);
    padding: 6px var(--ha-space-3, 12px) var(--ha-space-3, 12px);
  }
  .features :is(.mode, .slider, .btn, .value-row) {
    height: var(--feature-height, 42px);
    min-height: 0;
    border-radius: var(--feature-border-radius, 12px);
  }
  .features .mode button {
    min-height: 0;
    flex-direction: row;
  }
  .features .limit {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 84px;
    align-items: center;
    gap: var(--ha-space-2, 8px);
  }
  .features .bar {
    inset: 0;
  }
  .features .slider input {
    inset-block: -1px;
    height: auto;
  }
  .features .phases {
    grid-template-columns: repeat(auto-fit, minmax(64px, 1fr));
    gap: var(--ha-space-3, 12px);
    min-height: 42px;
    align-items: center;
  }
  .features .phase {
    grid-template-columns: auto 1fr;
    gap: 4px 8px;
  }
  .features .meter {
    order: 3;
    grid-column: 1 / -1;
  }
  .features .vo {
    display: none;
  }
  .spark {
    position: relative;
    height: 42px;
    overflow: hidden;
  }
  .tile-feature .body {
    padding: 0;
  }
`;
