/** Words of a Jinja expression, and a template cut into text, outputs and statements. */

export interface Token {
  readonly kind: "name" | "text" | "number" | "sign" | "end";
  readonly value: string;
}

export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TemplateError";
  }
}

const WORD =
  /\s*(?:([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\*\*|==|!=|<=|>=|\/\/|[-+*/%~|.,:()[\]{}<>=]))/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

export function tokens(source: string): Token[] {
  const found: Token[] = [];
  const word = new RegExp(WORD);
  const end = source.trimEnd().length;
  while (word.lastIndex < end) {
    const at = word.lastIndex;
    const match = word.exec(source);
    if (match === null) throw new TemplateError(`unexpected '${source.slice(at).trim().charAt(0)}'`);
    const [, name, digits, double, single, sign] = match;
    const quoted = double ?? single;
    if (name !== undefined) found.push({ kind: "name", value: name });
    else if (digits !== undefined) found.push({ kind: "number", value: digits });
    else if (quoted !== undefined)
      found.push({ kind: "text", value: quoted.replace(/\\(.)/gs, (_all, c: string) => ESCAPES[c] ?? c) });
    else found.push({ kind: "sign", value: sign ?? "" });
  }
  found.push({ kind: "end", value: "" });
  return found;
}

export interface Part {
  readonly kind: "text" | "output" | "statement";
  readonly source: string;
}

/** `{{- ... -}}` and the like eat the white space beside them. @throws TemplateError */
export function parts(template: string): Part[] {
  const found: Part[] = [];
  const addText = (raw: string, trimStart: boolean, trimEnd: boolean): void => {
    const left = trimStart ? raw.trimStart() : raw;
    const source = trimEnd ? left.trimEnd() : left;
    if (source !== "") found.push({ kind: "text", source });
  };
  let at = 0;
  let trimNext = false;
  for (;;) {
    const opening = /\{[{%#]/.exec(template.slice(at));
    if (opening === null) break;
    const start = at + opening.index;
    const sign = template.charAt(start + 1);
    const close = closing(template, start + 2, sign);
    const raw = template.slice(start + 2, close);
    addText(template.slice(at, start), trimNext, raw.startsWith("-"));
    trimNext = raw.endsWith("-");
    const source = raw.replace(/^-|-$/g, "");
    if (sign === "{") found.push({ kind: "output", source });
    else if (sign === "%") found.push({ kind: "statement", source });
    at = close + 2;
  }
  addText(template.slice(at), trimNext, false);
  return found;
}

/** Where the pair that ends it begins; braces of dictionaries inside an output are not taken for it. */
function closing(template: string, from: number, sign: string): number {
  const pair = sign === "{" ? "}}" : `${sign}}`;
  for (let at = template.indexOf(pair, from); at >= 0; at = template.indexOf(pair, at + 1))
    if (sign !== "{" || balanced(template.slice(from, at))) return at;
  throw new TemplateError(`unexpected end of template, '${pair}' is missing`);
}

function balanced(source: string): boolean {
  const bare = source.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return bare.split("{").length === bare.split("}").length;
}
