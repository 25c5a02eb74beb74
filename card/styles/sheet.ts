/** The card's style sheet, parsed once for all cards on a page. The build puts one minified text in the place of `CSS`. */
import { charts } from "./charts.ts";
import { compact } from "./compact.ts";
import { controls } from "./controls.ts";
import { features } from "./features.ts";
import { full } from "./full.ts";
import { head } from "./head.ts";
import { shapes } from "./shapes.ts";
import { site } from "./site.ts";
import { states } from "./states.ts";
import { theme } from "./theme.ts";
import { widths } from "./widths.ts";

const CSS = [theme, shapes, head, controls, charts, full, compact, features, site, widths, states].join("");

export const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);
