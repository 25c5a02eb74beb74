/** The card's box, and the colour roles: a tint from the theme, moved into the lightness windows of the design. */
import { css } from "./css.ts";

export const theme = css`
  :host(:not([hidden])) {
    display: block;
    height: 100%;
  }
  .evse {
    container-type: inline-size;
    display: block;
    position: relative;
    color: var(--primary-text-color);
    font-size: var(--ha-font-size-m, 14px);
    line-height: 1.4;
    overflow-wrap: anywhere;
    text-wrap: pretty;
    font-variant-numeric: tabular-nums;
    accent-color: var(--evse-solid);
    -webkit-tap-highlight-color: transparent;
    --evse-l-source: min(l, 0.65) c h;
    --evse-l-graphic: min(l, 0.58) c h;
    --evse-l-solid: min(l, 0.545) c h;
    --evse-quiet: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
    --evse-track: color-mix(in srgb, var(--primary-text-color) 11%, transparent);
  }
  ha-card {
    overflow: hidden;
  }
  ha-card:not(:defined) {
    background: var(--card-background-color);
    border: 1px solid var(--divider-color);
    border-radius: var(--ha-border-radius-lg, 12px);
  }
  .dark {
    --evse-l-source: max(l, 0.62) c h;
    --evse-l-graphic: max(l, 0.65) c h;
    --evse-l-solid: max(l, 0.72) c h;
  }
  [data-state] {
    --evse-tint: var(--evse-idle-color, var(--secondary-text-color));
  }
  [data-state="charging"],
  [data-state="finished"],
  .k-car {
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
  .k-sun {
    --evse-tint: var(--energy-solar-color);
  }
  .k-grid {
    --evse-tint: var(--energy-grid-consumption-color);
  }
  .k-export {
    --evse-tint: var(--energy-grid-return-color);
  }
  .k-battery {
    --evse-tint: var(--energy-battery-out-color);
  }
  .k-house,
  .idle {
    --evse-tint: var(--secondary-text-color);
  }
  [data-state],
  [class^="k-"] {
    --evse-soft: color-mix(in srgb, var(--evse-tint) 15%, transparent);
    --evse-graphic: oklch(from var(--evse-tint) var(--evse-l-graphic));
    --evse-solid: oklch(from var(--evse-tint) var(--evse-l-solid));
  }
  [class^="k-"] {
    --evse-graphic: oklch(from var(--evse-tint) var(--evse-l-source));
  }
  /* very old browsers without relative colours keep HA's plain tokens */
  @supports not (color: oklch(from red l c h)) {
    [data-state],
    [class^="k-"] {
      --evse-graphic: var(--evse-tint);
      --evse-solid: var(--secondary-text-color);
    }
  }
`;
