/** The full layout by container width. */
import { css } from "./css.ts";

export const full = css`
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
    .full .body:not(:has(.flow-box)) .phases-box {
      grid-row: 2;
    }
    .full .body:has(.flow-box):has(.phases-box) .graph-box {
      grid-column: 1 / 3;
      grid-row: 3;
    }
  }
`;
