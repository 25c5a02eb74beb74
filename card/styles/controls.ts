/** Mode, limit, buttons, settings. */
import { css } from "./css.ts";

export const controls = css`
  .mode {
    position: relative;
    display: flex;
    border: 4px solid transparent;
    border-radius: var(--ha-border-radius-xl, 16px);
  }
  .mode button {
    position: relative;
    min-height: 56px;
    padding-inline: 2px;
    font-size: var(--ha-font-size-s, 12px);
  }
  .mode button,
  .mode .i {
    transition: color 0.18s;
  }
  .mode [aria-checked="true"] {
    color: var(--card-background-color);
  }
  .thumb {
    position: absolute;
    inset-block: 0;
    inset-inline-start: calc(100% * var(--i) / var(--n));
    width: calc(100% / var(--n));
    background: var(--evse-solid);
    transition: 0.26s cubic-bezier(0.3, 1.3, 0.6, 1);
  }
  .mode-hint,
  .x,
  .key,
  .stack-ends,
  .flow-say {
    margin-block-start: var(--ha-space-1, 4px);
  }
  .menu,
  .pill {
    position: relative;
  }
  select {
    background: var(--card-background-color);
  }

  .mode-hint,
  .limit-head,
  .limit-val,
  .features .phases {
    padding-inline: var(--ha-space-1, 4px);
  }
  .slider {
    position: relative;
    height: 48px;
  }
  .bar {
    position: absolute;
    inset: 4px 0;
    overflow: hidden;
  }
  .bar i,
  .meter i {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    width: var(--v);
    background: var(--evse-graphic);
  }
  .bar .held {
    background:
      repeating-linear-gradient(
        135deg,
        color-mix(in srgb, var(--evse-tint) 42%, transparent) 0 3px,
        transparent 3px 9px
      ),
      var(--evse-soft);
  }
  .bar .now {
    width: var(--now);
    background: var(--evse-solid);
  }
  .handle,
  .meter u,
  .dot {
    position: absolute;
    border-radius: 5px;
    background: var(--primary-text-color);
    box-shadow: 0 0 0 3px var(--card-background-color);
  }
  .handle {
    inset-block: 0;
    inset-inline-start: var(--v);
    width: 6px;
    margin-inline-start: -3px;
  }
  .stop {
    position: absolute;
    top: 50%;
    inset-inline-start: var(--p);
    width: 4px;
    height: 4px;
    margin: -2px;
    border-radius: 50%;
    background: var(--secondary-text-color);
  }
  .stop.on {
    background: var(--card-background-color);
  }
  .slider input {
    inset-inline-start: 10%;
    width: 90%;
  }
  .limit-legend {
    padding-inline: 38px;
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
    color: var(--primary-text-color);
  }
  /* reach beyond what is seen */
  :is(.presets button, .features .mode button, .features .btn)::after {
    content: "";
    position: absolute;
    inset: -4px 0;
  }
  .presets button::after {
    inset: -12px 0;
  }

  .btn {
    position: relative;
    justify-content: center;
  }
  .round {
    padding: 0;
  }

  summary {
    min-height: 44px;
    cursor: pointer;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  [open] > summary .i {
    rotate: 180deg;
  }
  .set {
    min-height: 48px;
  }
  .set [type="number"] {
    width: 108px;
  }
  .set select {
    max-width: 60%;
  }
`;
