/** The card's style sheet, parsed once for all cards on a page. The build puts one minified text in the place of `CSS`. */
import { base } from "./base.ts";
import { charts } from "./charts.ts";
import { compact } from "./compact.ts";
import { controls } from "./controls.ts";
import { dial } from "./dial.ts";
import { dialogs } from "./dialogs.ts";
import { features } from "./features.ts";
import { full } from "./full.ts";
import { menus } from "./menus.ts";
import { site } from "./site.ts";
import { theme } from "./theme.ts";

const CSS = [base, dial, controls, charts, full, compact, features, site, theme, menus, dialogs].join("");

const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
export const SHEETS: readonly CSSStyleSheet[] = [sheet];
