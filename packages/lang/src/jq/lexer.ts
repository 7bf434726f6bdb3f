// Tokens of a jq program. Mirrors github.com/itchyny/gojq:lexer.go (0.12.19).

import { encode } from './json.ts';
import { JqError } from './errors.ts';

export interface Token {
  readonly kind:
    | 'end'
    | 'name'
    | 'keyword'
    | 'variable'
    | 'field'
    | 'number'
    | 'format'
    | 'text'
    | 'operator'
    /** Something no program has: reported where the parser meets it. */
    | 'bad';
  /** As written; the name of a field without its dot; of a bad token, the message. */
  readonly text: string;
  /** What an error shows. */
  readonly shown: string;
  readonly offset: number;
  /** For a text: its parts, programs between as they stand in the source. */
  readonly parts?: readonly (string | EmbeddedProgram)[];
}

/** The tokens of what stands between `\(` and `)` in a text. */
export interface EmbeddedProgram {
  readonly tokens: readonly Token[];
}

const keywords: ReadonlySet<string> = new Set(
  'or and module import include def as label break null true false if then elif else end try catch reduce foreach'.split(
    ' ',
  ),
);

const operators = ['?//', '//=', '|=', '+=', '-=', '*=', '/=', '%=', '==', '!=', '>=', '<=', '//', '..'];

/** All tokens, the end included. */
export function tokenize(source: string): readonly Token[] {
  const scanner = new Scanner(source);
  return scanner.tokens(false);
}

/** Whether a text is a number as `tonumber` reads it. */
export function isNumberText(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);
}

class Scanner {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Up to the end, or to the parenthesis that closes an embedded program (which is then the last token but one). */
  tokens(embedded: boolean): Token[] {
    const found: Token[] = [];
    let depth = 0;
    for (;;) {
      const token = this.#next();
      if (embedded && token.kind === 'operator') {
        if (token.text === '(') depth += 1;
        if (token.text === ')' && (depth -= 1) < 0) {
          found.push({ kind: 'end', text: '', shown: ')', offset: token.offset });
          return found;
        }
      }
      found.push(token);
      if (token.kind === 'end' || token.kind === 'bad') return found;
    }
  }

  #next(): Token {
    this.#skipSpace();
    const offset = this.#at;
    const char = this.#source[offset];
    if (char === undefined) return { kind: 'end', text: '', shown: '', offset };
    const word = this.#match(/[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)?/y);
    if (word !== undefined) {
      return { kind: keywords.has(word) ? 'keyword' : 'name', text: word, shown: word, offset };
    }
    const variable = this.#match(/\$[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)?/y);
    if (variable !== undefined) return { kind: 'variable', text: variable, shown: variable, offset };
    const field = this.#match(/\.[A-Za-z_][A-Za-z0-9_]*/y);
    if (field !== undefined) return { kind: 'field', text: field.slice(1), shown: field, offset };
    if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(this.#source[offset + 1] ?? ''))) return this.#number();
    const format = this.#match(/@[A-Za-z0-9_]+/y);
    if (format !== undefined) return { kind: 'format', text: format, shown: format, offset };
    if (char === '"') return this.#text();
    const operator = operators.find((text) => this.#source.startsWith(text, offset));
    const rune = String.fromCodePoint(this.#source.codePointAt(offset) ?? 0);
    const text = operator ?? rune;
    this.#at += text.length;
    return { kind: 'operator', text, shown: text, offset };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    for (;;) {
      this.#match(/[\t\n\r ]+/y);
      if (this.#source[this.#at] !== '#') return;
      // A backslash continues a comment on the next line.
      this.#match(/#(?:\\(?:\\|\r\n|\n|\r)|[^\n\r])*/y);
    }
  }

  #number(): Token {
    const offset = this.#at;
    const text = this.#match(/(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y) ?? '';
    // What follows a number directly must not look like one more, or like a name.
    const next = this.#source[this.#at] ?? '';
    const exponent = /^[eE][+-]?/.exec(this.#source.slice(this.#at))?.[0];
    const wrong = exponent ?? (/[A-Za-z_]/.test(next) || (next === '.' && text.includes('.')) ? next : undefined);
    if (wrong === undefined) return { kind: 'number', text, shown: text, offset };
    const tail =
      exponent === undefined
        ? wrong
        : exponent + (/^[A-Za-z_]/.exec(this.#source[this.#at + exponent.length] ?? '')?.[0] ?? '');
    return this.#bad(offset, `invalid token ${encode(text + tail)}`);
  }

  #bad(offset: number, message: string): Token {
    return { kind: 'bad', text: message, shown: '', offset };
  }

  #text(): Token {
    const offset = this.#at;
    const parts: (string | EmbeddedProgram)[] = [];
    let current = '';
    this.#at += 1;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) return this.#bad(offset, 'unterminated string literal');
      this.#at += 1;
      if (char === '"') break;
      if (char !== '\\') {
        current += char;
        continue;
      }
      if (this.#source[this.#at] === '(') {
        this.#at += 1;
        if (current !== '') parts.push(current);
        current = '';
        const tokens = this.tokens(true);
        parts.push({ tokens });
        const last = tokens.at(-1);
        if (last?.shown !== ')') break;
        continue;
      }
      const escape = this.#escape();
      if (escape === undefined) {
        const isUnicode = this.#source[this.#at] === 'u';
        const hex = isUnicode ? (/^[0-9a-fA-F]*/.exec(this.#source.slice(this.#at + 1))?.[0].length ?? 0) : 0;
        const end = Math.min(this.#source.length, this.#at + 1 + hex);
        return this.#bad(
          offset,
          `invalid escape sequence "${this.#source.slice(this.#at - 1, end)}" in string literal`,
        );
      }
      if (escape === 'end') return this.#bad(offset, 'unterminated string literal');
      current += escape.text;
    }
    if (parts.length === 0 || current !== '') parts.push(current);
    return { kind: 'text', text: '', shown: this.#source.slice(offset, this.#at), offset, parts };
  }

  /** After a backslash: its meaning, or undefined with the position at the wrong character. */
  #escape(): { readonly text: string } | 'end' | undefined {
    const char = this.#source[this.#at];
    if (char === undefined) return 'end';
    const simple = simpleEscapes.get(char);
    if (simple !== undefined) {
      this.#at += 1;
      return { text: simple };
    }
    if (char !== 'u') return undefined;
    const hex = /u([0-9a-fA-F]{4})/y;
    hex.lastIndex = this.#at;
    const digits = hex.exec(this.#source)?.[1];
    if (digits === undefined) return undefined;
    this.#at += 5;
    return { text: String.fromCharCode(Number.parseInt(digits, 16)) };
  }
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** The refusal of a token that must not stand where it stands. */
export function unexpected(token: Token): JqError {
  if (token.kind === 'bad') return new JqError('SYNTAX', token.text, token.offset);
  if (token.kind === 'end' && token.shown === '') return new JqError('SYNTAX', 'unexpected EOF', token.offset);
  return new JqError('SYNTAX', `unexpected token ${encode(token.shown)}`, token.offset);
}
