/** Dial, reason, mode, limit, buttons, phases, flow, graph. Long, because it is one style sheet. */
import { css } from "./css.ts";

export const parts = css`
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
    stroke-width: 3;
  }
  .dial .halo {
    stroke: var(--card-background-color);
    stroke-width: 8;
    stroke-linecap: butt;
  }
  .dial .broken {
    stroke-dasharray: 1 14;
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
    gap: var(--ha-space-4, 16px) var(--ha-space-3, 12px);
  }
  .stats div {
    min-width: 0;
  }
  .stats dt {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
    color: var(--secondary-text-color);
    white-space: nowrap;
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
      from var(--evse-attention-color) clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h
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
      from var(--evse-charging-color) clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h
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
