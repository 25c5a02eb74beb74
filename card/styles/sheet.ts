/** The card's style sheet, parsed once for all cards on a page. The build puts one minified text in the place of `CSS`. */
import { charts } from "./charts.ts";
import { controls } from "./controls.ts";
import { head } from "./head.ts";
import { layouts } from "./layouts.ts";
import { shapes } from "./shapes.ts";
import { states } from "./states.ts";
import { theme } from "./theme.ts";

const CSS = [theme, shapes, head, controls, charts, layouts, states].join("");

export const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);
