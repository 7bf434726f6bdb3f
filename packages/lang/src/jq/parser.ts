// From text to program. The grammar is that of github.com/itchyny/gojq:parser.go.y (0.12.19), by recursive descent.

import type { Definition, Member, Node, Pattern, PatternMember } from './ast.ts';
import { JqError } from './errors.ts';
import { type EmbeddedProgram, type Token, tokenize, unexpected } from './lexer.ts';
import { numberOf } from './numbers.ts';

/** Parses a program. Throws JqError (SYNTAX) with gojq's message. */
export function parseProgram(text: string): Node {
  return new Parser(tokenize(text)).program();
}

/** Parses definitions that stand alone, as a module's do. */
export function parseDefinitions(text: string): readonly Definition[] {
  return new Parser(tokenize(text)).definitions();
}

/** Operators by how tightly they bind; `none` may not stand twice in a row. */
type Operator = { readonly level: number; readonly side: 'left' | 'right' | 'none' };

const levels: readonly (readonly [string, Operator['side']])[] = [
  ['', 'none'],
  ['//', 'right'],
  ['= |= += -= *= /= %= //=', 'none'],
  ['or', 'left'],
  ['and', 'left'],
  ['== != < > <= >=', 'none'],
  ['+ -', 'left'],
  ['* / %', 'left'],
];

const operators: ReadonlyMap<string, Operator> = new Map(
  levels.flatMap(([texts, side], level) => texts.split(' ').map((text): [string, Operator] => [text, { level, side }])),
);

const UPDATE_LEVEL = 2;
const DEPTH_MAX = 1000;

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): Node {
    this.#refuseModules();
    const definitions: Definition[] = [];
    while (this.#is('def')) definitions.push(this.#definition());
    if (this.#peek().kind === 'end' && this.#tokens.length >= 1) {
      throw new JqError('SYNTAX', 'missing query (try ".")', 0);
    }
    const body = this.#query();
    if (this.#peek().kind !== 'end') throw unexpected(this.#peek());
    return nest(definitions, body);
  }

  definitions(): readonly Definition[] {
    const found: Definition[] = [];
    while (this.#is('def')) found.push(this.#definition());
    if (this.#peek().kind !== 'end') throw unexpected(this.#peek());
    return found;
  }

  #refuseModules(): void {
    if (!this.#is('import') && !this.#is('include')) return;
    this.#index += 1;
    if (this.#peek().kind !== 'text') throw unexpected(this.#peek());
    const path = this.#peek().parts?.[0];
    throw new JqError('UNDEFINED', `cannot load module: ${JSON.stringify(typeof path === 'string' ? path : '')}`, 0);
  }

  #peek(): Token {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1);
    if (token === undefined) throw new JqError('SYNTAX', 'unexpected EOF');
    return token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind === 'bad') throw unexpected(token);
    this.#index += 1;
    return token;
  }

  /** Whether the next token is this operator or keyword. */
  #is(text: string): boolean {
    const token = this.#peek();
    return (token.kind === 'operator' || token.kind === 'keyword') && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#index += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw unexpected(this.#peek());
  }

  #variable(): string {
    const token = this.#take();
    if (token.kind !== 'variable') throw unexpected(token);
    return token.text;
  }

  #definition(): Definition {
    this.#expect('def');
    const name = this.#take();
    if (name.kind !== 'name') throw unexpected(name);
    const params: string[] = [];
    if (this.#accept('(')) {
      do {
        const param = this.#take();
        if (param.kind !== 'name' && param.kind !== 'variable') throw unexpected(param);
        params.push(param.text);
      } while (this.#accept(';'));
      this.#expect(')');
    }
    this.#expect(':');
    const body = this.#query();
    this.#expect(';');
    return { name: name.text, params, body };
  }

  #query(): Node {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new JqError('LIMIT', 'the program is nested too deeply');
    try {
      return this.#pipe();
    } finally {
      this.#depth -= 1;
    }
  }

  #pipe(): Node {
    let left = this.#comma();
    if (this.#accept('|')) left = { kind: 'pipe', left, right: this.#query() };
    return left;
  }

  #comma(): Node {
    let left = this.#item();
    while (this.#accept(',')) left = { kind: 'comma', left, right: this.#item() };
    return left;
  }

  /** What stands between commas; a definition, a label or a binding takes everything behind it along. */
  #item(): Node {
    if (this.#is('def')) {
      const definition = this.#definition();
      return { kind: 'define', definition, body: this.#query() };
    }
    if (this.#accept('label')) {
      const name = this.#variable();
      this.#expect('|');
      return { kind: 'label', name, body: this.#query() };
    }
    const source = this.#expression(0);
    if (!this.#accept('as')) return source;
    const patterns = [this.#pattern()];
    while (this.#accept('?//')) patterns.push(this.#pattern());
    this.#expect('|');
    return { kind: 'bind', source, patterns, body: this.#query() };
  }

  #expression(level: number): Node {
    let left = this.#term();
    let above = Infinity;
    for (;;) {
      const token = this.#peek();
      const operator = token.kind === 'operator' || token.kind === 'keyword' ? operators.get(token.text) : undefined;
      if (operator === undefined || operator.level < level) return left;
      if (operator.level > above) return left;
      if (operator.side === 'none' && above === operator.level) throw unexpected(token);
      this.#index += 1;
      const right = this.#expression(operator.side === 'right' ? operator.level : operator.level + 1);
      const kind = operator.level === UPDATE_LEVEL ? 'update' : 'binary';
      left = { kind, operator: token.text, left, right };
      above = operator.level;
    }
  }

  #term(): Node {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new JqError('LIMIT', 'the program is nested too deeply');
    try {
      return this.#suffixes(this.#primary());
    } finally {
      this.#depth -= 1;
    }
  }

  #suffixes(start: Node): Node {
    let term = start;
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'field') {
        this.#index += 1;
        term = { kind: 'index', term, key: { kind: 'literal', value: token.text } };
      } else if (this.#is('[')) term = this.#bracket(term);
      else if (this.#accept('?')) term = { kind: 'optional', term };
      else if (this.#accept('.')) {
        if (this.#is('[')) term = this.#bracket(term);
        else term = { kind: 'index', term, key: this.#text(undefined) };
      } else return term;
    }
  }

  #bracket(term: Node): Node {
    this.#expect('[');
    if (this.#accept(']')) return { kind: 'iterate', term };
    if (this.#accept(':')) {
      const to = this.#query();
      this.#expect(']');
      return { kind: 'slice', term, from: undefined, to };
    }
    const key = this.#query();
    if (!this.#accept(':')) {
      this.#expect(']');
      return { kind: 'index', term, key };
    }
    const to = this.#is(']') ? undefined : this.#query();
    this.#expect(']');
    return { kind: 'slice', term, from: key, to };
  }

  #primary(): Node {
    const token = this.#take();
    switch (token.kind) {
      case 'field':
        return { kind: 'index', term: { kind: 'identity' }, key: { kind: 'literal', value: token.text } };
      case 'number':
        return { kind: 'literal', value: numberOf(token.text) };
      case 'variable':
        return { kind: 'variable', name: token.text, offset: token.offset };
      case 'name':
        return { kind: 'call', name: token.text, args: this.#arguments(), offset: token.offset };
      case 'format':
        return this.#peek().kind === 'text' ? this.#text(token.text) : { kind: 'format', name: token.text };
      case 'text':
        return this.#parts(token, undefined);
      case 'keyword':
        return this.#keyword(token);
      case 'operator':
        return this.#punctuation(token);
      case 'end':
      case 'bad':
        throw unexpected(token);
    }
  }

  #arguments(): readonly Node[] {
    if (!this.#accept('(')) return [];
    const args: Node[] = [];
    do args.push(this.#query());
    while (this.#accept(';'));
    this.#expect(')');
    return args;
  }

  #punctuation(token: Token): Node {
    switch (token.text) {
      case '.':
        if (this.#is('[')) return this.#bracket({ kind: 'identity' });
        if (this.#peek().kind === 'text') {
          return { kind: 'index', term: { kind: 'identity' }, key: this.#text(undefined) };
        }
        return { kind: 'identity' };
      case '..':
        return { kind: 'recurse' };
      case '+':
      case '-':
        return { kind: 'sign', operator: token.text, term: this.#term() };
      case '(': {
        const body = this.#query();
        this.#expect(')');
        return body;
      }
      case '[': {
        const body = this.#is(']') ? undefined : this.#query();
        this.#expect(']');
        return { kind: 'array', body };
      }
      case '{':
        return { kind: 'object', members: this.#members() };
      default:
        throw unexpected(token);
    }
  }

  #keyword(token: Token): Node {
    switch (token.text) {
      case 'null':
        return { kind: 'literal', value: null };
      case 'true':
      case 'false':
        return { kind: 'literal', value: token.text === 'true' };
      case 'if':
        return this.#if();
      case 'try': {
        const body = this.#term();
        return { kind: 'try', body, handler: this.#accept('catch') ? this.#term() : undefined };
      }
      case 'reduce':
      case 'foreach':
        return this.#fold(token.text);
      case 'break':
        return { kind: 'break', name: this.#variable(), offset: token.offset };
      default:
        throw unexpected(token);
    }
  }

  #if(): Node {
    const condition = this.#query();
    this.#expect('then');
    const body = this.#query();
    if (this.#accept('elif')) return { kind: 'if', condition, body, otherwise: this.#if() };
    const otherwise = this.#accept('else') ? this.#query() : undefined;
    this.#expect('end');
    return { kind: 'if', condition, body, otherwise };
  }

  #fold(kind: 'reduce' | 'foreach'): Node {
    const source = this.#expression(0);
    this.#expect('as');
    const pattern = this.#pattern();
    this.#expect('(');
    const start = this.#query();
    this.#expect(';');
    const update = this.#query();
    const extract = kind === 'foreach' && this.#accept(';') ? this.#query() : undefined;
    this.#expect(')');
    return kind === 'reduce'
      ? { kind, source, pattern, start, update }
      : { kind, source, pattern, start, update, extract };
  }

  #members(): readonly Member[] {
    const members: Member[] = [];
    while (!this.#accept('}')) {
      members.push(this.#member());
      if (this.#accept('}')) break;
      this.#expect(',');
      if (members.length === 0) throw unexpected(this.#peek());
    }
    return members;
  }

  #member(): Member {
    const { key, isComputed, variable } = this.#key();
    if (isComputed) this.#expect(':');
    else if (!this.#accept(':')) return { key, value: undefined, variable };
    let value = this.#expression(0);
    if (this.#is('|')) value = this.#memberPipe(value);
    return { key: variable === undefined ? key : { kind: 'variable', name: variable, offset: 0 }, value };
  }

  #memberPipe(left: Node): Node {
    if (!this.#accept('|')) return left;
    return { kind: 'pipe', left, right: this.#memberPipe(this.#expression(0)) };
  }

  #key(): { readonly key: Node; readonly isComputed: boolean; readonly variable: string | undefined } {
    const token = this.#take();
    if (token.kind === 'name' || token.kind === 'keyword') {
      return { key: { kind: 'literal', value: token.text }, isComputed: false, variable: undefined };
    }
    if (token.kind === 'variable') {
      return { key: { kind: 'literal', value: token.text.slice(1) }, isComputed: false, variable: token.text };
    }
    if (token.kind === 'text') return { key: this.#parts(token, undefined), isComputed: false, variable: undefined };
    if (token.kind !== 'operator' || token.text !== '(') throw unexpected(token);
    const key = this.#query();
    this.#expect(')');
    return { key, isComputed: true, variable: undefined };
  }

  #pattern(): Pattern {
    const token = this.#take();
    if (token.kind === 'variable') return { kind: 'name', name: token.text };
    if (token.kind === 'operator' && token.text === '[') {
      const items: Pattern[] = [];
      do items.push(this.#pattern());
      while (this.#accept(','));
      this.#expect(']');
      return { kind: 'list', items };
    }
    if (token.kind !== 'operator' || token.text !== '{') throw unexpected(token);
    const members: PatternMember[] = [];
    do {
      const { key, variable } = this.#key();
      const value = this.#accept(':') ? this.#pattern() : undefined;
      if (value === undefined && variable === undefined) throw unexpected(this.#peek());
      members.push({ key, variable, value });
    } while (this.#accept(','));
    this.#expect('}');
    return { kind: 'map', members };
  }

  #text(format: string | undefined): Node {
    const token = this.#take();
    if (token.kind !== 'text') throw unexpected(token);
    return this.#parts(token, format);
  }

  #parts(token: Token, format: string | undefined): Node {
    const parts = token.parts ?? [];
    if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join('') };
    const read = (part: string | EmbeddedProgram): string | Node =>
      typeof part === 'string' ? part : new Parser(part.tokens).#embedded();
    return { kind: 'text', parts: parts.map(read), format };
  }

  #embedded(): Node {
    const body = this.#query();
    const end = this.#peek();
    if (end.kind !== 'end' || end.shown !== ')') throw unexpected(end);
    return body;
  }
}

function nest(definitions: readonly Definition[], body: Node): Node {
  return definitions.reduceRight<Node>((inner, definition) => ({ kind: 'define', definition, body: inner }), body);
}
