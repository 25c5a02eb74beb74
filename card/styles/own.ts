/** What the design's pictures do not show: values instead of controls, menu, dialog, presets, notices, settings. Long, because it is one style sheet. */
import { css } from "./css.ts";

export const own = css`
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
  .evse.off :is(.dial, .orb, .car, .flow svg, .graph svg, .meter, .slider, .stack) {
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
  .menu {
    position: relative;
    display: none;
  }
  .menu.always {
    display: flex;
  }
  .menu select {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
    font: inherit;
    color: var(--primary-text-color);
    background: var(--card-background-color);
  }
  .menu:has(select:focus-visible) {
    outline: 2px solid var(--ha-color-focus, currentColor);
    outline-offset: 2px;
  }
  .menu.pending {
    animation: evse-pulse 1.4s ease-in-out infinite alternate;
  }
  .menu:has(select:disabled) {
    opacity: 0.6;
  }
  @container evse (max-width: 225px) {
    .m2 .mode,
    .m3 .mode {
      display: none;
    }
    .m2 .menu,
    .m3 .menu {
      display: flex;
    }
  }
  @container evse (max-width: 289px) {
    .m4 .mode {
      display: none;
    }
    .m4 .menu {
      display: flex;
    }
  }
  @container evse (max-width: 349px) {
    .m5 .mode {
      display: none;
    }
    .m5 .menu {
      display: flex;
    }
  }
  .mode button span {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pill {
    position: relative;
  }
  .pill select {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
    font: inherit;
  }
  .pill:has(select:focus-visible) {
    outline: 2px solid var(--ha-color-focus, currentColor);
    outline-offset: 2px;
  }
  .presets {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    justify-content: center;
  }
  .presets button {
    position: relative;
    min-width: 44px;
    padding: 2px 8px;
    border-radius: 9px;
    background: var(--evse-quiet);
    color: var(--primary-text-color);
  }
  .presets button::after {
    content: "";
    position: absolute;
    inset: -12px 0;
  }
  .presets button[aria-pressed="true"] {
    background: var(--evse-soft);
    font-weight: 500;
  }
  .warn {
    color: var(--primary-text-color);
    padding: 8px 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
    overflow-wrap: anywhere;
  }
  .graph .a-state {
    fill: color-mix(in srgb, var(--evse-graphic) var(--evse-area), transparent);
  }
  .graph .a-under {
    fill: var(--ha-card-background, var(--card-background-color));
  }
  .spark .a-under {
    fill: color-mix(in srgb, var(--primary-text-color) 6%, var(--card-background-color));
  }
  .popup {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 8px 0;
    min-width: 180px;
    border: 1px solid var(--divider-color);
    border-radius: 12px;
    background: var(--card-background-color);
    color: var(--primary-text-color);
    box-shadow: 0 4px 16px rgba(0, 0, 0, 0.24);
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
  .fold summary:focus-visible {
    outline: 2px solid var(--ha-color-focus, currentColor);
    outline-offset: 2px;
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
