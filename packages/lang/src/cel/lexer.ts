// Tokens of CEL. Text that is no token is reported in the words of the generated lexer that cel-go uses.

import type { Source } from './source.ts';

export type TokenKind =
  | 'symbol'
  | 'ident'
  | 'escaped'
  | 'keyword'
  | 'int'
  | 'uint'
  | 'float'
  | 'string'
  | 'bytes'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const symbols: readonly string[] = ['==', '!=', '<=', '>=', '&&', '||', ...'<>[]{}().,-!?:+*/%'.split('')];
const keywords = new Set(['in', 'true', 'false', 'null']);
const float = /^(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+([eE][+-]?\d+)?)/;
const integer = /^(0x[0-9a-fA-F]+|\d+)/;

/** All tokens, the last being the end; `report` hears of text that is no token. */
export function tokenize(source: Source, report: (at: number, message: string) => void): readonly Token[] {
  const lexer = new Lexer(source, report);
  return lexer.run();
}

class Lexer {
  readonly #points: readonly string[];
  readonly #report: (at: number, message: string) => void;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(source: Source, report: (at: number, message: string) => void) {
    this.#points = source.points;
    this.#report = report;
  }

  run(): readonly Token[] {
    while (this.#at < this.#points.length) this.#next();
    this.#tokens.push({ kind: 'end', text: '<EOF>', at: this.#points.length });
    return this.#tokens;
  }

  #next(): void {
    const point = this.#points[this.#at] ?? '';
    if (' \t\r\n\f'.includes(point)) {
      this.#at++;
      return;
    }
    if (point === '/' && this.#points[this.#at + 1] === '/') {
      while (this.#at < this.#points.length && this.#points[this.#at] !== '\n') this.#at++;
      return;
    }
    if (this.#string() || this.#number() || this.#name() || this.#symbol()) return;
    this.#refuse(this.#at + (point === '=' || point === '&' || point === '|' ? 2 : 1));
  }

  #push(kind: TokenKind, length: number): void {
    const text = this.#points.slice(this.#at, this.#at + length).join('');
    this.#tokens.push({ kind, text, at: this.#at });
    this.#at += length;
  }

  #refuse(end: number): void {
    const text = this.#points.slice(this.#at, end).join('');
    this.#report(this.#at, `Syntax error: token recognition error at: '${text}'`);
    this.#at = end;
  }

  #symbol(): boolean {
    const pair = (this.#points[this.#at] ?? '') + (this.#points[this.#at + 1] ?? '');
    const found = symbols.find((symbol) => pair.startsWith(symbol));
    if (found === undefined) return false;
    this.#push('symbol', found.length);
    return true;
  }

  #number(): boolean {
    const point = this.#points[this.#at] ?? '';
    if (!/[0-9.]/.test(point)) return false;
    let end = this.#at;
    while (end < this.#points.length && /[0-9a-zA-Z.+-]/.test(this.#points[end] ?? '')) end++;
    const rest = this.#points.slice(this.#at, end).join('');
    const real = float.exec(rest)?.[0].length ?? 0;
    const whole = integer.exec(rest)?.[0].length ?? 0;
    if (real > whole) this.#push('float', real);
    else if (whole === 0) return false;
    else if (/[uU]/.test(rest[whole] ?? '')) this.#push('uint', whole + 1);
    else this.#push('int', whole);
    return true;
  }

  #name(): boolean {
    const point = this.#points[this.#at] ?? '';
    if (point === '`') {
      let end = this.#at + 1;
      while (/^[A-Za-z0-9_.\-/ ]$/.test(this.#points[end] ?? '')) end++;
      if (this.#points[end] === '`' && end > this.#at + 1) this.#push('escaped', end + 1 - this.#at);
      else this.#refuse(Math.min(end + 1, this.#points.length));
      return true;
    }
    if (!/[A-Za-z_]/.test(point)) return false;
    let end = this.#at;
    while (/^[A-Za-z0-9_]$/.test(this.#points[end] ?? '')) end++;
    const text = this.#points.slice(this.#at, end).join('');
    this.#push(keywords.has(text) ? 'keyword' : 'ident', end - this.#at);
    return true;
  }

  // A string may be prefixed by b (bytes), r (raw) or br.
  #string(): boolean {
    let cursor = this.#at;
    const bytes = /^[bB]$/.test(this.#points[cursor] ?? '');
    if (bytes) cursor++;
    const raw = /^[rR]$/.test(this.#points[cursor] ?? '');
    if (raw) cursor++;
    const quote = this.#points[cursor];
    if (quote !== '"' && quote !== "'") return false;
    const long = this.#points[cursor + 1] === quote && this.#points[cursor + 2] === quote;
    const { end, closed } = long
      ? this.#body(cursor + 3, { quote, width: 3, raw })
      : this.#body(cursor + 1, { quote, width: 1, raw });
    if (closed) this.#push(bytes ? 'bytes' : 'string', end - this.#at);
    // Three quotes that are never closed are still an empty string and the start of another.
    else if (long) this.#push(bytes ? 'bytes' : 'string', cursor + 2 - this.#at);
    else if (bytes || raw) {
      const text = this.#points.slice(this.#at, cursor).join('');
      this.#push('ident', text.length);
    } else this.#refuse(end);
    return true;
  }

  /** Where the string ends, or where it breaks off (after the point that is not allowed). */
  #body(
    start: number,
    { quote, width, raw }: { readonly quote: string; readonly width: number; readonly raw: boolean },
  ): { readonly end: number; readonly closed: boolean } {
    let cursor = start;
    while (cursor < this.#points.length) {
      const point = this.#points[cursor] ?? '';
      if (
        point === quote &&
        (width === 1 || (this.#points[cursor + 1] === quote && this.#points[cursor + 2] === quote))
      )
        return { end: cursor + width, closed: true };
      if (width === 1 && (point === '\n' || point === '\r')) return { end: cursor + 1, closed: false };
      if (point === '\\' && !raw) {
        const length = this.#escape(cursor + 1);
        if (length < 0) return { end: Math.min(cursor + 1 - length, this.#points.length), closed: false };
        cursor += 1 + length;
      } else cursor++;
    }
    return { end: this.#points.length, closed: false };
  }

  /** Length of the escape after its backslash; negative where it breaks off after so many points. */
  #escape(at: number): number {
    const point = this.#points[at] ?? '';
    if (point !== '' && 'abfnrtv"\'\\?`'.includes(point)) return 1;
    const digits = point === 'x' || point === 'X' ? 2 : point === 'u' ? 4 : point === 'U' ? 8 : 0;
    for (let index = 1; index <= digits; index++) {
      if (!/^[0-9a-fA-F]$/.test(this.#points[at + index] ?? '')) return -(index + 1);
    }
    if (digits > 0) return 1 + digits;
    if (!/^[0-3]$/.test(point)) return -1;
    for (let index = 1; index <= 2; index++) {
      if (!/^[0-7]$/.test(this.#points[at + index] ?? '')) return -(index + 1);
    }
    return 3;
  }
}
