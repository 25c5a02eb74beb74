/** The compact layout by container width. */
import { css } from "./css.ts";

export const compact = css`
  .compact .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    grid-template-areas: "head power" "why act";
    align-items: center;
    grid-template-rows: auto minmax(44px, auto);
    gap: var(--ha-space-1, 4px) var(--ha-space-3, 12px);
    padding: 11px var(--ha-space-3, 12px);
    min-height: 118px;
  }
  .compact .head {
    grid-area: head;
    min-height: 44px;
  }
  .compact .head .name {
    font-size: var(--ha-font-size-m, 14px);
    line-height: 20px;
  }
  .compact .power {
    grid-area: power;
    text-align: end;
    font-size: var(--ha-font-size-2xl, 24px);
    line-height: 28px;
    letter-spacing: -0.3px;
    white-space: nowrap;
  }
  .compact .power small {
    font-size: var(--ha-font-size-s, 12px);
    color: var(--secondary-text-color);
    margin-inline-start: 3px;
    letter-spacing: 0;
  }
  .compact .power.rest {
    font-size: var(--ha-font-size-l, 16px);
    color: var(--secondary-text-color);
  }
  .compact .why {
    grid-area: why;
    color: var(--primary-text-color);
    font-size: var(--ha-font-size-m, 14px);
    line-height: 18px;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    text-wrap: pretty;
  }
  .compact .act {
    grid-area: act;
    justify-self: end;
  }
  @container evse (max-width: 259px) {
    .compact .head {
      gap: var(--ha-space-2, 8px);
    }
    .compact .power {
      font-size: var(--ha-font-size-l, 16px);
      font-weight: 500;
      line-height: 20px;
      align-self: start;
      margin-block-start: 2px;
    }
    .compact .why {
      font-size: 13px;
      line-height: 17px;
    }
    .compact .power.rest {
      font-weight: 400;
    }
  }
  @container evse (max-width: 219px) {
    .compact .body {
      grid-template: "head" auto "why" 1fr / minmax(0, 1fr);
      padding: 10px;
      row-gap: 0;
    }
    .compact .head {
      min-height: 0;
    }
    .compact .tap {
      flex-direction: column;
      align-items: flex-start;
      gap: 5px;
    }
    .compact .who {
      max-width: 100%;
    }
    .compact .power {
      position: absolute;
      inset-block-start: 20px;
      inset-inline-end: 12px;
      margin: 0;
    }
    .compact .why {
      align-self: start;
      font-size: var(--ha-font-size-s, 12px);
      line-height: 16px;
      -webkit-line-clamp: 1;
    }
    .compact .act,
    .compact .next {
      display: none;
    }
  }
  @container evse (max-width: 139px) {
    .compact .body {
      grid-template: "head" / minmax(0, 1fr);
      align-content: center;
      min-height: 54px;
      padding-block: 5px;
      padding-inline: 8px;
    }
    .compact .who,
    .compact .why,
    .compact .act {
      display: none;
    }
    .compact .power {
      inset-block-start: 18px;
      inset-inline-end: 9px;
      font-size: 15px;
    }
    .compact .orb {
      width: 36px;
      height: 36px;
    }
  }
  @container evse (min-width: 520px) {
    .compact .body {
      grid-template: "head why power act" / minmax(140px, 220px) minmax(0, 1fr) auto auto;
      min-height: 54px;
      padding-block: 5px;
      column-gap: var(--ha-space-4, 16px);
    }
    .compact .why {
      -webkit-line-clamp: 1;
    }
  }
`;
