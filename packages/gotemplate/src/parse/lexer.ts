// The scanner of templates: text/template/parse/lex.go's tokens, on demand, over UTF-16 offsets.

import { quote } from '../value/quote.ts';

export type TokenKind =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword;

type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

const keywords: ReadonlyMap<string, Keyword> = new Map(
  (['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const).map(
    (word) => [word, word],
  ),
);

export interface Token {
  readonly kind: TokenKind;
  readonly pos: number;
  readonly value: string;
  readonly line: number;
}

/** How a token shows in an error (item.String()). */
export function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.value;
  if (token.kind === 'dot' || keywords.has(token.kind)) return `<${token.value}>`;
  const chars = Array.from(token.value);
  return token.value.length > 10 && byteLengthOver10(token.value)
    ? `${quote(chars.slice(0, 10).join(''))}...`
    : quote(token.value);
}

function byteLengthOver10(text: string): boolean {
  return new TextEncoder().encode(text).length > 10;
}

export interface LexerOptions {
  readonly leftDelim: string;
  readonly rightDelim: string;
  readonly breakOk: boolean;
  readonly continueOk: boolean;
}

const leftComment = '/*';
const rightComment = '*/';
const alphaNumeric = /[\p{L}\p{Nd}_]/uy;
const words = /[\p{L}\p{Nd}_]*/uy;

/** By UTF-16 unit: most characters of a template are ASCII, and a regular expression with Unicode classes is dear to compile. */
function isSpaceCode(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}

function isAsciiWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

export class Lexer {
  readonly #input: string;
  readonly #options: LexerOptions;
  readonly #rightDelimIsWord: boolean;
  #pos = 0;
  #start = 0;
  #line = 1;
  /** The first line end not yet counted. */
  #newline: number;
  #startLine = 1;
  #parenDepth = 0;
  #insideAction = false;
  #failed: Token | undefined;

  constructor(input: string, options: LexerOptions) {
    this.#input = input;
    this.#options = options;
    this.#newline = endOfLine(input, 0);
    this.#rightDelimIsWord = isAsciiWord(options.rightDelim.charCodeAt(0));
  }

  next(): Token {
    if (this.#failed !== undefined) return { kind: 'eof', pos: 0, value: 'EOF', line: this.#startLine };
    return this.#insideAction ? this.#action() : this.#text();
  }

  /** Ends the current token at #pos, counting the lines it spans. */
  #emit(kind: TokenKind): Token {
    const value = this.#input.slice(this.#start, this.#pos);
    const token: Token = { kind, pos: this.#start, value, line: this.#startLine };
    this.#ignore();
    return token;
  }

  #ignore(): void {
    while (this.#newline < this.#pos) {
      this.#line++;
      this.#newline = endOfLine(this.#input, this.#newline + 1);
    }
    this.#start = this.#pos;
    this.#startLine = this.#line;
  }

  #error(message: string): Token {
    this.#failed = { kind: 'error', pos: this.#start, value: message, line: this.#startLine };
    return this.#failed;
  }

  #text(): Token {
    const { leftDelim } = this.#options;
    for (;;) {
      const at = this.#input.indexOf(leftDelim, this.#pos);
      if (at < 0) {
        this.#pos = this.#input.length;
        return this.#emit(this.#pos > this.#start ? 'text' : 'eof');
      }
      if (at > this.#pos) {
        let end = at;
        if (this.#leftTrimMarker(at + leftDelim.length)) {
          while (end > this.#start && isSpace(this.#input.charAt(end - 1))) end--;
        }
        this.#pos = end;
        const token = this.#emit('text');
        this.#pos = at;
        this.#ignore();
        if (token.value !== '') return token;
      }
      const token = this.#leftDelim();
      if (token !== undefined) return token;
    }
  }

  #leftTrimMarker(at: number): boolean {
    return this.#input.charAt(at) === '-' && isSpace(this.#input.charAt(at + 1));
  }

  /** A left delimiter, or a whole comment (no token). */
  #leftDelim(): Token | undefined {
    this.#pos += this.#options.leftDelim.length;
    const marker = this.#leftTrimMarker(this.#pos) ? 2 : 0;
    if (this.#input.startsWith(leftComment, this.#pos + marker)) {
      this.#pos += marker;
      this.#ignore();
      return this.#comment();
    }
    const token = this.#emit('leftDelim');
    this.#insideAction = true;
    this.#pos += marker;
    this.#ignore();
    this.#parenDepth = 0;
    return token;
  }

  #comment(): Token | undefined {
    const end = this.#input.indexOf(rightComment, this.#pos + leftComment.length);
    if (end < 0) return this.#error('unclosed comment');
    this.#pos = end + rightComment.length;
    const trim = this.#rightDelim();
    if (trim === undefined) return this.#error('comment ends before closing delimiter');
    this.#pos += (trim ? 2 : 0) + this.#options.rightDelim.length;
    if (trim) this.#skipSpace();
    this.#ignore();
    return undefined;
  }

  #skipSpace(): void {
    const input = this.#input;
    let at = this.#pos;
    while (isSpaceCode(input.charCodeAt(at))) at++;
    this.#pos = at;
  }

  /** Letters, digits and underscores of any script from #pos on. */
  #skipWord(): void {
    const input = this.#input;
    let at = this.#pos;
    while (isAsciiWord(input.charCodeAt(at))) at++;
    this.#pos = at;
    if (input.charCodeAt(at) < 128 || at >= input.length) return;
    words.lastIndex = at;
    this.#pos += words.exec(input)?.[0].length ?? 0;
  }

  /** undefined: not at a right delimiter; otherwise whether it has a trim marker. */
  #rightDelim(): boolean | undefined {
    const { rightDelim } = this.#options;
    if (
      isSpaceCode(this.#input.charCodeAt(this.#pos)) &&
      this.#input.charCodeAt(this.#pos + 1) === 45 &&
      this.#input.startsWith(rightDelim, this.#pos + 2)
    ) {
      return true;
    }
    return this.#input.startsWith(rightDelim, this.#pos) ? false : undefined;
  }

  #closeAction(trim: boolean): Token {
    if (trim) {
      this.#pos += 2;
      this.#ignore();
    }
    this.#pos += this.#options.rightDelim.length;
    const token = this.#emit('rightDelim');
    if (trim) {
      this.#skipSpace();
      this.#ignore();
    }
    this.#insideAction = false;
    return token;
  }

  #action(): Token {
    const code = this.#input.charCodeAt(this.#pos);
    // Only a space, or what opens the right delimiter, can begin one.
    if (!isAsciiWord(code) || this.#rightDelimIsWord) {
      const trim = this.#rightDelim();
      if (trim !== undefined) {
        return this.#parenDepth === 0 ? this.#closeAction(trim) : this.#error('unclosed left paren');
      }
    }
    if (isSpaceCode(code)) return this.#space();
    if (isAsciiWord(code) && (code < 48 || code > 57)) return this.#identifier();
    return this.#mark(this.#peek());
  }

  /** What begins with neither space nor letter. */
  #mark(char: string): Token {
    if (char === '') return this.#error('unclosed action');
    const single = this.#punctuation(char);
    if (single !== undefined) return single;
    if (char === '"' || char === "'") return this.#quoted(char);
    if (char === '`') return this.#rawString();
    if (char === '$') {
      this.#pos++;
      return this.#atTerminator() ? this.#emit('variable') : this.#fieldOrVariable('variable');
    }
    if (char === '.') {
      const next = this.#input.charAt(this.#pos + 1);
      if (next !== '' && (next < '0' || next > '9')) {
        this.#pos++;
        return this.#fieldOrVariable('field');
      }
    }
    if (char === '.' || char === '+' || char === '-' || (char >= '0' && char <= '9')) return this.#number();
    if (this.#isAlphaNumeric()) return this.#identifier();
    if (char >= '!' && char <= '~') {
      this.#pos++;
      return this.#emit('char');
    }
    return this.#error(`unrecognized character in action: ${unicodeName(char)}`);
  }

  #punctuation(char: string): Token | undefined {
    switch (char) {
      case '=':
        this.#pos++;
        return this.#emit('assign');
      case ':':
        if (this.#input.charAt(this.#pos + 1) !== '=') {
          return this.#error('expected :=');
        }
        this.#pos += 2;
        return this.#emit('declare');
      case '|':
        this.#pos++;
        return this.#emit('pipe');
      case '(':
        this.#pos++;
        this.#parenDepth++;
        return this.#emit('leftParen');
      case ')':
        this.#pos++;
        this.#parenDepth--;
        return this.#parenDepth < 0 ? this.#error('unexpected right paren') : this.#emit('rightParen');
      default:
        return undefined;
    }
  }

  #peek(): string {
    const code = this.#input.codePointAt(this.#pos);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #isAlphaNumeric(): boolean {
    const code = this.#input.charCodeAt(this.#pos);
    if (code < 128) return isAsciiWord(code);
    alphaNumeric.lastIndex = this.#pos;
    return alphaNumeric.test(this.#input);
  }

  #space(): Token {
    const begin = this.#pos;
    this.#skipSpace();
    // "… -}}": the last space belongs to the trim marker.
    this.#pos--;
    if (this.#rightDelim() === true) {
      if (this.#pos === begin) return this.#closeAction(true);
    } else this.#pos++;
    return this.#emit('space');
  }

  #identifier(): Token {
    this.#skipWord();
    const word = this.#input.slice(this.#start, this.#pos);
    if (!this.#atTerminator()) return this.#error(`bad character ${unicodeName(this.#peek())}`);
    const keyword = keywords.get(word);
    if (keyword !== undefined) {
      const plain =
        (keyword === 'break' && !this.#options.breakOk) || (keyword === 'continue' && !this.#options.continueOk);
      return this.#emit(plain ? 'identifier' : keyword);
    }
    return this.#emit(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  #fieldOrVariable(kind: 'field' | 'variable'): Token {
    if (this.#atTerminator()) return this.#emit(kind === 'variable' ? 'variable' : 'dot');
    this.#skipWord();
    if (!this.#atTerminator()) return this.#error(`bad character ${unicodeName(this.#peek())}`);
    return this.#emit(kind);
  }

  #atTerminator(): boolean {
    const code = this.#input.charCodeAt(this.#pos);
    if (isSpaceCode(code) || this.#pos >= this.#input.length) return true;
    // . , | : ( )
    if (code === 46 || code === 44 || code === 124 || code === 58 || code === 40 || code === 41) return true;
    return this.#input.startsWith(this.#options.rightDelim, this.#pos);
  }

  #quoted(delimiter: string): Token {
    const what = delimiter === '"' ? 'unterminated quoted string' : 'unterminated character constant';
    this.#pos++;
    for (;;) {
      const char = this.#input.charAt(this.#pos++);
      if (char === delimiter) break;
      const escaped = char === '\\' ? this.#input.charAt(this.#pos++) : undefined;
      if (char === '' || char === '\n' || escaped === '' || escaped === '\n') return this.#error(what);
    }
    return this.#emit(delimiter === '"' ? 'string' : 'charConstant');
  }

  #rawString(): Token {
    const end = this.#input.indexOf('`', this.#pos + 1);
    if (end < 0) return this.#error('unterminated raw quoted string');
    this.#pos = end + 1;
    return this.#emit('rawString');
  }

  #number(): Token {
    const bad = (): Token => this.#error(`bad number syntax: ${quote(this.#input.slice(this.#start, this.#pos))}`);
    if (!this.#scanNumber()) return bad();
    const sign = this.#input.charAt(this.#pos);
    if (sign === '+' || sign === '-') {
      if (!this.#scanNumber() || this.#input.charAt(this.#pos - 1) !== 'i') return bad();
      return this.#emit('complex');
    }
    return this.#emit('number');
  }

  #accept(valid: string): boolean {
    const char = this.#input.charAt(this.#pos);
    if (char === '' || !valid.includes(char)) return false;
    this.#pos++;
    return true;
  }

  #scanNumber(): boolean {
    this.#accept('+-');
    let digits = '0123456789_';
    let base = 10;
    if (this.#accept('0')) {
      if (this.#accept('xX')) [digits, base] = ['0123456789abcdefABCDEF_', 16];
      else if (this.#accept('oO')) [digits, base] = ['01234567_', 8];
      else if (this.#accept('bB')) [digits, base] = ['01_', 2];
    }
    const run = (set: string): void => {
      while (this.#accept(set));
    };
    run(digits);
    if (this.#accept('.')) run(digits);
    if (this.#accept(base === 10 ? 'eE' : base === 16 ? 'pP' : '')) {
      this.#accept('+-');
      run('0123456789_');
    }
    this.#accept('i');
    if (this.#isAlphaNumeric()) {
      this.#pos += this.#peek().length;
      return false;
    }
    return true;
  }
}

function endOfLine(input: string, from: number): number {
  const at = input.indexOf('\n', from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** fmt's %#U of the character, or of the end of input (-1). */
function unicodeName(char: string): string {
  const code = char.codePointAt(0);
  if (code === undefined) return 'U+FFFFFFFFFFFFFFFF';
  const shown = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  const hex = shown.toString(16).toUpperCase().padStart(4, '0');
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char) ? `U+${hex} '${char}'` : `U+${hex}`;
}
