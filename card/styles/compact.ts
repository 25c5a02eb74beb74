/** The compact layout: two rows, one in a grid cell of one row. Widths: widths.ts. */
import { css } from "./css.ts";

export const compact = css`
  .compact,
  .compact .body {
    height: 100%;
  }
  .compact .body {
    grid-template-columns: minmax(0, 1fr) auto;
    grid-auto-rows: minmax(44px, auto);
    align-items: center;
    gap: var(--ha-space-1, 4px) var(--ha-space-3, 12px);
    padding: var(--ha-space-3, 12px);
    min-height: 118px;
  }
  .power {
    font-size: var(--ha-font-size-2xl, 24px);
  }
  .power.rest {
    font-size: var(--ha-font-size-l, 16px);
    color: var(--secondary-text-color);
  }
  .why {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .compact.one .body {
    min-height: 54px;
    padding-block: 5px;
  }
  .one :is(.why, .act) {
    display: none;
  }
`;
