/** The site layout, and what browsers without relative colours get. */
import { css } from "./css.ts";

export const site = css`
  .site .body {
    display: grid;
    gap: var(--ha-space-5, 20px);
    padding: var(--ha-space-4, 16px);
    grid-template-columns: minmax(0, 1fr);
  }
  .house-line .total {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--ha-space-2, 8px);
    margin-block-end: var(--ha-space-2, 8px);
  }
  .stack {
    position: relative;
    display: flex;
    gap: 2px;
    height: 28px;
    border-radius: var(--ha-border-radius-md, 8px);
    overflow: hidden;
    background: var(--evse-track);
  }
  .stack span {
    flex: 0 0 calc(var(--w) * 1% - 2px);
    background: var(--c);
    display: grid;
    place-items: center;
    font-size: var(--ha-font-size-s, 12px);
    font-weight: 500;
    color: var(--card-background-color);
    overflow: hidden;
    white-space: nowrap;
  }
  .stack .free {
    flex: 1;
    background: none;
    color: var(--secondary-text-color);
    font-weight: 400;
  }
  .stack-ends {
    display: flex;
    justify-content: space-between;
    margin-block-start: 4px;
  }
  .site {
    --c-home: color-mix(in srgb, var(--secondary-text-color) 88%, var(--card-background-color));
  }
  .boxes {
    display: grid;
    gap: var(--ha-space-2, 8px);
  }
  .box {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 var(--ha-space-2, 8px);
    padding: var(--ha-space-2, 8px) 0 var(--ha-space-2, 8px) var(--ha-space-3, 12px);
    padding-inline: var(--ha-space-3, 12px) 0;
    border-radius: var(--ha-border-radius-lg, 12px);
    background: var(--evse-quiet);
  }
  .box .head {
    min-height: 44px;
  }
  .box .head .name {
    font-size: var(--ha-font-size-m, 14px);
    line-height: 20px;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .box .head .sub {
    display: block;
    text-wrap: pretty;
  }
  .box .nums {
    text-align: end;
    white-space: nowrap;
  }
  .box .nums b {
    font-size: var(--ha-font-size-l, 16px);
    line-height: 22px;
    display: block;
    font-weight: 500;
  }
  .box .tail {
    display: flex;
    align-items: center;
    gap: 0;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
    padding-inline: 12px;
    border-radius: var(--ha-border-radius-lg, 12px);
    font-size: var(--ha-font-size-m, 14px);
    white-space: nowrap;
    background: var(--card-background-color);
  }
  .pill svg.i {
    width: 18px;
    height: 18px;
    color: var(--secondary-text-color);
  }
  .pill svg.i:nth-of-type(2) {
    margin-inline-start: auto;
  }
  @container evse (max-width: 519px) {
    .box {
      grid-template-areas: "h n" "m t";
      row-gap: var(--ha-space-1, 4px);
    }
    .box .head {
      grid-area: h;
    }
    .box .nums {
      grid-area: n;
      padding-inline-end: var(--ha-space-3, 12px);
    }
    .box .pick {
      grid-area: m;
    }
    .box .tail {
      grid-area: t;
      justify-self: end;
    }
    .box .pick {
      margin-inline-start: 52px;
      justify-self: start;
    }
  }
  @container evse (min-width: 520px) {
    .boxes {
      grid-template-columns: minmax(0, 1fr) auto auto auto;
    }
    .boxes > * {
      grid-column: 1 / -1;
    }
    .box {
      grid-template-columns: subgrid;
    }
    .box .pick {
      justify-content: flex-start;
    }
    .box .nums {
      padding-inline-end: var(--ha-space-3, 12px);
    }
  }
  @container evse (min-width: 860px) {
    .site .body {
      grid-template-columns: minmax(0, 320px) minmax(0, 1fr);
      gap: var(--ha-space-5, 20px) 36px;
      padding: var(--ha-space-6, 24px);
      padding-block-start: var(--ha-space-4, 16px);
    }
    .site .body > * {
      grid-column: 1 / -1;
    }
    .site .body > .head {
      margin-block-end: -4px;
    }
    .site .body:has(.flow-box) .boxes {
      grid-column: 2;
      grid-row: 3;
      align-self: start;
    }
    .site .body > .flow-box {
      grid-column: 1;
      grid-row: 3;
    }
  }

  /* very old browsers without relative colours keep HA's plain tokens */
  @supports not (color: oklch(from red l c h)) {
    .evse {
      --evse-sun: var(--energy-solar-color);
      --evse-grid: var(--energy-grid-consumption-color);
      --evse-export: var(--energy-grid-return-color);
      --evse-battery: var(--energy-battery-out-color);
    }
    [data-state] {
      --evse-graphic: var(--evse-tint);
      --evse-solid: var(--secondary-text-color);
    }
  }
`;
