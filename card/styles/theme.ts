/** Lightness windows of the design's colour roles, the card's box, values in the place of controls. */
import { css } from "./css.ts";

export const theme = css`
  :host {
    display: block;
    height: 100%;
  }
  :host([hidden]) {
    display: none;
  }
  .evse {
    --evse-source-l-min: 0;
    --evse-source-l-max: 0.65;
    --evse-graphic-l-min: 0;
    --evse-graphic-l-max: 0.58;
    --evse-solid-l-min: 0;
    --evse-solid-l-max: 0.545;
    --evse-soft-part: 16%;
    --evse-area: 55%;
    display: block;
    position: relative;
  }
  .evse.dark {
    --evse-source-l-min: 0.62;
    --evse-source-l-max: 1;
    --evse-graphic-l-min: 0.65;
    --evse-graphic-l-max: 1;
    --evse-solid-l-min: 0.72;
    --evse-solid-l-max: 1;
    --evse-soft-part: 14%;
    --evse-area: 68%;
  }
  .evse.compact {
    height: 100%;
  }
  .evse.compact .body {
    height: 100%;
  }
  .evse.one .body {
    min-height: 54px;
    padding-block: 4px;
    grid-template-areas: "head power";
    grid-template-rows: auto;
  }
  .evse.one :is(.why, .act) {
    display: none;
  }
  .evse.tile-feature {
    border: 0;
    background: none;
    border-radius: 0;
    overflow: visible;
  }
  .tile-feature .body {
    padding: 0;
  }
  .tile-feature .mode,
  .tile-feature .slider,
  .tile-feature .btn {
    height: var(--feature-height, 42px);
    border-radius: var(--feature-border-radius, 12px);
  }
  .evse.off :is(.dial, .orb, .car, .flow svg, .graph svg, .meter, .slider) {
    opacity: 0.6;
  }
  .tap {
    cursor: pointer;
    text-align: start;
    display: flex;
    align-items: center;
    gap: inherit;
    flex: 1;
    min-width: 0;
    border-radius: 8px;
  }
  .evse h3.name {
    margin: 0;
  }
  .controls > * {
    grid-column: 1 !important;
    grid-row: auto !important;
  }
  .wide {
    display: contents;
  }
  @container evse (max-width: 259px) {
    .wide {
      display: none;
    }
  }
  .value-row {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    padding-inline: 12px;
    border-radius: 12px;
    background: var(--evse-quiet);
  }
  .value-row svg.i {
    width: 20px;
    height: 20px;
    color: var(--secondary-text-color);
  }
  .value-row span:first-of-type {
    flex: 1;
  }
  .features .value-row {
    min-height: 42px;
  }
  evse-modes,
  evse-limit {
    display: block;
    min-width: 0;
  }
  .features evse-limit {
    position: relative;
  }
`;
