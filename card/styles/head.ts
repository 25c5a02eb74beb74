/** Header, menu and dialog, notices. */
import { css } from "./css.ts";

export const head = css`
  .head {
    min-height: 44px;
  }
  .tap {
    text-align: start;
  }
  .icon-button {
    margin-inline: -10px;
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
  .speed {
    --evse-icon: 20px;
    padding: 5px;
    background-clip: content-box;
  }
  .speed::before {
    content: "";
    background: conic-gradient(var(--evse-graphic) var(--v), var(--evse-track) 0);
    mask: radial-gradient(closest-side, transparent 82%, #000 84% 96%, transparent 99%);
  }
  .chip {
    --evse-icon: 18px;
    flex: none;
    height: 32px;
    padding-inline: 12px;
    border-radius: var(--ha-border-radius-xl, 16px);
  }

  .popup,
  dialog {
    margin: auto;
    border: 1px solid var(--divider-color);
    border-radius: 12px;
    background: var(--card-background-color);
    color: inherit;
  }
  /* in the middle of the screen where the browser cannot place it below its button */
  .popup {
    padding: 8px 0;
    box-shadow: 0 4px 16px rgba(0, 0, 0, 0.2);
  }
  @supports (position-area: end) {
    .popup {
      margin: 0;
      position-area: self-block-end span-self-inline-start;
      position-try-fallbacks: flip-block;
    }
  }
  .popup button {
    width: 100%;
    text-align: start;
  }
  dialog {
    max-width: 340px;
    padding: 20px;
  }
  dialog[open] {
    display: grid;
    gap: 12px;
  }

  .empty {
    padding: 16px;
  }
  .warn {
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
  }
  .reason {
    display: flex;
  }
  .reason,
  .warn {
    padding: 10px var(--ha-space-3, 12px);
  }
`;
