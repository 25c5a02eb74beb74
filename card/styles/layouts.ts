/** The four layouts by the card's own width. */
import { css } from "./css.ts";

export const layouts = css`
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--ha-space-4, 16px);
    padding: var(--ha-space-4, 16px);
  }
  .controls {
    display: grid;
    gap: var(--ha-space-4, 16px);
    min-width: 0;
  }
  :is(.compact, .features, .box) .name {
    font-size: inherit;
    line-height: 20px;
  }

  /* full */
  @container (width < 330px) {
    .full .chip {
      display: none;
    }
    .state-line {
      display: block;
    }
  }
  @container (width < 360px) {
    .full .hero,
    .full .stats {
      gap: var(--ha-space-3, 12px);
    }
    .ring {
      width: 136px;
    }
  }
  @container (width >= 520px) {
    .full .body {
      grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
      gap: var(--ha-space-6, 24px);
      padding: var(--ha-space-5, 20px);
    }
    .full .head {
      margin-block-end: -8px;
    }
    .full .head,
    .body > section {
      grid-column: 1 / -1;
    }
    .hero {
      flex-direction: column;
      align-self: start;
    }
    .ring {
      width: 200px;
    }
    .num {
      font-size: 44px;
      line-height: 48px;
    }
    .num small {
      font-size: var(--ha-font-size-l, 16px);
    }
    .word {
      font-size: var(--ha-font-size-2xl, 24px);
      line-height: 30px;
    }
    .stats {
      width: 100%;
    }
  }
  @container (width >= 860px) {
    .full .body {
      grid-template-columns: 224px minmax(0, 1fr) minmax(0, 300px);
      column-gap: 36px;
      padding: var(--ha-space-4, 16px) var(--ha-space-6, 24px) var(--ha-space-6, 24px);
    }
    .full .body > .flow-box,
    .full .body:not(:has(> .flow-box)) > .phases-box {
      grid-area: 2 / 3;
    }
    .full .body:has(> .flow-box) > .phases-box {
      grid-area: 3 / 3;
    }
    .full .body:has(> .flow-box):has(> .phases-box) > .graph-box {
      grid-area: 3 / 1 / auto / 3;
    }
  }

  /* compact */
  .compact,
  .compact .body {
    height: 100%;
  }
  .compact .body {
    grid-template-columns: minmax(0, 1fr) auto;
    grid-auto-rows: minmax(44px, auto);
    align-items: center;
    gap: var(--ha-space-1, 4px) var(--ha-space-3, 12px);
    padding: 11px var(--ha-space-3, 12px);
    min-height: 118px;
  }
  .power {
    text-align: end;
    font-size: var(--ha-font-size-2xl, 24px);
    line-height: 28px;
  }
  .power.rest {
    font-size: var(--ha-font-size-l, 16px);
    color: var(--secondary-text-color);
  }
  .why {
    color: inherit;
    font-size: inherit;
    line-height: 18px;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .compact.one .body {
    min-height: 54px;
    padding-block: 4px;
  }
  .one :is(.why, .act) {
    display: none;
  }
  @container (width < 260px) {
    .compact .head {
      gap: var(--ha-space-2, 8px);
    }
    .power {
      font-size: var(--ha-font-size-l, 16px);
      line-height: 20px;
      align-self: start;
      margin-block-start: 2px;
    }
    .features .icon-button {
      display: none;
    }
  }
  @container (width < 220px) {
    .compact .body {
      grid-template-columns: minmax(0, 1fr);
      grid-auto-rows: auto;
      align-content: start;
      padding: 10px;
      row-gap: 0;
    }
    .tap {
      flex-direction: column;
      align-items: flex-start;
      gap: 5px;
    }
    .tap .who {
      max-width: 100%;
    }
    .power {
      position: absolute;
      inset-block-start: 18px;
      inset-inline-end: 12px;
    }
    .why {
      font-size: var(--ha-font-size-s, 12px);
      line-height: 16px;
      -webkit-line-clamp: 1;
    }
    .act,
    .next {
      display: none;
    }
  }
  @container (width < 140px) {
    .compact .body {
      align-content: center;
      min-height: 54px;
      padding: 5px 8px;
    }
    .compact :is(.who, .why) {
      display: none;
    }
    .power {
      inset-block-start: 16px;
      inset-inline-end: 9px;
      font-size: 15px;
    }
    .orb {
      width: 36px;
      height: 36px;
    }
  }
  @container (width >= 520px) {
    .compact .body {
      grid-template-columns: minmax(140px, 220px) minmax(0, 1fr) auto auto;
      min-height: 54px;
      padding-block: 5px;
      column-gap: var(--ha-space-4, 16px);
    }
    .power,
    .act {
      order: 1;
    }
    .why {
      -webkit-line-clamp: 1;
    }
  }

  /* features: rows of 42 px */
  .features .body {
    gap: var(--ha-space-2, 8px);
    padding: 0 var(--ha-space-3, 12px) var(--ha-space-3, 12px);
  }
  .features .head {
    min-height: 56px;
  }
  .features .mode {
    height: 42px;
    border-width: 3px;
    border-radius: var(--ha-border-radius-lg, 12px);
  }
  .features .mode button {
    min-height: 36px;
    flex-direction: row;
    gap: 6px;
  }
  .features .mode :is(button, .thumb) {
    border-radius: 9px;
  }
  .features :is(.mode button, .btn)::after {
    content: "";
    position: absolute;
    inset: -4px 0;
  }
  .features :is(.btn, .value-row) {
    position: relative;
    min-height: 42px;
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
  .features .bar {
    inset: 1px 0;
  }
  .limit-val {
    text-align: end;
    line-height: 18px;
    padding-inline-end: var(--ha-space-1, 4px);
  }
  .limit-val b {
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
    grid-template-columns: auto 1fr;
    gap: 4px 8px;
  }
  .features .meter {
    order: 3;
    grid-column: 1 / -1;
    height: 6px;
  }
  .features .vo {
    display: none;
  }
  .spark {
    position: relative;
    height: 42px;
    overflow: hidden;
  }
  @container (width < 360px) {
    .features .mode .i {
      display: none;
    }
  }
  @container (width >= 720px) {
    .features .body {
      grid-template-columns: 1fr 1fr;
      column-gap: var(--ha-space-4, 16px);
    }
    .features .head,
    .features .body > :last-child:nth-child(even) {
      grid-column: 1 / -1;
    }
  }
  .tile-feature .body {
    padding: 0;
  }
  .tile-feature :is(.mode, .slider, .btn) {
    height: var(--feature-height, 42px);
    border-radius: var(--feature-border-radius, 12px);
  }

  /* site */
  .site > .body {
    gap: var(--ha-space-5, 20px);
  }
  .total {
    margin-block-end: var(--ha-space-2, 8px);
  }
  .stack {
    display: flex;
    gap: 2px;
    height: 28px;
    border-radius: var(--ha-border-radius-md, 8px);
    overflow: hidden;
    background: var(--evse-track);
  }
  .stack span {
    flex: 0 0 calc(var(--w) * 1% - 2px);
    background: var(--c, var(--secondary-text-color));
    font-size: var(--ha-font-size-s, 12px);
    color: var(--card-background-color);
    forced-color-adjust: none;
  }
  .stack .free {
    flex: 1;
    background: none;
    color: var(--secondary-text-color);
    font-weight: 400;
  }
  .stack-ends {
    margin-block-start: 4px;
  }
  .boxes {
    display: grid;
    gap: var(--ha-space-2, 8px);
  }
  .box {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: var(--ha-space-1, 4px) var(--ha-space-2, 8px);
    padding: var(--ha-space-2, 8px) 0;
    padding-inline-start: var(--ha-space-3, 12px);
  }
  .box .name {
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .nums {
    text-align: end;
    padding-inline-end: var(--ha-space-3, 12px);
  }
  .nums b,
  .box .head .sub {
    display: block;
  }
  .tail {
    justify-self: end;
  }
  .pill {
    --evse-icon: 18px;
    background: var(--card-background-color);
  }
  .pill .i:nth-of-type(2) {
    margin-inline-start: auto;
  }
  .inner {
    grid-column: 1 / -1;
    min-width: 0;
    container-type: inline-size;
  }
  .inner .body {
    padding: 8px 12px 0 0;
  }
  .inner .head {
    display: none;
  }
  @container (width < 520px) {
    .pick {
      margin-inline-start: 52px;
      justify-self: start;
    }
  }
  @container (width >= 520px) {
    .boxes {
      grid-template-columns: minmax(0, 1fr) auto auto auto;
    }
    .boxes > * {
      grid-column: 1 / -1;
    }
    .box {
      grid-template-columns: subgrid;
    }
  }
  @container (width >= 860px) {
    .site > .body {
      grid-template-columns: minmax(0, 320px) minmax(0, 1fr);
      gap: var(--ha-space-5, 20px) 36px;
      padding: var(--ha-space-4, 16px) var(--ha-space-6, 24px) var(--ha-space-6, 24px);
    }
    .site > .body > * {
      grid-column: 1 / -1;
    }
    .site > .body > .head {
      margin-block-end: -4px;
    }
    .site > .body:has(> .flow-box) > .boxes {
      grid-area: 3 / 2;
      align-self: start;
    }
    .site > .body > .flow-box {
      grid-area: 3 / 1;
    }
  }
`;
