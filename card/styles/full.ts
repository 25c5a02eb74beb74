/** What all layouts share, and the full one. Widths: widths.ts. */
import { css } from "./css.ts";

export const full = css`
  .body,
  .controls {
    display: grid;
    gap: var(--ha-space-4, 16px);
  }
  .body {
    grid-template-columns: minmax(0, 1fr);
    padding: var(--ha-space-4, 16px);
  }
  :is(.compact, .features, .box) .name {
    font-size: inherit;
  }
  .state-line {
    display: none;
  }
`;
