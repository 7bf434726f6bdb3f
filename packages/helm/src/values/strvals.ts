// The language of --set, --set-string, --set-json, --set-file and --set-literal: `a.b[0].c=1,d={x,y}`.
// Mirrors the observable behaviour of helm:pkg/strvals/{parser,literal_parser}.go (v4.3.0), errors included.

import { goInt64, quote } from '@evenkeel/gotemplate';

import type { HelmVersion } from '../chart/chart.ts';
import { isGoSpace, parseGoInt, quoteRunes, runesOf } from '../go-text.ts';
import { readJsonPrefix } from './json-prefix.ts';
import { type Value, type ValueOrigin, Table, goTypeName, isTable, setEntry } from './table.ts';

/** Which of the five flags an expression belongs to. */
export type SetKind = 'set' | 'set-string' | 'set-json' | 'set-file' | 'set-literal';

/** What an expression is parsed with. */
export interface SetOptions {
  readonly kind: SetKind;
  readonly version: HelmVersion;
  /** Reads the file a --set-file value names. Throws an Error with the wording Go would use. */
  readonly readFile?: (path: string) => string;
  /** Where the values count as written; undefined when origins are not wanted. */
  readonly origin?: ValueOrigin | undefined;
}

const INDEX_MAX = 65536;
const NESTED_NAMES_MAX = 30;

/** Thrown for an expression that does not parse; the message is Helm's. */
export class SetError extends Error {
  override readonly name = 'SetError';
}

/** Go's io.EOF: the end of the expression. Not an error at the top level. */
class EndOfInput extends Error {
  override readonly name = 'EndOfInput';
  constructor() {
    super('EOF');
  }
}

/**
 * Parses one expression and writes its values into `into`, over what is there.
 * Throws SetError; `into` may then be partly changed, as with Helm.
 */
export function parseSetExpression(expression: string, into: Table, options: SetOptions): void {
  new SetParser(expression, options).parse(into);
}

class SetParser {
  private readonly runes: readonly string[];
  private at = 0;
  private readonly options: SetOptions;
  private readonly literal: boolean;

  constructor(expression: string, options: SetOptions) {
    this.runes = runesOf(expression);
    this.options = options;
    this.literal = options.kind === 'set-literal';
  }

  parse(into: Table): void {
    try {
      for (;;) this.key(into, 0);
    } catch (error) {
      if (!(error instanceof EndOfInput)) throw error;
    }
  }

  private key(data: Table, nested: number): void {
    const { text, stop } = this.until(this.literal ? '=[.' : '=[,.');
    if (stop === undefined) {
      if (text === '') throw new EndOfInput();
      throw new SetError(`key ${quote(text)} has no value`);
    }
    if (stop === '[') this.listKey(data, text, nested);
    else if (stop === '=') this.keyValue(data, text);
    else if (stop === ',') {
      this.set(data, text, '');
      throw new SetError(`key ${quote(text)} has no value (cannot end with ,)`);
    } else this.nestedKey(data, text, nested + 1);
  }

  private listKey(data: Table, key: string, nested: number): void {
    const index = this.keyIndex();
    const existing = data.has(key) ? this.asList(data.get(key)) : [];
    const { list, error } = this.listItem(existing, index, nested);
    this.set(data, key, list);
    if (error !== undefined) throw error;
  }

  private nestedKey(data: Table, key: string, nested: number): void {
    if (nested > NESTED_NAMES_MAX) {
      throw new SetError(
        `value name nested level is greater than maximum supported nested level of ${NESTED_NAMES_MAX}`,
      );
    }
    const inner = data.has(key) ? this.asTable(data.get(key)) : new Table();
    try {
      this.key(inner, nested);
    } catch (error) {
      // What was read before the end of the expression counts ("a.b=" sets an empty string).
      if (inner.size > 0) this.set(data, key, inner);
      throw error;
    }
    if (inner.size === 0) throw new SetError(`key map ${quote(key)} has no value`);
    this.set(data, key, inner);
  }

  private keyValue(data: Table, key: string): void {
    if (this.literal) {
      this.set(data, key, this.until('').text);
      return;
    }
    if (this.options.kind === 'set-json') {
      const value = this.jsonValue();
      this.set(data, key, value);
      return;
    }
    const list = this.valueList();
    if (list === 'end') {
      this.set(data, key, '');
      throw new EndOfInput();
    }
    this.set(data, key, list ?? this.typed(this.until(',').text));
  }

  /** Reads what stands after `name[index]`. An error comes back beside the list, which the caller stores first. */
  private listItem(list: Value[], index: number, nested: number): { list: Value[]; error?: Error } {
    try {
      return { list: this.listItemOrThrow(list, index, nested) };
    } catch (error) {
      if (error instanceof Error) return { list, error };
      throw error;
    }
  }

  private listItemOrThrow(list: Value[], index: number, nested: number): Value[] {
    if (index < 0) throw new SetError(`negative ${index} index not allowed`);
    const { text, stop } = this.until('[.=');
    if (text !== '') throw new SetError(`unexpected data at end of array index: ${quoteRunes(runesOf(text))}`);
    if (stop === undefined) throw new EndOfInput();
    if (stop === '=') return this.setIndex(list, index, this.itemValue());
    if (stop === '[') {
      const next = this.keyIndex();
      const existing = list[index];
      const inner = existing === undefined || existing === null ? [] : this.asList(existing);
      return this.setIndex(list, index, this.listItemOrThrow(inner, next, nested));
    }
    let inner = list[index];
    if (!isTable(inner)) {
      inner = new Table();
      if (index < list.length) list[index] = inner;
    }
    this.key(inner, nested);
    return this.setIndex(list, index, inner);
  }

  private itemValue(): Value {
    if (this.literal) return this.until('').text;
    if (this.options.kind === 'set-json') return this.jsonValue();
    const list = this.valueList();
    if (list === 'end') return '';
    return list ?? this.typed(this.until(',').text);
  }

  /** Consumes blanks up to a comma or the end, which mean "null"; then the JSON value and the comma behind it. */
  private jsonValue(): Value {
    if (this.emptyValue()) return null;
    const rest = this.runes.slice(this.at).join('');
    const { value, length } = readJsonPrefix(rest);
    this.at += runesOf(rest.slice(0, length)).length;
    this.emptyValue();
    return value;
  }

  private emptyValue(): boolean {
    for (;;) {
      const rune = this.runes[this.at];
      if (rune === undefined) return true;
      if (rune !== ',' && !isGoSpace(rune.codePointAt(0) ?? 0)) return false;
      this.at += 1;
      if (rune === ',') return true;
    }
  }

  /** `{a,b}`; undefined when the value is no list, 'end' when there is nothing at all. */
  private valueList(): Value[] | 'end' | undefined {
    const first = this.runes[this.at];
    if (first === undefined) return 'end';
    if (first !== '{') return undefined;
    this.at += 1;
    const list: Value[] = [];
    for (;;) {
      const { text, stop } = this.until(',}');
      if (stop === undefined) throw new SetError("list must terminate with '}'");
      if (stop === '}' && this.runes[this.at] === ',') this.at += 1;
      list.push(this.typed(text));
      if (stop === '}') return list;
    }
  }

  private typed(text: string): Value {
    if (this.options.kind === 'set-file') {
      if (this.options.readFile === undefined) throw new SetError(`open ${text}: no such file or directory`);
      return this.options.readFile(text);
    }
    return this.options.kind === 'set-string' ? text : typedValue(text);
  }

  private keyIndex(): number {
    const { text, stop } = this.until(']');
    if (stop === undefined) {
      // Helm 4 wraps the end of input, and its loop takes the wrapped one for the end as well.
      if (this.options.version === 4) throw new EndOfInput();
      throw new SetError('error parsing index: EOF');
    }
    const index = parseGoInt(text);
    if (typeof index === 'string')
      throw new SetError(`error parsing index: strconv.Atoi: parsing ${quote(text)}: ${index}`);
    return Number(index);
  }

  private setIndex(list: Value[], index: number, value: Value): Value[] {
    if (index > INDEX_MAX) {
      throw new SetError(`index of ${index} is greater than maximum supported index of ${INDEX_MAX}`);
    }
    while (list.length <= index) list.push(null);
    list[index] = value;
    return list;
  }

  private set(data: Table, key: string, value: Value): void {
    if (key !== '') setEntry(data, key, value, this.options.origin);
  }

  private asList(value: Value | undefined): Value[] {
    if (Array.isArray(value)) return value;
    throw conversionPanic(value, '[]interface {}');
  }

  private asTable(value: Value | undefined): Table {
    if (isTable(value)) return value;
    throw conversionPanic(value, 'map[string]interface {}');
  }

  /** Reads up to one of the stop characters; outside --set-literal a backslash takes the next character as it is. */
  private until(stops: string): { text: string; stop: string | undefined } {
    let text = '';
    while (this.at < this.runes.length) {
      const rune = this.runes[this.at] ?? '';
      this.at += 1;
      if (stops.includes(rune)) return { text, stop: rune };
      if (rune !== '\\' || this.literal) {
        text += rune;
        continue;
      }
      const next = this.runes[this.at];
      if (next === undefined) break;
      this.at += 1;
      text += next;
    }
    return { text, stop: undefined };
  }
}

/** Helm recovers from Go's failed type assertion and shows it. */
function conversionPanic(value: Value | undefined, wanted: string): SetError {
  return new SetError(`unable to parse key: interface conversion: interface {} is ${goTypeName(value)}, not ${wanted}`);
}

/** The types --set gives to bare words: booleans, null, integers without leading zero; all else is a string. */
export function typedValue(text: string): Value {
  if (/^true$/iu.test(text)) return true;
  if (/^false$/iu.test(text)) return false;
  if (/^null$/iu.test(text)) return null;
  if (text === '0') return goInt64(0);
  if (text === '' || text.startsWith('0')) return text;
  const integer = parseGoInt(text);
  return typeof integer === 'string' ? text : goInt64(integer);
}
