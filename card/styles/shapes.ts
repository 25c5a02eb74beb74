/** What several parts have in common: text sizes, rows, surfaces, icons. Parts say only what is their own. */
import { css } from "./css.ts";

export const shapes = css`
  *,
  ::before,
  ::after {
    box-sizing: border-box;
    margin: 0;
    padding: 0;
  }
  button,
  select,
  input {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    cursor: pointer;
  }
  .vh {
    position: absolute;
    top: 0;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  /* text */
  b,
  h3,
  h4,
  dd,
  output,
  .chip,
  .btn,
  .menu,
  summary,
  .l,
  .a,
  [aria-checked="true"],
  [aria-pressed="true"] {
    font-weight: 500;
  }
  h3,
  dd,
  output,
  .word,
  .nums b {
    font-size: var(--ha-font-size-l, 16px);
  }
  .sub,
  dt,
  small,
  .key,
  .stack,
  text {
    font-size: var(--ha-font-size-s, 12px);
    font-weight: 400;
    color: var(--secondary-text-color);
  }
  small {
    /* A figure and its unit run from left to right in every language. */
    margin-left: 3px;
  }
  .total,
  .vh,
  .chip,
  .btn,
  .pill,
  .name,
  .mode,
  .num,
  .power,
  dd,
  .nums,
  .phase,
  .flow,
  .stack,
  .key {
    white-space: nowrap;
  }
  .name,
  .mode span,
  .stack span {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  /* words of a left-to-right language among right-to-left ones keep their own order */
  :where(p, span) {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  .a,
  .vo,
  .from li,
  .nums,
  .power,
  .limit-val {
    text-align: end;
  }
  .act,
  .tail {
    justify-self: end;
  }
  :is(.who, .flow) .sub,
  :is(.nums, .flow, .limit-val) b {
    display: block;
  }

  /* rows */

  .btn,
  .menu,
  .pill,
  .value-row,
  .chip,
  .actions,
  .key,
  .key span,
  .flow li,
  summary,
  dialog form,
  .mid,
  .mode button,
  .head,
  .tap,
  .hero,
  .limit-row,
  .popup button,
  .empty,
  .set {
    display: flex;
    align-items: center;
    gap: var(--ha-space-2, 8px);
  }

  .head,
  .tap,
  .hero,
  .limit-row,
  .popup button,
  .empty,
  .set,
  .reason {
    gap: var(--ha-space-3, 12px);
  }
  .limit-head,
  .limit-legend,
  .total,
  .stack-ends,
  .x {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: var(--ha-space-2, 8px);
  }
  .who,
  .tap,
  .btn,
  .slider,
  .stats,
  .label,
  .mode button,
  .reason div {
    flex: 1;
    min-width: 0;
  }
  :is(.menu, .pill, .value-row) > :nth-child(3),
  .set > :nth-child(2) {
    margin-inline-start: auto;
  }
  .orb,
  .car,
  .icon-button {
    display: grid;
    place-items: center;
    flex: none;
  }

  /* surfaces */

  .btn,
  .menu,
  .pill,
  .value-row,
  .reason,
  .box,
  .spark,
  .bar,
  .presets button,
  .set :is([type="number"], select),
  .warn,
  .tap,
  summary,
  .slider,
  .thumb,
  .mode button {
    border-radius: var(--ha-border-radius-lg, 12px);
  }

  .btn,
  .menu,
  .value-row,
  .reason,
  .box,
  .spark,
  .bar,
  .presets button,
  .set :is([type="number"], select),
  .mode,
  .popup button:is(:hover, :focus-visible),
  .icon-button:hover {
    background: var(--evse-quiet);
    /* seen where colours are forced */
    outline: 1px solid transparent;
  }
  .orb,
  .chip,
  .primary,
  .reason:is([data-state="attention"], [data-state="fault"]),
  [aria-pressed="true"] {
    background: var(--evse-soft);
    outline: 1px solid transparent;
  }
  :focus-visible,
  :is(.menu, .pill, .slider):has(:focus-visible) {
    outline: 2px solid var(--ha-color-focus, currentColor);
    outline-offset: 2px;
  }
  .btn,
  .menu,
  .pill,
  .value-row,
  .popup button,
  .set :is([type="number"], select) {
    min-height: 44px;
    padding-inline: var(--ha-space-3, 12px);
  }
  .orb,
  .icon-button,
  .round {
    border-radius: 50%;
  }
  .icon-button,
  .round,
  [type="checkbox"] {
    width: 44px;
    height: 44px;
  }
  .dial,
  .speed::before,
  .graph svg,
  .mid,
  .slider input,
  :is(.menu, .pill) select {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .slider input,
  :is(.menu, .pill) select {
    opacity: 0;
  }

  /* icons */
  .i,
  .spinner {
    flex: none;
    width: var(--evse-icon, 20px);
    height: var(--evse-icon, 20px);
    fill: currentColor;
  }
  .orb,
  .icon-button,
  .mid {
    --evse-icon: 24px;
  }
  .icon-button,
  :is(.btn, .menu, .pill, .value-row, .popup, [aria-checked="false"]) .i {
    color: var(--secondary-text-color);
  }
  :is(.chip, .reason, .mid, .primary) :is(.i, .spinner),
  .menu > :first-child {
    color: var(--evse-graphic);
  }
  .spinner {
    border: 2.5px solid var(--evse-track);
    border-block-start-color: currentColor;
    border-radius: 50%;
    animation: spin 0.9s linear infinite;
  }
`;
