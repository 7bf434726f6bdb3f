// Go's strconv quoting: what `quote`, %q and string literals in templates mean.

import { goBytes, goString, isPrint, runeText } from './go-string.ts';

const named: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  12: '\\f',
  10: '\\n',
  13: '\\r',
  9: '\\t',
  11: '\\v',
  92: '\\\\',
};

const plain = /^[ !#-[\]-~]*$/;

/** strconv.Quote, or QuoteToASCII. */
export function quote(text: string, ascii = false): string {
  if (plain.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) out += escapeRune(char.codePointAt(0) ?? 0, 34, ascii);
  return `${out}"`;
}

/** strconv.QuoteRune, or QuoteRuneToASCII. */
export function quoteRune(code: number, ascii = false): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return `'${escapeRune(valid ? code : 0xfffd, 39, ascii)}'`;
}

function escapeRune(code: number, delimiter: number, ascii: boolean): string {
  if (code === delimiter) return `\\${String.fromCharCode(code)}`;
  const name = named[code];
  if (name !== undefined) return name;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (ascii ? code < 0x7f : isPrint(code)) return String.fromCodePoint(code);
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** strconv.CanBackquote. */
export function canBackquote(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code === 0xfeff || (code >= 0xdc80 && code <= 0xdcff)) return false;
    if ((code < 0x20 && code !== 9) || code === 0x60 || code === 0x7f) return false;
  }
  return true;
}

/** strconv.Unquote of a string literal; undefined where Go says "invalid syntax". */
export function unquote(literal: string): string | undefined {
  const delimiter = literal.charAt(0);
  if (literal.length < 2 || !literal.endsWith(delimiter)) return undefined;
  const body = literal.slice(1, -1);
  if (delimiter === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (delimiter !== '"' || body.includes('\n')) return undefined;
  if (!body.includes('\\')) return body.includes('"') ? undefined : body;
  let out = '';
  let binary = false;
  let index = 0;
  while (index < body.length) {
    const unit = unquoteChar(body, index, '"');
    if (unit === undefined) return undefined;
    index = unit.next;
    if (unit.isByte && unit.code >= 0x80) {
      binary = true;
      out += String.fromCharCode(0xdc00 + unit.code);
    } else out += runeOrEscape(unit.code);
  }
  return binary ? goString(goBytes(out)) : out;
}

function runeOrEscape(code: number): string {
  return code >= 0xdc80 && code <= 0xdcff ? String.fromCharCode(code) : runeText(code);
}

export interface UnquotedChar {
  readonly code: number;
  readonly next: number;
  /** Written as \x or octal: a byte, not a rune. */
  readonly isByte: boolean;
}

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };

/** strconv.UnquoteChar at `index` of `text`. */
export function unquoteChar(text: string, index: number, delimiter: string): UnquotedChar | undefined {
  const code = text.codePointAt(index);
  if (code === undefined) return undefined;
  const char = String.fromCodePoint(code);
  if (char === delimiter) return undefined;
  if (char !== '\\') return { code, next: index + char.length, isByte: false };
  const escape = text.charAt(index + 1);
  const value = simple[escape];
  if (value !== undefined && escape !== '') return { code: value, next: index + 2, isByte: false };
  if (escape === delimiter && delimiter !== '') return { code: escape.charCodeAt(0), next: index + 2, isByte: false };
  return numericEscape(text, index, escape);
}

function numericEscape(text: string, index: number, escape: string): UnquotedChar | undefined {
  const width = { x: 2, u: 4, U: 8 }[escape];
  if (width !== undefined) {
    const digits = text.slice(index + 2, index + 2 + width);
    if (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const code = Number.parseInt(digits, 16);
    if (escape !== 'x' && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return undefined;
    return { code, next: index + 2 + width, isByte: escape === 'x' };
  }
  const octal = text.slice(index + 1, index + 4);
  if (!/^[0-7]{3}$/.test(octal)) return undefined;
  const code = Number.parseInt(octal, 8);
  return code > 255 ? undefined : { code, next: index + 4, isByte: true };
}
