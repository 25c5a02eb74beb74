/** The card's style sheet, parsed once for all cards on a page. */
import { base } from "./base.ts";
import { layouts } from "./layouts.ts";
import { own } from "./own.ts";
import { parts } from "./parts.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(base + parts + layouts + own);
export const SHEETS: readonly CSSStyleSheet[] = [sheet];
