/** The features layout: rows of 42 px. */
import { css } from "./css.ts";

export const features = css`
  .features .body {
    padding: 0 var(--ha-space-3, 12px) var(--ha-space-3, 12px);
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--ha-space-2, 8px);
  }
  .features .head {
    min-height: 56px;
  }
  .features .head .name {
    font-size: var(--ha-font-size-m, 14px);
    line-height: 20px;
  }
  .features .mode {
    border-radius: var(--ha-border-radius-lg, 12px);
    padding: 3px;
    height: 42px;
  }
  .features .mode .thumb {
    inset-block: 3px;
    inset-inline-start: 3px;
    width: calc((100% - 6px) / var(--n));
    border-radius: 9px;
  }
  .features .mode button {
    min-height: 36px;
    flex-direction: row;
    gap: 6px;
    padding: 0 2px;
    border-radius: 9px;
  }
  .features .mode button svg.i {
    width: 18px;
    height: 18px;
  }
  .features .mode button::after,
  .features .btn::after {
    content: "";
    position: absolute;
    inset: -4px 0;
  }
  .features .btn {
    position: relative;
    min-height: 42px;
  }
  .features .btn::after {
    inset: -1px 0;
  }
  .features .menu {
    min-height: 44px;
  }
  .features .limit {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr) 84px;
    align-items: center;
    gap: var(--ha-space-2, 8px);
  }
  .features .slider {
    height: 44px;
  }
  .features .slider .bar {
    inset: 1px 0;
  }
  .features .limit-val {
    text-align: end;
    line-height: 18px;
    padding-inline-end: var(--ha-space-1, 4px);
  }
  .features .limit-val b {
    display: block;
  }
  .features .phases {
    grid-template-columns: repeat(3, 1fr);
    gap: var(--ha-space-3, 12px);
    height: 42px;
    align-items: center;
    padding-inline: var(--ha-space-1, 4px);
  }
  .features .phase {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 4px 8px;
    min-height: 0;
  }
  .features .phase .a {
    text-align: end;
  }
  .features .phase .meter {
    order: 3;
  }
  .features .phase .meter {
    grid-column: 1 / -1;
    height: 6px;
  }
  .features .phase .vo {
    display: none;
  }
  .features .spark {
    position: relative;
    height: 42px;
    border-radius: var(--ha-border-radius-lg, 12px);
    overflow: hidden;
    background: var(--evse-quiet);
  }
  .features .spark svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  @container evse (max-width: 359px) {
    .features .mode button svg.i {
      display: none;
    }
  }
  @container evse (min-width: 720px) {
    .features .body {
      grid-template-columns: 1fr 1fr;
      column-gap: var(--ha-space-4, 16px);
    }
    .features .head,
    .features .body > :last-child:nth-child(even) {
      grid-column: 1 / -1;
    }
  }
`;
