// Objects: fields, locals and assertions, or one field for each of a list.

import { JsonnetError } from './errors.ts';
import type { Token } from './lexer.ts';
import type { Assertion, Bind, Clause, Field, Node, Parameter, Visibility } from './syntax.ts';

/** What reads words, and everything that objects are made of. */
export interface WordReader {
  /** How many objects are around what is being read. */
  objectDepth: number;
  peek(ahead?: number): Token;
  next(): Token;
  is(text: string, ahead?: number): boolean;
  accept(text: string): boolean;
  expect(text: string): Token;
  unexpected(token: Token, what: string): JsonnetError;
  expression(): Node;
  bind(): Bind;
  assertion(): Assertion;
  parameters(): readonly Parameter[];
  clauses(close: string): readonly Clause[];
}

/** Reads one object. */
export class ObjectParser {
  readonly #parser: WordReader;
  readonly #fields: Field[] = [];
  readonly #locals: Bind[] = [];
  readonly #asserts: Assertion[] = [];
  readonly #names = new Set<string>();

  constructor(parser: WordReader) {
    this.#parser = parser;
  }

  /** From the brace that opens to the one that closes. Throws JsonnetError. */
  parse(): Node {
    const parser = this.#parser;
    const { at } = parser.expect('{');
    const outermost = parser.objectDepth === 0;
    for (;;) {
      if (parser.accept('}')) {
        return { kind: 'object', fields: this.#fields, locals: this.#locals, asserts: this.#asserts, outermost, at };
      }
      if (parser.is('for')) {
        const [field, ...others] = this.#fields;
        if (!field || others.length > 0) {
          throw new JsonnetError('SYNTAX', 'Object comprehension can only have one field.', at);
        }
        if (!field.computed) {
          throw new JsonnetError('SYNTAX', 'Object comprehensions can only have [e] fields', at);
        }
        if (this.#asserts.length > 0) {
          throw new JsonnetError('SYNTAX', 'Object comprehension cannot have asserts.', at);
        }
        return { kind: 'object-for', field, locals: this.#locals, clauses: parser.clauses('}'), outermost, at };
      }
      this.#member();
      if (!parser.accept(',') && !parser.is('}') && !parser.is('for')) {
        throw parser.unexpected(parser.peek(), 'Expected a comma before next field, got');
      }
    }
  }

  #member(): void {
    const parser = this.#parser;
    if (parser.is('local')) {
      parser.next();
      const { at } = parser.peek();
      const bind = this.#inside(() => parser.bind());
      if (this.#locals.some(({ name }) => name === bind.name)) {
        throw new JsonnetError('SYNTAX', `Duplicate local var: ${bind.name}`, at);
      }
      this.#locals.push(bind);
    } else if (parser.is('assert')) this.#asserts.push(this.#inside(() => parser.assertion()));
    else this.#fields.push(this.#field());
  }

  #field(): Field {
    const parser = this.#parser;
    const token = parser.next();
    const { at } = token;
    const computed = token.kind === 'symbol';
    let name: Node;
    if (token.kind === 'identifier' || token.kind === 'string') {
      name = { kind: 'literal', value: token.text, at };
      if (this.#names.has(token.text)) throw new JsonnetError('SYNTAX', `Duplicate field: ${token.text}`, at);
      this.#names.add(token.text);
    } else if (token.kind === 'symbol' && token.text === '[') {
      name = parser.expression();
      parser.expect(']');
    } else throw parser.unexpected(token, 'Unexpected');
    if (parser.accept('(')) {
      const { parameters, visibility, body } = this.#inside(() => {
        const read = parser.parameters();
        const { visibility: shown, adds: added } = this.#separator();
        if (added) throw new JsonnetError('SYNTAX', 'Cannot use +: syntax sugar in a method', at);
        return { parameters: read, visibility: shown, body: parser.expression() };
      });
      return { name, computed, visibility, adds: false, body: { kind: 'function', parameters, body, at } };
    }
    const { visibility, adds } = this.#separator();
    return { name, computed, visibility, adds, body: this.#inside(() => parser.expression()) };
  }

  #separator(): { readonly visibility: Visibility; readonly adds: boolean } {
    const token = this.#parser.next();
    const match = token.kind === 'operator' ? /^(\+?)(:{1,3})$/.exec(token.text) : null;
    if (!match) throw this.#parser.unexpected(token, 'Expected one of :, ::, :::, +:, +::, +:::, got:');
    const [, plus, colons = ':'] = match;
    const visibility = colons === ':' ? 'inherit' : colons === '::' ? 'hidden' : 'visible';
    return { visibility, adds: plus === '+' };
  }

  #inside<T>(read: () => T): T {
    this.#parser.objectDepth += 1;
    try {
      return read();
    } finally {
      this.#parser.objectDepth -= 1;
    }
  }
}
