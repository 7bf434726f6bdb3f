// encoding/json as Go writes and reads it: sorted keys, HTML escapes, its float format and its error texts.

import type { GoFunction } from '../exec/function.ts';
import { compareStrings, goBytes, goLength } from './go-string.ts';
import type { GoType } from './go-type.ts';
import { quote } from './quote.ts';
import { GoComplex, GoInt, type GoMap, GoScalar, GoStruct, type Value, isNilContainer, mapType } from './value.ts';

/** `json: unsupported value: NaN`, `invalid character …`. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** What was read before a number that does not fit; Go hands it out along with the error. */
  readonly partial: Value;
  constructor(message: string, partial?: Value) {
    super(message);
    this.partial = partial;
  }
}

export interface MarshalOptions {
  /** Indentation of MarshalIndent with an empty prefix; '' is compact. */
  readonly indent?: string;
  /** Go escapes <, > and & unless told otherwise. */
  readonly escapeHtml?: boolean;
}

/** json.Marshal, json.MarshalIndent or an Encoder without HTML escapes. Throws JsonError. */
export function marshalJson(value: Value, options: MarshalOptions = {}): string {
  const writer = new Writer(options.indent ?? '', options.escapeHtml ?? true);
  writer.value(value, '');
  return writer.out;
}

class Writer {
  out = '';
  readonly #indent: string;
  readonly #escapeHtml: boolean;
  readonly #open = new Set<object>();

  constructor(indent: string, escapeHtml: boolean) {
    this.#indent = indent;
    this.#escapeHtml = escapeHtml;
  }

  value(value: Value, margin: string): void {
    if (value === null || value === undefined) this.out += 'null';
    else if (typeof value === 'string') this.out += quoteJson(value, this.#escapeHtml);
    else if (typeof value === 'boolean') this.out += String(value);
    else if (typeof value === 'number') this.out += jsonNumber(value);
    else if (value instanceof GoInt) this.out += value.type.json?.(value) ?? value.value.toString();
    else if (value instanceof Map) this.#map(value, margin);
    else if (Array.isArray(value)) {
      if (isNilContainer(value)) this.out += 'null';
      else this.#list(value, margin);
    } else if (value instanceof Uint8Array) this.out += `"${base64(value)}"`;
    else this.#other(value, margin);
  }

  #other(value: GoScalar | GoComplex | GoStruct | GoFunction, margin: string): void {
    if (value instanceof GoScalar) {
      if (value.type.json !== undefined) this.out += value.type.json(value);
      else this.value(value.value, margin);
    } else if (value instanceof GoStruct) {
      if (value.type.json !== undefined) this.out += value.type.json(value);
      else this.#struct(value, margin);
    } else if (value instanceof GoComplex) throw new JsonError('json: unsupported type: complex128');
    else throw new JsonError(`json: unsupported type: ${value.type.text}`);
  }

  #enter(container: object, type: string): void {
    if (this.#open.has(container)) throw new JsonError(`json: unsupported value: encountered a cycle via ${type}`);
    this.#open.add(container);
  }

  #map(map: GoMap, margin: string): void {
    if (isNilContainer(map)) {
      this.out += 'null';
      return;
    }
    this.#enter(map, mapType(map).text);
    const entries = [...map].map(([key, item]): [string, Value] => [jsonKey(key, mapType(map)), item]);
    entries.sort((a, b) => compareStrings(a[0], b[0]));
    this.#members(entries, margin);
    this.#open.delete(map);
  }

  #struct(struct: GoStruct, margin: string): void {
    this.#enter(struct, struct.type.text);
    const entries: [string, Value][] = [];
    for (const field of struct.type.fields ?? []) {
      if (field.json === '') continue;
      const item = struct.fields.get(field.name);
      const name = field.json ?? field.name;
      // `omitempty` is written as a leading '?' in the field's JSON name.
      if (!name.startsWith('?')) entries.push([name, item]);
      else if (!isEmptyJson(item)) entries.push([name.slice(1), item]);
    }
    this.#members(entries, margin);
    this.#open.delete(struct);
  }

  #members(entries: readonly [string, Value][], margin: string): void {
    if (entries.length === 0) {
      this.out += '{}';
      return;
    }
    const inner = margin + this.#indent;
    const pretty = this.#indent !== '';
    this.out += '{';
    entries.forEach(([key, item], index) => {
      if (index > 0) this.out += ',';
      if (pretty) this.out += `\n${inner}`;
      this.out += `${quoteJson(key, this.#escapeHtml)}:${pretty ? ' ' : ''}`;
      this.value(item, inner);
    });
    this.out += pretty ? `\n${margin}}` : '}';
  }

  #list(list: readonly Value[], margin: string): void {
    if (list.length === 0) {
      this.out += '[]';
      return;
    }
    this.#enter(list, '[]interface {}');
    const inner = margin + this.#indent;
    const pretty = this.#indent !== '';
    this.out += '[';
    list.forEach((item, index) => {
      if (index > 0) this.out += ',';
      if (pretty) this.out += `\n${inner}`;
      this.value(item, inner);
    });
    this.out += pretty ? `\n${margin}]` : ']';
    this.#open.delete(list);
  }
}

function isEmptyJson(value: Value): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof Map) return value.size === 0;
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
}

function jsonKey(key: Value, type: GoType): string {
  if (typeof key === 'string') return key;
  if (key instanceof GoInt) return key.value.toString();
  if (key instanceof GoScalar && typeof key.value === 'string') return key.value;
  throw new JsonError(`json: unsupported type: ${type.text}`);
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new JsonError(`json: unsupported value: ${text}`);
  }
  // JavaScript and encoding/json agree on when to write an exponent and how; only minus zero is lost.
  return Object.is(value, -0) ? '-0' : String(value);
}

// eslint-disable-next-line no-control-regex -- the control characters are what must be escaped.
const needsEscape = /["\\<>&\u0000-\u001f\u2028\u2029\u007f\ud800-\udfff]/;

function quoteJson(text: string, escapeHtml: boolean): string {
  if (!needsEscape.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) out += escapeJson(char, escapeHtml);
  return `${out}"`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeJson(char: string, escapeHtml: boolean): string {
  const short = shortEscapes[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x2028 || code === 0x2029) return `\\u${code.toString(16).padStart(4, '0')}`;
  if (escapeHtml && (char === '<' || char === '>' || char === '&')) return `\\u00${code.toString(16)}`;
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  return char;
}

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let index = 0; index < bytes.length; index += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
  }
  return btoa(binary);
}

/** json.Unmarshal into interface{}: numbers are float64. Throws JsonError with Go's text. */
export function unmarshalJson(text: string): Value {
  return new Reader(text).document();
}

const maxDepth = 10_000;

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** The first number that is no float64: reported after the syntax of all is known to be right. */
  #misfit: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    const value = this.#value('looking for beginning of value');
    this.#space();
    if (this.#at < this.#text.length) this.#invalid('after top-level value');
    if (this.#misfit !== undefined) throw new JsonError(this.#misfit, value);
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  /** Go checks the syntax of the whole text first; the first offence in reading order is the same one. */
  #invalid(context: string): never {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) {
      // Go feeds its scanner a final space, which offends inside of literals.
      const inside = context.startsWith('in ') || context.includes('numeric literal');
      throw new JsonError(inside ? `invalid character ' ' ${context}` : 'unexpected end of JSON input');
    }
    const char = String.fromCodePoint(code);
    const shown = char === "'" ? `'\\''` : char === '"' ? `'"'` : `'${quote(firstByte(char)).slice(1, -1)}'`;
    throw new JsonError(`invalid character ${shown} ${context}`);
  }

  #value(context: string): Value {
    this.#space();
    const char = this.#text.charAt(this.#at);
    switch (char) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        if (char === '-' || (char >= '0' && char <= '9')) return this.#number();
        return this.#invalid(context);
    }
  }

  #nested(read: () => Value): Value {
    if (++this.#depth > maxDepth) throw new JsonError('exceeded max depth');
    const value = read();
    this.#depth--;
    return value;
  }

  #literal(word: string, value: Value): Value {
    for (let index = 0; index < word.length; index++) {
      if (this.#text.charAt(this.#at) !== word.charAt(index)) {
        this.#invalid(`in literal ${word} (expecting '${word.charAt(index)}')`);
      }
      this.#at++;
    }
    return value;
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#text.charAt(this.#at))) this.#invalid(context);
    while (/[0-9]/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #number(): Value {
    const start = this.#at;
    if (this.#text.charAt(this.#at) === '-') this.#at++;
    if (this.#text.charAt(this.#at) === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#text.charAt(this.#at) === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.#text.charAt(this.#at))) {
      this.#at++;
      if (/[+-]/.test(this.#text.charAt(this.#at))) this.#at++;
      this.#digits('in exponent of numeric literal');
    }
    const literal = this.#text.slice(start, this.#at);
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      this.#misfit ??= `json: cannot unmarshal number ${literal} into Go value of type float64`;
      return null;
    }
    return value;
  }

  #string(): string {
    const start = ++this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 34) break;
      if (Number.isNaN(code)) throw new JsonError('unexpected end of JSON input');
      if (code < 32) this.#invalid('in string literal');
      this.#at++;
      if (code === 92) this.#escape();
    }
    const body = this.#text.slice(start, this.#at++);
    if (!body.includes('\\')) return body.isWellFormed() ? body : body.toWellFormed();
    return (JSON.parse(`"${body}"`) as string).toWellFormed();
  }

  #escape(): void {
    const char = this.#text.charAt(this.#at);
    if (char !== 'u') {
      if (char === '' || !'bfnrt\\/"'.includes(char)) this.#invalid('in string escape code');
      this.#at++;
      return;
    }
    this.#at++;
    for (let index = 0; index < 4; index++) {
      if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at))) this.#invalid('in \\u hexadecimal character escape');
      this.#at++;
    }
  }

  #array(): Value {
    const items: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#text.charAt(this.#at) === ']') {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(this.#value('looking for beginning of value'));
      this.#space();
      const char = this.#text.charAt(this.#at);
      if (char !== ',' && char !== ']') this.#invalid('after array element');
      this.#at++;
      if (char === ']') return items;
    }
  }

  #object(): Value {
    const map: GoMap = new Map();
    this.#at++;
    this.#space();
    if (this.#text.charAt(this.#at) === '}') {
      this.#at++;
      return map;
    }
    for (;;) {
      this.#space();
      if (this.#text.charAt(this.#at) !== '"') this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.#space();
      if (this.#text.charAt(this.#at) !== ':') this.#invalid('after object key');
      this.#at++;
      map.set(key, this.#value('looking for beginning of value'));
      this.#space();
      const char = this.#text.charAt(this.#at);
      if (char !== ',' && char !== '}') this.#invalid('after object key:value pair');
      this.#at++;
      if (char === '}') return map;
    }
  }
}

/** Go's scanner works on bytes and names the first one of a multi-byte character as if it were Latin-1. */
function firstByte(char: string): string {
  return goLength(char) === 1 && char < '\x80' ? char : String.fromCharCode(goBytes(char)[0] ?? 0);
}
