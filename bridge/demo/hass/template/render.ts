/** Whole templates: text, outputs, `set`, `for`, `if`. */
import { isRecord } from "../json.ts";
import { compile, conditional, Reader, type Expression, type Scope } from "./expression.ts";
import { parts, TemplateError, tokens, type Part } from "./lex.ts";
import { nativeResult, show, truthy } from "./values.ts";

type Block = (scope: Scope, out: (text: string) => void) => void;

export interface Template {
  /** As Home Assistant hands a result on: numbers, lists and dictionaries as themselves. @throws TemplateError */
  value(variables: Scope): unknown;
  /** @throws TemplateError */
  text(variables: Scope): string;
}

export function parseTemplate(source: string): Template {
  const all = parts(source);
  const [only] = all;
  if (all.length === 1 && only?.kind === "output") {
    const expression = compile(only.source);
    return {
      value: (scope) => {
        const value = expression(new Map(scope));
        return typeof value === "string" ? nativeResult(value) : value;
      },
      text: (scope) => show(expression(new Map(scope))).trim(),
    };
  }
  const cursor = { at: 0 };
  const block = sequence(all, cursor, []);
  const text = (scope: Scope): string => {
    let out = "";
    block(new Map(scope), (piece) => (out += piece));
    return out.trim();
  };
  return { text, value: (scope) => nativeResult(text(scope)) };
}

function sequence(all: readonly Part[], cursor: { at: number }, ends: readonly string[]): Block {
  const blocks: Block[] = [];
  for (;;) {
    const part = all[cursor.at];
    if (part === undefined) {
      if (ends.length > 0) throw new TemplateError(`missing ${ends.join(" or ")}`);
      break;
    }
    if (part.kind === "statement" && ends.includes(keyword(part))) break;
    cursor.at++;
    blocks.push(
      part.kind === "text"
        ? literal(part.source)
        : part.kind === "output"
          ? output(part)
          : statement(part, all, cursor),
    );
  }
  return (scope, out) => {
    for (const block of blocks) block(scope, out);
  };
}

const literal =
  (text: string): Block =>
  (_scope, out) =>
    out(text);

function output(part: Part): Block {
  const expression = compile(part.source);
  return (scope, out) => out(show(expression(scope)));
}

function keyword(part: Part): string {
  return /^\s*(\w+)/.exec(part.source)?.[1] ?? "";
}

function statement(part: Part, all: readonly Part[], cursor: { at: number }): Block {
  const reader = new Reader(tokens(part.source));
  const word = reader.name();
  if (word === "set") return assignment(reader);
  if (word === "for") return loop(reader, all, cursor);
  if (word === "if") return branch(conditional(reader), all, cursor);
  throw new TemplateError(`Encountered unknown tag '${word}'.`);
}

function assignment(reader: Reader): Block {
  const name = reader.name();
  const key = reader.take(".") ? reader.name() : undefined;
  reader.need("=");
  const expression = conditional(reader);
  reader.expectEnd();
  return (scope) => {
    const value = expression(scope);
    if (key === undefined) {
      scope.set(name, value);
      return;
    }
    const target = scope.get(name);
    if (!isRecord(target)) throw new TemplateError("cannot assign attribute on non-namespace object");
    target[key] = value;
  };
}

function loop(reader: Reader, all: readonly Part[], cursor: { at: number }): Block {
  const names = [reader.name()];
  while (reader.take(",")) names.push(reader.name());
  reader.need("in");
  const over = conditional(reader);
  const body = sequence(all, cursor, ["endfor"]);
  cursor.at++;
  return (scope, out) => {
    const found = over(scope);
    const items: unknown[] = Array.isArray(found) ? found : isRecord(found) ? Object.keys(found) : [];
    for (const item of items) {
      const inner = new Map(scope);
      if (names.length === 1) inner.set(names[0] ?? "", item);
      else for (const [i, name] of names.entries()) inner.set(name, Array.isArray(item) ? item[i] : undefined);
      body(inner, out);
    }
  };
}

function branch(test: Expression, all: readonly Part[], cursor: { at: number }): Block {
  const then = sequence(all, cursor, ["elif", "else", "endif"]);
  const end = all[cursor.at];
  cursor.at++;
  const word = end === undefined ? "endif" : keyword(end);
  let otherwise: Block = () => undefined;
  if (word === "elif" && end !== undefined) {
    const reader = new Reader(tokens(end.source));
    reader.name();
    otherwise = branch(conditional(reader), all, cursor);
  } else if (word === "else") {
    otherwise = sequence(all, cursor, ["endif"]);
    cursor.at++;
  }
  return (scope, out) => (truthy(test(scope)) ? then(scope, out) : otherwise(scope, out));
}
