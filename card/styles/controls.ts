/** Mode, limit, buttons. */
import { css } from "./css.ts";

export const controls = css`
  .mode {
    position: relative;
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: 1fr;
    padding: 4px;
    border-radius: var(--ha-border-radius-xl, 16px);
    background: var(--evse-quiet);
  }
  .mode button {
    position: relative;
    z-index: 1;
    min-height: 56px;
    min-width: 0;
    padding: 6px 2px 5px;
    border-radius: var(--ha-border-radius-lg, 12px);
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 3px;
    font-size: 13px;
    line-height: 16px;
    color: var(--primary-text-color);
    transition: color 180ms ease-in-out;
  }
  .mode button svg.i {
    width: 22px;
    height: 22px;
    color: var(--secondary-text-color);
    transition: color 180ms ease-in-out;
  }
  .mode button[aria-checked="true"] {
    color: var(--card-background-color);
    font-weight: 500;
  }
  .mode button[aria-checked="true"] svg.i {
    color: inherit;
  }
  .mode .thumb {
    position: absolute;
    inset-block: 4px;
    inset-inline-start: 4px;
    width: calc((100% - 8px) / var(--n));
    border-radius: var(--ha-border-radius-lg, 12px);
    background: var(--evse-solid);
    transform: translateX(calc(100% * var(--i)));
    transition:
      transform 260ms cubic-bezier(0.3, 1.3, 0.6, 1),
      background-color 180ms;
  }
  [dir="rtl"] .mode .thumb {
    transform: translateX(calc(-100% * var(--i)));
  }
  .mode-hint {
    padding-inline: var(--ha-space-1, 4px);
    margin-block-start: 6px;
  }
  .mode.pending .thumb {
    opacity: 0.8;
    animation: evse-pulse 1.4s ease-in-out infinite alternate;
  }
  .mode[aria-disabled="true"] {
    opacity: 0.6;
  }
  .menu {
    display: flex;
    align-items: center;
    gap: var(--ha-space-2, 8px);
    width: 100%;
    min-height: 44px;
    padding-inline: var(--ha-space-3, 12px);
    border-radius: var(--ha-border-radius-lg, 12px);
    background: var(--evse-quiet);
    text-align: start;
  }
  .menu svg.i:first-of-type {
    color: var(--evse-graphic);
    width: 20px;
    height: 20px;
  }
  .menu span {
    flex: 1;
    font-weight: 500;
  }
  .menu svg.i:nth-of-type(2) {
    color: var(--secondary-text-color);
    width: 20px;
    height: 20px;
  }

  .limit-head {
    display: flex;
    align-items: baseline;
    gap: var(--ha-space-2, 8px);
    padding-inline: var(--ha-space-1, 4px);
    margin-block-end: 4px;
  }
  .limit-head .label {
    flex: 1;
  }
  .limit-head output {
    font-weight: 500;
    font-size: var(--ha-font-size-l, 16px);
  }
  .limit-head .now {
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  .limit-row {
    display: flex;
    align-items: center;
    gap: var(--ha-space-1, 4px);
    margin-inline: -10px;
  }
  .slider {
    position: relative;
    flex: 1;
    height: 48px;
    min-width: 0;
  }
  .slider .bar {
    position: absolute;
    inset: 4px 0;
    border-radius: var(--ha-border-radius-lg, 12px);
    background: var(--evse-quiet);
    overflow: hidden;
  }
  .slider .bar i {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
  }
  .slider .held {
    width: var(--v);
    background:
      repeating-linear-gradient(
        135deg,
        color-mix(in srgb, var(--evse-tint) 42%, transparent) 0 3px,
        transparent 3px 9px
      ),
      var(--evse-soft);
  }
  .slider .now {
    width: var(--now);
    background: var(--evse-solid);
  }
  .slider .handle {
    position: absolute;
    inset-block: 0;
    inset-inline-start: var(--v);
    width: 6px;
    margin-inline-start: -3px;
    border-radius: 3px;
    background: var(--primary-text-color);
    box-shadow: 0 0 0 4px var(--card-background-color);
  }
  .slider .stop {
    position: absolute;
    top: 50%;
    width: 4px;
    height: 4px;
    margin: -2px;
    border-radius: 50%;
    background: var(--secondary-text-color);
    inset-inline-start: var(--p);
  }
  .slider .stop.on {
    background: var(--card-background-color);
  }
  .slider input {
    position: absolute;
    inset-block: 0;
    inset-inline: 10% 0;
    width: 90%;
    height: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .slider:has(input:focus-visible) {
    outline: 2px solid var(--ha-color-focus);
    outline-offset: 2px;
    border-radius: var(--ha-border-radius-lg, 12px);
  }
  .limit-legend {
    display: flex;
    justify-content: space-between;
    gap: var(--ha-space-2, 8px);
    padding-inline: 38px;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
  }
  .limit.pending .handle {
    animation: evse-pulse 1.4s ease-in-out infinite alternate;
  }
  .limit.off .limit-row {
    opacity: 0.6;
  }

  .actions {
    display: flex;
    gap: var(--ha-space-2, 8px);
  }
  .btn {
    flex: 1;
    min-width: 0;
    min-height: 44px;
    padding: 0 var(--ha-space-3, 12px);
    border-radius: var(--ha-border-radius-lg, 12px);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--ha-space-2, 8px);
    font-weight: 500;
    background: var(--evse-quiet);
    white-space: nowrap;
  }
  .btn svg.i {
    width: 20px;
    height: 20px;
    color: var(--secondary-text-color);
  }
  .btn.primary {
    background: var(--evse-soft);
  }
  .btn.primary svg.i {
    color: var(--evse-graphic);
  }
  .btn:disabled {
    color: var(--secondary-text-color);
  }
  .btn.round {
    flex: none;
    width: 44px;
    padding: 0;
    border-radius: 50%;
  }
  .spinner {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 1px;
    border-radius: 50%;
    border: 2.5px solid var(--evse-track);
    border-block-start-color: currentColor;
    animation: evse-spin 0.9s linear infinite;
  }
  .reason > .spinner,
  .chip .spinner {
    color: var(--evse-graphic);
  }
  .chip .spinner {
    width: 16px;
    height: 16px;
  }
  .mode .spinner {
    width: 18px;
    height: 18px;
    margin: 2px;
    border-color: color-mix(in srgb, currentColor 35%, transparent);
    border-block-start-color: currentColor;
  }
`;
