/** What overrides the parts: at rest, out of date, pending, without motion, in forced colours. */
import { css } from "./css.ts";

export const states = css`
  /* at rest, out of date */
  .off :is(svg, .meter, .slider),
  .menu:has(:disabled),
  .thumb:has(~ :disabled),
  :disabled,
  .gone {
    opacity: 0.6;
    cursor: default;
  }
  .stale :is(svg, .meter, .orb, .stack) {
    filter: grayscale(1);
  }
  .stale :is(.mid, dd) {
    color: var(--secondary-text-color);
  }

  /* motion */
  .menu.pending,
  .pending :is(.thumb, .handle) {
    animation: pulse 1.4s ease-in-out infinite alternate;
  }
  @keyframes spin {
    to {
      rotate: 360deg;
    }
  }
  @keyframes pulse {
    to {
      opacity: 0.55;
    }
  }
  /* the card applies the same rules for animate: false */
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  .still *,
  .stale .shine {
    animation: none !important;
    transition: none !important;
  }
  .away * {
    animation-play-state: paused !important;
  }

  @media (forced-colors: active) {
    .dial {
      stroke: GrayText;
    }
    .v,
    .tick {
      stroke: Highlight;
    }
    .bar .now,
    .meter i,
    .thumb {
      background: Highlight;
    }
    .handle {
      background: ButtonText;
    }
    .mode {
      border-color: Canvas;
    }
  }
`;
