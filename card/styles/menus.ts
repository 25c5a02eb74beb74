/** Menus, presets, notices. */
import { css } from "./css.ts";

export const menus = css`
  .menu {
    position: relative;
    display: none;
  }
  .menu.always {
    display: flex;
  }
  .pill {
    position: relative;
  }
  :is(.menu, .pill) select {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
    font: inherit;
    color: var(--primary-text-color);
    background: var(--card-background-color);
  }
  :is(.menu, .pill):has(select:focus-visible) {
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
  .evse .warn {
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
`;
