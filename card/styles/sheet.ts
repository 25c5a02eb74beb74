/** The card's style sheet, parsed once for all cards on a page. The build puts one minified text in the place of `CSS`. */
import { base } from "./base.ts";
import { layouts } from "./layouts.ts";
import { own } from "./own.ts";
import { parts } from "./parts.ts";

const CSS = [base, parts, layouts, own].join("");

const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
export const SHEETS: readonly CSSStyleSheet[] = [sheet];
