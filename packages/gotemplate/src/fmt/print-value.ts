// The verbs of fmt for each kind of value.

import { GoFunction } from '../exec/function.ts';
import { compareStrings, goBytes, goLength, goString, isAscii, isPrint, runeText } from '../value/go-string.ts';
import type { GoType } from '../value/go-type.ts';
import { formatFloat } from '../value/go-number.ts';
import { canBackquote, quote, quoteRune } from '../value/quote.ts';
import {
  GoComplex,
  GoInt,
  type GoMap,
  GoScalar,
  type GoStruct,
  type Value,
  isNilContainer,
  mapType,
  sliceType,
  typeOf,
} from '../value/value.ts';

/** Holds the flags of one verb and the text written so far. */
export class Printer {
  out = '';
  sharp = false;
  zero = false;
  plus = false;
  minus = false;
  space = false;
  sharpV = false;
  plusV = false;
  width: number | undefined;
  precision: number | undefined;
  #erroring = false;
  readonly #open = new Set<object>();

  clear(): void {
    this.sharp = this.zero = this.plus = this.minus = this.space = this.sharpV = this.plusV = false;
    this.width = undefined;
    this.precision = undefined;
  }

  /** fmt's printArg: a value at the top level of a verb. */
  arg(value: Value, verb: string): void {
    const type = typeOf(value);
    if (type === undefined) {
      if (verb === 'T' || verb === 'v') this.#pad('<nil>');
      else this.#bad(value, verb);
      return;
    }
    if (verb === 'T') this.#pad(this.#truncated(type.text));
    else if (verb === 'p') this.#pointer(value, type, 'p');
    else if (!this.#methods(value, type, verb)) this.#value(value, verb, 0);
  }

  #bad(value: Value, verb: string): void {
    const type = typeOf(value);
    this.out += `%!${verb}(`;
    if (type === undefined) this.out += '<nil>';
    else {
      const was = this.#erroring;
      this.#erroring = true;
      this.out += `${type.text}=`;
      this.#value(value, 'v', 0);
      this.#erroring = was;
    }
    this.out += ')';
  }

  /** error and Stringer. */
  #methods(value: Value, type: GoType, verb: string): boolean {
    if (this.#erroring) return false;
    // Bytes are taken one by one, each with its own complaint.
    if (value instanceof Uint8Array) return false;
    if (verb === 'w') {
      this.#bad(value, verb);
      return true;
    }
    if (this.sharpV && type.goStringer !== undefined) {
      this.#pad(this.#truncated(type.goStringer(value)));
      return true;
    }
    if (type.stringer === undefined || this.sharpV || !'vsxXq'.includes(verb)) return false;
    this.#string(type.stringer(value), verb, value);
    return true;
  }

  #nested(value: Value, verb: string, depth: number): void {
    const type = typeOf(value);
    if (type === undefined) {
      if (this.sharpV) this.out += 'interface {}(nil)';
      else this.out += '<nil>';
    } else if (!this.#methods(value, type, verb)) this.#value(value, verb, depth);
  }

  #value(value: Value, verb: string, depth: number): void {
    if (typeof value === 'string') this.#string(value, verb, value);
    else if (typeof value === 'number') this.#float(value, verb, value);
    else if (typeof value === 'boolean') this.#bool(value, verb, value);
    else if (value instanceof GoInt) this.#integer(value.value, verb, value);
    else if (value instanceof GoScalar) {
      if (typeof value.value === 'string') this.#string(value.value, verb, value);
      else if (typeof value.value === 'number') this.#float(value.value, verb, value);
      else this.#bool(value.value, verb, value);
    } else if (value instanceof GoComplex) this.#complex(value, verb);
    else if (value instanceof Uint8Array) this.#bytes(value, verb, depth);
    else if (value === null || value === undefined) this.out += '<nil>';
    else if (value instanceof GoFunction) this.#pointer(value, value.type, verb);
    else this.#container(value, verb, depth);
  }

  #container(
    value: Exclude<
      Value,
      null | undefined | string | number | boolean | GoInt | GoScalar | GoComplex | Uint8Array | GoFunction
    >,
    verb: string,
    depth: number,
  ): void {
    // A map that contains itself would print for ever; Go overflows its stack there.
    if (this.#open.has(value)) {
      this.out += '...';
      return;
    }
    this.#open.add(value);
    if (value instanceof Map) this.#map(value, verb, depth);
    else if (Array.isArray(value)) this.#slice(value, verb, depth);
    else this.#struct(value, verb, depth);
    this.#open.delete(value);
  }

  #map(map: GoMap, verb: string, depth: number): void {
    if (this.sharpV) {
      this.out += mapType(map).text;
      if (isNilContainer(map)) {
        this.out += '(nil)';
        return;
      }
    }
    this.out += this.sharpV ? '{' : 'map[';
    let first = true;
    for (const key of sortedKeys(map)) {
      if (!first) this.out += this.sharpV ? ', ' : ' ';
      first = false;
      this.#nested(key, verb, depth + 1);
      this.out += ':';
      this.#nested(map.get(key), verb, depth + 1);
    }
    this.out += this.sharpV ? '}' : ']';
  }

  #slice(slice: readonly Value[], verb: string, depth: number): void {
    if (this.sharpV) {
      this.out += sliceType(slice as Value[]).text;
      if (isNilContainer(slice as Value[])) {
        this.out += '(nil)';
        return;
      }
    }
    this.out += this.sharpV ? '{' : '[';
    slice.forEach((item, index) => {
      if (index > 0) this.out += this.sharpV ? ', ' : ' ';
      this.#nested(item, verb, depth + 1);
    });
    this.out += this.sharpV ? '}' : ']';
  }

  #struct(struct: GoStruct, verb: string, depth: number): void {
    const { type } = struct;
    if (type.kind === 'ptr') {
      if (depth > 0) {
        this.#pointer(struct, type, verb);
        return;
      }
      this.out += '&';
    }
    if (this.sharpV) this.out += type.kind === 'ptr' ? type.text.slice(1) : type.text;
    this.out += '{';
    (type.fields ?? []).forEach((field, index) => {
      if (index > 0) this.out += this.sharpV ? ', ' : ' ';
      if (this.plusV || this.sharpV) this.out += `${field.name}:`;
      this.#nested(struct.fields.get(field.name), verb, depth + 1);
    });
    this.out += '}';
  }

  /** Addresses differ between runs of Go itself; a constant stands for them. */
  #pointer(value: Value, type: GoType, verb: string): void {
    const pointers = type.kind === 'ptr' || type.kind === 'map' || type.kind === 'slice' || type.kind === 'func';
    if (!pointers || !'vpbodxX'.includes(verb)) this.#bad(value, verb);
    else if (verb === 'v' && this.sharpV) this.out += `(${type.text})(0xc000012345)`;
    else this.#pad('0xc000012345');
  }

  #bool(flag: boolean, verb: string, value: Value): void {
    if (verb === 't' || verb === 'v') this.#pad(flag ? 'true' : 'false');
    else this.#bad(value, verb);
  }

  #string(text: string, verb: string, value: Value): void {
    if (verb === 's' || (verb === 'v' && !this.sharpV)) this.#pad(this.#truncated(text));
    else if (verb === 'v' || verb === 'q') this.#quoted(text);
    else if (verb === 'x' || verb === 'X') this.#hex(goBytes(text), verb === 'X');
    else this.#bad(value, verb);
  }

  #quoted(text: string): void {
    const shown = this.#truncated(text);
    if (this.sharp && canBackquote(shown)) this.#pad(`\`${shown}\``);
    else this.#pad(quote(shown, this.plus));
  }

  #bytes(bytes: Uint8Array, verb: string, depth: number): void {
    if (verb === 's') this.#pad(this.#truncated(goString(bytes)));
    else if (verb === 'q') this.#quoted(goString(bytes));
    else if (verb === 'x' || verb === 'X') this.#hex(bytes, verb === 'X');
    else {
      const list = [...bytes].map((byte) => (this.sharpV ? `0x${byte.toString(16)}` : byte));
      if (this.sharpV) this.out += `${depth === 0 ? '[]byte' : '[]uint8'}{${list.join(', ')}}`;
      else if (verb === 'v' || verb === 'd') {
        this.out += '[';
        bytes.forEach((byte, index) => {
          if (index > 0) this.out += ' ';
          this.#integer(BigInt(byte), verb, byte);
        });
        this.out += ']';
      } else {
        this.out += '[';
        bytes.forEach((byte, index) => {
          if (index > 0) this.out += ' ';
          this.#integer(BigInt(byte), verb, new GoInt(BigInt(byte), { kind: 'uint8', text: 'uint8' }));
        });
        this.out += ']';
      }
    }
  }

  #hex(bytes: Uint8Array, upper: boolean): void {
    const shown = this.precision === undefined ? bytes : bytes.subarray(0, this.precision);
    const parts = [...shown].map((byte) => byte.toString(16).padStart(2, '0'));
    const prefix = this.sharp ? '0x' : '';
    let text = this.space
      ? parts.map((part) => prefix + part).join(' ')
      : parts.length > 0
        ? prefix + parts.join('')
        : '';
    if (upper) text = text.toUpperCase();
    const { zero } = this;
    // Padding with zeros applies only on the left, and Go does apply it here.
    this.#pad(text);
    this.zero = zero;
  }

  #complex(value: GoComplex, verb: string): void {
    if (!'vbgGxXfFeE'.includes(verb)) {
      this.#bad(value, verb);
      return;
    }
    const { plus } = this;
    this.out += '(';
    this.#float(value.re, verb, value);
    this.plus = true;
    this.#float(value.im, verb, value);
    this.plus = plus;
    this.out += 'i)';
  }

  #integer(number: bigint, verb: string, value: Value): void {
    const unsigned = value instanceof GoInt ? value.type.kind.startsWith('u') : typeof value === 'number';
    switch (verb) {
      case 'v':
        if (this.sharpV && unsigned) {
          this.#pad(`0x${number.toString(16)}`);
          return;
        }
        this.#digits(number, 10, verb);
        return;
      case 'd':
        this.#digits(number, 10, verb);
        return;
      case 'b':
        this.#digits(number, 2, verb);
        return;
      case 'o':
      case 'O':
        this.#digits(number, 8, verb);
        return;
      case 'x':
      case 'X':
        this.#digits(number, 16, verb);
        return;
      case 'c':
        this.#pad(runeText(runeOf(number)));
        return;
      case 'q':
        this.#pad(quoteRune(runeOf(number), this.plus));
        return;
      case 'U':
        this.#unicode(number);
        return;
      default:
        this.#bad(value, verb);
    }
  }

  #unicode(number: bigint): void {
    const code = BigInt.asUintN(64, number);
    const digits = code
      .toString(16)
      .toUpperCase()
      .padStart(Math.max(4, this.precision ?? 0), '0');
    const rune = Number(code);
    const shown = this.sharp && rune <= 0x10ffff && isPrint(rune) ? ` '${String.fromCodePoint(rune)}'` : '';
    const { zero } = this;
    this.zero = false;
    this.#pad(`U+${digits}${shown}`);
    this.zero = zero;
  }

  #digits(number: bigint, base: 2 | 8 | 10 | 16, verb: string): void {
    const negative = number < 0n;
    let text = (negative ? -number : number).toString(base);
    const { zero } = this;
    let least = 0;
    if (this.precision !== undefined) {
      least = this.precision;
      if (least === 0 && number === 0n) {
        this.zero = false;
        this.out += ' '.repeat(this.width ?? 0);
        this.zero = zero;
        return;
      }
    } else if (this.zero && !this.minus && this.width !== undefined) {
      least = this.width - (negative || this.plus || this.space ? 1 : 0);
    }
    text = text.padStart(least, '0');
    if (verb === 'X') text = text.toUpperCase();
    if (this.sharp) {
      if (base === 2) text = `0b${text}`;
      else if (base === 8 && !text.startsWith('0')) text = `0${text}`;
      else if (base === 16) text = (verb === 'X' ? '0X' : '0x') + text;
    }
    if (verb === 'O') text = `0o${text}`;
    if (negative) text = `-${text}`;
    else if (this.plus) text = `+${text}`;
    else if (this.space) text = ` ${text}`;
    this.zero = false;
    this.#pad(text);
    this.zero = zero;
  }

  #float(number: number, verb: string, value: Value): void {
    const bits = value instanceof GoScalar && value.type.kind === 'float32' ? 32 : 64;
    switch (verb) {
      case 'v':
        this.#floatForm(number, 'g', -1, bits);
        return;
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        this.#floatForm(number, verb, -1, bits);
        return;
      case 'f':
      case 'F':
        this.#floatForm(number, 'f', 6, bits);
        return;
      case 'e':
      case 'E':
        this.#floatForm(number, verb, 6, bits);
        return;
      default:
        this.#bad(value, verb);
    }
  }

  #floatForm(number: number, verb: string, fallback: number, bits: 32 | 64): void {
    const precision = this.precision ?? fallback;
    let text = formatFloat(number, verb, precision, bits);
    if (!text.startsWith('-') && !text.startsWith('+')) text = `+${text}`;
    if (this.space && text.startsWith('+') && !this.plus) text = ` ${text.slice(1)}`;
    if (!Number.isFinite(number)) {
      const { zero } = this;
      this.zero = false;
      if (Number.isNaN(number) && !this.space && !this.plus) text = text.slice(1);
      else if (text.startsWith('+') && !this.plus) text = text.slice(1) === 'Inf' ? text : text.slice(1);
      this.#pad(text);
      this.zero = zero;
      return;
    }
    if (this.sharp && verb !== 'b') text = withTrailingZeros(text, verb, precision);
    if (this.plus || !text.startsWith('+')) {
      if (this.zero && !this.minus && this.width !== undefined && this.width > text.length) {
        this.out += text.charAt(0) + '0'.repeat(this.width - text.length) + text.slice(1);
        return;
      }
      this.#pad(text);
      return;
    }
    this.#pad(text.slice(1));
  }

  #truncated(text: string): string {
    if (this.precision === undefined || text.length <= this.precision) return text;
    if (isAscii(text)) return text.slice(0, this.precision);
    return Array.from(text).slice(0, this.precision).join('');
  }

  #pad(text: string): void {
    if (this.width === undefined || this.width === 0) {
      this.out += text;
      return;
    }
    let length = text.length;
    if (!isAscii(text)) {
      length = 0;
      for (const _ of text) length++;
    }
    const missing = this.width - length;
    if (missing <= 0) this.out += text;
    else if (this.minus) this.out += text + ' '.repeat(missing);
    else this.out += (this.zero ? '0' : ' ').repeat(missing) + text;
  }
}

function runeOf(number: bigint): number {
  return number < 0n || number > 0x10ffffn ? 0xfffd : Number(number);
}

/** The `#` flag of floats: always a decimal point, trailing zeros kept for %g. */
function withTrailingZeros(text: string, verb: string, precision: number): string {
  let digits = 0;
  if (verb === 'g' || verb === 'G' || verb === 'x') digits = precision === -1 ? 6 : precision;
  const exponentAt = text.search(verb === 'x' || verb === 'X' ? /[pP]/ : /[eEpP]/);
  const tail = exponentAt < 0 ? '' : text.slice(exponentAt);
  let number = exponentAt < 0 ? text : text.slice(0, exponentAt);
  let significant = false;
  for (const char of number.slice(1)) {
    if (char === '.') continue;
    if (char !== '0') significant = true;
    if (significant) digits--;
  }
  if (!number.includes('.')) {
    if (number.length === 2 && number.charAt(1) === '0') digits--;
    number += '.';
  }
  return number + '0'.repeat(Math.max(digits, 0)) + tail;
}

/** Map keys as internal/fmtsort orders them. */
export function sortedKeys(map: GoMap): Value[] {
  const keys = [...map.keys()];
  if (keys.length > 1) keys.sort(compareKeys);
  return keys;
}

function compareKeys(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) ? -1 : a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return goLength(typeOf(a)?.text ?? '') - goLength(typeOf(b)?.text ?? '');
}
