/** The four layouts by container width. Long, because it is one style sheet. */
import { css } from "./css.ts";

export const layouts = css`
  .full .body {
    display: grid;
    gap: var(--ha-space-4, 16px);
    padding: var(--ha-space-4, 16px);
    grid-template-columns: minmax(0, 1fr);
  }
  .full .controls {
    display: grid;
    gap: var(--ha-space-4, 16px);
    min-width: 0;
  }
  @container evse (min-width: 520px) {
    .full .body {
      grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
      gap: var(--ha-space-6, 24px);
      padding: var(--ha-space-5, 20px);
    }
    .full .head {
      grid-column: 1 / -1;
      margin-block-end: -8px;
    }
    .full .hero {
      flex-direction: column;
      gap: var(--ha-space-5, 20px);
      align-self: start;
    }
    .full .ring {
      width: 200px;
      height: 190px;
    }
    .full .ring .num {
      font-size: 44px;
      line-height: 48px;
      letter-spacing: -1px;
    }
    .full .ring .mid .num.word {
      font-size: var(--ha-font-size-2xl, 24px);
      line-height: 30px;
    }
    .full .ring .num small {
      font-size: var(--ha-font-size-l, 16px);
    }
    .full .stats {
      width: 100%;
      flex: none;
    }
    .full .flow-box,
    .full .graph-box {
      grid-column: 1 / -1;
    }
    .full .phases-box {
      grid-column: 1 / -1;
    }
  }
  @container evse (min-width: 860px) {
    .full .body {
      grid-template-columns: 224px minmax(0, 1fr) minmax(0, 300px);
      column-gap: 36px;
      row-gap: var(--ha-space-6, 24px);
      padding: var(--ha-space-6, 24px);
      padding-block-start: var(--ha-space-4, 16px);
    }
    .full .flow-box {
      grid-column: 3;
      grid-row: 2;
    }
    .full .phases-box {
      grid-column: 3;
      grid-row: 3;
    }
    .full .graph-box {
      grid-column: 1 / 3;
      grid-row: 3;
    }
  }

  .compact .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    grid-template-areas: "head power" "why act";
    align-items: center;
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
    .features .head {
      grid-column: 1 / -1;
    }
  }

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
    .box {
      grid-template-columns: minmax(0, 1fr) 116px 124px auto;
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
      grid-template-columns: minmax(0, 380px) minmax(0, 1fr);
      gap: var(--ha-space-5, 20px) 36px;
      padding: var(--ha-space-6, 24px);
      padding-block-start: var(--ha-space-4, 16px);
    }
    .site .body > .head {
      grid-column: 1 / -1;
      margin-block-end: -4px;
    }
    .site .house-line {
      grid-column: 1 / -1;
      grid-row: 2;
    }
    .site .boxes {
      grid-column: 2;
      grid-row: 3;
      align-self: start;
    }
    .site .flow-box {
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
