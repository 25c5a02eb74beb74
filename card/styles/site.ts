/** The site layout: the house connection, a box for each wallbox, which unfolds to the full layout. Widths: widths.ts. */
import { css } from "./css.ts";

export const site = css`
  .stack {
    display: flex;
    gap: 2px;
    line-height: 28px;
    border-radius: var(--ha-border-radius-md, 8px);
    overflow: hidden;
    background: var(--evse-track);
  }
  .stack span {
    flex: 0 0 calc(var(--w) * 1% - 2px);
    /* A name that does not fit beside its figure wraps out of sight. */
    display: flex;
    flex-flow: row-reverse wrap;
    justify-content: center;
    gap: 0 4px;
    height: 28px;
    background: var(--evse-solid);
    color: var(--card-background-color);
    forced-color-adjust: none;
  }
  .stack :nth-child(even of .k-car) {
    background: color-mix(in oklab, var(--evse-solid) 82%, var(--primary-text-color));
  }
  .stack .free {
    flex: 1;
    background: none;
    color: inherit;
  }
  .box {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: var(--ha-space-1, 4px) var(--ha-space-2, 8px);
    padding: var(--ha-space-2, 8px) var(--ha-space-3, 12px);
  }
  .box .name {
    white-space: normal;
  }
  .pill {
    --evse-icon: 18px;
    background: var(--card-background-color);
  }
  .inner {
    grid-column: 1 / -1;
    container-type: inline-size;
  }
  .inner .body {
    padding: 8px 0 0;
  }
  .inner .head {
    display: none;
  }
`;
