/**
 * Values of Home Assistant's default light and dark themes, as far as card and pages read them: the status page wears them, the demo's page and the card's
 * tests stand for a dashboard that has them. Measured in Home Assistant 2026.11.
 */
const LIGHT = `
  color-scheme: light;
  --primary-text-color: #141414;
  --secondary-text-color: #5e5e5e;
  --disabled-text-color: #bdbdbd;
  --text-primary-color: #ffffff;
  --primary-background-color: #fafafa;
  --secondary-background-color: #e5e5e5;
  --card-background-color: #ffffff;
  --divider-color: rgba(0, 0, 0, .12);
  --primary-color: #009ac7;
  --accent-color: #ff9800;
  --state-active-color: #ffc107;
  --state-inactive-color: #9e9e9e;
  --state-unavailable-color: #bdbdbd;
  --error-color: #db4437;
  --warning-color: #ffa600;
  --success-color: #43a047;
  --info-color: #039be5;
  --energy-solar-color: #ff9800;
  --energy-grid-consumption-color: #488fc2;
  --energy-grid-return-color: #8353d1;
  --energy-battery-in-color: #f06292;
  --energy-battery-out-color: #4db6ac;
  --ha-color-focus: #009ac7;
`;

/** What the dark theme sets anew. */
const DARK = `
  color-scheme: dark;
  --primary-text-color: #e1e1e1;
  --secondary-text-color: #9b9b9b;
  --disabled-text-color: #6f6f6f;
  --primary-background-color: #111111;
  --secondary-background-color: #282828;
  --card-background-color: #1c1c1c;
  --divider-color: rgba(225, 225, 225, .12);
  --energy-grid-return-color: #a280db;
  --ha-color-focus: #37c8fd;
`;

const SCALES = `
  --ha-card-border-radius: 12px;
  --ha-card-border-width: 1px;
  --ha-border-radius-sm: 4px;
  --ha-border-radius-md: 8px;
  --ha-border-radius-lg: 12px;
  --ha-border-radius-xl: 16px;
  --ha-border-radius-pill: 9999px;
  --ha-space-1: 4px;
  --ha-space-2: 8px;
  --ha-space-3: 12px;
  --ha-space-4: 16px;
  --ha-space-5: 20px;
  --ha-space-6: 24px;
  --ha-space-8: 32px;
  --ha-space-11: 44px;
  --ha-font-size-s: 12px;
  --ha-font-size-m: 14px;
  --ha-font-size-l: 16px;
  --ha-font-size-xl: 20px;
  --ha-font-size-2xl: 24px;
  --ha-font-size-4xl: 32px;
  --ha-font-family-body: Roboto, Heebo, Noto, system-ui, sans-serif;
`;

/**
 * The themes as a style sheet: light, dark by `data-theme="dark"` on the root, or by the viewer's own setting when `auto`.
 * `light` and `dark` are further declarations of a page's own for each of the two.
 */
export function themeCss({ light = "", dark = "", auto = false } = {}): string {
  const night = DARK + dark;
  return `:root, [data-theme="light"] {${LIGHT}${light}}
[data-theme="dark"] {${night}}
${auto ? `@media (prefers-color-scheme: dark) {\n:root:not([data-theme="light"]) {${night}}\n}\n` : ""}:root {${SCALES}}
`;
}
