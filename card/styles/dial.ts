/** Dial, figures beside it, reason. */
import { css } from "./css.ts";

export const dial = css`
  .hero {
    display: flex;
    align-items: center;
    gap: var(--ha-space-5, 20px);
  }
  .ring {
    position: relative;
    flex: none;
    width: 152px;
    height: 144px;
  }
  .ring svg.dial {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
    fill: none;
    stroke-linecap: round;
  }
  .dial .track {
    stroke: var(--evse-track);
    stroke-width: 12;
  }
  .dial .rest {
    stroke: var(--evse-track);
    stroke-width: 4;
  }
  .dial .thin {
    stroke: var(--evse-track);
    stroke-width: 6;
  }
  .dial .gap {
    stroke: var(--card-background-color);
    stroke-width: 13;
  }
  .dial .v {
    stroke-width: 12;
  }
  .dial .v.thin {
    stroke-width: 6;
  }
  .dial .state {
    stroke: var(--evse-graphic);
  }
  .dial .sun {
    stroke: var(--evse-sun);
  }
  .dial .grid {
    stroke: var(--evse-grid);
  }
  .dial .battery {
    stroke: var(--evse-battery);
  }
  .dial .grey {
    stroke: color-mix(in srgb, var(--secondary-text-color) 70%, transparent);
  }
  .dial .tick {
    stroke: var(--primary-text-color);
    stroke-width: 22;
    stroke-linecap: butt;
  }
  .dial .halo {
    stroke: var(--card-background-color);
    stroke-width: 20;
    stroke-linecap: butt;
  }
  .dial text {
    fill: var(--secondary-text-color);
    stroke: none;
    font-size: 12.5px;
    text-anchor: middle;
  }
  .ring .mid {
    position: absolute;
    inset: 5% 0 0;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    text-align: center;
  }
  .ring .num {
    font-size: var(--ha-font-size-4xl, 32px);
    line-height: 36px;
    letter-spacing: -0.5px;
    white-space: nowrap;
  }
  .ring .num small {
    font-size: var(--ha-font-size-m, 14px);
    letter-spacing: 0;
    margin-inline-start: 3px;
    color: var(--secondary-text-color);
  }
  .ring .mid .num.word {
    font-size: 18px;
    line-height: 24px;
    letter-spacing: 0;
    margin-block-start: 2px;
  }
  .ring .mid svg.i {
    width: 24px;
    height: 24px;
    color: var(--evse-graphic);
  }
  .ring .mid:has(svg) {
    inset-block-end: 9%;
  }
  .ring .mid:has(svg):has(.sub) .num {
    font-size: 26px;
    line-height: 28px;
  }
  .ring .car {
    position: absolute;
    left: 50%;
    bottom: 0;
    width: 44px;
    height: 30px;
    transform: translateX(-50%);
    display: grid;
    place-items: center;
    color: var(--primary-text-color);
  }
  .ring .car svg.i {
    width: 30px;
    height: 30px;
  }
  .ring .car.gone {
    color: color-mix(in srgb, var(--secondary-text-color) 72%, transparent);
  }
  .stats {
    flex: 1;
    min-width: 0;
    display: grid;
    grid-template-columns: 1fr 1fr;
    align-items: end;
    gap: var(--ha-space-4, 16px) var(--ha-space-3, 12px);
  }
  .stats div {
    min-width: 0;
  }
  .stats dt {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
    color: var(--secondary-text-color);
    overflow-wrap: anywhere;
  }
  .stats.one {
    grid-template-columns: 1fr;
  }
  .stats dd {
    font-weight: 500;
    font-size: var(--ha-font-size-l, 16px);
    line-height: 22px;
    white-space: nowrap;
  }
  .stats dd small {
    font-size: var(--ha-font-size-s, 12px);
    font-weight: 400;
    color: var(--secondary-text-color);
    margin-inline-start: 2px;
  }
  @container evse (max-width: 359px) {
    .full .hero {
      gap: var(--ha-space-3, 12px);
    }
    .full .ring {
      width: 136px;
      height: 130px;
    }
    .full .stats {
      gap: var(--ha-space-3, 12px) var(--ha-space-2, 8px);
    }
  }

  .reason {
    display: flex;
    gap: var(--ha-space-3, 12px);
    align-items: flex-start;
    padding: 10px var(--ha-space-3, 12px);
    border-radius: var(--ha-border-radius-lg, 12px);
    background: var(--evse-quiet);
  }
  .reason svg.i {
    width: 20px;
    height: 20px;
    color: var(--evse-graphic);
  }
  .reason svg.k-sun {
    color: oklch(from var(--energy-solar-color) clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h);
  }
  .reason p {
    line-height: 20px;
    text-wrap: pretty;
  }
  .reason .sub {
    margin-block-start: 1px;
  }
  [data-state="attention"] > * .reason,
  [data-state="fault"] > * .reason,
  .reason.loud {
    background: var(--evse-soft);
  }
  .reason > div {
    flex: 1;
    min-width: 0;
  }
`;
