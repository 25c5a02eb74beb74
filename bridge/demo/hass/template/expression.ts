/** Jinja expressions, compiled to functions. */
import { equal, isRecord } from "../json.ts";
import { FILTERS, TESTS } from "./filters.ts";
import { TemplateError, tokens, type Token } from "./lex.ts";
import { Instant, member, show, Span, truthy } from "./values.ts";

export type Scope = Map<string, unknown>;
export type Expression = (scope: Scope) => unknown;

interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string | undefined, Expression])[];
}

const COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"];

export function compile(source: string): Expression {
  const reader = new Reader(tokens(source));
  const expression = conditional(reader);
  reader.expectEnd();
  return expression;
}

export class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  constructor(found: readonly Token[]) {
    this.#tokens = found;
  }
  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: "end", value: "" };
  }
  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }
  is(...values: string[]): boolean {
    const token = this.peek();
    return token.kind !== "text" && values.includes(token.value);
  }
  take(...values: string[]): boolean {
    if (!this.is(...values)) return false;
    this.#at++;
    return true;
  }
  need(value: string): void {
    if (!this.take(value)) throw new TemplateError(`expected '${value}', got '${this.peek().value}'`);
  }
  name(): string {
    const token = this.next();
    if (token.kind !== "name") throw new TemplateError(`expected a name, got '${token.value}'`);
    return token.value;
  }
  expectEnd(): void {
    if (this.peek().kind !== "end") throw new TemplateError(`unexpected '${this.peek().value}'`);
  }
}

export function conditional(reader: Reader): Expression {
  const then = either(reader);
  if (!reader.take("if")) return then;
  const test = either(reader);
  const otherwise = reader.take("else") ? conditional(reader) : () => undefined;
  return (scope) => (truthy(test(scope)) ? then(scope) : otherwise(scope));
}

function either(reader: Reader): Expression {
  let left = both(reader);
  while (reader.take("or")) {
    const a = left;
    const b = both(reader);
    left = (scope) => {
      const value = a(scope);
      return truthy(value) ? value : b(scope);
    };
  }
  return left;
}

function both(reader: Reader): Expression {
  let left = negation(reader);
  while (reader.take("and")) {
    const a = left;
    const b = negation(reader);
    left = (scope) => {
      const value = a(scope);
      return truthy(value) ? b(scope) : value;
    };
  }
  return left;
}

function negation(reader: Reader): Expression {
  if (!reader.take("not")) return comparison(reader);
  const inner = negation(reader);
  return (scope) => !truthy(inner(scope));
}

function comparison(reader: Reader): Expression {
  let left = sum(reader);
  for (;;) {
    const a = left;
    if (reader.is(...COMPARISONS)) {
      const sign = reader.next().value;
      const b = sum(reader);
      left = (scope) => compare(sign, a(scope), b(scope));
    } else if (reader.is("in") || (reader.is("not") && reader.peek(1).value === "in")) {
      const not = reader.take("not");
      reader.need("in");
      const b = sum(reader);
      left = (scope) => contains(b(scope), a(scope)) !== not;
    } else return left;
  }
}

function compare(sign: string, a: unknown, b: unknown): boolean {
  if (sign === "==") return equal(plain(a), plain(b));
  if (sign === "!=") return !equal(plain(a), plain(b));
  const [x, y] = [plain(a), plain(b)];
  if ((typeof x !== "number" || typeof y !== "number") && (typeof x !== "string" || typeof y !== "string"))
    throw new TemplateError(`'${sign}' not supported between these values`);
  if (sign === "<") return x < y;
  if (sign === ">") return x > y;
  return sign === "<=" ? x <= y : x >= y;
}

const plain = (value: unknown): unknown => (value instanceof Instant || value instanceof Span ? value.ms : value);

function contains(whole: unknown, part: unknown): boolean {
  if (typeof whole === "string") return whole.includes(show(part));
  if (Array.isArray(whole)) return whole.some((item) => equal(item, part));
  return isRecord(whole) && Object.hasOwn(whole, show(part));
}

function sum(reader: Reader): Expression {
  let left = product(reader);
  while (reader.is("+", "-", "~")) {
    const sign = reader.next().value;
    const a = left;
    const b = product(reader);
    left = (scope) => add(sign, a(scope), b(scope));
  }
  return left;
}

function add(sign: string, a: unknown, b: unknown): unknown {
  if (sign === "~") return show(a) + show(b);
  if (a instanceof Instant && b instanceof Instant && sign === "-") return new Span(a.ms - b.ms);
  if (a instanceof Instant && b instanceof Span) return new Instant(a.ms + (sign === "+" ? b.ms : -b.ms));
  if (sign === "+" && Array.isArray(a) && Array.isArray(b)) return [...a.map(same), ...b.map(same)];
  if (sign === "+" && typeof a === "string" && typeof b === "string") return a + b;
  return sign === "+" ? numeric(a) + numeric(b) : numeric(a) - numeric(b);
}

const same = (value: unknown): unknown => value;

function product(reader: Reader): Expression {
  let left = unary(reader);
  while (reader.is("*", "/", "%", "//")) {
    const sign = reader.next().value;
    const a = left;
    const b = unary(reader);
    left = (scope) => {
      const [x, y] = [numeric(a(scope)), numeric(b(scope))];
      if (sign === "*") return x * y;
      if (y === 0) throw new TemplateError("division by zero");
      if (sign === "/") return x / y;
      return sign === "//" ? Math.floor(x / y) : x - y * Math.floor(x / y);
    };
  }
  return left;
}

function numeric(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TemplateError(`'${show(value)}' is no number`);
}

function unary(reader: Reader): Expression {
  if (reader.take("-")) {
    const inner = unary(reader);
    return (scope) => -numeric(inner(scope));
  }
  return postfix(reader, primary(reader));
}

function primary(reader: Reader): Expression {
  const token = reader.next();
  if (token.kind === "number") {
    const value = Number(token.value);
    return () => value;
  }
  if (token.kind === "text") return () => token.value;
  if (token.kind === "name") return word(token.value);
  if (token.value === "(") return bracket(reader);
  if (token.value === "[") {
    const items = list(reader, "]");
    return (scope) => items.map((item) => item(scope));
  }
  if (token.value === "{") return dictionary(reader);
  throw new TemplateError(`unexpected '${token.value}'`);
}

function word(name: string): Expression {
  switch (name) {
    case "true":
    case "True":
      return () => true;
    case "false":
    case "False":
      return () => false;
    case "none":
    case "None":
      return () => null;
    default:
      return (scope) => scope.get(name);
  }
}

/** A parenthesis, or a tuple (kept as a list). */
function bracket(reader: Reader): Expression {
  if (reader.take(")")) return () => [];
  const first = conditional(reader);
  if (!reader.is(",")) {
    reader.need(")");
    return first;
  }
  reader.need(",");
  const items = [first, ...list(reader, ")")];
  return (scope) => items.map((item) => item(scope));
}

function list(reader: Reader, close: string): Expression[] {
  const items: Expression[] = [];
  while (!reader.take(close)) {
    items.push(conditional(reader));
    if (!reader.is(close)) reader.need(",");
  }
  return items;
}

function dictionary(reader: Reader): Expression {
  const pairs: [Expression, Expression][] = [];
  while (!reader.take("}")) {
    const key = conditional(reader);
    reader.need(":");
    pairs.push([key, conditional(reader)]);
    if (!reader.is("}")) reader.need(",");
  }
  return (scope) => Object.fromEntries(pairs.map(([key, value]) => [show(key(scope)), value(scope)]));
}

function postfix(reader: Reader, start: Expression): Expression {
  let left = start;
  for (;;) {
    const from = left;
    if (reader.take(".")) {
      const token = reader.next();
      const key = token.kind === "number" ? Number(token.value) : token.value;
      left = (scope) => member(from(scope), key);
    } else if (reader.take("[")) {
      const key = conditional(reader);
      reader.need("]");
      left = (scope) => member(from(scope), key(scope));
    } else if (reader.take("(")) {
      const given = callArguments(reader);
      left = (scope) => invoke(from(scope), given, scope);
    } else if (reader.take("|")) {
      const name = reader.name();
      const given = reader.take("(") ? callArguments(reader) : { positional: [], named: [] };
      const filter = FILTERS[name];
      if (filter === undefined) throw new TemplateError(`No filter named '${name}'.`);
      left = (scope) => filter(from(scope), ...values(given, scope));
    } else if (reader.take("is")) {
      const not = reader.take("not");
      const name = reader.name();
      const given = reader.take("(") ? callArguments(reader) : { positional: [], named: [] };
      const test = TESTS[name];
      if (test === undefined) throw new TemplateError(`No test named '${name}'.`);
      left = (scope) => test(from(scope), ...values(given, scope)) !== not;
    } else return left;
  }
}

function callArguments(reader: Reader): Arguments {
  const positional: Expression[] = [];
  const named: [string | undefined, Expression][] = [];
  while (!reader.take(")")) {
    if (reader.take("**")) named.push([undefined, conditional(reader)]);
    else if (reader.peek().kind === "name" && reader.peek(1).value === "=") {
      const name = reader.name();
      reader.need("=");
      named.push([name, conditional(reader)]);
    } else positional.push(conditional(reader));
    if (!reader.is(")")) reader.need(",");
  }
  return { positional, named };
}

/** Named arguments come last, as one dictionary. */
function values(given: Arguments, scope: Scope): unknown[] {
  const positional = given.positional.map((item) => item(scope));
  if (given.named.length === 0) return positional;
  const named: Record<string, unknown> = {};
  for (const [name, expression] of given.named) {
    const value = expression(scope);
    if (name !== undefined) named[name] = value;
    else if (isRecord(value)) Object.assign(named, value);
  }
  return [...positional, named];
}

function invoke(callee: unknown, given: Arguments, scope: Scope): unknown {
  if (typeof callee !== "function") throw new TemplateError("this value is not callable");
  const result: unknown = Reflect.apply(callee, undefined, values(given, scope));
  return result;
}
