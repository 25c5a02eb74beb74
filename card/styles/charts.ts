/** Phases, energy flow, session graph. */
import { css } from "./css.ts";

export const charts = css`
  .section-title {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: var(--ha-space-3, 12px);
    margin-block-end: var(--ha-space-2, 8px);
    font-size: var(--ha-font-size-m, 14px);
    line-height: 20px;
    font-weight: 500;
  }
  .section-title .sub {
    font-weight: 400;
  }
  .phases {
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
  .phase .l {
    font-weight: 500;
  }
  .phase .meter {
    position: relative;
    height: 10px;
    border-radius: 5px;
    background: var(--evse-track);
  }
  .phase .meter i {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    width: var(--a);
    border-radius: 5px;
    background: var(--evse-graphic);
  }
  .phase .meter u {
    position: absolute;
    inset-block: -4px;
    inset-inline-start: var(--o);
    width: 3px;
    margin-inline-start: -1.5px;
    border-radius: 2px;
    background: var(--primary-text-color);
    box-shadow: 0 0 0 2px var(--card-background-color);
  }
  .phase .a {
    text-align: end;
    font-weight: 500;
    white-space: nowrap;
  }
  .phase .vo {
    text-align: end;
  }
  .phase.full-up .meter i {
    background: var(--evse-attention-graphic);
  }
  .evse {
    --evse-attention-graphic: oklch(
      from var(--evse-attention-color, var(--warning-color))
        clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h
    );
  }

  .flow {
    display: grid;
    grid-template-columns: auto minmax(40px, 1fr) auto;
    align-items: center;
  }
  .flow ul {
    display: grid;
    grid-auto-rows: 52px;
  }
  .flow li {
    display: flex;
    align-items: center;
    gap: var(--ha-space-2, 8px);
    min-width: 0;
  }
  .flow .from li {
    flex-direction: row-reverse;
    text-align: end;
    justify-content: flex-start;
  }
  .flow li > div:last-child {
    min-width: 50px;
  }
  .flow li b {
    display: block;
    line-height: 18px;
    white-space: nowrap;
  }
  .flow li .sub {
    display: block;
    white-space: nowrap;
  }
  .flow .orb {
    background: color-mix(in srgb, var(--c) 20%, var(--card-background-color));
    color: oklch(from var(--c) clamp(var(--evse-graphic-l-min), l, var(--evse-solid-l-max)) c h);
  }
  .flow li.idle .orb {
    background: color-mix(in srgb, var(--primary-text-color) 6%, var(--card-background-color));
    color: var(--secondary-text-color);
  }
  .flow li.idle b {
    font-weight: 400;
    color: var(--secondary-text-color);
  }
  .flow svg.bands {
    display: block;
    width: calc(100% + 36px);
    margin-inline: -18px;
  }
  .flow .orb {
    z-index: 1;
  }
  [dir="rtl"] .flow svg.bands {
    transform: scaleX(-1);
  }
  .bands path {
    fill: color-mix(in srgb, var(--c) var(--evse-area), transparent);
  }
  .bands .shine {
    opacity: 0.55;
    animation: evse-shine 2.6s linear infinite;
  }
  .k-sun {
    --c: var(--evse-sun);
  }
  .k-grid {
    --c: var(--evse-grid);
  }
  .k-battery {
    --c: var(--evse-battery);
  }
  .k-house {
    --c: var(--evse-house);
  }
  .k-car {
    --c: var(--evse-charging-graphic);
  }
  .k-export {
    --c: var(--evse-export);
  }
  .evse {
    --evse-charging-graphic: oklch(
      from var(--evse-charging-color, var(--success-color))
        clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h
    );
  }
  .flow-say {
    margin-block-start: var(--ha-space-2, 8px);
    text-align: center;
    text-wrap: balance;
  }

  .graph {
    direction: ltr;
  }
  .graph .plot {
    position: relative;
    height: 112px;
  }
  .graph svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
  }
  .graph .gl {
    stroke: var(--divider-color);
    stroke-width: 1;
  }
  .graph .a-sun {
    fill: color-mix(in srgb, var(--evse-sun) var(--evse-area), transparent);
  }
  .graph .a-grid {
    fill: color-mix(in srgb, var(--evse-grid) var(--evse-area), transparent);
  }
  .graph .line {
    fill: none;
    stroke: var(--primary-text-color);
    stroke-width: 1.5;
    stroke-linejoin: round;
  }
  .graph .cap {
    fill: none;
    stroke: var(--secondary-text-color);
    stroke-width: 1.5;
    stroke-dasharray: 4 4;
  }
  .graph .y {
    position: absolute;
    inset-inline-end: 0;
    background: var(--card-background-color);
    padding-inline-start: 4px;
    transform: translateY(-50%);
  }
  .graph .dot {
    position: absolute;
    width: 10px;
    height: 10px;
    margin: -5px;
    border-radius: 50%;
    background: var(--primary-text-color);
    box-shadow: 0 0 0 3px var(--card-background-color);
  }
  .graph .x {
    display: flex;
    justify-content: space-between;
    margin-block-start: 6px;
  }
  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 4px var(--ha-space-3, 12px);
    margin-block-start: 6px;
  }
  .key span {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
    color: var(--secondary-text-color);
    white-space: nowrap;
  }
  .key i {
    width: 10px;
    height: 10px;
    border-radius: 3px;
    background: var(--c);
    flex: none;
  }
  .key i.line {
    height: 2px;
    width: 14px;
    background: var(--primary-text-color);
  }
  .key i.dash {
    height: 0;
    width: 14px;
    background: none;
    border-block-start: 2px dashed var(--secondary-text-color);
    border-radius: 0;
  }
`;
