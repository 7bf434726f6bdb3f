// Reads TOML 1.0 as `fromToml` does: github.com/BurntSushi/toml's decoder into map[string]interface{}.

import { type GoMap, type Value as GoValue, goInt64, quote } from '@evenkeel/gotemplate';

import { TomlError } from './toml-write.ts';

/** The document as a map: integers are int64, times stay texts. Throws TomlError. */
export function readToml(text: string): GoMap {
  return new TomlReader(text).document();
}

class TomlReader {
  private readonly text: string;
  private at = 0;
  private line = 1;
  private lastKey = '';
  private readonly root: GoMap = new Map();
  /** Tables made by a header, which may not be made again. */
  private readonly defined = new Set<GoMap>();
  /** Inline tables and arrays, which are closed. */
  private readonly closed = new Set<object>();

  constructor(text: string) {
    this.text = text.replaceAll('\r\n', '\n');
  }

  document(): GoMap {
    let table = this.root;
    for (;;) {
      this.skipBlank();
      if (this.at >= this.text.length) return this.root;
      if (this.text[this.at] === '[') table = this.header();
      else this.keyValue(table);
      this.skipSpace();
      this.skipComment();
      if (this.at < this.text.length && this.text[this.at] !== '\n') {
        this.fail(`expected a top-level item to end with a newline, comment, or EOF, but got ${this.shown()} instead`);
      }
    }
  }

  private header(): GoMap {
    const isArray = this.text.startsWith('[[', this.at);
    this.at += isArray ? 2 : 1;
    const keys = this.keys();
    if (!this.text.startsWith(isArray ? ']]' : ']', this.at))
      this.fail(`expected '.' or ']' to end table name, but got ${this.shown()} instead`);
    this.at += isArray ? 2 : 1;
    const last = keys.pop() ?? '';
    const parent = this.descend(this.root, keys, false);
    const existing = parent.get(last);
    if (isArray) {
      const table: GoMap = new Map();
      if (existing === undefined) parent.set(last, [table]);
      else if (Array.isArray(existing) && !this.closed.has(existing)) existing.push(table);
      else this.fail(`Key '${[...keys, last].join('.')}' was already created and cannot be used as an array.`);
      return table;
    }
    if (existing === undefined) {
      const table: GoMap = new Map();
      parent.set(last, table);
      this.defined.add(table);
      return table;
    }
    if (!(existing instanceof Map) || this.defined.has(existing) || this.closed.has(existing)) {
      return this.fail(`Key '${[...keys, last].join('.')}' has already been defined.`);
    }
    this.defined.add(existing);
    return existing;
  }

  private keyValue(table: GoMap): void {
    const keys = this.keys();
    if (this.text[this.at] !== '=') this.fail(`expected key separator '=', but got ${this.shown()} instead`);
    this.at += 1;
    this.skipSpace();
    this.lastKey = keys.join('.');
    if (this.at >= this.text.length) this.fail('unexpected EOF; expected value');
    const value = this.value();
    const last = keys.pop() ?? '';
    const into = this.descend(table, keys, true);
    if (into.has(last)) this.fail(`Key '${[...keys, last].join('.')}' has already been defined.`);
    into.set(last, value);
  }

  private descend(from: GoMap, keys: readonly string[], dotted: boolean): GoMap {
    let at = from;
    for (const key of keys) {
      let next = at.get(key);
      if (next === undefined) {
        next = new Map();
        at.set(key, next);
        if (dotted) this.defined.add(next);
      }
      if (Array.isArray(next)) next = next.at(-1);
      if (!(next instanceof Map) || this.closed.has(next)) return this.fail(`Key '${key}' has already been defined.`);
      at = next;
    }
    return at;
  }

  private keys(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.skipSpace();
      keys.push(this.key());
      this.skipSpace();
      if (this.text[this.at] !== '.') return keys;
      this.at += 1;
    }
  }

  private key(): string {
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string();
    const bare = /[A-Za-z0-9_-]+/y;
    bare.lastIndex = this.at;
    const match = bare.exec(this.text);
    if (match === null)
      return this.fail(
        first === '=' ? "unexpected '=': key name appears blank" : `bare keys cannot contain ${this.shown()}`,
      );
    this.at += match[0].length;
    return match[0];
  }

  private value(): GoValue {
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string();
    if (first === '[') return this.array();
    if (first === '{') return this.inlineTable();
    const token = /[A-Za-z0-9_+\-.:]+(?: [0-9]{2}:[0-9:.Z+-]+)?/y;
    token.lastIndex = this.at;
    const match = token.exec(this.text);
    if (match === null) return this.fail(`expected value but found ${this.shown()} instead`);
    this.at += match[0].length;
    return this.scalar(match[0]);
  }

  private scalar(token: string): GoValue {
    if (token === 'true' || token === 'false') return token === 'true';
    const digits = token.replaceAll(/(?<=[0-9A-Fa-f])_(?=[0-9A-Fa-f])/g, '');
    if (/^[+-]?(?:0|[1-9][0-9]*)$/.test(digits)) return this.integer(BigInt(digits.replace('+', '')), token);
    if (/^0(?:x[0-9A-Fa-f]+|o[0-7]+|b[01]+)$/.test(digits)) return this.integer(BigInt(digits), token);
    if (/^[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(digits)) return Number(digits);
    const special = /^([+-]?)(inf|nan)$/.exec(token);
    if (special !== null) {
      const value = special[2] === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN;
      return special[1] === '-' ? -value : value;
    }
    if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?$|^[0-9]{2}:[0-9]{2}/.test(token)) return token;
    return this.fail(`expected value but found ${JSON.stringify(token)} instead`);
  }

  private integer(value: bigint, token: string): GoValue {
    if (value > 9223372036854775807n || value < -9223372036854775808n) this.fail(`${token} is out of range for int64`);
    return goInt64(value);
  }

  private array(): GoValue[] {
    this.at += 1;
    const list: GoValue[] = [];
    this.closed.add(list);
    for (;;) {
      this.skipBlank();
      if (this.text[this.at] === ']') break;
      list.push(this.value());
      this.skipBlank();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== ']')
        this.fail(`expected a comma (',') or array terminator (']'), but got ${this.shown()}`);
    }
    this.at += 1;
    return list;
  }

  private inlineTable(): GoMap {
    this.at += 1;
    const table: GoMap = new Map();
    for (;;) {
      this.skipBlank();
      if (this.text[this.at] === '}') break;
      this.keyValue(table);
      this.skipBlank();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== '}')
        this.fail(`expected a comma or an inline table terminator '}', but got ${this.shown()} instead`);
    }
    this.at += 1;
    this.closed.add(table);
    return table;
  }

  private string(): string {
    const quote = this.text.charAt(this.at);
    const triple = quote.repeat(3);
    if (this.text.startsWith(triple, this.at)) return this.multiline(quote, triple);
    this.at += 1;
    let out = '';
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined) return this.fail(`unexpected EOF; expected ${JSON.stringify(quote)}`);
      if (character === '\n') return this.fail('strings cannot contain newlines');
      this.at += 1;
      if (character === quote) return out;
      out += character === '\\' && quote === '"' ? this.escape() : character;
    }
  }

  private multiline(quote: string, triple: string): string {
    this.at += 3;
    if (this.text[this.at] === '\n') this.newline();
    let out = '';
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined) return this.fail(`unexpected EOF; expected ${JSON.stringify(triple)}`);
      if (this.text.startsWith(triple, this.at)) {
        this.at += 3;
        // Up to two quotes may stand right before the end.
        for (let extra = 0; extra < 2 && this.text[this.at] === quote; extra += 1) {
          out += quote;
          this.at += 1;
        }
        return out;
      }
      if (character === '\n') {
        out += '\n';
        this.newline();
        continue;
      }
      this.at += 1;
      if (character !== '\\' || quote !== '"') out += character;
      else if (/\s/.test(this.text.charAt(this.at))) this.skipWhite();
      else out += this.escape();
    }
  }

  private escape(): string {
    const code = this.text.charAt(this.at);
    this.at += 1;
    const known = new Map([
      ['b', '\b'],
      ['t', '\t'],
      ['n', '\n'],
      ['f', '\f'],
      ['r', '\r'],
      ['e', '\u001b'],
      ['"', '"'],
      ['\\', '\\'],
    ]).get(code);
    if (known !== undefined) return known;
    const length = new Map([
      ['x', 2],
      ['u', 4],
      ['U', 8],
    ]).get(code);
    const hex = length === undefined ? '' : this.text.slice(this.at, this.at + length);
    if (length === undefined || !new RegExp(`^[0-9A-Fa-f]{${length}}$`).test(hex)) {
      return this.fail(
        `invalid escape character ${JSON.stringify(code)}; only the following escape characters are allowed: \\b, \\t, \\n, \\f, \\r, \\", \\\\, \\uXXXX, and \\UXXXXXXXX`,
      );
    }
    this.at += length;
    const point = parseInt(hex, 16);
    return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
  }

  private newline(): void {
    this.at += 1;
    this.line += 1;
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1;
  }

  private skipWhite(): void {
    for (;;) {
      this.skipSpace();
      if (this.text[this.at] !== '\n') return;
      this.newline();
    }
  }

  private skipComment(): void {
    if (this.text[this.at] !== '#') return;
    while (this.at < this.text.length && this.text[this.at] !== '\n') this.at += 1;
  }

  private skipBlank(): void {
    for (;;) {
      this.skipWhite();
      if (this.text[this.at] !== '#') return;
      this.skipComment();
    }
  }

  private shown(): string {
    const character = this.text[this.at];
    return character === undefined ? 'EOF' : JSON.stringify(character).replace(/^"(.*)"$/, "'$1'");
  }

  private fail(message: string): never {
    const key = this.lastKey === '' ? '' : ` (last key ${quote(this.lastKey)})`;
    throw new TomlError(`toml: line ${this.line}${key}: ${message}`);
  }
}
