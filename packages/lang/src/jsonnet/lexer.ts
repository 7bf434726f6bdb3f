// Jsonnet's words. Mirrors google/go-jsonnet:internal/parser/lexer.go (v0.22.0).

import { JsonnetError, type JsonnetPosition } from './errors.ts';

export type TokenKind = 'identifier' | 'keyword' | 'number' | 'string' | 'operator' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The word; of a string its value. */
  readonly text: string;
  readonly at: JsonnetPosition;
}

const keywords = new Set([
  'assert',
  'else',
  'error',
  'false',
  'for',
  'function',
  'if',
  'import',
  'importstr',
  'importbin',
  'in',
  'local',
  'null',
  'self',
  'super',
  'tailstrict',
  'then',
  'true',
]);
const OPERATOR = /[!$:~+\-&|^=<>*/%]+/y;
const IDENTIFIER = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const NUMBER = /(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?/y;

/** All words of a program, the last of kind 'end'. Throws JsonnetError. */
export function tokenize(text: string, file: string): readonly Token[] {
  return new Lexer(text, file).run();
}

class Lexer {
  readonly #text: string;
  readonly #file: string;
  readonly #tokens: Token[] = [];
  #index = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  run(): readonly Token[] {
    for (;;) {
      this.#skipSpace();
      const at = this.#position();
      const char = this.#text[this.#index];
      if (char === undefined) {
        this.#tokens.push({ kind: 'end', text: '', at });
        return this.#tokens;
      }
      this.#tokens.push(this.#next(char, at));
    }
  }

  #next(char: string, at: JsonnetPosition): Token {
    const text = this.#text;
    if (/[{}[\],.();]/.test(char)) return this.#take('symbol', char, at);
    if (char === '"' || char === "'") return { kind: 'string', text: this.#quoted(char, at), at };
    if (char === '@') {
      const quote = text[this.#index + 1] ?? '';
      if (quote !== '"' && quote !== "'")
        throw this.#error(`Couldn't lex verbatim string, junk after '@': ${quote}`, at);
      return { kind: 'string', text: this.#verbatim(quote, at), at };
    }
    if (/\d/.test(char)) {
      const word = this.#match(NUMBER) ?? char;
      if (/^[_\w]/.test(text.slice(this.#index + word.length))) {
        throw this.#error(`Couldn't lex number, junk after digits: ${word}`, at);
      }
      return { ...this.#take('number', word, at), text: word.replaceAll('_', '') };
    }
    const word = this.#match(IDENTIFIER);
    if (word !== undefined) return this.#take(keywords.has(word) ? 'keyword' : 'identifier', word, at);
    if (text.startsWith('|||', this.#index)) return { kind: 'string', text: this.#block(at), at };
    const operator = this.#match(OPERATOR);
    if (operator === undefined) {
      const shown = JSON.stringify(String.fromCodePoint(text.codePointAt(this.#index) ?? 0)).slice(1, -1);
      throw this.#error(`Could not lex the character '${shown}'`, at);
    }
    return this.#take('operator', shortened(operator), at);
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#index;
    return expression.exec(this.#text)?.[0];
  }

  #take(kind: TokenKind, text: string, at: JsonnetPosition): Token {
    this.#index += text.length;
    return { kind, text, at };
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text[this.#index];
      const two = this.#text.slice(this.#index, this.#index + 2);
      if (char === '\n') this.#newLine();
      else if (char === ' ' || char === '\t' || char === '\r') this.#index += 1;
      else if (char === '#' || two === '//') {
        const end = this.#text.indexOf('\n', this.#index);
        this.#index = end < 0 ? this.#text.length : end;
      } else if (two === '/*') {
        const end = this.#text.indexOf('*/', this.#index + 2);
        if (end < 0) throw this.#error('Multi-line comment has no terminating */', this.#position());
        this.#advance(end + 2);
      } else return;
    }
  }

  #newLine(): void {
    this.#index += 1;
    this.#line += 1;
    this.#lineStart = this.#index;
  }

  #advance(to: number): void {
    while (this.#index < to) {
      if (this.#text[this.#index] === '\n') this.#newLine();
      else this.#index += 1;
    }
  }

  #quoted(quote: string, at: JsonnetPosition): string {
    let value = '';
    let index = this.#index + 1;
    for (;;) {
      const char = this.#text[index];
      if (char === undefined) throw this.#error('Unterminated String', at);
      if (char === quote) break;
      if (char !== '\\') {
        value += char;
        index += 1;
        continue;
      }
      const escape = this.#text[index + 1] ?? '';
      index += 2;
      if (escape === 'u') {
        const digits = this.#text.slice(index, index + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('Truncated unicode escape sequence', at);
        value += String.fromCharCode(Number.parseInt(digits, 16));
        index += 4;
      } else {
        const known = escapes.get(escape);
        if (known === undefined) throw this.#error(`Unknown escape sequence in string literal: '\\${escape}'`, at);
        value += known;
      }
    }
    this.#advance(index + 1);
    return value;
  }

  #verbatim(quote: string, at: JsonnetPosition): string {
    let value = '';
    let index = this.#index + 2;
    for (;;) {
      const end = this.#text.indexOf(quote, index);
      if (end < 0) throw this.#error('Unterminated String', at);
      value += this.#text.slice(index, end);
      index = end + 1;
      if (this.#text[index] !== quote) break;
      value += quote;
      index += 1;
    }
    this.#advance(index);
    return value;
  }

  /** |||: lines that begin with the white space of the first one, up to one that does not. */
  #block(at: JsonnetPosition): string {
    const chomps = this.#text[this.#index + 3] === '-';
    const open = /[ \t\r]*\n/y;
    open.lastIndex = this.#index + (chomps ? 4 : 3);
    const opened = open.exec(this.#text);
    if (!opened) throw this.#error('Text block requires new line after |||.', at);
    let index = open.lastIndex;
    let value = '';
    while (this.#text[index] === '\n') {
      value += '\n';
      index += 1;
    }
    const [indent = ''] = /^[ \t]*/.exec(this.#text.slice(index)) ?? [];
    if (indent === '') throw this.#error("Text block's first line must start with whitespace", at);
    while (this.#text.startsWith(indent, index)) {
      const end = this.#text.indexOf('\n', index);
      if (end < 0) throw this.#error('Unexpected EOF', at);
      value += this.#text.slice(index + indent.length, end + 1);
      index = end + 1;
      while (this.#text[index] === '\n') {
        value += '\n';
        index += 1;
      }
    }
    const close = /[ \t]*\|\|\|/y;
    close.lastIndex = index;
    if (!close.test(this.#text)) throw this.#error('Text block not terminated with |||', at);
    this.#advance(close.lastIndex);
    return chomps ? value.replace(/\n$/, '') : value;
  }

  #position(): JsonnetPosition {
    return { file: this.#file, line: this.#line, column: this.#index - this.#lineStart + 1 };
  }

  #error(message: string, at: JsonnetPosition): JsonnetError {
    return new JsonnetError('SYNTAX', message, at);
  }
}

const escapes = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Operators end before a comment, a text block, or a sign that begins the next word. */
function shortened(operator: string): string {
  let word = operator;
  for (const stop of ['//', '/*', '|||']) {
    const found = word.indexOf(stop);
    if (found > 0) word = word.slice(0, found);
  }
  while (word.length > 1 && /[-+~!$]$/.test(word)) word = word.slice(0, -1);
  return word;
}
