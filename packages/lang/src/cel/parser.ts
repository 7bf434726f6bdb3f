// The parser of CEL: recursive descent over the tokens. Syntax errors are worded as the generated parser of cel-go words
// the common ones; after a token too much it goes on, after anything else it stops.

import { type Expr, type MapEntry, type StructField } from './ast.ts';
import { type Token, type TokenKind, tokenize } from './lexer.ts';
import { type Macros, expandMacro } from './macros.ts';
import type { CelProblem, Source } from './source.ts';
import { unescapeBytes, unescapeText } from './unescape.ts';
import { Uint, type Value } from './values.ts';

const starts =
  "'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER";
const startSet = `{${starts}}`;
const callSet = `{${starts.replace("'(', ", "'(', ')', ")}}`;
const indexSet = `{${starts.replace("'!', ", "'!', '?', ")}}`;
const depthMax = 250;

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

class Stop extends Error {}

/** The tree of an expression; undefined where problems say why there is none. */
export function parseCel(
  source: Source,
  macros: Macros,
): { readonly expr: Expr | undefined; readonly problems: readonly CelProblem[] } {
  const problems: CelProblem[] = [];
  const report = (at: number, message: string): void => void problems.push(source.problem(at, message));
  const tokens = tokenize(source, report);
  const parser = new Parser(tokens, report, macros);
  const expr = parser.run();
  return { expr: problems.length === 0 ? expr : undefined, problems };
}

const relations = new Set(['<', '<=', '>=', '>', '==', '!=']);
const operators = new Set([...relations, '+', '*', '/', '%', '&&', '||']);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #report: (at: number, message: string) => void;
  readonly #macros: Macros;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], report: (at: number, message: string) => void, macros: Macros) {
    this.#tokens = tokens;
    this.#report = report;
    this.#macros = macros;
  }

  run(): Expr | undefined {
    try {
      this.#skipExtra(startSet);
      const expr = this.#expr();
      if (this.#peek().kind !== 'end') {
        const { text, at } = this.#peek();
        const extra = this.#peek(1).kind === 'end';
        this.#report(at, `Syntax error: ${extra ? 'extraneous' : 'mismatched'} input '${text}' expecting <EOF>`);
      }
      return expr;
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #is(symbol: string, ahead = 0): boolean {
    const token = this.#peek(ahead);
    return token.text === symbol && (token.kind === 'symbol' || token.kind === 'keyword');
  }

  #accept(symbol: string): Token | undefined {
    return this.#is(symbol) ? this.#take() : undefined;
  }

  #fail(message: string): never {
    this.#report(this.#peek().at, `Syntax error: ${message}`);
    throw new Stop();
  }

  #mismatched(expected: string): never {
    return this.#fail(`mismatched input '${this.#peek().text}' expecting ${expected}`);
  }

  // One token too much is skipped, a missing bracket is taken as there: both are reported and parsing goes on.
  #expect(symbol: string): Token {
    const found = this.#accept(symbol);
    if (found !== undefined) return found;
    const { text, at } = this.#peek();
    if (this.#is(symbol, 1)) {
      this.#report(at, `Syntax error: extraneous input '${text}' expecting '${symbol}'`);
      this.#next++;
      return this.#take();
    }
    if (symbol === ':' ? isStart(this.#peek()) : this.#peek().kind === 'end') {
      this.#report(at, `Syntax error: missing '${symbol}' at '${text}'`);
      throw new Stop();
    }
    return this.#mismatched(`'${symbol}'`);
  }

  // A list or map goes on with a comma or ends.
  #expectEnd(symbol: string, afterComma: boolean): void {
    if (this.#accept(symbol) !== undefined) return;
    const { text, at } = this.#peek();
    if (afterComma) return this.#mismatched(`'${symbol}'`);
    const extra = this.#is(symbol, 1) || this.#is(',', 1);
    if (!extra) return this.#mismatched(`{'${symbol}', ','}`);
    this.#report(at, `Syntax error: extraneous input '${text}' expecting {'${symbol}', ','}`);
    throw new Stop();
  }

  #expr(): Expr {
    if (++this.#depth > depthMax) {
      this.#report(0, `expression recursion limit exceeded: ${depthMax}`);
      throw new Stop();
    }
    const condition = this.#or();
    const question = this.#accept('?');
    let expr = condition;
    if (question !== undefined) {
      this.#skipExtra(startSet);
      const yes = this.#or();
      this.#expect(':');
      const no = this.#expr();
      expr = { kind: 'call', at: question.at, fn: '_?_:_', target: undefined, args: [condition, yes, no] };
    }
    this.#depth--;
    return expr;
  }

  #or(): Expr {
    return this.#chain('||', '_||_', () => this.#chain('&&', '_&&_', () => this.#relation()));
  }

  // Chains of && and || become balanced trees, as in cel-go: their depth stays small.
  #chain(symbol: string, fn: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const places: number[] = [];
    for (let token = this.#accept(symbol); token !== undefined; token = this.#accept(symbol)) {
      places.push(token.at);
      this.#skipExtra(startSet);
      terms.push(operand());
    }
    return places.length === 0 ? (terms[0] as Expr) : balanced({ terms, places, fn }, 0, places.length - 1);
  }

  // An operator where an operand should start is skipped when an operand follows it.
  #skipExtra(expected: string, end = ''): void {
    const token = this.#peek();
    if (token.kind !== 'symbol' || isStart(token) || !(isStart(this.#peek(1)) || this.#peek(1).text === end)) return;
    this.#report(token.at, `Syntax error: extraneous input '${token.text}' expecting ${expected}`);
    this.#next++;
  }

  #relation(): Expr {
    let left = this.#sum();
    while ((this.#peek().kind === 'symbol' && relations.has(this.#peek().text)) || this.#is('in')) {
      const { text, at } = this.#take();
      this.#skipExtra(startSet);
      const right = this.#sum();
      left = { kind: 'call', at, fn: text === 'in' ? '@in' : `_${text}_`, target: undefined, args: [left, right] };
    }
    return left;
  }

  #sum(): Expr {
    return this.#left(['+', '-'], () => this.#left(['*', '/', '%'], () => this.#unary()));
  }

  #left(symbols: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    while (this.#peek().kind === 'symbol' && symbols.includes(this.#peek().text)) {
      const { text, at } = this.#take();
      this.#skipExtra(startSet);
      left = { kind: 'call', at, fn: `_${text}_`, target: undefined, args: [left, operand()] };
    }
    return left;
  }

  #unary(): Expr {
    const first = this.#peek();
    const symbol = first.text;
    if (first.kind !== 'symbol' || (symbol !== '!' && symbol !== '-')) return this.#member();
    const literal = symbol === '-' && ['int', 'float'].includes(this.#peek(1).kind);
    if (literal) return this.#member();
    let count = 0;
    while (this.#is(symbol)) {
      this.#take();
      count++;
    }
    this.#expectOperand(symbol);
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    return { kind: 'call', at: first.at, fn: symbol === '!' ? '!_' : '-_', target: undefined, args: [operand] };
  }

  // The grammar decides on a minus by what comes after it, on an exclamation mark without.
  #expectOperand(sign: string): void {
    const token = this.#peek();
    const mixed = sign === '-' && this.#is('!');
    if (isStart(token) && !mixed) return;
    if (sign === '!') this.#fail(`extraneous input '${token.text}' expecting ${startSet}`);
    const text = token.kind === 'end' ? '' : token.text;
    this.#report(token.at, `Syntax error: no viable alternative at input '-${text}'`);
    if (mixed) this.#unary();
    else this.#mismatched(startSet);
    throw new Stop();
  }

  #member(): Expr {
    let expr = this.#primary();
    for (;;) {
      const dot = this.#accept('.');
      if (dot !== undefined) expr = this.#selection(expr, dot);
      else if (this.#is('[')) expr = this.#index(expr);
      else return expr;
    }
  }

  #selection(operand: Expr, dot: Token): Expr {
    const optional = this.#accept('?') !== undefined;
    const token = this.#peek();
    if (token.kind !== 'ident' && token.kind !== 'escaped') {
      if (['true', 'false', 'null'].includes(token.text)) this.#mismatched('IDENTIFIER');
      const text = `.${optional ? '?' : ''}${token.kind === 'end' ? '' : token.text}`;
      this.#report(token.at, `Syntax error: no viable alternative at input '${text}'`);
      if (!this.#is('in')) throw new Stop();
      // The word is read on as the operator.
      return operand;
    }
    this.#take();
    if (token.kind === 'escaped') {
      this.#report(token.at, "unsupported syntax: '`'");
      throw new Stop();
    }
    if (optional) {
      const field: Expr = { kind: 'literal', at: token.at, value: token.text };
      return { kind: 'call', at: dot.at, fn: '_?._', target: undefined, args: [operand, field] };
    }
    if (!this.#is('(')) return { kind: 'select', at: dot.at, operand, field: token.text, test: false };
    const open = this.#take();
    return this.#call(token.text, operand, open.at);
  }

  #index(operand: Expr): Expr {
    const { at } = this.#take();
    const optional = this.#accept('?') !== undefined;
    if (!isStart(this.#peek())) this.#mismatched(optional ? startSet : indexSet);
    const index = this.#expr();
    this.#expect(']');
    return { kind: 'call', at, fn: optional ? '_[?_]' : '_[_]', target: undefined, args: [operand, index] };
  }

  #call(fn: string, target: Expr | undefined, at: number): Expr {
    const args: Expr[] = [];
    if (!this.#is(')')) {
      if (!isStart(this.#peek())) {
        this.#skipExtra(callSet, ')');
        if (this.#accept(')') !== undefined) return this.#called(fn, target, { at, args });
        if (!isStart(this.#peek())) this.#mismatched(callSet);
      }
      do args.push(this.#expr());
      while (this.#accept(',') !== undefined);
    }
    this.#expect(')');
    return this.#called(fn, target, { at, args });
  }

  #called(
    fn: string,
    target: Expr | undefined,
    { at, args }: { readonly at: number; readonly args: readonly Expr[] },
  ): Expr {
    const expanded = expandMacro(this.#macros, { fn, target, args, at });
    if (expanded === undefined) return { kind: 'call', at, fn, target, args };
    if (!('problem' in expanded)) return expanded;
    this.#report(expanded.problem.at, expanded.problem.message);
    return { kind: 'literal', at, value: null };
  }

  #primary(): Expr {
    const token = this.#peek();
    if (token.kind === 'end' || !isStart(token)) return this.#absent(token);
    if (this.#is('-') && !['int', 'float'].includes(this.#peek(1).kind)) {
      this.#take();
      this.#expectOperand('-');
      this.#fail(`no viable alternative at input '-${this.#peek().text}'`);
    }
    if (this.#accept('(') !== undefined) {
      const inner = this.#expr();
      this.#expect(')');
      return inner;
    }
    if (this.#is('[')) return this.#list();
    if (this.#is('{')) return { kind: 'map', at: this.#take().at, entries: this.#entries() };
    if (token.kind === 'ident' || this.#is('.')) return this.#named();
    return this.#literal();
  }

  // An operator where an operand should start is read on as the operator, so that later mistakes are told too.
  #absent(token: Token): Expr {
    if (token.kind !== 'symbol' || !operators.has(token.text)) this.#mismatched(startSet);
    this.#report(token.at, `Syntax error: mismatched input '${token.text}' expecting ${startSet}`);
    return { kind: 'literal', at: token.at, value: null };
  }

  #list(): Expr {
    const { at } = this.#take();
    const elements: Expr[] = [];
    const optionals = new Set<number>();
    let comma = false;
    while (!this.#is(']')) {
      if (this.#accept('?') !== undefined) optionals.add(elements.length);
      if (comma && !isStart(this.#peek())) break;
      if (elements.length === 0 && this.#is(',') && this.#is(']', 1)) {
        this.#take();
        break;
      }
      elements.push(this.#expr());
      comma = this.#accept(',') !== undefined;
      if (!comma) break;
    }
    this.#expectEnd(']', comma);
    return { kind: 'list', at, elements, optionals };
  }

  #entries(): readonly MapEntry[] {
    const entries: MapEntry[] = [];
    let comma = false;
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      if (comma && !isStart(this.#peek())) break;
      if (entries.length === 0 && this.#is(',') && this.#is('}', 1)) {
        this.#take();
        break;
      }
      const key = this.#expr();
      const { at } = this.#expect(':');
      entries.push({ at, key, value: this.#expr(), optional });
      comma = this.#accept(',') !== undefined;
      if (!comma) break;
    }
    this.#expectEnd('}', comma);
    return entries;
  }

  #fields(): readonly StructField[] {
    const fields: StructField[] = [];
    let comma = false;
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const token = this.#peek();
      if (token.kind !== 'ident') break;
      this.#take();
      const { at } = this.#expect(':');
      fields.push({ at, name: token.text, value: this.#expr(), optional });
      comma = this.#accept(',') !== undefined;
      if (!comma) break;
    }
    this.#expectEnd('}', comma);
    return fields;
  }

  // A name, a call, or a struct: a.b.C{…} is told by looking ahead.
  #named(): Expr {
    const dot = this.#accept('.');
    const token = this.#peek();
    if (token.kind !== 'ident') this.#mismatched('IDENTIFIER');
    const name = this.#structName();
    if (name !== undefined) {
      const { at } = this.#take();
      return { kind: 'struct', at, name: (dot === undefined ? '' : '.') + name, fields: this.#fields() };
    }
    this.#take();
    if (reserved.has(token.text)) {
      this.#report(dot?.at ?? token.at, `reserved identifier: ${token.text}`);
      throw new Stop();
    }
    const full = (dot === undefined ? '' : '.') + token.text;
    if (this.#is('(')) return this.#call(full, undefined, this.#take().at);
    return { kind: 'ident', at: token.at, name: full };
  }

  #structName(): string | undefined {
    let ahead = 0;
    let name = '';
    while (this.#peek(ahead).kind === 'ident') {
      name += this.#peek(ahead).text;
      ahead++;
      if (this.#is('{', ahead)) {
        this.#next += ahead;
        return name;
      }
      if (!this.#is('.', ahead)) return undefined;
      name += '.';
      ahead++;
    }
    return undefined;
  }

  #literal(): Expr {
    const sign = this.#accept('-');
    const token = this.#take();
    const at = sign?.at ?? token.at;
    const value = literalValue(token, sign === undefined ? '' : '-');
    if (value !== undefined) return { kind: 'literal', at, value };
    const bad: Partial<Record<TokenKind, string>> = {
      int: 'invalid int literal',
      uint: 'invalid uint literal',
      float: 'invalid double literal',
    };
    this.#report(at, bad[token.kind] ?? 'unable to unescape string');
    return { kind: 'literal', at, value: null };
  }
}

interface Chain {
  readonly terms: readonly Expr[];
  readonly places: readonly number[];
  readonly fn: string;
}

function balanced(chain: Chain, low: number, high: number): Expr {
  const { terms, places, fn } = chain;
  const middle = Math.floor((low + high + 1) / 2);
  const left = middle === low ? terms[middle] : balanced(chain, low, middle - 1);
  const right = middle === high ? terms[middle + 1] : balanced(chain, middle + 1, high);
  return { kind: 'call', at: places[middle] ?? 0, fn, target: undefined, args: [left as Expr, right as Expr] };
}

function isStart(token: Token): boolean {
  if (token.kind === 'symbol') return ['[', '{', '(', '.', '-', '!'].includes(token.text);
  if (token.kind === 'keyword') return token.text !== 'in';
  return token.kind !== 'end' && token.kind !== 'escaped';
}

function literalValue(token: Token, sign: string): Value | undefined {
  const { kind, text } = token;
  switch (kind as string) {
    case 'int': {
      const value = sign === '-' ? -BigInt(text) : BigInt(text);
      return BigInt.asIntN(64, value) === value ? value : undefined;
    }
    case 'uint': {
      const value = BigInt(text.slice(0, -1));
      return BigInt.asUintN(64, value) === value ? new Uint(value) : undefined;
    }
    case 'float': {
      const value = Number(sign + text);
      return Number.isFinite(value) ? value : undefined;
    }
    case 'string':
      return unescapeText(text);
    case 'bytes':
      return unescapeBytes(text.slice(1));
    default:
      return text === 'null' ? null : text === 'true';
  }
}
