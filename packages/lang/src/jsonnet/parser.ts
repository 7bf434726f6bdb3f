// From words to a tree. Mirrors google/go-jsonnet:internal/parser/parser.go (v0.22.0).

import { JsonnetError, type JsonnetPosition } from './errors.ts';
import { type Token, tokenize } from './lexer.ts';
import { ObjectParser } from './object-parser.ts';
import type { Arguments, Assertion, Bind, Clause, Node, Parameter } from './syntax.ts';

/** Looser ones have higher numbers; what is applied or indexed binds tightest, then signs. */
const UNARY = 4;
const LOOSEST = 15;
const precedences = new Map<string, number>([
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['+', 6],
  ['-', 6],
  ['<<', 7],
  ['>>', 7],
  ['<', 8],
  ['>', 8],
  ['<=', 8],
  ['>=', 8],
  ['in', 8],
  ['==', 9],
  ['!=', 9],
  ['&', 10],
  ['^', 11],
  ['|', 12],
  ['&&', 13],
  ['||', 14],
]);
const DEPTH_MAX = 1000;

/** Parses a program. Throws JsonnetError. */
export function parseJsonnet(text: string, file: string): Node {
  return new Parser(tokenize(text, file)).program();
}

/** Words one after another, and expressions made of them. */
export class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  /** How many objects are around what is being read. */
  objectDepth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): Node {
    const node = this.expression();
    const token = this.peek();
    if (token.kind !== 'end') throw this.unexpected(token, 'Did not expect');
    return node;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)];
    if (!token) throw new JsonnetError('SYNTAX', 'Unexpected end of file');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind !== 'string' && token.kind !== 'identifier' && token.text === text && token.kind !== 'end';
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index += 1;
    return true;
  }

  expect(text: string): Token {
    if (!this.is(text)) throw this.unexpected(this.peek(), `Expected token "${text}" but got`);
    return this.next();
  }

  identifier(): string {
    const token = this.next();
    if (token.kind !== 'identifier') throw this.unexpected(token, 'Expected token IDENTIFIER but got');
    return token.text;
  }

  unexpected(token: Token, what: string): JsonnetError {
    const shown = token.kind === 'end' ? 'end of file' : `"${token.text}"`;
    return new JsonnetError('SYNTAX', `${what} ${shown}`, token.at);
  }

  /** Everything up to operators looser than `loosest`. */
  expression(loosest: number = LOOSEST): Node {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new JsonnetError('LIMIT', 'the program is nested too deeply', this.peek().at);
    try {
      return this.#prefixed() ?? this.#binary(loosest);
    } finally {
      this.#depth -= 1;
    }
  }

  /** What begins with a word of its own and reaches as far as it can. */
  #prefixed(): Node | undefined {
    const { at, kind, text } = this.peek();
    if (kind !== 'keyword') return undefined;
    switch (text) {
      case 'assert': {
        const check = this.assertion();
        this.expect(';');
        return { kind: 'assert', check, rest: this.expression(), at };
      }
      case 'error':
        this.next();
        return { kind: 'error', message: this.expression(), at };
      case 'if': {
        this.next();
        const test = this.expression();
        this.expect('then');
        const holds = this.expression();
        const otherwise = this.accept('else') ? this.expression() : undefined;
        return { kind: 'if', test, holds, otherwise, at };
      }
      case 'function': {
        this.next();
        this.expect('(');
        const parameters = this.parameters();
        return { kind: 'function', parameters, body: this.expression(), at };
      }
      case 'local': {
        this.next();
        const binds = [this.bind()];
        while (this.accept(',')) binds.push(this.bind());
        this.expect(';');
        return { kind: 'local', binds, body: this.expression(), at };
      }
      case 'import':
      case 'importstr':
      case 'importbin': {
        this.next();
        const path = this.next();
        if (path.kind !== 'string') throw new JsonnetError('SYNTAX', 'Computed imports are not allowed', path.at);
        return { kind: 'import', how: text, path: path.text, at };
      }
      default:
        return undefined;
    }
  }

  #binary(loosest: number): Node {
    let left = this.#unary();
    for (;;) {
      const { at, kind, text } = this.peek();
      if (kind !== 'operator' && text !== 'in') return left;
      if (kind === 'string' || kind === 'identifier') return left;
      const precedence = precedences.get(text);
      // ':' ends the name or the body of what is around; '=' does not belong here.
      if (precedence === undefined) {
        if (/^(=|:|::|:::|\+:|\+::|\+:::)$/.test(text)) return left;
        throw new JsonnetError('SYNTAX', `Not a binary operator: ${text}`, at);
      }
      if (precedence >= loosest) return left;
      this.next();
      if (text === 'in' && this.is('super') && !this.is('.', 1) && !this.is('[', 1)) {
        this.next();
        left = { kind: 'in-super', index: left, at };
        continue;
      }
      left = { kind: 'binary', operator: text, left, right: this.expression(precedence), at };
    }
  }

  #unary(): Node {
    const { at, kind, text } = this.peek();
    if (kind === 'operator' && /^[-+!~]$/.test(text)) {
      this.next();
      return { kind: 'unary', operator: text, operand: this.expression(UNARY + 1), at };
    }
    return this.#applied(this.#terminal());
  }

  #applied(first: Node): Node {
    let node = first;
    for (;;) {
      const { at } = this.peek();
      if (this.accept('.')) {
        node = { kind: 'index', target: node, index: { kind: 'literal', value: this.identifier(), at }, at };
      } else if (this.accept('[')) node = this.#bracket(node, at);
      else if (this.accept('(')) {
        const args = this.#arguments();
        node = { kind: 'call', target: node, args: { ...args, strict: this.accept('tailstrict') }, at };
      } else if (this.is('{')) {
        node = { kind: 'binary', operator: '+', left: node, right: this.#object(), at };
      } else return node;
    }
  }

  /** An index, or a slice, which is a call of std.slice. */
  #bracket(target: Node, at: JsonnetPosition): Node {
    const parts: (Node | undefined)[] = [undefined];
    while (!this.is(']')) {
      if (this.accept('::')) parts.push(undefined, undefined);
      else if (this.accept(':')) parts.push(undefined);
      else parts[parts.length - 1] = this.expression();
      if (parts.length > 3) throw this.unexpected(this.peek(), 'Invalid slice: too many colons before');
    }
    this.expect(']');
    const [index, ...rest] = parts;
    if (rest.length === 0) {
      if (!index) throw new JsonnetError('SYNTAX', 'ast.Index requires an expression', at);
      return { kind: 'index', target, index, at };
    }
    const nothing: Node = { kind: 'literal', value: null, at };
    const args = [target, index ?? nothing, rest[0] ?? nothing, rest[1] ?? nothing];
    const slice: Node = {
      kind: 'index',
      target: { kind: 'variable', name: 'std', at },
      index: { kind: 'literal', value: 'slice', at },
      at,
    };
    return { kind: 'call', target: slice, args: { positional: args, named: [], strict: false }, at };
  }

  #arguments(): Omit<Arguments, 'strict'> {
    const positional: Node[] = [];
    const named: { name: string; value: Node }[] = [];
    while (!this.accept(')')) {
      if (this.peek().kind === 'identifier' && this.is('=', 1)) {
        const name = this.identifier();
        this.expect('=');
        named.push({ name, value: this.expression() });
      } else {
        const { at } = this.peek();
        positional.push(this.expression());
        if (named.length > 0)
          throw new JsonnetError('SYNTAX', 'Positional argument after a named argument is not allowed', at);
      }
      if (!this.accept(',') && !this.is(')'))
        throw this.unexpected(this.peek(), 'Expected a comma before next function argument, got');
    }
    return { positional, named };
  }

  parameters(): readonly Parameter[] {
    const found: Parameter[] = [];
    while (!this.accept(')')) {
      const name = this.identifier();
      const fallback = this.accept('=') ? this.expression() : undefined;
      if (found.some((each) => each.name === name)) {
        throw new JsonnetError('SYNTAX', `Duplicate function parameter: ${name}`, this.peek().at);
      }
      found.push({ name, fallback });
      if (!this.accept(',') && !this.is(')'))
        throw this.unexpected(this.peek(), 'Expected a comma before next function parameter, got');
    }
    return found;
  }

  bind(): Bind {
    const { at } = this.peek();
    const name = this.identifier();
    if (this.accept('(')) {
      const parameters = this.parameters();
      this.expect('=');
      return { name, body: { kind: 'function', parameters, body: this.expression(), at } };
    }
    this.expect('=');
    return { name, body: this.expression() };
  }

  assertion(): Assertion {
    const { at } = this.expect('assert');
    const test = this.expression();
    const message = this.accept(':') ? this.expression() : undefined;
    return { test, message, at };
  }

  /** `for` and `if` up to the closing bracket. */
  clauses(close: string): readonly Clause[] {
    const found: Clause[] = [];
    while (!this.is(close)) {
      if (this.accept('for')) {
        const name = this.identifier();
        this.expect('in');
        found.push({ kind: 'for', name, list: this.expression() });
      } else if (found.length > 0 && this.accept('if')) found.push({ kind: 'if', test: this.expression() });
      else throw this.unexpected(this.peek(), `Expected for, if or "${close}" after for clause, got:`);
    }
    this.expect(close);
    return found;
  }

  #terminal(): Node {
    const token = this.next();
    const { at, kind, text } = token;
    if (kind === 'number') return { kind: 'literal', value: Number(text), at };
    if (kind === 'string') return { kind: 'literal', value: text, at };
    if (kind === 'identifier') return { kind: 'variable', name: text, at };
    if (kind === 'operator' && text === '$') {
      if (this.objectDepth === 0) throw new JsonnetError('SYNTAX', 'No top-level object found.', at);
      return { kind: 'variable', name: '$', at };
    }
    if (kind === 'end') throw this.unexpected(token, 'Unexpected');
    switch (text) {
      case 'true':
      case 'false':
        return { kind: 'literal', value: text === 'true', at };
      case 'null':
        return { kind: 'literal', value: null, at };
      case 'self':
        if (this.objectDepth === 0) throw new JsonnetError('SYNTAX', "Can't use self outside of an object.", at);
        return { kind: 'self', at };
      case 'super':
        return this.#super(at);
      case '(': {
        const node = this.expression();
        this.expect(')');
        return node;
      }
      case '[':
        return this.#array(at);
      case '{':
        this.#index -= 1;
        return this.#object();
      default:
        throw this.unexpected(token, 'Unexpected');
    }
  }

  #super(at: JsonnetPosition): Node {
    if (this.objectDepth === 0) throw new JsonnetError('SYNTAX', "Can't use super outside of an object.", at);
    if (this.accept('.')) return { kind: 'super', index: { kind: 'literal', value: this.identifier(), at }, at };
    this.expect('[');
    const index = this.expression();
    this.expect(']');
    return { kind: 'super', index, at };
  }

  #array(at: JsonnetPosition): Node {
    const items: Node[] = [];
    while (!this.accept(']')) {
      items.push(this.expression());
      const comma = this.accept(',');
      const [item, ...more] = items;
      if (item && more.length === 0 && this.is('for'))
        return { kind: 'array-for', item, clauses: this.clauses(']'), at };
      if (!comma && !this.is(']'))
        throw this.unexpected(this.peek(), 'Expected a comma before next array element, got');
    }
    return { kind: 'array', items, at };
  }

  #object(): Node {
    return new ObjectParser(this).parse();
  }
}
