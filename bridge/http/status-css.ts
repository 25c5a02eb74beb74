/** Look of the status page: the tokens are those of Home Assistant's default theme, so that page and card are family. */

import { themeCss } from "../../shared/theme.ts";

/** Lightness windows of the card's colour roles, for the default themes. */
const LIGHT = `
  --evse-graphic-l-min: 0;
  --evse-graphic-l-max: .58;
  --evse-soft-part: 16%;
`;
const DARK = `
  --evse-graphic-l-min: .65;
  --evse-graphic-l-max: 1;
  --evse-soft-part: 14%;
`;

export const STATUS_CSS = `
${themeCss({ light: LIGHT, dark: DARK, auto: true })}
* { box-sizing: border-box; }
body {
  --quiet: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  --track: color-mix(in srgb, var(--primary-text-color) 11%, transparent);
  margin: 0; background: var(--primary-background-color); color: var(--primary-text-color);
  font: 400 var(--ha-font-size-m)/20px var(--ha-font-family-body); font-variant-numeric: tabular-nums;
  -webkit-font-smoothing: antialiased;
}
[data-tone] { --tint: var(--secondary-text-color); }
[data-tone="good"] { --tint: var(--success-color); }
[data-tone="info"] { --tint: var(--info-color); }
[data-tone="warn"] { --tint: var(--warning-color); }
[data-tone="bad"] { --tint: var(--error-color); }
[data-tone] {
  --soft: color-mix(in srgb, var(--tint) var(--evse-soft-part), transparent);
  --graphic: oklch(from var(--tint) clamp(var(--evse-graphic-l-min), l, var(--evse-graphic-l-max)) c h);
}
main { max-width: 1120px; margin: 0 auto; padding: 16px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
h1, h2, h3, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; list-style: none; font-weight: inherit; }
h1 { font-size: 20px; line-height: 26px; font-weight: 500; }
h2 { font-size: 16px; line-height: 24px; font-weight: 500; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; }
h2 .sub { font-weight: 400; }
h3, b, strong { font-weight: 500; font-size: inherit; }
.sub { font-size: 12px; line-height: 16px; color: var(--secondary-text-color); }
svg.i { width: 24px; height: 24px; fill: currentColor; flex: none; display: block; }
svg.i.s { width: 20px; height: 20px; }
a { color: inherit; text-underline-offset: 3px; }
a:focus-visible, button:focus-visible { outline: 2px solid var(--ha-color-focus); outline-offset: 2px; border-radius: 4px; }
.orb { width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; flex: none; background: var(--soft); color: var(--graphic); }
.panel { background: var(--card-background-color); border: 1px solid var(--divider-color); border-radius: var(--ha-card-border-radius); padding: 16px; display: grid; gap: 12px; align-content: start; grid-template-columns: minmax(0, 1fr); }
.tag { display: inline-flex; align-items: center; gap: 6px; height: 28px; padding-inline: 8px 10px; border-radius: 14px; background: var(--soft); font-weight: 500; white-space: nowrap; justify-self: start; }
.tag svg.i { width: 18px; height: 18px; color: var(--graphic); }
/* top */
.top { display: flex; align-items: center; gap: 12px; min-height: 56px; }
.top > div:not(.orb) { flex: 1; min-width: 0; }
.top button { font: inherit; font-weight: 500; color: inherit; min-height: 44px; padding: 0 14px; border: 0; border-radius: 12px; background: var(--quiet); cursor: pointer; }
.verdict { display: grid; gap: 4px; border-radius: 16px; padding: 16px; background: var(--soft); }
.verdict h2 { font-size: 20px; line-height: 28px; align-items: flex-start; gap: 12px; flex-wrap: nowrap; }
.verdict h2 svg { margin-block-start: 2px; }
.verdict h2 svg { color: var(--graphic); }
.verdict li { display: flex; align-items: center; min-height: 44px; padding-inline-start: 36px; }
.verdict li a { padding-block: 12px; }
/* links */
.links { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(164px, 1fr)); }
.link { display: flex; align-items: center; gap: 10px; min-height: 56px; padding: 8px 10px; background: var(--card-background-color); border: 1px solid var(--divider-color); border-radius: 12px; }
.link > div { min-width: 0; }
.link .orb { width: 36px; height: 36px; }
.link .orb svg { width: 20px; height: 20px; }
/* chargers */
.box { display: grid; gap: 12px; padding: 12px; border-radius: 12px; background: var(--quiet); }
.id { display: flex; align-items: center; gap: 12px; min-width: 0; }
.id > div:last-child { min-width: 0; }
.amps dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
.amps dt { font-size: 12px; line-height: 16px; color: var(--secondary-text-color); }
.amps dd { font-size: 16px; line-height: 22px; font-weight: 500; }
.amps dd.off { display: inline-flex; align-items: center; gap: 4px; }
.amps dd.off svg { width: 16px; height: 16px; color: var(--graphic); }
.scale { position: relative; height: 8px; border-radius: 4px; background: var(--track); margin-block: 6px; }
.scale i { position: absolute; inset-block: 0; inset-inline-start: 0; width: calc(min(var(--o), var(--max)) / var(--max) * 100%); border-radius: 4px; background: var(--graphic); }
.scale u { position: absolute; inset-block: -3px; width: 3px; margin-inline-start: -1.5px; border-radius: 2px; background: var(--primary-text-color); box-shadow: 0 0 0 2px var(--card-background-color); inset-inline-start: calc(min(var(--a), var(--max)) / var(--max) * 100%); }
.scale s { position: absolute; top: 50%; width: 12px; height: 12px; margin: -6px; border-radius: 50%; border: 2px solid var(--primary-text-color); background: var(--card-background-color); inset-inline-start: calc(min(var(--w), var(--max)) / var(--max) * 100%); }
.facts { min-width: 0; }
.box { grid-template-columns: auto 1fr; }
.id, .amps { grid-column: 1 / -1; }
.amps { grid-row: 3; }
.cols { display: none; }
/* lists */
.list { display: grid; gap: 4px; }
.list > li { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 0 12px; padding-block: 8px; align-items: start; }
.list > li > svg { width: 20px; height: 20px; color: var(--graphic); }
.list .when { white-space: nowrap; }
.todo { margin-block-start: 2px; }
pre { grid-column: 2 / -1; margin-block-start: 8px; padding: 10px 12px; border-radius: 8px; background: var(--quiet); font: 12px/18px ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { display: flex; flex-wrap: wrap; gap: 0 20px; padding-inline: 4px; }
footer a { display: inline-flex; align-items: center; min-height: 44px; min-width: 44px; color: var(--secondary-text-color); }
@media (min-width: 820px) {
  main { padding: 24px 32px 40px; gap: 20px; }
  .verdict { grid-template-columns: minmax(0, 1fr) auto auto; align-items: center; padding: 12px 20px; column-gap: 28px; }
  .verdict ul { display: contents; }
  .verdict li { padding: 0; }
  .two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; align-items: start; }
  .box, .cols { display: grid; grid-template-columns: minmax(0, 1.3fr) 136px minmax(0, 1.5fr) 168px; gap: 20px; align-items: center; }
  .cols { padding-inline: 12px; margin-block-end: -4px; }
  .cols dl, .amps dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin: 0; }
  .amps dt { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .id, .amps { grid-column: auto; grid-row: auto; }
}
@media (max-width: 819px) { .two { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); } }
`;
