/** What changes with the width of the card (or of a wallbox unfolded in the site layout), as in the design's table. */
import { css } from "./css.ts";

export const widths = css`
  /* options under 64 px: the mode becomes a menu */
  .mode + .menu {
    display: none;
  }
  @container (width < 350px) {
    .m5 .mode {
      display: none;
    }
    .m5 .menu {
      display: flex;
    }
  }
  @container (width < 290px) {
    .m4 .mode {
      display: none;
    }
    .m4 .menu {
      display: flex;
    }
  }
  @container (width < 226px) {
    .evse .mode {
      display: none;
    }
    .evse .menu {
      display: flex;
    }
  }

  @container (width < 360px) {
    .ring {
      width: 136px;
    }
    .features .mode .i {
      display: none;
    }
  }
  @container (width < 330px) {
    .full .chip {
      display: none;
    }
    .state-line {
      display: block;
    }
  }
  @container (width < 260px) {
    .power {
      font-size: var(--ha-font-size-l, 16px);
      align-self: start;
      margin-block-start: 2px;
    }
    .features .icon-button,
    .flow-box {
      display: none;
    }
    .hero {
      display: block;
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
    .compact .tap {
      flex-direction: column;
      align-items: stretch;
      gap: 4px;
    }
    .power {
      position: absolute;
      inset-block-start: 15px;
      inset-inline-end: 9px;
    }
    .why {
      font-size: var(--ha-font-size-s, 12px);
      -webkit-line-clamp: 1;
    }
    .act,
    .next,
    .features .btn .i {
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
      font-size: 15px;
    }
    .orb {
      width: 36px;
      height: 36px;
    }
  }

  @container (width < 520px) {
    .pick {
      margin-inline-start: min(52px, 100cqi - 210px);
      justify-self: start;
    }
  }
  @container (width >= 520px) {
    .body {
      gap: var(--ha-space-6, 24px);
      padding: var(--ha-space-5, 20px);
    }
    .full .body {
      grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
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
    }
    .word {
      font-size: var(--ha-font-size-2xl, 24px);
    }
    .stats {
      width: 100%;
    }
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
  @container (width >= 860px) {
    .body {
      column-gap: 36px;
      padding: var(--ha-space-6, 24px);
    }
    .full .body {
      grid-template-columns: 224px minmax(0, 1fr) minmax(0, 300px);
      grid-auto-flow: dense;
    }
    .full .body > :is(.phases-box, .flow-box) {
      grid-column: 3;
    }
    .full .body > .flow-box {
      grid-row: 2;
    }
    .full .body:has(> .flow-box):has(> .phases-box) > .graph-box {
      grid-column: 1 / 3;
    }
    .site > .body {
      grid-template-columns: minmax(0, 320px) minmax(0, 1fr);
    }
    .site > .body > * {
      grid-column: 1 / -1;
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
