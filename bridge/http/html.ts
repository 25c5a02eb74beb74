/** HTML from templates: every value is escaped, since names, reasons and identities come from wallboxes. */

export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    markup: strings.reduce((out, text, index) => out + text + (index < parts.length ? render(parts[index]) : ""), ""),
  };
}

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escape(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map((one) => one.markup).join("");
}

export function escape(text: string): string {
  // Control characters have no place on a page.
  return text.replace(/[^\P{Cc}\n\r\t]/gu, "\ufffd").replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

/** For text of our own that is markup already. */
export function trusted(markup: string): Markup {
  return { markup };
}
