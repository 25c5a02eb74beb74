/** Header, menu and dialog, notices. */
import { css } from "./css.ts";

export const head = css`
  .head {
    min-height: 44px;
  }
  .tap {
    gap: inherit;
    text-align: start;
    border-radius: 8px;
  }
  .head .icon-button {
    margin-inline: -8px -10px;
  }
  .orb {
    position: relative;
    width: 40px;
    height: 40px;
    color: var(--evse-graphic);
  }
  .small {
    width: 36px;
    height: 36px;
  }
  .orb:has(.speed) {
    --evse-icon: 20px;
    background: radial-gradient(closest-side, var(--evse-soft) 74%, transparent 77%);
  }
  .speed {
    rotate: -90deg;
    stroke-width: 3;
  }
  .chip {
    --evse-icon: 18px;
    flex: none;
    max-width: 100%;
    height: 32px;
    padding-inline: 12px;
    border-radius: var(--ha-border-radius-pill, 9999px);
  }
  .state-line {
    display: none;
  }

  /* in the middle of the screen where the browser cannot place it below its button */
  .popup {
    margin: auto;
    padding: 8px 0;
    min-width: 180px;
    border: 1px solid var(--divider-color);
    box-shadow: 0 4px 16px rgba(0, 0, 0, 0.24);
  }
  @supports (position-area: end) {
    .popup {
      margin: 0;
      position-area: self-block-end span-self-inline-start;
      position-try-fallbacks: flip-block;
    }
  }
  .popup,
  dialog {
    border-radius: 12px;
    background: var(--card-background-color);
    color: inherit;
  }
  .popup button {
    width: 100%;
    text-align: start;
  }
  dialog {
    max-width: 340px;
    margin: auto;
    padding: 20px;
    border: 0;
  }
  dialog::backdrop {
    background: rgba(0, 0, 0, 0.5);
  }
  dialog[open] {
    display: grid;
    gap: 12px;
  }

  .empty {
    padding: 16px;
  }
  .warn {
    padding: 8px 12px;
    color: inherit;
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
    overflow-wrap: anywhere;
  }
  .reason {
    display: flex;
    padding: 10px var(--ha-space-3, 12px);
  }
`;
