/** Popup, dialog, empty card, settings; still, paused and forced colours. */
import { css } from "./css.ts";

export const dialogs = css`
  .popup {
    padding: 8px 0;
    min-width: 180px;
    border: 1px solid var(--divider-color);
    border-radius: 12px;
    background: var(--card-background-color);
    color: var(--primary-text-color);
    box-shadow: 0 4px 16px rgba(0, 0, 0, 0.24);
  }
  /* below the button that opens it; in the middle of the screen where the browser cannot place it */
  @supports (position-area: end) {
    .popup {
      inset: auto;
      margin: 0;
      position-area: self-block-end span-self-inline-start;
      position-try-fallbacks: flip-block;
    }
  }
  .popup button {
    display: flex;
    align-items: center;
    gap: 12px;
    width: 100%;
    min-height: 44px;
    padding-inline: 16px;
    text-align: start;
  }
  .popup button:is(:hover, :focus-visible) {
    background: var(--evse-quiet);
  }
  .popup button:disabled {
    opacity: 0.5;
  }
  .popup svg.i {
    width: 20px;
    height: 20px;
    color: var(--secondary-text-color);
  }
  dialog {
    max-width: 340px;
    padding: 20px;
    border: 0;
    border-radius: 16px;
    background: var(--card-background-color);
    color: var(--primary-text-color);
  }
  dialog::backdrop {
    background: rgba(0, 0, 0, 0.5);
  }
  dialog form {
    display: flex;
    gap: 8px;
    margin-block-start: 20px;
  }
  dialog h3 {
    font-size: 18px;
    line-height: 24px;
    font-weight: 500;
    margin-block-end: 8px !important;
  }
  .empty {
    display: flex;
    gap: 12px;
    align-items: center;
    padding: 16px;
  }
  .empty p + p {
    color: var(--secondary-text-color);
    font-size: 12px;
    line-height: 16px;
  }
  .evse table.vh {
    top: 0;
  }
  .fold summary {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    cursor: pointer;
    font-weight: 500;
    list-style: none;
    border-radius: 8px;
  }
  .fold summary::-webkit-details-marker {
    display: none;
  }
  .fold[open] summary svg.i {
    rotate: 180deg;
  }
  .set {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 48px;
  }
  .set > span:first-child {
    flex: 1;
    min-width: 0;
  }
  .set :is(input[type="number"], select) {
    font: inherit;
    min-height: 44px;
    width: 108px;
    padding-inline: 10px;
    border: 0;
    border-radius: 12px;
    background: var(--evse-quiet);
    color: var(--primary-text-color);
  }
  .set select {
    width: auto;
    max-width: 60%;
  }
  .set input[type="checkbox"] {
    width: 44px;
    height: 44px;
    margin: 0;
    padding: 10px;
    box-sizing: border-box;
    accent-color: var(--evse-solid);
  }
  .inner {
    padding-block-start: 8px;
    grid-column: 1 / -1;
    min-width: 0;
  }
  .inner .body {
    padding: 0 !important;
    grid-template-columns: minmax(0, 1fr) !important;
  }
  .inner .body > * {
    grid-column: auto !important;
    grid-row: auto !important;
  }
  .inner .head {
    display: none;
  }
  .evse.still *,
  .evse.still *::before {
    animation: none !important;
    transition: none !important;
  }
  .evse.still .shine {
    display: none;
  }
  .evse.away * {
    animation-play-state: paused !important;
  }
  @media (forced-colors: active) {
    .dial .v,
    .dial .tick,
    .orb .v {
      stroke: Highlight;
    }
    .dial .track,
    .dial .thin,
    .dial .rest,
    .orb .t {
      stroke: GrayText;
    }
    .slider .bar {
      border: 1px solid ButtonBorder;
    }
    .slider .now,
    .phase .meter i {
      background: Highlight;
    }
    .slider .handle {
      background: ButtonText;
    }
    .mode .thumb {
      background: Highlight;
    }
    .mode button[aria-checked="true"] {
      color: HighlightText;
    }
  }
`;
