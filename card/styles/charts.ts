/** Dial and figures, phases, energy flow, session graph. */
import { css } from "./css.ts";

export const charts = css`
  .ring {
    position: relative;
    flex: none;
    width: 152px;
    aspect-ratio: 19 / 18;
  }
  .dial {
    overflow: visible;
    fill: none;
    stroke: var(--evse-track);
    stroke-linecap: round;
    stroke-width: 12;
  }
  .rest {
    stroke-width: 4;
  }
  .thin {
    stroke-width: 6;
  }
  .v {
    stroke: var(--evse-graphic);
  }
  .gap,
  .halo {
    stroke: var(--card-background-color);
    stroke-width: 13;
  }
  .halo,
  .tick {
    stroke-width: 22;
    stroke-linecap: butt;
  }
  .tick {
    stroke: var(--primary-text-color);
  }
  text {
    fill: currentColor;
    stroke: none;
    text-anchor: middle;
  }
  .mid {
    padding-block-start: 5%;
    text-align: center;
  }
  .mid,
  .mode button {
    flex-direction: column;
    justify-content: center;
    gap: 4px;
  }
  .num {
    font-size: var(--ha-font-size-4xl, 32px);
    line-height: 1.1;
  }
  .num small {
    font-size: var(--ha-font-size-m, 14px);
  }
  .word {
    padding-block-end: 12px;
  }
  .car {
    --evse-icon: 30px;
    position: absolute;
    inset: auto 0 0;
  }
  .stats {
    display: grid;
    grid-template-columns: 1fr 1fr;
    align-items: end;
    gap: var(--ha-space-3, 12px);
  }
  .one {
    grid-template-columns: 1fr;
  }

  h4 {
    margin-block-end: var(--ha-space-2, 8px);
  }
  .phases,
  .boxes {
    display: grid;
    gap: var(--ha-space-2, 8px);
  }
  .phase {
    display: grid;
    grid-template-columns: 20px 1fr 56px 44px;
    align-items: center;
    gap: var(--ha-space-2, 8px);
    min-height: 24px;
  }
  .meter {
    position: relative;
    height: 10px;
    background: var(--evse-track);
  }
  .meter,
  .meter i {
    border-radius: 5px;
  }
  .meter u {
    inset-block: -4px;
    inset-inline-start: var(--o);
    width: 3px;
    margin-inline-start: -1.5px;
  }

  .flow {
    display: grid;
    grid-template-columns: auto minmax(40px, 1fr) auto;
    align-items: center;
  }
  .flow li {
    height: 52px;
  }
  .from li {
    flex-direction: row-reverse;
  }
  .flow .orb,
  .reason .k-sun {
    color: var(--evse-solid);
  }
  .flow .orb {
    z-index: 1;
    background: color-mix(in srgb, var(--evse-tint) 20%, var(--card-background-color));
  }
  .idle b {
    font-weight: 400;
    color: var(--secondary-text-color);
  }
  .bands {
    width: calc(100% + 36px);
    margin-inline: -18px;
  }
  [dir="rtl"] .bands {
    scale: -1 1;
  }
  .area,
  .bands path {
    fill: var(--evse-graphic);
    opacity: 0.6;
  }
  .shine {
    fill: #fff;
    stroke: #fff6;
    stroke-width: 10px;
    opacity: 0;
    animation: shine 2.6s linear infinite;
  }
  @keyframes shine {
    from {
      opacity: 0.3;
      translate: -40px;
    }
    to {
      opacity: 0.3;
      translate: 140px;
    }
  }
  .flow-say {
    text-align: center;
  }

  .graph {
    direction: ltr;
    overflow-wrap: normal;
  }
  .plot {
    position: relative;
    height: 112px;
    background: linear-gradient(var(--divider-color) 1px, transparent 0) 0 0 / 100% 55.5px;
  }
  .graph svg {
    overflow: visible;
    fill: none;
    stroke-width: 1.5;
  }
  .line {
    stroke: var(--primary-text-color);
    stroke-linejoin: round;
  }
  .cap {
    stroke: var(--secondary-text-color);
    stroke-dasharray: 4 4;
  }
  .y {
    position: absolute;
    inset: -8px 0 auto auto;
    padding-inline-start: 4px;
    background: var(--card-background-color);
  }
  .dot {
    margin: -5px;
  }
  .key {
    flex-wrap: wrap;
    gap: 4px var(--ha-space-3, 12px);
  }
  .dot,
  .key i {
    width: 10px;
    height: 10px;
  }
  .key i {
    border-radius: 3px;
    background: var(--evse-graphic);
  }
  .key .dash {
    width: 14px;
    height: 2px;
    border-radius: 0;
    background: none;
    border-block-start: 2px dashed;
  }
`;
