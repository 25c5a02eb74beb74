/** Tokens, shell, header, and what all parts share. */
import { css } from "./css.ts";

export const base = css`
  .evse {
    --evse-sun: oklch(from var(--energy-solar-color) clamp(var(--evse-source-l-min), l, var(--evse-source-l-max)) c h);
    --evse-grid: oklch(
      from var(--energy-grid-consumption-color) clamp(var(--evse-source-l-min), l, var(--evse-source-l-max)) c h
    );
    --evse-export: oklch(
      from var(--energy-grid-return-color) clamp(var(--evse-source-l-min), l, var(--evse-source-l-max)) c h
    );
    --evse-battery: oklch(
      from var(--energy-battery-out-color) clamp(var(--evse-source-l-min), l, var(--evse-source-l-max)) c h
    );
    --evse-house: var(--secondary-text-color);
    --evse-quiet: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
    --evse-track: color-mix(in srgb, var(--primary-text-color) 11%, transparent);
  }
  [data-state] {
    --evse-tint: var(--evse-idle-color, var(--secondary-text-color));
  }
  [data-state="charging"],
  [data-state="finished"] {
    --evse-tint: var(--evse-charging-color, var(--success-color));
  }
  [data-state="waiting"] {
    --evse-tint: var(--evse-waiting-color, var(--info-color));
  }
  [data-state="attention"] {
    --evse-tint: var(--evse-attention-color, var(--warning-color));
  }
  [data-state="fault"] {
    --evse-tint: var(--evse-fault-color, var(--error-color));
  }
  [data-state] {
    --evse-soft: color-mix(in srgb, var(--evse-tint) var(--evse-soft-part), transparent);
    --evse-graphic: oklch(from var(--evse-tint) clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h);
    --evse-solid: oklch(from var(--evse-tint) clamp(var(--evse-solid-l-min), l, var(--evse-solid-l-max)) c h);
  }

  .evse {
    container: evse / inline-size;
    box-sizing: border-box;
    background: var(--ha-card-background, var(--card-background-color, #fff));
    color: var(--primary-text-color);
    border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color));
    border-radius: var(--ha-card-border-radius, var(--ha-border-radius-lg, 12px));
    box-shadow: var(--ha-card-box-shadow, none);
    font: 400 var(--ha-font-size-m, 14px)/20px var(--ha-font-family-body, Roboto, sans-serif);
    font-variant-numeric: tabular-nums;
    -webkit-font-smoothing: antialiased;
    overflow: hidden;
  }
  .evse *,
  .evse *::before,
  .evse *::after {
    box-sizing: border-box;
  }
  .evse :where(p, ul, ol, dl, dd, h3, h4, figure) {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .evse svg.i {
    width: 24px;
    height: 24px;
    fill: currentColor;
    flex: none;
    display: block;
  }
  .evse svg.i.s {
    width: 20px;
    height: 20px;
  }
  .evse b {
    font-weight: 500;
  }
  .evse .sub {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
    color: var(--secondary-text-color);
  }
  /* words of a left-to-right language among right-to-left ones keep their own order */
  [dir="rtl"] :is(p, .chip span, .who .sub, .state-line, .stack-ends span, .now) {
    unicode-bidi: plaintext;
  }
  [dir="rtl"] :is(p:not(.flow-say), .who .sub, .state-line) {
    text-align: right;
  }
  .evse .nowrap {
    white-space: nowrap;
  }
  .evse .vh {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .evse :where(button) {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  .evse :is(button, select, input, summary):focus-visible {
    outline: 2px solid var(--ha-color-focus, currentColor);
    outline-offset: 2px;
  }
  .evse button:disabled {
    cursor: default;
  }

  /* round icon: 40 px, tinted circle */
  .orb {
    position: relative;
    flex: none;
    display: grid;
    place-items: center;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    background: var(--evse-soft);
    color: var(--evse-graphic);
  }
  .orb.small {
    width: 36px;
    height: 36px;
  }
  .orb .speed {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    fill: none;
    transform: rotate(-90deg);
  }
  .orb .speed circle {
    stroke-width: 3;
    stroke-linecap: round;
  }
  .orb .speed .t {
    stroke: var(--evse-track);
  }
  .orb .speed .v {
    stroke: var(--evse-graphic);
  }
  .orb:has(.speed) {
    background: none;
  }
  .orb:has(.speed)::before {
    content: "";
    position: absolute;
    inset: 5px;
    border-radius: 50%;
    background: var(--evse-soft);
  }
  .orb:has(.speed) svg.i {
    position: relative;
    width: 20px;
    height: 20px;
  }

  .head {
    display: flex;
    align-items: center;
    gap: var(--ha-space-3, 12px);
    min-height: 44px;
  }
  .head .who {
    flex: 1;
    min-width: 0;
  }
  .head .name {
    font-weight: 500;
    font-size: var(--ha-font-size-l, 16px);
    line-height: 22px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .head .icon-button {
    margin-inline-end: -10px;
    margin-inline-start: -8px;
  }
  .icon-button {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    flex: none;
    color: var(--secondary-text-color);
  }
  .icon-button:hover {
    background: var(--evse-quiet);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    flex: none;
    max-width: 100%;
    height: 32px;
    padding-inline: 10px 12px;
    border-radius: var(--ha-border-radius-pill, 9999px);
    background: var(--evse-soft);
    font-weight: 500;
    font-size: var(--ha-font-size-m, 14px);
    white-space: nowrap;
  }
  .chip svg.i {
    width: 18px;
    height: 18px;
    color: var(--evse-graphic);
  }
  .head .state-line {
    display: none;
  }
  @container evse (max-width: 329px) {
    .full .head .chip {
      display: none;
    }
    .full .head .state-line {
      display: block;
    }
  }

  .evse.stale :is(.dial, .flow, .graph, .phases, .stack) {
    filter: grayscale(1);
  }
  .evse.stale .shine {
    display: none;
  }
  .evse.stale :is(.ring .num, .stats dd) {
    color: var(--secondary-text-color);
  }
  @keyframes evse-spin {
    to {
      transform: rotate(360deg);
    }
  }
  @keyframes evse-pulse {
    from {
      opacity: 1;
    }
    to {
      opacity: 0.55;
    }
  }
  @keyframes evse-shine {
    from {
      transform: translateX(-40px);
    }
    to {
      transform: translateX(140px);
    }
  }
  /* the card applies the same rules for animate: false */
  @media (prefers-reduced-motion: reduce) {
    .evse *,
    .evse *::before {
      animation: none !important;
      transition: none !important;
    }
    .bands .shine {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .mode .thumb,
    .slider .now,
    .phase .meter i,
    .stack span {
      forced-color-adjust: none;
    }
    .btn,
    .chip,
    .reason,
    .mode,
    .menu {
      border: 1px solid ButtonBorder;
    }
  }
`;
